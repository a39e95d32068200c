"""Does each row say what follows from the captures, and from the rows that it is counted from?

Of a capture that is no article its status alone says what it means; of an article the order of its
captures says when it was seen, changed and gone. Both are worked out here once more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from archive.articles import absence_at
from archive.history import captures_of, changed_fields, timeline
from archive.records import REASONS, Unreadable
from archive.vietnamese.provinces import PROVINCE_2025

Problem = tuple[str, str, str]
"""Table, key of the row, what is wrong."""

READINGS = ("article", "print")
_WORDS = {*READINGS, "resource", *REASONS}
"""What an answer of status 200 may turn out to be."""
_TOPICS = """select section as topic, coalesce(published_at, '') as published_at, id
      from articles where section <> ''
    union select value, coalesce(published_at, ''), articles.id
      from articles, json_each(articles.tags) where json_each.type = 'text' and value <> ''"""

RULES = (
    (
        "captures",
        "it is no reading, and belongs to another article than its address",
        """select c.id from captures c left join article_addresses a on a.address = c.address
           where c.outcome is not null and c.outcome not in ('article', 'print')
             and (c.article_id is not a.article_id or c.content_hash is not null)""",
    ),
    (
        "captures",
        "another capture of the same URL has another address (if the program has changed: rebuild)",
        """select min(id) from captures group by url having count(distinct address) > 1""",
    ),
    (
        "articles",
        "the capture that it was read from is of another site, or of another view",
        """select a.id from articles a join captures c on c.id = a.capture_id
           where c.site is not a.site
              or c.outcome is not iif(a.variant = 'main', 'article', 'print')""",
    ),
    (
        "articles",
        "it shows another capture than the one read last",
        """select a.id from articles a where a.capture_id is not (
             select id from captures where article_id = a.id and outcome in ('article', 'print')
             order by outcome = 'article' desc, fetched_at desc, id desc limit 1)""",
    ),
    (
        "articles",
        "its province is none, or has become another one in 2025",
        """select a.id from articles a left join provinces p on p.name = a.province
           where a.province_2025 is not coalesce(p.name_2025, '')
             or (a.province <> '' and p.name is null)""",
    ),
    (
        "articles",
        "its date and what is said of the date do not fit together",
        """select id from articles where (published_at is null) <> (published_precision is null)
             or (published_at is null) <> (published_evidence is null)""",
    ),
    (
        "unreadable",
        "it is not what its capture says",
        """select u.address from unreadable u left join captures c on c.id = u.capture_id
           where c.id is null or (u.address, u.url, u.site, u.reason, u.detail, u.seen_at)
             is not (c.address, c.url, c.site, case c.outcome when 'gone' then 'http_error'
               else c.outcome end, c.detail, c.fetched_at)""",
    ),
    (
        "unreadable",
        "an article stands at this address",
        "select address from unreadable where address in (select address from article_addresses)",
    ),
    (
        "article_topics",
        "the topics are not those of the articles",
        f"""select topic from (select topic, published_at, id from ({_TOPICS})
              except select topic, published_at, article_id from article_topics)
            union select topic from (select topic, published_at, article_id from article_topics
              except select topic, published_at, id from ({_TOPICS}))""",
    ),
    (
        "topic_counts",
        "the counts are not those of the articles",
        """select topic from (select topic, count(*) from article_topics group by 1
             except select topic, articles from topic_counts)
           union select topic from (select topic, articles from topic_counts
             except select topic, count(*) from article_topics group by 1)""",
    ),
    (
        "stories",
        "its counts are not those of its copies",
        """select s.id from stories s where s.copies <>
             (select count(*) from article_copies where story_id = s.id)
           or s.sites <> (select count(distinct site) from article_copies
             join articles on articles.id = article_id where story_id = s.id)
           or 1 <> (select sum(is_original) from article_copies where story_id = s.id)
           or s.id <> (select article_id from article_copies where story_id = s.id
             and is_original)""",
    ),
    (
        "article_copies",
        "its shares are no shares",
        """select article_id from article_copies where from_original not between 0 and 1
           or of_original not between 0 and 1
           or (is_original and (from_original, of_original) <> (1, 1))""",
    ),
)
"""Queries that give the keys of rows that break a rule."""


def check_derived(db: sqlite3.Connection) -> Iterator[Problem]:
    """Every row that does not follow from the captures. ``db`` gives rows as sqlite3.Row."""
    for table, problem, sql in RULES:
        for (key,) in db.execute(sql):
            yield table, str(key), problem
    yield from _captures(db)
    yield from _articles(db)
    for name, province, province_2025 in db.execute(
        "select name, province, province_2025 from sites"
    ):
        if PROVINCE_2025.get(province, "") != province_2025:
            yield "sites", str(name), "its province of 2025 is not what its province became"


def _captures(db: sqlite3.Connection) -> Iterator[Problem]:
    rows = db.execute(
        "select id, status, location, leads_to, outcome, detail from captures"
        " where outcome is not null"
    )
    for row in rows:
        wanted = _outcome(row)
        if wanted is not None and wanted != (row["outcome"], row["detail"]):
            problem = f"its outcome is {row['outcome']!r}; its status says {wanted[0]!r}"
            yield "captures", row["id"], problem
        elif wanted is None and row["outcome"] not in _WORDS:
            yield "captures", row["id"], f"its outcome {row['outcome']!r} is none"
        elif row["outcome"] in (*READINGS, "resource") and row["detail"]:
            yield "captures", row["id"], "it has a detail, and needs none"
        elif row["leads_to"] and not row["location"]:
            yield "captures", row["id"], "it leads somewhere, and is no redirect"


def _outcome(row: sqlite3.Row) -> tuple[str, str] | None:
    """The outcome and detail that follow from the status; None where the page says it."""
    status = row["status"]
    if status == 200:
        return None
    said = Unreadable("http_error", f"HTTP {status}") if status >= 400 else None
    return absence_at(status, row["location"], said)


def _articles(db: sqlite3.Connection) -> Iterator[Problem]:
    """Each article's times and revisions against the captures that they follow from."""
    columns = "first_seen_at, last_seen_at, last_checked_at, gone_at, gone_reason, revisions"
    for key, *said in db.execute(f"select id, {columns} from articles order by id"):
        found = timeline(captures_of(db, key), key)
        for column, stands, wanted in zip(columns.split(", "), said, found.seen, strict=True):
            if stands != wanted:
                yield "articles", str(key), f"{column} is {stands!r}; its captures say {wanted!r}"
        revisions = db.execute(
            "select * from revisions where article_id = ? order by number", (key,)
        ).fetchall()
        if [
            (row["number"], row["capture_id"], row["content_hash"], row["seen_at"])
            for row in revisions
        ] != [(number, *step) for number, step in enumerate(found.steps, 1)]:
            yield "revisions", str(key), "they are not those that its captures say"
        previous = None
        for row in revisions:
            changed = None
            with suppress(ValueError, TypeError):
                changed = json.loads(row["changed"])
            if changed != changed_fields(row, previous):
                place = f"{key}/{row['number']}"
                yield "revisions", place, "its text does not differ as it says from the one before"
            previous = row
