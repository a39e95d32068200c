"""Rows that do not hang together, or not in the plain way: a rebuild writes them anew, all of them.

Plain is an article that stands at its own address, is read there and perhaps at others that lead
to no other article, and to which redirects lead in one step from addresses where none was read.
Of all that is plain, each row follows from one capture, or from the times of an article's captures
(``archive.rebuilding.standing``). Where articles have moved, two lay claim to an address, or
somebody has written to the database, only weighing the captures again tells what is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlite_utils import Database

from archive.database import article_id

_REDIRECT = "outcome = 'redirect' and leads_to <> ''"

_CAPTURES = (
    # What other rows are worked out from is no text.
    "select id from captures where typeof(id) <> 'text' or typeof(address) <> 'text'"
    " or typeof(fetched_at) <> 'text' or typeof(leads_to) <> 'text'",
    # It was read as an article, and its address leads to another one, or there is no such article.
    """select c.id from captures c left join article_addresses a on a.address = c.address
       where c.outcome in ('article', 'print')
         and (c.article_id is null or a.article_id is not c.article_id
           or c.article_id not in (select id from articles))""",
    # It was not, and belongs to another article than its address.
    """select c.id from captures c left join article_addresses a on a.address = c.address
       where c.outcome is null and c.article_id is not null
          or c.outcome is not null and c.outcome not in ('article', 'print')
             and (c.article_id is not a.article_id or c.content_hash is not null)""",
    # A redirect on the way to another one, or from an address where more is known.
    f"""select r.id from captures r
        left join article_addresses here on here.address = r.address
        left join article_addresses there on there.address = r.leads_to
        where r.{_REDIRECT} and (
          here.article_id is not there.article_id
          or id_of_address(r.address) is here.article_id
          or exists (select 1 from captures c where c.address = r.leads_to and c.{_REDIRECT})
          or here.article_id is not null and exists (
            select 1 from captures c where c.address = r.address and c.id <> r.id
              and (c.outcome in ('article', 'print')
                or c.{_REDIRECT} and c.leads_to <> r.leads_to)))""",
)

_ARTICLES = (
    # The capture that it was read from is missing, or is no reading of it, or not the newest.
    """select a.id from articles a where a.capture_id is not (
         select id from captures where article_id = a.id and outcome in ('article', 'print')
         order by outcome = 'article' desc, fetched_at desc, id desc limit 1)""",
    # It does not stand at the address that its id follows from.
    """select id from articles where id not in (
         select article_id from article_addresses where id_of_address(address) = article_id)""",
    # A revision of it was read from something else.
    """select r.article_id from revisions r left join captures c on c.id = r.capture_id
       where c.content_hash is not r.content_hash or c.article_id is not r.article_id""",
    # There is no such article.
    *(
        f"select article_id from {table} where article_id not in (select id from articles)"
        for table in ("images", "attachments", "revisions", "article_addresses")
    ),
)

_ADDRESSES = (
    # It leads to an article, and nothing says so.
    f"""select a.address from article_addresses a
        where id_of_address(a.address) <> a.article_id
          and not exists (select 1 from captures c where c.address = a.address
            and c.article_id = a.article_id and c.outcome in ('article', 'print'))
          and not exists (select 1 from captures c
            join article_addresses there on there.address = c.leads_to
            where c.address = a.address and c.{_REDIRECT}
              and there.article_id = a.article_id)""",
    # It has an article, or what is said of its absence is not what the capture says.
    "select address from unreadable where address in (select address from article_addresses)",
    """select u.address from unreadable u left join captures c on c.id = u.capture_id
       where c.id is null or (u.address, u.url, u.site, u.detail, u.seen_at)
         is not (c.address, c.url, c.site, c.detail, c.fetched_at)""",
)


class Tangled(NamedTuple):
    """What has to be taken out with all that is concerned by it; see ``give_back``."""

    captures: Iterator[str]
    addresses: Iterator[str]
    articles: Iterator[int]


def tangled(db: Database) -> Tangled:
    """Everything in a database that is not plain; some of it more than once. Only reads."""
    db.conn.create_function("id_of_address", 1, _id_of, deterministic=True)

    def found(queries: tuple[str, ...]) -> Iterator[Any]:
        return (row[0] for query in queries for row in db.conn.execute(query))

    return Tangled(found(_CAPTURES), found(_ADDRESSES), found(_ARTICLES))


def _id_of(address: object) -> int | None:
    return article_id(address) if isinstance(address, str) else None
