"""Which connections are asked again, and which never."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from unittest import mock

import pytest
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, ResponseDataLossError
from twisted.internet.testing import StringTransport

from crawler.recording import connection
from crawler.recording.connection import Answer, Connection, Connections, Limits, Tape

ASKED = b"GET / HTTP/1.1\r\nHost: a.vn\r\n\r\n"
GIVEN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def connected() -> Connection:
    made = Connection()
    made.makeConnection(StringTransport())  # type: ignore[no-untyped-call]
    return made


async def answer_of(
    made: Connection, *pieces: bytes, lost: bool = False, tape: Tape | None = None, **limits: Any
) -> Answer:
    """Ask, and let these pieces come."""
    asking = asyncio.ensure_future(
        made.ask(ASKED, tape or Tape(), Limits(**limits), head_only=False)
    )
    await asyncio.sleep(0)
    for piece in pieces:
        made.dataReceived(piece)
    if lost:
        made.connectionLost()
    return await asking


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (GIVEN, True),
        (GIVEN.replace(b"OK", b"OK\r\nConnection: Keep-Alive, Close"), False),
        (GIVEN.replace(b"HTTP/1.1", b"HTTP/1.0"), False),
        (GIVEN.replace(b"HTTP/1.1 200 OK", b"HTTP/1.0 200 OK\r\nConnection: keep-alive"), True),
        (GIVEN + b"HTTP/1.1 200", False),
    ],
)
def test_a_connection_is_kept_where_both_sides_may_go_on(given: bytes, kept: bool) -> None:
    async def crawl() -> Connection | None:
        made, connections = connected(), Connections(2)
        assert (await answer_of(made, given)).end == given.index(b"hi") + 2
        connections.keep("a", made)
        return connections.take("a")

    assert (asyncio.run(crawl()) is not None) == kept


def spoken_to(made: Connection) -> None:
    made.dataReceived(b"HTTP/1.1 408 Too late\r\n\r\n")


def hung_up(made: Connection) -> None:
    made.connectionLost()


def left_for_long(made: Connection) -> None:
    made.idle_since -= connection.IDLE_SECONDS


@pytest.mark.parametrize("happens", [spoken_to, hung_up, left_for_long])
def test_what_happens_to_a_kept_connection(happens: Callable[[Connection], None]) -> None:
    made, connections = connected(), Connections(2)
    connections.keep("a", made)
    happens(made)
    assert connections.take("a") is None
    assert made.lost


def test_no_more_are_kept_than_may_be_asked_at_once() -> None:
    made, connections = [connected() for _ in range(3)], Connections(2)
    for one in made:
        connections.keep("a", one)
    assert [connections.take("a") for _ in range(3)] == [made[2], made[1], None]
    assert made[0].lost
    assert connections.take("b") is None


def test_all_are_closed_at_the_end() -> None:
    made, connections = [connected() for _ in range(2)], Connections(2)
    for number, one in enumerate(made):
        connections.keep(number, one)
    with mock.patch.object(StringTransport, "loseConnection", lambda self: None):
        asyncio.run(connections.close(0.01))  # They do not answer.
    assert [one.lost for one in made] == [True, True]


def fails(how: type[Exception], *pieces: bytes, **given: Any) -> Callable[[], Awaitable[None]]:
    async def crawl() -> None:
        made, tape = connected(), Tape()
        with pytest.raises(how):
            await answer_of(made, *pieces, tape=tape, **given)
        assert bytes(tape.received) == b"".join(pieces)
        assert not tape.ended
        # What still comes is nobody's.
        made.dataReceived(b"more")
        assert bytes(tape.received) == b"".join(pieces)
        assert made.lost

    return crawl


@pytest.mark.parametrize(
    "crawl",
    [
        fails(DownloadFailedError, b"220 smtp\r\n"),
        fails(DownloadFailedError, b"HTTP/1.1 200", lost=True),
        fails(ResponseDataLossError, GIVEN[:-1], lost=True),
        fails(DownloadCancelledError, GIVEN, most=1),
        fails(DownloadCancelledError, GIVEN.replace(b"Content-Length: 2", b"X: y"), most=1),
    ],
    ids=["noise", "no head", "cut", "announced", "too long"],
)
def test_an_answer_that_is_not_taken(crawl: Callable[[], Any]) -> None:
    asyncio.run(crawl())


def test_an_answer_that_breaks_off_is_taken_where_that_is_allowed() -> None:
    found = asyncio.run(answer_of(connected(), GIVEN[:-1], lost=True, cut=True))
    assert found.flags == ["dataloss"]
