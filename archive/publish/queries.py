"""Questions with an answer in SQL: Datasette's canned queries, in both languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A query with its title and one sentence (Vietnamese, English), and its parameters' example
    values, which also stand in the form until the reader types others."""

    title: Pair
    about: Pair
    sql: str
    examples: dict[str, str] = field(default_factory=dict)


PARAMETERS: dict[str, Pair] = {
    "province": ("Tỉnh, thành (cũ)", "Province (before July 2025)"),
    "year": ("Năm", "Year"),
    "phrase": ("Cụm từ", "Phrase"),
    "q": ("Câu tìm", "Search for"),
    "site": ("Trang tin (tên ngắn, để trống: tất cả)", "Site (short name; empty: all)"),
    "part": (
        "Phần đã đổi (title, lead, body …; để trống: tất cả)",
        "Part that changed (title, lead, body …; empty: all)",
    ),
    "since": ("Từ ngày", "From day"),
    "until": ("Đến trước ngày", "Before day"),
    "contains": ("Có chữ", "Contains"),
    "unit": ("Đơn vị", "Union body"),
}
"""What the parameters of the questions are called in their forms."""

QUESTIONS: dict[str, Question] = {
    "articles_by_province_and_month": Question(
        ("Số bài theo tỉnh và tháng", "Articles by province and month"),
        (
            "Mỗi tháng một tỉnh đăng bao nhiêu bài? Để trống tỉnh để xem tất cả.",
            "How many articles did a province publish each month? Leave it empty for all.",
        ),
        """
select month, province, province_2025, articles
from articles_by_province_month
where (:province = '' or province = :province) and month like :year || '%'
order by month desc, articles desc
limit 1000""",
        {"province": "", "year": ""},
    ),
    "workers_month": Question(
        ("Tháng Công nhân", "Workers' Month"),
        (
            "Những bài đăng trong tháng 5 (Tháng Công nhân) của một năm có nhắc đến tháng này.",
            "Articles of one May, Workers' Month, that speak of it.",
        ),
        """
select a.published_at, a.title, a.site, a.province, a.id
from articles_fts f join articles a on a.id = f.rowid
where articles_fts match fold('"tháng công nhân"')
  and a.published_at >= :year || '-05-01' and a.published_at < :year || '-06-01'
order by a.published_at
limit 500""",
        {"year": "2024"},
    ),
    "titles_with_phrase": Question(
        ("Tiêu đề có một cụm từ", "Titles with a phrase"),
        (
            "Tìm cụm từ trong tiêu đề, có dấu hay không dấu đều được.",
            "Look for a phrase in titles, typed with or without marks.",
        ),
        """
select a.published_at, a.title, a.site, a.id
from articles_fts f join articles a on a.id = f.rowid
where articles_fts match '{title} : "' || replace(fold(:phrase), '"', ' ') || '"'
order by a.published_at desc
limit 500""",
        {"phrase": "thỏa ước lao động tập thể"},
    ),
    "full_text": Question(
        ("Tìm toàn văn bằng SQL", "Full-text search in SQL"),
        (
            "Ngôn ngữ của ô tìm kiếm, dùng ngay trong SQL, kèm đoạn trích.",
            "The language of the search box inside SQL, with snippets.",
        ),
        """
select a.published_at, a.title, a.site,
  snippet(articles_fts, 2, '[', ']', ' … ', 24) as extract, a.id
from articles_fts f join articles a on a.id = f.rowid
where articles_fts match search_query(:q)
limit 100""",
        {"q": '"thuong luong tap the" OR "doi thoai"'},
    ),
    "changed_after_publication": Question(
        ("Bài bị sửa sau khi đăng", "Articles changed after publication"),
        (
            "Bài nào đã sửa, sửa phần nào, và tiêu đề trước đó là gì.",
            "Which articles were changed, in what part, and what their title was before.",
        ),
        """
select seen_at, changed, title_before, title, site, article_id
from changed_articles
where (:site = '' or site = :site)
  and (:part = '' or changed like '%"' || :part || '"%')
limit 500""",
        {"site": "", "part": ""},
    ),
    "title_changes": Question(
        ("Tiêu đề đã đổi", "Changed titles"),
        (
            "Những bài mà tiêu đề không còn như lúc đầu.",
            "Articles whose title is no longer what it was.",
        ),
        """
select seen_at, title_before, title, site, article_id
from changed_articles
where changed like '%"title"%'
limit 500""",
    ),
    "taken_down": Question(
        ("Bài đã bị gỡ", "Articles taken down"),
        (
            "Bài không còn ở trang gốc, còn giữ được bao nhiêu ngày.",
            "Articles no longer at their source, and for how many days they stood.",
        ),
        """
select gone_at, gone_reason, days_kept, title, site, province, published_at, id
from gone_articles
where (:site = '' or site = :site)
limit 500""",
        {"site": ""},
    ),
    "most_republished": Question(
        ("Tin được đăng lại nhiều nhất", "Most republished stories"),
        (
            "Trong một khoảng thời gian, tin nào được nhiều trang đăng nhất, và bài gốc ở đâu.",
            "Within a period, which stories stand on the most sites, and where they began.",
        ),
        """
select s.sites, s.copies as articles, s.first_at, a.title, a.site as original_site, s.evidence, a.id
from stories s join articles a on a.id = s.id
where s.first_at >= :since and s.first_at < :until
order by s.sites desc, s.copies desc
limit 100""",
        {"since": "2023-01-01", "until": "2024-01-01"},
    ),
    "stories_not_copies": Question(
        ("Đếm tin, không đếm bản sao", "Stories instead of copies"),
        (
            "Mỗi tỉnh có bao nhiêu bài, và bao nhiêu tin khác nhau, trong một năm.",
            "How many articles each province published in a year, and how many different stories.",
        ),
        """
select a.province, count(*) as articles, count(distinct coalesce(c.story_id, a.id)) as stories
from articles n indexed by articles_by_date
join articles a indexed by articles_narrow on a.id = n.id
left join article_copies c on c.article_id = a.id
where n.published_at >= :year and n.published_at < :year || '-99'
group by a.province order by articles desc""",
        {"year": "2023"},
    ),
    "units_by_activity": Question(
        ("Đơn vị viết nhiều nhất", "Union bodies by activity"),
        (
            "Những đơn vị công đoàn ký tên nhiều bài nhất.",
            "The union bodies that signed the most articles.",
        ),
        """
select unit, articles from unit_counts
where fold(unit) like '%' || fold(:contains) || '%'
order by articles desc
limit 200""",
        {"contains": "LĐLĐ"},
    ),
    "unit_over_time": Question(
        ("Một đơn vị theo thời gian", "One union body over time"),
        (
            "Mỗi tháng một đơn vị đăng bao nhiêu bài.",
            "How many articles one union body published each month.",
        ),
        """
select substr(published_at, 1, 7) as month, count(*) as articles
from articles indexed by articles_by_unit
where unit = :unit and unit <> ''
group by month order by month""",
        {"unit": "LĐLĐ tỉnh"},
    ),
    "busiest_days": Question(
        ("Những ngày nhiều tin nhất", "Busiest days"),
        (
            "Ngày nào trong năm có nhiều bài nhất, và ở bao nhiêu trang.",
            "The days of a year with the most articles, and on how many sites.",
        ),
        """
select substr(published_at, 1, 10) as day, count(*) as articles, count(distinct site) as sites
from articles indexed by articles_by_date
where published_at >= :year and published_at < :year || '-99'
group by day order by articles desc
limit 60""",
        {"year": "2024"},
    ),
    "word_by_year": Question(
        ("Một từ qua các năm", "A word through the years"),
        (
            "Mỗi năm có bao nhiêu bài nhắc đến một từ hoặc cụm từ.",
            "How many articles of each year contain a word or phrase.",
        ),
        """
select substr(n.published_at, 1, 4) as year, count(*) as articles
from (select rowid as id from articles_fts where articles_fts match search_query(:q) limit 100000) f
cross join articles n indexed by articles_narrow on n.id = f.id
where n.published_at > ''
group by year order by year""",
        {"q": '"ngừng việc tập thể"'},
    ),
    "before_and_after_merger": Question(
        ("Trước và sau sáp nhập tỉnh", "Before and after the merger"),
        (
            "Số bài của mỗi tỉnh mới và các tỉnh cũ hợp thành, trước và sau 1/7/2025.",
            "Articles of each new province and the old ones it was made of, before and after "
            "1 July 2025.",
        ),
        """
select province_2025, province,
  sum(case when month < '2025-07' then articles else 0 end) as before_merger,
  sum(case when month >= '2025-07' then articles else 0 end) as after_merger
from articles_by_province_month
group by province_2025, province
order by province_2025, province""",
    ),
    "silent_sites": Question(
        ("Trang tin im lặng", "Silent sites"),
        (
            "Những trang lâu nhất không có bài mới.",
            "The sites that have been longest without a new article.",
        ),
        """
select site, max(month) as last_month, sum(articles) as articles
from month_counts where month <> ''
group by site order by last_month, site""",
    ),
    "coverage_gaps": Question(
        ("Tháng trống của một trang", "Empty months of a site"),
        (
            "Những tháng không có bài nào giữa bài đầu và bài cuối của trang.",
            "Months without any article between a site's first and last.",
        ),
        """
with recursive span(month, last) as (
  select min(month), max(month) from month_counts where site = :site and month <> ''
  union all
  select strftime('%Y-%m', month || '-01', '+1 month'), last from span where month < last
)
select month from span
where month is not null and not exists (
  select 1 from month_counts c where c.site = :site and c.month = span.month)
order by month""",
        {"site": "lang_son"},
    ),
    "crawl_health": Question(
        ("Sức khỏe thu thập", "Crawl health"),
        (
            "Lần thu thập gần nhất của từng trang, nhiều lỗi nhất trước.",
            "The latest crawl of every site, the most troubled first.",
        ),
        """
select * from site_health
order by error_percent desc nulls last, site""",
    ),
    "fetch_errors_by_kind": Question(
        ("Lỗi tải theo loại", "Fetch errors by kind"),
        (
            "Yêu cầu thất bại vì lý do gì, ở trang nào.",
            "Why requests failed, and on which sites.",
        ),
        """
select site, kind, count(*) as times, max(failed_at) as last_time, min(url) as example
from fetch_errors
where (:site = '' or site = :site)
group by site, kind order by times desc
limit 300""",
        {"site": ""},
    ),
    "not_read": Question(
        ("Trang không đọc ra bài", "Pages that gave no article"),
        (
            "Những địa chỉ lẽ ra là bài viết nhưng không đọc được, theo lý do.",
            "Addresses that should be articles but were not readable, by reason.",
        ),
        """
select site, reason, count(*) as pages, min(url) as example
from unreadable
where (:site = '' or site = :site)
group by site, reason order by pages desc
limit 300""",
        {"site": ""},
    ),
    "attachments_named": Question(
        ("Tệp đính kèm theo tên", "Attachments by name"),
        (
            "Công văn, kế hoạch, biểu mẫu đính kèm có một chữ trong tên.",
            "Letters, plans and forms attached to articles, by a word of their name.",
        ),
        """
select published_at, title, attachment, attachment_url, site, id
from articles_with_attachments
where fold(attachment) like '%' || fold(:contains) || '%'
order by published_at desc
limit 300""",
        {"contains": "kế hoạch"},
    ),
    "words_in_attachments": Question(
        ("Chữ trong tệp đính kèm", "Words in attached files"),
        (
            "Tệp nào có những từ này, kèm đoạn trích và bài viết của nó.",
            "Which files have these words, with an extract and the article they belong to.",
        ),
        """
select t.title as attachment, f.extract, x.kind, x.pages, t.url, t.article_id
from (
  select rowid as id, snippet(attachments_fts, 0, '[', ']', ' … ', 20) as extract
  from attachments_fts where attachments_fts match search_query(:q) limit 200) f
join attachment_texts x on x.id = f.id
join captures c on c.payload_digest = x.payload_digest and c.status = 200
join attachments t on t.url = c.url
group by t.article_id, t.url""",
        {"q": "kế hoạch"},
    ),
    "topics": Question(
        ("Chủ đề", "Topics"),
        (
            "Chuyên mục và thẻ, theo số bài.",
            "Sections and tags, by the number of articles.",
        ),
        """
select topic, articles from topic_counts
where fold(topic) like '%' || fold(:contains) || '%'
order by articles desc
limit 300""",
        {"contains": ""},
    ),
}


def queries_for(language: str) -> dict[str, dict[str, Any]]:
    """The questions in the form of Datasette's canned queries, in one language."""
    place = 0 if language == "vi" else 1
    return {
        name: {
            "sql": question.sql.strip(),
            "title": question.title[place],
            "description": question.about[place],
            "params": list(question.examples),
            "hide_sql": False,
        }
        for name, question in QUESTIONS.items()
    }
