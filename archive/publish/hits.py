"""The articles of a list, as its pages, feeds and JSON show them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.publish.snippets import Segments, marked, snippet
from archive.search.query import Query

LISTED_TITLE = 300
LISTED_LEAD = 400
RANKED_FILES = 1_000

_COLUMNS = (
    "a.id, a.url, substr(a.title, 1, 400) as title, substr(a.lead, 1, 2000) as lead, a.site,"
    " coalesce(nullif(s.title, ''), a.site) as site_title, a.province, a.province_2025, a.unit,"
    " a.section, a.tags, a.published_at, a.published_precision, a.first_seen_at, a.gone_at,"
    " a.revisions, a.byline, a.author, a.words"
)


@dataclass(slots=True)
class Hit:
    """One article of a list. ``title_marked`` and ``extract`` are in pieces, for marking."""

    row: dict[str, Any]
    title_marked: Segments = field(default_factory=list)
    extract: Segments = field(default_factory=list)

    def public(self) -> dict[str, Any]:
        """The stable fields of the JSON API."""
        data = {name: self.row[name] for name in PUBLIC}
        data["tags"] = json.loads(self.row["tags"])
        data["snippet"] = "".join(text for text, _ in self.extract)
        return data


PUBLIC = (
    "id",
    "url",
    "title",
    "lead",
    "site",
    "site_title",
    "province",
    "province_2025",
    "unit",
    "section",
    "tags",
    "published_at",
    "published_precision",
    "first_seen_at",
    "gone_at",
    "revisions",
    "words",
)


def load_hits(
    conn: sqlite3.Connection,
    ids: Sequence[int],
    query: Query | None = None,
    exact: bool = False,
    *,
    leads: bool = False,
) -> list[Hit]:
    """The articles with these ids, in this order; one that is gone meanwhile is left out.

    ``leads``: an article's lead serves as its extract where it has one, whatever was looked for.
    """
    marks = query.marks(exact) if query else None
    extra = ", substr(a.body, 1, 100000) as body, substr(a.table_text, 1, 20000) as tables"
    found: dict[int, Hit] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        places = ", ".join("?" * len(part))
        cursor = conn.execute(
            f"select {_COLUMNS}{extra if marks else ''} from articles a"
            f" left join sites s on s.name = a.site where a.id in ({places})",
            list(part),
        )
        names = [column[0] for column in cursor.description]
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            hit = Hit(row)
            if marks is None or (leads and row["lead"]):
                hit.title_marked = [(row["title"][:LISTED_TITLE], False)]
                hit.extract = [(_cut(row["lead"]), False)] if row["lead"] else []
            else:
                text = "\n".join(row.pop(name) or "" for name in ("body", "tables"))
                hit.title_marked = marked(row["title"], marks, exact, LISTED_TITLE)
                byline = f"— {row['byline']}" if row["byline"] else ""
                whole = "\n".join(part for part in (row["lead"], text, byline) if part)
                hit.extract = snippet(whole, marks, exact)
            found[row["id"]] = hit
    return [found[key] for key in ids if key in found]


def _cut(text: str) -> str:
    if len(text) <= LISTED_LEAD:
        return text
    return text[: text.rfind(" ", 0, LISTED_LEAD) or LISTED_LEAD] + " …"


def attachment_hits(conn: sqlite3.Connection, query: Query, most: int = 5) -> list[dict[str, Any]]:
    """Attached files whose text has the words, the best first, with an extract in pieces.

    Their index knows no marks. Fields of a query ("title:") are those of articles: such a query
    finds nothing here.
    """
    if query.has_fields:
        return []
    match = query.fts(exact=False)
    matches = conn.execute(
        f"select rowid from attachments_fts where attachments_fts match ? limit {RANKED_FILES + 1}",
        (match,),
    ).fetchall()
    order = "order by rank" if len(matches) <= RANKED_FILES else ""
    cursor = conn.execute(
        "select t.article_id, t.title, t.url, substr(x.text, 1, 60000) from"
        f" (select rowid as id from attachments_fts where attachments_fts match ? {order} limit ?)"
        " f cross join attachment_texts x on x.id = f.id"
        " join captures c on c.payload_digest = x.payload_digest and c.status = 200"
        " join attachments t on t.url = c.url group by t.article_id, t.url limit ?",
        (match, most, most),
    )
    marks = query.marks(exact=False)
    return [
        {
            "article_id": key,
            "title": (title or url)[:LISTED_TITLE],
            "extract": snippet(text or "", marks, exact=False, width=200),
        }
        for key, title, url, text in cursor.fetchall()
    ]
