"""SQL from "how many" to a join, a step at a time: the page ``/tutorial`` and docs/tutorial.md.

python -m archive.publish.tutorial > docs/tutorial.md
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill
from typing import Any

from datasette.utils.asgi import Request, Response

from archive.publish.face import page
from archive.publish.snapshot import read


@dataclass(frozen=True, slots=True)
class Query:
    """A query that runs as it stands, and what it shows (Vietnamese, English)."""

    about: tuple[str, str]
    sql: str


@dataclass(frozen=True, slots=True)
class Step:
    """A lesson: what it is about (Vietnamese, English), and queries that lead through it."""

    title: tuple[str, str]
    queries: tuple[Query, ...]


STEPS: tuple[Step, ...] = (
    Step(
        ("Có bao nhiêu?", "How many?"),
        (
            Query(
                (
                    "select chọn thứ cần xem, from nói lấy ở bảng nào, count(*) đếm số dòng.",
                    "select names what to show, from the table it comes from, and count(*) counts"
                    " the rows.",
                ),
                "select count(*) from articles",
            ),
            Query(
                (
                    "count(*) phải đọc cả bảng. Số bài theo trang, tỉnh và tháng đã được đếm sẵn,"
                    " nên câu sau trả lời ngay, dù kho lớn đến đâu:",
                    "count(*) reads the whole table. Counts by site, province and month are kept"
                    " ready, so this gives the same at once in an archive of any size:",
                ),
                "select sum(articles) as articles from month_counts",
            ),
        ),
    ),
    Step(
        ("Những bài nào?", "Which ones?"),
        (
            Query(
                (
                    "where chọn dòng, order by sắp xếp, limit dừng đúng lúc. Ngày giờ là chữ, theo"
                    " giờ Việt Nam: so sánh chữ cũng là so sánh ngày, và chỉ cần phần đầu.",
                    "where chooses rows, order by sorts them, limit stops in time. Dates are text"
                    " in Vietnam's time, so comparing text compares dates, and a beginning is"
                    " enough.",
                ),
                "select published_at, title, site\n"
                "from articles\n"
                "where published_at >= '2024-05' and published_at < '2024-06'\n"
                "order by published_at desc\n"
                "limit 50",
            ),
            Query(
                (
                    "Bài mà trang không ghi ngày có giá trị null; is null tìm ra chúng:",
                    "Articles whose page shows no date have null; is null finds them:",
                ),
                "select title, site, first_seen_at\nfrom articles\nwhere published_at is null",
            ),
        ),
    ),
    Step(
        ("Mỗi loại bao nhiêu?", "How many of each?"),
        (
            Query(
                (
                    "group by gộp nhiều dòng thành một. substr(published_at, 1, 4) là năm. Cột đầu"
                    " là thời gian, cột sau là số đếm, nên kết quả có thêm biểu đồ.",
                    "group by makes one row of many. substr(published_at, 1, 4) is the year. The"
                    " first column is a time and the second a count, so the answer has a chart.",
                ),
                "select substr(published_at, 1, 4) as year, count(*) as articles\n"
                "from articles\n"
                "where published_at is not null\n"
                "group by year\n"
                "order by year",
            ),
            Query(
                (
                    "Khung nhìn province_totals có số bài của mỗi tỉnh, cũ và mới (34 tỉnh, thành"
                    " từ 1/7/2025):",
                    "The view province_totals has the counts of provinces, old and new (34 since"
                    " 1 July 2025):",
                ),
                "select province_2025, sum(articles) as articles,\n"
                "  group_concat(province, ', ') as made_of\n"
                "from province_totals\n"
                "group by province_2025\n"
                "order by articles desc",
            ),
        ),
    ),
    Step(
        ("Tìm chữ", "Words"),
        (
            Query(
                (
                    "like '%...%' phải đọc mọi bài và không hiểu dấu. Chỉ mục toàn văn thì nhanh và"
                    " bỏ qua dấu tiếng Việt; fold() đưa chữ bạn gõ về cùng dạng:",
                    "like '%...%' reads every text and knows nothing of marks. The full-text index"
                    " is fast and ignores Vietnamese marks; fold() brings what you type to the"
                    " same form:",
                ),
                "select a.published_at, a.title, a.site\n"
                "from articles_fts f join articles a on a.id = f.rowid\n"
                "where articles_fts match fold('đối thoại')\n"
                "order by a.published_at desc",
            ),
            Query(
                (
                    "articles_exact là chỉ mục giữ dấu: ở đây công đoàn khác công đoạn.",
                    "articles_exact is the index that keeps the marks: here công đoàn is not"
                    " công đoạn.",
                ),
                "select a.title\n"
                "from articles_exact f join articles a on a.id = f.rowid\n"
                "where articles_exact match '\"công đoạn\"'",
            ),
            Query(
                (
                    "search_query() hiểu ngôn ngữ của ô tìm kiếm, snippet() cho thấy chỗ khớp:",
                    "search_query() takes the language of the search box, and snippet() shows the"
                    " place:",
                ),
                "select a.title, snippet(articles_fts, 2, '[', ']', '…', 20) as place\n"
                "from articles_fts f join articles a on a.id = f.rowid\n"
                "where articles_fts match\n"
                '  search_query(\'"bao hiem xa hoi" OR "tien luong"\')\n'
                "limit 20",
            ),
        ),
    ),
    Step(
        ("Tham số", "A parameter"),
        (
            Query(
                (
                    "Tên sau dấu hai chấm trở thành ô để điền, và địa chỉ trang giữ điều bạn gõ:",
                    "A name after a colon becomes a box to fill in, and the address of the page"
                    " keeps what you typed:",
                ),
                "select published_at, title, site\n"
                "from articles\n"
                "where unit = :unit\n"
                "order by published_at desc",
            ),
        ),
    ),
    Step(
        ("Hai bảng", "Two tables"),
        (
            Query(
                (
                    "join đặt các dòng cạnh nhau: tệp đính kèm cùng bài chứa nó, bài cùng tên trang"
                    " tin.",
                    "A join puts rows side by side: each attachment with the article it belongs to,"
                    " and the article with the name of its site.",
                ),
                "select a.published_at, s.title as site, a.title, t.title as attachment\n"
                "from attachments t\n"
                "join articles a on a.id = t.article_id\n"
                "join sites s on s.name = a.site\n"
                "order by a.published_at desc",
            ),
            Query(
                (
                    "left join giữ cả những dòng không có đôi: mọi trang tin, và bài mới nhất nếu"
                    " có.",
                    "left join keeps what has no partner: all sites, and their latest article if"
                    " they have any.",
                ),
                "select s.title, max(a.published_at) as latest\n"
                "from sites s left join articles a on a.site = s.name\n"
                "group by s.name\n"
                "order by latest",
            ),
        ),
    ),
    Step(
        ("Điều đã thay đổi", "What changed"),
        (
            Query(
                (
                    "revisions giữ mọi phiên bản; đặt bản 1 cạnh bản mới nhất để thấy tiêu đề đã"
                    " đổi thế nào:",
                    "revisions holds every version; version 1 beside the latest shows what became"
                    " of a title:",
                ),
                "select first.title as at_first, a.title as now, a.site\n"
                "from articles a\n"
                "join revisions first on first.article_id = a.id and first.number = 1\n"
                "where first.title <> a.title",
            ),
        ),
    ),
    Step(
        ("Tin, không phải bản sao", "Stories, not copies"),
        (
            Query(
                (
                    "Các trang công đoàn đăng lại bài của nhau. story_articles cho biết mỗi bài"
                    " thuộc tin nào:",
                    "Union sites republish each other. story_articles gives every article its"
                    " story:",
                ),
                "select count(*) as articles, count(distinct story_id) as stories\n"
                "from story_articles",
            ),
        ),
    ),
    Step(
        ("Từ đâu ra", "Where it came from"),
        (
            Query(
                (
                    "Mỗi bài nêu lần thu thập mà nó được đọc ra, và lần thu thập nêu tệp WARC cùng"
                    " vị trí:",
                    "Every article names the capture it was read from, and the capture names the"
                    " WARC file and offset:",
                ),
                "select a.title, c.fetched_at, c.url, c.warc_file, c.warc_offset,"
                " c.payload_digest\n"
                "from articles a join captures c on c.id = a.capture_id\n"
                "limit 10",
            ),
        ),
    ),
)


async def tutorial_view(datasette: Any, request: Request) -> Response:
    """The tutorial as a page, for visitors who may see the archive."""
    await read(datasette, request, lambda conn: None)  # may this visitor see the archive?
    return await page(datasette, request, "tutorial.html", {"steps": STEPS})


def as_markdown() -> str:
    """docs/tutorial.md."""
    lines = [
        "# SQL for people / SQL cho mọi người",
        "",
        "Made by `python -m archive.publish.tutorial`; the archive shows the same as `/tutorial`,",
        "in the reader's language, with a button that runs each query. A test runs them all. The",
        "tables are described in [schema.md](schema.md).",
    ]
    for number, step in enumerate(STEPS, 1):
        lines += ["", f"## {number}. {step.title[1]} / {step.title[0]}"]
        for query in step.queries:
            english, vietnamese = fill(query.about[1], 99), fill(query.about[0], 99)
            lines += ["", english, "", vietnamese, "", "```sql", query.sql, "```"]
    lines += [
        "",
        "## Limits / Giới hạn",
        "",
        "A query may run for 2 seconds and return 1,000 rows or 10 MB, no value longer than 4 MB;"
        " an answer",
        "that was cut says so. Asking for `title` in place of `*`, or `substr(body, 1, 500)`, keeps"
        " it small.",
        "For whole results use *CSV* under a table, or `/download/articles.csv` with the parameters"
        " of the",
        "search ([api.md](api.md)): these have no cap.",
        "",
        "Mỗi truy vấn chạy tối đa 2 giây, trả về tối đa 1.000 dòng hay 10 MB, mỗi giá trị không quá"
        " 4 MB;",
        "kết quả bị cắt bớt thì có ghi rõ. Chọn `title` thay cho `*`, hoặc `substr(body, 1, 500)`,"
        " để kết",
        "quả gọn lại. Muốn lấy trọn kết quả, dùng *CSV* dưới mỗi bảng hoặc `/download/articles.csv`"
        " với các",
        "tham số của trang tìm kiếm: không giới hạn số dòng.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(as_markdown(), end="")
