"""Lists of captures that come packed, or are none: read, or refused by name."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.database import open_archive
from crawler.cdx.lines import is_no_list
from crawler.cdx.unpacked import BadlyPacked, unpacked
from tests.operation.scripted_web import Asked, Said, ScriptedWeb
from tests.operation.test_cdx_import import Elsewhere, report, rows, run, source_of

LIST = "/coll/cdx?url=congdoan.example/*"


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def test_a_list_is_asked_for_as_it_is(tmp_path: Path) -> None:
    """A server that packs whatever may come packed."""
    elsewhere = Elsewhere()
    plain = elsewhere.list().body

    def answer(asked: Asked) -> Said:
        if "gzip" in asked.headers.get("accept-encoding", ""):
            return Said(200, gzip.compress(plain), {"Content-Encoding": "gzip"})
        return Said(200, plain)

    elsewhere.script[LIST] = answer
    with ScriptedWeb(elsewhere.script) as web:
        assert report(run(tmp_path, source_of(web)))["fetched"] == 6
        assert web.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", bare_deflate),
        ("", gzip.compress),
    ],
)
def test_a_list_that_comes_packed_all_the_same(tmp_path: Path, encoding: str, pack: object) -> None:
    assert callable(pack)
    elsewhere = Elsewhere(captures=3)
    headers = {"Content-Encoding": encoding} if encoding else {}
    elsewhere.script[LIST] = Said(200, pack(elsewhere.list().body), headers)
    with ScriptedWeb(elsewhere.script) as web:
        assert report(run(tmp_path, source_of(web)))["fetched"] == 3


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Said(200, b"<html>Sign in</html>"), "No line of the list is one of CDX"),
        (Said(200, b"x", {"Content-Encoding": "br"}), "packed as 'br'"),
        (Said(200, b"<html>", {"Content-Encoding": "gzip"}), "cannot be unpacked"),
        (Said(200, gzip.compress(b"x" * 999)[:-9], {"Content-Encoding": "gzip"}), "broke off"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, answer: Said, words: str) -> None:
    with ScriptedWeb({LIST: answer}) as web:
        result = run(tmp_path, source_of(web))
        assert result.exit_code == 1
        assert words in result.stderr and source_of(web) in result.stderr
    assert not list((tmp_path / "imports").glob("*"))
    assert rows(tmp_path, "select count(*) from capture_lists") == [(0,)]


def test_a_refused_list_leaves_the_earlier_one(tmp_path: Path) -> None:
    elsewhere = Elsewhere(captures=2)
    with ScriptedWeb(elsewhere.script) as web:
        run(tmp_path, source_of(web))
        (kept,) = (tmp_path / "imports").glob("*.cdx")
        before = kept.read_bytes()
        web.script[LIST] = Said(200, b"<html>Out of order</html>")
        assert run(tmp_path, source_of(web), "--again").exit_code == 1
        assert kept.read_bytes() == before


def test_what_was_kept_for_a_list_and_is_none_is_asked_for_anew(tmp_path: Path) -> None:
    elsewhere = Elsewhere(captures=2)
    with ScriptedWeb(elsewhere.script) as web:
        run(tmp_path, source_of(web))
        (kept,) = (tmp_path / "imports").glob("*.cdx")
        kept.write_bytes(gzip.compress(kept.read_bytes()))
        with open_archive(tmp_path / "archive.db") as db, db.conn:
            db.conn.execute("delete from captures")
        assert report(run(tmp_path, source_of(web)))["fetched"] == 2


def test_an_empty_list_is_one(tmp_path: Path) -> None:
    script = {LIST: Said(200, b'[["urlkey","timestamp","original"]]')}
    with ScriptedWeb(script) as web:
        result = run(tmp_path, source_of(web))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("cut", [0, 9])
def test_a_packed_list_in_a_file(tmp_path: Path, cut: int) -> None:
    elsewhere = Elsewhere(captures=2)
    packed = gzip.compress(elsewhere.list().body)
    path = tmp_path / "list.cdxj.gz"
    path.write_bytes(packed[: len(packed) - cut])
    with ScriptedWeb(elsewhere.script) as web:
        way = f"{web.address}/coll/{{timestamp}}id_/{{url}}"
        result = run(tmp_path / "data", str(path), "--replay", way)
    if cut:
        assert result.exit_code == 1 and str(path) in result.stderr
    else:
        assert report(result)["fetched"] == 2


@given(
    st.lists(st.binary(max_size=200).map(lambda some: some * 900), max_size=3),
    st.integers(1, 5000),
)
def test_packed_parts_in_whatever_pieces(parts: list[bytes], size: int) -> None:
    raw = b"".join(gzip.compress(part) for part in parts)
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    whole = b"".join(parts)
    assert b"".join(unpacked(pieces, "gzip", len(whole))) == whole
    if whole:
        with pytest.raises(BadlyPacked, match="larger"):
            b"".join(unpacked(pieces, "gzip", len(whole) - 1))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    got = 0
    with pytest.raises(BadlyPacked, match="larger than 1000000"):
        for piece in unpacked([bomb], "gzip", 1_000_000):
            got += len(piece)
            assert len(piece) <= 1 << 16
    assert got <= 1_000_000


@given(st.lists(st.binary(max_size=60), max_size=8), st.sampled_from(["", "gzip", "deflate"]))
def test_no_bytes_raise_anything_else(chunks: list[bytes], encoding: str) -> None:
    with suppress(BadlyPacked):
        is_no_list(b"".join(unpacked(chunks, encoding, 10_000)).split(b"\n"))
