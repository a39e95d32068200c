"""Which articles are copies of one story, and which of them was probably first.

Union sites republish each other and the union press. Articles whose texts may be alike
(``archive.stories.keys``) are compared (``archive.stories.text``). Stories are the connected
components of "tells the same story", so the same set of articles gives the same stories, in
whatever order they came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.database import transaction
from archive.stories.chunks import ABBREVIATIONS, plain
from archive.stories.keys import band_keys_of, candidates, reindex
from archive.stories.tellings import Tellings
from archive.stories.text import same_story, share_of, tellings_of

BATCH = 100
"""Articles taken up in one transaction: well below a second."""
Watch = Callable[[int, int], None]
"""Called with articles done and articles to do."""


@dataclass(frozen=True, slots=True)
class Stories:
    """What ``update_stories`` did and found."""

    compared: int
    """Articles that were new or changed."""
    stories: int
    """Stories told by more than one article."""
    copies: int
    """Articles in them, originals included."""


def update_stories(db: Database, *, watch: Watch | None = None) -> Stories:
    """Bring the stories up to date with the articles: after a crawl, an import or a rebuild.

    Looks only at articles that are new, changed or gone since. Short transactions, so that
    crawls can go on; safe to break off and to run twice.
    """
    tellings = Tellings(db)
    done, total = 0, _count(db, "select count(*) from copies_pending")
    while True:
        with transaction(db):
            stale = [
                row[0]
                for row in db.execute(
                    f"select article_id from copies_pending order by 1 limit {BATCH}"
                )
            ]
            if not stale:
                break
            tellings.forget(stale)
            _regroup(db, stale, tellings)
            db.conn.executemany(
                "delete from copies_pending where article_id = ?", [(key,) for key in stale]
            )
        done += len(stale)
        if watch is not None:
            watch(done, max(done, total))
    with transaction(db):
        _name_originals(db, tellings)
    return Stories(
        done,
        _count(db, "select count(*) from stories"),
        _count(db, "select count(*) from article_copies"),
    )


def _regroup(db: Database, stale: Sequence[int], tellings: Tellings) -> None:
    """Work out anew the stories of some articles, and of all that were in one story with them."""
    keys = _keys(db, stale)
    moved = set(reindex(db, stale, lambda article: keys.get(article, [])))
    members = moved.union(stale)
    for article in list(members):
        members.update(
            row[0]
            for row in db.execute(
                "select article_id from article_copies where story_id ="
                " (select story_id from article_copies where article_id = ?)",
                [article],
            )
        )
    present = {key for key in members if _exists(db, key)}
    _forget_stories(db, members)
    groups = Groups()
    for article in sorted(present):
        for other in candidates(db, article):
            story = _story_of(db, other) if other not in present else None
            if groups.find(article) == groups.find(other if story is None else -story - 1):
                continue
            if same_story(tellings[article], tellings[other]):
                groups.join(article, other if story is None else -story - 1)
    for group in groups.groups(present):
        articles = {key for key in group if key >= 0}
        for story in (-key - 1 for key in group if key < 0):
            rows = db.execute("select article_id from article_copies where story_id = ?", [story])
            articles.update(row[0] for row in rows)
        if len(articles) > 1:
            _forget_stories(db, articles)
            _write_story(db, sorted(articles), tellings)


class Groups:
    """Disjoint sets. Articles bear their ids; a story that stands is one member, -(id + 1)."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def find(self, key: int) -> int:
        root = key
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(key, key)) != root:
            self._parent[key], key = root, above
        return root

    def join(self, first: int, second: int) -> None:
        for key in (first, second):
            self._parent.setdefault(key, key)
        one, other = self.find(first), self.find(second)
        self._parent[max(one, other)] = min(one, other)

    def groups(self, keys: Iterable[int]) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for key in sorted({*keys, *self._parent}):
            found.setdefault(self.find(key), []).append(key)
        return list(found.values())


def _keys(db: Database, articles: Sequence[int]) -> dict[int, list[int]]:
    """Of those that there are."""
    marks = ", ".join("?" * len(articles))
    rows = db.conn.execute(
        f"select id, lead, body from articles where id in ({marks})", articles
    ).fetchall()
    told = tellings_of(f"{lead}\n{body}" for _, lead, body in rows)
    return {row[0]: keys for row, keys in zip(rows, band_keys_of(told), strict=True)}


def _exists(db: Database, article: int) -> bool:
    return bool(db.execute("select 1 from articles where id = ?", [article]).fetchone())


def _story_of(db: Database, article: int) -> int | None:
    row = db.execute(
        "select story_id from article_copies where article_id = ?", [article]
    ).fetchone()
    return row[0] if row else None


def _forget_stories(db: Database, articles: Iterable[int]) -> None:
    for article in articles:
        story = _story_of(db, article)
        if story is not None:
            db.execute("delete from article_copies where story_id = ?", [story])
            db.execute("delete from stories where id = ?", [story])


@dataclass(frozen=True, slots=True)
class _Member:
    article: int
    site: str
    source: str
    names: tuple[str, ...]
    """What others may call its site."""
    when: tuple[str, bool, str, str, int]


def _members(db: Database, articles: Sequence[int]) -> list[_Member]:
    marks = ", ".join("?" * len(articles))
    rows = db.execute(
        "select articles.id, articles.site, source, published_at, published_precision,"
        " first_seen_at, sites.title, sites.hosts from articles left join sites"
        f" on sites.name = articles.site where articles.id in ({marks}) order by articles.id",
        list(articles),
    )
    members = []
    for key, site, source, published, precision, seen, title, hosts in rows:
        told_time = precision == "minute"
        day = (published or seen)[:10]
        when = (day, not told_time, published if told_time else "", seen, key)
        names = (title or "", *re.findall(r'"([^"]+)"', hosts or ""))
        members.append(_Member(key, site, source, tuple(filter(None, map(_name, names))), when))
    return members


def _name(text: str) -> str:
    """A name as compared: abbreviations spelt out, without marks, ``www.`` and punctuation."""
    words = re.findall(r"[^\W_]+", text.casefold().removeprefix("www."))
    spelt = (ABBREVIATIONS.get(word, word) for word in words)
    return " ".join(plain(" ".join(spelt)).split())


def probable_original(members: Sequence[Any]) -> tuple[int, str]:
    """The article that the others were probably taken from, and by what evidence.

    "credit": another names its site as the source. "elsewhere": every one names a source, and
    none of them is among these. "date": the earliest of those that name none.
    """
    credited = [
        member
        for member in members
        if any(
            other.site != member.site and _names(other.source, member.names) for other in members
        )
    ]
    uncredited = [member for member in members if not member.source]
    pool = credited or uncredited or list(members)
    evidence = "credit" if credited else "date" if uncredited else "elsewhere"
    return min(pool, key=lambda member: member.when).article, evidence


def _names(source: str, names: Sequence[str]) -> bool:
    said = _name(source)
    return bool(said) and any(
        len(name) > 4 and (f" {name} " in f" {said} " or f" {said} " in f" {name} ")
        for name in names
    )


@dataclass(frozen=True, slots=True)
class Story:
    """The rows of a story and of its copies, in the order of their tables' columns."""

    row: tuple[int, str, int, int, str, str]
    copies: tuple[tuple[int, int, int, float, float], ...]


def story_of(db: Database, articles: Sequence[int], tellings: Tellings) -> Story:
    """The story that these articles, in the order of their ids, tell. Only reads."""
    row = _row_of(_members(db, articles))
    original = row[0]
    first = tellings[original]
    return Story(
        row,
        tuple(
            (
                key,
                original,
                int(key == original),
                round(share_of(tellings[key], first), 3),
                round(share_of(first, tellings[key]), 3),
            )
            for key in articles
        ),
    )


def _row_of(members: Sequence[_Member]) -> tuple[int, str, int, int, str, str]:
    original, evidence = probable_original(members)
    days = sorted(member.when[0] for member in members)
    sites = len({member.site for member in members})
    return original, evidence, len(members), sites, days[0], days[-1]


def write_story(db: Database, story: Story) -> None:
    """Write the rows of a story none of whose articles belongs to another one."""
    db.execute(
        "insert into stories (id, evidence, copies, sites, first_at, last_at)"
        " values (?, ?, ?, ?, ?, ?)",
        list(story.row),
    )
    db.conn.executemany(
        "insert into article_copies (article_id, story_id, is_original, from_original,"
        " of_original) values (?, ?, ?, ?, ?)",
        story.copies,
    )


def _write_story(db: Database, articles: Sequence[int], tellings: Tellings) -> None:
    write_story(db, story_of(db, articles, tellings))


def _name_originals(db: Database, tellings: Tellings) -> None:
    """Look again at who was first, and when.

    A site may have got its name since, or an article an earlier capture.
    """
    stories: dict[int, list[int]] = {}
    for story, article in db.execute("select story_id, article_id from article_copies"):
        stories.setdefault(story, []).append(article)
    for story, articles in sorted(stories.items()):
        standing = db.execute(
            "select id, evidence, copies, sites, first_at, last_at from stories where id = ?",
            [story],
        ).fetchone()
        if _row_of(_members(db, articles)) != standing:
            _forget_stories(db, articles)
            _write_story(db, sorted(articles), tellings)


def _count(db: Database, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0])
