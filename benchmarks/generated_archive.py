"""An archive of any size, made of nothing: Vietnamese-looking articles for measuring.

Words follow Zipf's law over real Vietnamese syllables, mixed with the phrases that stand in
nearly every union article ("công đoàn", "người lao động"), so that the search index has both
the very common and the rare words of the real thing.

    python -m benchmarks.generated_archive data/bench.db 200000
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from archive.database import article_id, open_archive, save_site
from archive.records import Site
from archive.tables.browsing import refresh_counts
from archive.vietnamese.folding import fold_stroke
from archive.vietnamese.provinces import PROVINCE_2025

ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x"
RIMES = (
    "a ai am an ang anh ao ay ăn ăng âm ân ât âu ây e em en eo ê ên ênh i ia iêm iên iêt im in "
    "inh o oa oai oan oi om on ong ô ôi ôn ông ơ ơi ơn u ua uê ui um un ung uôn uông ư ưa ưng "
    "ươi ươm ươn ương ưu y yên"
)
TONES = {
    "a": "àáảãạ",
    "ă": "ằắẳẵặ",
    "â": "ầấẩẫậ",
    "e": "èéẻẽẹ",
    "ê": "ềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọ",
    "ô": "ồốổỗộ",
    "ơ": "ờớởỡợ",
    "u": "ùúủũụ",
    "ư": "ừứửữự",
    "y": "ỳýỷỹỵ",
}
COMMON = (
    "công đoàn",
    "người lao động",
    "Liên đoàn Lao động tỉnh",
    "đoàn viên",
    "công đoàn cơ sở",
    "doanh nghiệp",
    "hội nghị",
    "tổ chức",
    "hoạt động",
    "chăm lo đời sống",
    "Ban Chấp hành",
)
TELLING = (
    "thỏa ước lao động tập thể",
    "đối thoại tại nơi làm việc",
    "Tháng Công nhân",
    "tai nạn lao động",
    "Tết Sum vầy",
    "nhà ở Mái ấm công đoàn",
    "ngừng việc tập thể",
    "lao động nữ",
    "an toàn vệ sinh lao động",
    "thương lượng tập thể",
    "CNVCLĐ",
    "bữa ăn ca",
)
KINDS = (
    "tổ chức hội nghị",
    "trao quà cho đoàn viên",
    "phát động thi đua",
    "tập huấn nghiệp vụ",
    "ký kết thỏa ước",
    "thăm công nhân",
    "tổng kết công tác",
)
FIRST_DAY = date(2008, 1, 1)


def _syllables(rng: random.Random) -> list[str]:
    made: set[str] = set()
    for onset, rime in itertools.product(ONSETS.split(), RIMES.split()):
        vowel = next((char for char in rime if char in TONES), "")
        forms = [rime] + [rime.replace(vowel, tone, 1) for tone in TONES.get(vowel, "")]
        made.update(onset + form for form in rng.sample(forms, k=min(3, len(forms))))
    words = sorted(made)
    rng.shuffle(words)
    return words


def _sentences(rng: random.Random, count: int) -> list[str]:
    syllables = _syllables(rng)
    weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(syllables))))
    sentences = []
    for _ in range(count):
        words = rng.choices(syllables, cum_weights=weights, k=rng.randint(14, 30))
        if rng.random() < 0.5:
            words.insert(rng.randrange(len(words)), rng.choice(COMMON))
        if rng.random() < 0.02:
            words.insert(rng.randrange(len(words)), rng.choice(TELLING))
        sentence = " ".join(words)
        sentences.append(sentence[0].upper() + sentence[1:] + ".")
    return sentences


def _rows(count: int, seed: int) -> Iterator[dict[str, object]]:
    rng = random.Random(seed)
    sentences = _sentences(rng, 60_000)
    provinces = sorted(PROVINCE_2025)
    names = [" ".join(rng.sample(provinces, 1)) for _ in range(5)]
    span = (date(2026, 6, 30) - FIRST_DAY).days
    for number in range(count):
        province = provinces[min(int(rng.expovariate(1 / 18)), len(provinces) - 1)]
        site = f"site_{provinces.index(province):02}"
        url = f"https://{site}.example/tin/{number}.html"
        day = FIRST_DAY + timedelta(days=int(span * rng.random() ** 0.6))
        minute = f"{rng.randint(6, 21):02}:{rng.randint(0, 59):02}:00"
        published = f"{day.isoformat()}T{minute}+07:00" if rng.random() < 0.985 else None
        unit = f"LĐLĐ huyện {rng.choice(names)} {rng.randint(1, 12)} {province}"
        paragraphs = [" ".join(rng.choices(sentences, k=4)) for _ in range(rng.randint(3, 8))]
        lead = f"{unit} {rng.choice(KINDS)} với sự tham gia của {rng.randint(20, 900)} đại biểu."
        body = "\n".join(paragraphs)
        seen = published or "2026-07-01T08:00:00+07:00"
        yield {
            "id": article_id(url),
            "url": url,
            "site": site,
            "title": f"{unit}: {rng.choice(KINDS)} {rng.choice(sentences)[:60].lower()}",
            "lead": lead,
            "body": body,
            "byline": "Tin, ảnh: " + unit,
            "unit": unit,
            "section": rng.choice(("Tin tức", "Hoạt động công đoàn", "Chính sách", "Thi đua")),
            "tags": json.dumps(rng.sample(TELLING, k=rng.randint(0, 2)), ensure_ascii=False),
            "province": province,
            "province_2025": PROVINCE_2025[province],
            "published_at": published,
            "published_precision": "minute" if published else None,
            "first_seen_at": seen,
            "last_seen_at": seen,
            "last_checked_at": seen,
            "capture_id": f"c{number}",
            "language": "vi",
            "words": len(body.split()),
            "body_html": "".join(f"<p>{text}</p>" for text in paragraphs),
            "content_hash": f"h{number}",
        }


def build(path: Path, count: int, seed: int = 7) -> None:
    """Write an archive of ``count`` articles with captures and revisions at ``path``."""
    db = open_archive(path)
    for number, province in enumerate(sorted(PROVINCE_2025)):
        save_site(
            db,
            Site(
                f"site_{number:02}",
                f"Công đoàn {province}",
                "province",
                (f"site_{number:02}.example",),
                f"https://site_{number:02}.example/",
                province,
                True,
            ),
        )
    connection: sqlite3.Connection = db.conn
    triggers = connection.execute(
        "select name, sql from sqlite_master where type = 'trigger'"
    ).fetchall()
    connection.execute("pragma journal_mode = off")  # a broken build is begun again
    connection.execute("pragma synchronous = off")
    connection.execute("pragma cache_size = -400000")
    connection.execute("begin")
    for name, _ in triggers:
        connection.execute(f"drop trigger {name}")
    words = ("title", "lead", "body", "byline")
    rows = _rows(count, seed)
    while batch := list(itertools.islice(rows, 2000)):
        names = ", ".join(batch[0])
        marks = ", ".join(f":{name}" for name in batch[0])
        connection.executemany(f"insert into articles ({names}) values ({marks})", batch)
        connection.executemany(
            "insert into captures (id, url, address, site, crawl, fetched_at, status, record_type,"
            " outcome, article_id, warc_file, warc_offset, warc_length, payload_digest,"
            " payload_bytes) values (:capture_id, :url, :url, :site, 'bench', :first_seen_at, 200,"
            " 'response', 'article', :id, 'bench.warc.gz', 0, 1, 'sha1:BENCH', 1)",
            batch,
        )
        connection.executemany(
            "insert into revisions (article_id, number, capture_id, seen_at, title, lead, body,"
            " content_hash) values (:id, 1, :capture_id, :first_seen_at, :title, :lead, '',"
            " :content_hash)",
            batch,
        )
    for row in connection.execute(f"select id, {', '.join(words)} from articles order by id"):
        connection.execute(
            "insert into articles_fts (rowid, title, lead, body, byline, table_text)"
            " values (?, ?, ?, ?, ?, '')",
            [row[0], *(fold_stroke(text) for text in row[1:])],
        )
    connection.execute("insert into articles_exact (articles_exact) values ('rebuild')")
    refresh_counts(db)
    add_changes(connection)
    for _, sql in triggers:
        connection.execute(sql)
    now = datetime(2026, 7, 1, 8).isoformat(timespec="seconds") + "+07:00"
    connection.execute(
        "insert into crawls (id, site, kind, started_at, finished_at, outcome, new)"
        " select 'bench-' || name, name, 'crawl', ?, ?, 'finished', 10 from sites",
        (now, now),
    )
    connection.commit()
    connection.execute("pragma journal_mode = wal")
    connection.close()


def add_changes(connection: sqlite3.Connection) -> None:
    """Let sites have edited every tenth article after publication, and taken every fifteenth down:
    with both versions, and the capture that shows it."""
    connection.execute(
        "update revisions set body = (select body from articles where id = article_id)"
        " where article_id % 10 = 0"
    )
    connection.execute(
        "insert into revisions (article_id, number, capture_id, seen_at, changed, title, lead,"
        " body, content_hash) select id, 2, capture_id,"
        " strftime('%Y-%m-%dT%H:%M:%S', first_seen_at, '+9 days') || '+07:00',"
        " '[\"title\", \"body\"]', title || ' (bổ sung)', lead, replace(body,"
        " 'người lao động', 'đoàn viên và người lao động'), content_hash || '-2' from articles"
        " where id % 10 = 0"
    )
    connection.execute("update articles set revisions = 2 where id % 10 = 0")
    connection.execute(
        "update articles set gone_reason = 'gone', gone_at ="
        " strftime('%Y-%m-%dT%H:%M:%S', first_seen_at, '+40 days') || '+07:00' where id % 15 = 1"
    )
    connection.execute(
        "insert or ignore into article_addresses (address, article_id)"
        " select url, id from articles where id % 15 = 1"
    )
    connection.execute(
        "insert into captures (id, url, address, site, crawl, fetched_at, status, record_type,"
        " outcome, warc_file, warc_offset, warc_length, payload_digest, payload_bytes)"
        " select 'gone-' || capture_id, url, url, site, 'bench', gone_at, 404, 'response', 'gone',"
        " 'bench.warc.gz', 0, 1, 'sha1:GONE', 1 from articles where id % 15 = 1"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("articles", type=int)
    arguments = parser.parse_args()
    began = time.perf_counter()
    build(arguments.path, arguments.articles)
    megabytes = arguments.path.stat().st_size / 1e6
    print(f"{arguments.articles} articles, {megabytes:.0f} MB, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
