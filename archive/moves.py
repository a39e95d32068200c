"""Articles that moved: a redirect from one article's address to another's joins the two.

Which address an article stands at now is a function of the redirects among its captures, not of
the order in which they were taken in, but in the few cases that docs/architecture.md names.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlite_utils import Database

from archive.database import article_id

LONGEST_CHAIN = 10
MOST_SOURCES = 200
"""Addresses that are followed back from one article; a site that redirects everything has more."""
SHARED_LINES = 0.5
"""Part of the shorter body's lines that two readings of one story have in common at least."""


def destination_of(db: Database, address: str) -> str:
    """Where the newest redirects lead from an address, as far as an article stands there.

    The address itself where they lead to none. In a circle of redirects it is the article of
    the first address in the order of the alphabet.
    """
    chain = [address]
    while len(chain) <= LONGEST_CHAIN:
        row = db.conn.execute(
            "select leads_to from captures where address = ? and outcome = 'redirect'"
            " and leads_to <> '' order by fetched_at desc, id desc limit 1",
            (chain[-1],),
        ).fetchone()
        if row is None:
            break
        if row[0] in chain:
            circle = chain.index(row[0])
            chain[circle:] = sorted(chain[circle:], reverse=True)
            break
        chain.append(row[0])
    for candidate in reversed(chain):
        if article_at(db, candidate) is not None:
            return candidate
    return address


def article_at(db: Database, address: str) -> int | None:
    """Id of the article that an address leads to, None where it leads to none."""
    row = db.conn.execute(
        "select article_id from article_addresses where address = ?", (address,)
    ).fetchone()
    return int(row[0]) if row else None


def owner_of(db: Database, address: str) -> int | None:
    """The article that an address belongs to by what was read there; None where nothing was.

    The article whose own address it is comes before any whose print view or older form stood
    there; of these the one read there last, a main view before a print. A redirect that was
    answered there counts only where nothing was ever read.
    """
    own = article_id(address)
    if db.conn.execute("select 1 from articles where id = ?", (own,)).fetchone():
        return own
    row = db.conn.execute(
        "select article_id from captures where address = ? and outcome in ('article', 'print')"
        " order by outcome = 'article' desc, fetched_at desc, id desc limit 1",
        (address,),
    ).fetchone()
    return int(row[0]) if row else None


def home_of(db: Database, address: str, title: str, body: str) -> int:
    """The id under which an article read at an address is kept.

    Where the address has come to redirect to that of an article of the same story, that one's.
    Without a redirect it is the address's own, also where print views of another article stood
    there: whether those or this reading were taken in first must not tell.
    """
    destination = destination_of(db, address)
    there = article_at(db, destination)
    if destination != address and there is not None and same_story(db, there, title, body):
        return there
    return article_id(address)


def redirecting_to(db: Database, addresses: Collection[str]) -> list[str]:
    """Addresses whose redirects end at one of these, in the order of the alphabet.

    Also one of these that leads to another of them.
    """
    found: set[str] = set()
    waiting = list(addresses)
    while waiting and len(found) < MOST_SOURCES:
        rows = db.conn.execute(
            # Without "<> ''" the partial index cannot serve, and every capture would be looked at.
            "select distinct address from captures where leads_to = ? and leads_to <> ''"
            " and outcome = 'redirect'",
            (waiting.pop(),),
        ).fetchall()
        fresh = {row[0] for row in rows} - found
        found |= fresh
        waiting += sorted(fresh)
    return sorted(source for source in found if destination_of(db, source) in addresses)


def same_story(db: Database, key: int, title: str, body: str) -> bool:
    """Whether an article tells the story of this title and body.

    A site may redirect many dead addresses to one notice; such a notice is not what they said.
    """
    row = db.conn.execute("select title, body from articles where id = ?", (key,)).fetchone()
    if row is None:
        return False
    if row[0].casefold() == title.casefold():
        return True
    lines, others = set(row[1].split("\n")), set(body.split("\n"))
    shorter = min(len(lines), len(others))
    return shorter > 0 and len(lines & others) >= SHARED_LINES * shorter and bool(body)
