"""Lists of captures in every form that servers give, and in none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.database import ArchiveError
from crawler.cdx.fetch import Asker, NotThere
from crawler.cdx.lines import Listed, parse_list, resume_key
from crawler.cdx.lists import source_lines

URL = "http://congdoan.example/tin/1"
DIGEST = "JEXJR23VJNMISKZO2PJJFAYRPVKZAOS5"
WANTED = Listed(URL, "20150102030405", "text/html", 200, f"sha1:{DIGEST}")
FIELDS = {"url": URL, "mime": "text/html", "status": "200", "digest": DIGEST}
NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
ROW = ["example,congdoan)/tin/1", "20150102030405", URL, "text/html", "200", DIGEST, "512"]


def only(*lines: str) -> list[Listed]:
    return [found for found in parse_list(line.encode() for line in lines) if found is not None]


@pytest.mark.parametrize(
    "lines",
    [
        [f"example,congdoan)/tin/1 20150102030405 {json.dumps(FIELDS)}"],
        [json.dumps(FIELDS | {"timestamp": "20150102030405", "urlkey": "x"})],
        [json.dumps(FIELDS | {"timestamp": "20150102030405", "digest": f"sha1:{DIGEST}"})],
    ],
)
def test_json(lines: list[str]) -> None:
    assert only(*lines) == [WANTED]


@pytest.mark.parametrize(
    "lines",
    [
        [" ".join(ROW)],
        [f"[{json.dumps(NAMES)},", f"{json.dumps(ROW)}]"],
        [f"[{json.dumps(NAMES)},", f"{json.dumps(ROW)},", "[],", '["key"]]'],
        [f"[{json.dumps(list(reversed(NAMES)))},", f"{json.dumps(list(reversed(ROW)))}]"],
    ],
)
def test_wayback(lines: list[str]) -> None:
    (found,) = only(*lines)
    assert (found.url, found.timestamp, found.status, found.length) == (
        URL,
        "20150102030405",
        200,
        512,
    )
    assert found.digest == WANTED.digest


def test_an_older_cdx_names_its_columns_by_letters() -> None:
    row = f"example,congdoan)/tin/1 20150102030405 {URL} text/html 200 {DIGEST} - - 377 460 a.gz"
    (found,) = only(" CDX N b a m s k r M S V g", row)
    assert (found.filename, found.offset, found.length) == ("a.gz", 460, 377)


def test_every_line_is_one_item_whatever_it_is() -> None:
    lines = [b"", b"junk", b"{", b"[", b" CDX N b a", " ".join(ROW).encode(), b"\xff\xfe", b"[[[["]
    assert len(list(parse_list(lines))) == len(lines)


@pytest.mark.parametrize(
    "change",
    [
        {"url": "ftp://a.vn/"},
        {"url": "http://a.vn/ x"},
        {"url": "http://a.vn/\r\nX: y"},
        {"url": ""},
        {"timestamp": "2015"},
        {"timestamp": "20151302030405"},
        {"timestamp": None},
        {"url": ["http://a.vn/"]},
    ],
)
def test_what_is_no_capture(change: dict[str, object]) -> None:
    assert only(json.dumps(FIELDS | {"timestamp": "20150102030405"} | change)) == []


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_no_bytes_raise(lines: list[bytes]) -> None:
    found = list(parse_list(lines))
    assert len(found) == len(lines)
    resume_key(lines)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_no_json_raises(value: object) -> None:
    list(parse_list([json.dumps(value).encode(), json.dumps({"timestamp": value}).encode()]))


def test_resume_keys() -> None:
    assert resume_key([]) == ""
    assert resume_key([b"a line", b"another"]) == ""
    assert resume_key([b"", b"vn%2Ca%29%2F+2015"]) == "vn%2Ca%29%2F+2015"
    assert resume_key([b"", " ".join(ROW).encode()]) == ""


class ScriptedAsker:
    """Answers as index.commoncrawl.org does: first how many parts, then each of them."""

    def __init__(self, pages: bytes, parts: dict[str, list[bytes]]) -> None:
        self.pages = pages
        self.parts = parts
        self.asked: list[dict[str, str]] = []

    def lines(self, url: str, max_bytes: int) -> Iterator[bytes]:
        query = dict(parse_qsl(urlsplit(url).query))
        self.asked.append(query)
        if query.get("showNumPages") == "true":
            yield self.pages
        elif query["page"] in self.parts:
            yield from self.parts[query["page"]]
        else:
            raise NotThere("404 No Captures found")


COMMON_CRAWL = (
    "https://index.commoncrawl.org/CC-MAIN-2025-05-index?url=congdoan.example/*&output=json"
)


def test_a_list_of_common_crawl_is_asked_for_part_by_part() -> None:
    parts = {str(number): [b'{"n": %d}' % number] * 2 for number in range(3)}
    asker = ScriptedAsker(b'{"pages": 3, "pageSize": 5, "blocks": 11}', parts)
    found = list(source_lines(COMMON_CRAWL, cast("Asker", asker)))
    assert found == [line for number in range(3) for line in parts[str(number)]]
    assert [query.get("page", "count") for query in asker.asked] == ["count", "0", "1", "2"]
    assert all(query["url"] == "congdoan.example/*" for query in asker.asked)
    assert all(query["output"] == "json" for query in asker.asked)


def test_a_list_of_common_crawl_without_captures_is_empty() -> None:
    asker = ScriptedAsker(b'{"pages": 0, "pageSize": 5, "blocks": 0}', {})
    assert list(source_lines(COMMON_CRAWL, cast("Asker", asker))) == []
    assert len(asker.asked) == 1


def test_a_part_that_is_not_there_is_said() -> None:
    asker = ScriptedAsker(b'{"pages": 2}', {"0": [b"{}"]})
    with pytest.raises(ArchiveError, match="No Captures found"):
        list(source_lines(COMMON_CRAWL, cast("Asker", asker)))
