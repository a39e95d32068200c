"""How the articles of one database differ from those of another, by site and by field."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from archive.articles import CONTENT_COLUMNS
from archive.read_only import connect_read_only

NOT_COMPARED = ("extractor", "content_hash")
"""Which program read an article is told apart; the hash changes with what it is taken over."""
HISTORY = ("url", "first_seen_at", "last_seen_at", "gone_at", "revisions", "fallbacks")
FIELDS = (*(name for name in CONTENT_COLUMNS if name not in NOT_COMPARED), *HISTORY)
MEDIA = {
    "images": "url || ' ' || caption || ' ' || credit || ' ' || alt",
    "attachments": "url || ' ' || title",
}
EXAMPLES = 3
"""Examples of each kind and site."""
SHOWN = 80
"""Characters of a text in an example."""


@dataclass(frozen=True, slots=True)
class Example:
    """One article: what became of it, with the texts of a field before and after."""

    id: int
    url: str
    field: str = ""
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class SiteDifferences:
    """The articles of a site, as they were and as they are now."""

    site: str
    before: int = 0
    after: int = 0
    added: int = 0
    lost: int = 0
    """Ids that are no more; of these are ``joined`` read as part of another article."""
    joined: int = 0
    changed: int = 0
    """Articles of which some field differs."""
    reread: int = 0
    """Articles that another version of the extractor has read."""
    fields: Counter[str] = field(default_factory=Counter)
    """Articles in which a field differs, by its name."""
    examples: dict[str, list[Example]] = field(default_factory=dict)
    """By "added", "lost", or the name of a field."""

    @property
    def lost_percent(self) -> float:
        return 100 * self.lost / self.before if self.before else 0.0

    def show(self, kind: str, example: Example) -> None:
        shown = self.examples.setdefault(kind, [])
        if len(shown) < EXAMPLES:
            shown.append(example)


@dataclass(slots=True)
class Differences:
    """By site, in the order of names."""

    sites: list[SiteDifferences] = field(default_factory=list)

    @property
    def none(self) -> bool:
        return not any(site.added or site.lost or site.changed for site in self.sites)

    def total(self, name: str) -> int:
        return sum(int(getattr(site, name)) for site in self.sites)

    def as_json(self) -> dict[str, Any]:
        names = ("before", "after", "added", "lost", "joined", "changed", "reread")
        return {name: self.total(name) for name in names} | {
            "sites": [
                asdict(site)
                | {
                    "fields": dict(site.fields.most_common()),
                    "lost_percent": round(site.lost_percent, 2),
                }
                for site in self.sites
            ]
        }


def compare_archives(old: Path, new: Path) -> Differences:
    """The articles of ``new`` beside those of ``old``; only reads. Raises sqlite3.Error.

    A site that an article has moved to is the one that it is counted under. Columns that one of
    the two does not have are not compared.
    """
    db = connect_read_only(new)
    db.row_factory = sqlite3.Row
    try:
        db.execute("attach ? as old", (f"{old.resolve().as_uri()}?mode=ro",))
        return _compare(db)
    finally:
        db.close()


def _compare(db: sqlite3.Connection) -> Differences:
    sites: dict[str, SiteDifferences] = {}

    def site(name: object) -> SiteDifferences:
        told = str(name)  # In a database that somebody has written to it may be anything.
        return sites.setdefault(told, SiteDifferences(told))

    for schema, attribute in (("old", "before"), ("main", "after")):
        for name, count in db.execute(f"select site, count(*) from {schema}.articles group by 1"):
            setattr(site(name), attribute, count)
    _vanished(db, site)
    for row in db.execute(
        "select site, id, url, title from main.articles"
        " where id not in (select id from old.articles) order by id"
    ):
        of = site(row["site"])
        of.added += 1
        of.show("added", Example(row["id"], row["url"], after=_shown(row["title"])))
    _changed(db, site)
    return Differences([sites[name] for name in sorted(sites)])


def _vanished(db: sqlite3.Connection, site: Any) -> None:
    for row in db.execute(
        """select site, id, url, title,
             (select article_addresses.article_id from old.article_addresses former
              join main.article_addresses on article_addresses.address = former.address
              where former.article_id = articles.id limit 1) as joined,
             (select unreadable.reason from old.article_addresses former
              join main.unreadable on unreadable.address = former.address
              where former.article_id = articles.id limit 1) as reason
           from old.articles where id not in (select id from main.articles) order by id"""
    ):
        of = site(row["site"])
        of.lost += 1
        why = row["reason"] or "not read as an article"
        if row["joined"] is not None:
            of.joined += 1
            why = f"part of article {row['joined']}"
        of.show("lost", Example(row["id"], row["url"], "", _shown(row["title"]), why))


def _changed(db: sqlite3.Connection, site: Any) -> None:
    both = set(_columns(db, "old")) & set(_columns(db, "main"))
    compared = [name for name in FIELDS if name in both]
    flags = [f"new.{name} is not old.{name} as {name}" for name in compared]
    for table, said in MEDIA.items():
        listed = (
            "(select group_concat(said, char(10)) from (select {said} as said from {schema}.{table}"
            " where article_id = new.id order by position))"
        )
        here = listed.format(said=said, schema="main", table=table)
        there = listed.format(said=said, schema="old", table=table)
        flags.append(f"{here} is not {there} as {table}")
    told = "new.extractor is not old.extractor" if "extractor" in both else "0"
    fields = [*compared, *MEDIA]
    for row in db.execute(
        f"select new.site as of_site, new.id as of_id, new.url as of_url, {told} as reread,"
        f" {', '.join(flags)}"
        " from main.articles new join old.articles old on old.id = new.id order by new.id"
    ):
        of = site(row["of_site"])
        of.reread += row["reread"]
        differing = [name for name in fields if row[name]]
        if not differing:
            continue
        of.changed += 1
        for name in differing:
            of.fields[name] += 1
            if len(of.examples.get(name, ())) < EXAMPLES:
                of.show(name, _example(db, row, name))


def _columns(db: sqlite3.Connection, schema: str) -> list[str]:
    return [row["name"] for row in db.execute(f"pragma {schema}.table_info(articles)")]


def _example(db: sqlite3.Connection, row: sqlite3.Row, name: str) -> Example:
    texts = []
    for schema in ("old", "main"):
        if name in MEDIA:
            said = f"group_concat({MEDIA[name]}, '; ')"
            sql = f"select {said} from {schema}.{name} where article_id = ?"
        else:
            sql = f"select {name} from {schema}.articles where id = ?"
        found = db.execute(sql, (row["of_id"],)).fetchone()[0]
        texts.append("" if found is None else str(found))
    before, after = _where_they_part(*texts)
    return Example(row["of_id"], row["of_url"], name, before, after)


def _where_they_part(before: str, after: str) -> tuple[str, str]:
    """Two texts from somewhat before the place where they begin to differ.

    >>> _where_they_part("một", "hai")
    ('một', 'hai')
    """
    same = 0
    for first, second in zip(before, after, strict=False):
        if first != second:
            break
        same += 1
    at = max(0, same - SHOWN // 4)
    lead = "…" if at else ""
    return lead + _shown(before[at:]), lead + _shown(after[at:])


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
