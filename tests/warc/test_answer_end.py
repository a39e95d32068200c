"""The end of an answer is found, however its bytes come; and never where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.warc.http import parse_message
from crawler.recording.answer_end import AnswerEnd, BrokenAnswer
from tests.warc.samples import answer, chunked

CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n"


def ends(pieces: Sequence[bytes], *, head_only: bool = False) -> list[int]:
    """What is said after each piece."""
    end, data, said = AnswerEnd(head_only=head_only), bytearray(), []
    for piece in pieces:
        data += piece
        said.append(end.look(data))
    return said


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    at = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:stop] for start, stop in pairwise(at)]


def bare(body: bytes) -> bytes:
    """In chunks whose lines end without CR."""
    return chunked(body.replace(b"\r", b"")).replace(b"\r", b"")


ANSWERS = st.one_of(
    st.binary(max_size=300).map(answer),
    st.tuples(st.binary(max_size=300), st.integers(1, 90)).map(
        lambda given: CHUNKS + chunked(given[0], given[1], b";a=b", b"X-Sum: 1\r\n")
    ),
    st.binary(max_size=99).map(lambda body: EARLY * 2 + CHUNKS + bare(body)),
    st.just(b"HTTP/1.1 304 Not Modified\nContent-Length: 9\n\n"),
)


@given(ANSWERS, st.lists(st.integers(0, 999), max_size=12), st.binary(max_size=9))
def test_the_end_is_found_in_any_pieces(whole: bytes, places: list[int], rest: bytes) -> None:
    pieces = cut(whole, places)
    said = ends([*pieces, rest])
    first = next(n for n in range(len(pieces)) if len(b"".join(pieces[: n + 1])) == len(whole))
    assert said[:first] == [-1] * first
    assert set(said[first:]) == {len(whole)}
    start = len(EARLY * 2) if whole.startswith(EARLY) else 0
    assert parse_message(whole[start:]).complete


@given(st.binary(max_size=200), st.lists(st.integers(0, 999), max_size=9), st.booleans())
def test_no_bytes_do_harm(noise: bytes, places: list[int], after_head: bool) -> None:
    data = CHUNKS + noise if after_head else b"HTTP/1." + noise
    try:
        said = ends(cut(data, places))
    except BrokenAnswer:
        return
    assert all(end == -1 or 0 < end <= len(data) for end in said)


@pytest.mark.parametrize(
    "broken",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\nhello",
        b"HTTP/1.1 hello\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n",
        EARLY * 30_000,
        CHUNKS + b"5\r\nhello!!",
        CHUNKS + b"no size\r\n",
        CHUNKS + b"1" * (1 << 17),
        CHUNKS + b"0\r\n" + b"X: y\r\n" * (1 << 14),
    ],
    ids=[
        "noise",
        "status",
        "long head",
        "all early",
        "long chunk",
        "no size",
        "long size",
        "long trailers",
    ],
)
def test_what_is_no_answer_is_told(broken: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        ends(cut(broken, range(0, len(broken), 5000)))


def test_without_framing_only_the_connection_ends_it() -> None:
    end = AnswerEnd()
    data = bytearray(b"HTTP/1.0 200 OK\r\n\r\nsome")
    assert end.look(data) == -1
    assert end.by_connection


def test_a_head_that_was_asked_for_alone_has_no_body() -> None:
    told = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
    assert ends([told]) == [-1]
    assert ends([told], head_only=True) == [len(told)]
