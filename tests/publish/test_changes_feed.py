"""The feed of edits and takedowns: what changed, since when it is gone, and what shows that."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from archive.articles import settle
from archive.database import open_archive
from archive.publish.changes import KINDS, newest_changes, told_difference
from archive.publish.filters import Filters
from archive.publish.serve import make_face
from archive.records import Unreadable
from tests.archive.small_archive import HOST, START, SmallArchive, reply
from tests.publish.conftest import close
from tests.publish.pages import get, tree

ATOM = "{http://www.w3.org/2005/Atom}"
Sample = tuple[Path, dict[str, int]]


def entries(text: str) -> list[ET.Element]:
    root = ET.fromstring(text)
    assert root.tag == ATOM + "feed"
    for needed in ("id", "title", "updated"):
        assert root.find(ATOM + needed) is not None
    found = root.findall(ATOM + "entry")
    for entry in found:
        assert all(entry.find(ATOM + name) is not None for name in ("id", "title", "updated"))
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
    return found


def content(entry: ET.Element) -> Any:
    return lxml.html.fragment_fromstring(entry.findtext(ATOM + "content") or "", "div")


def link(entry: ET.Element, rel: str) -> str:
    return next(x.get("href") or "" for x in entry.iter(ATOM + "link") if x.get("rel") == rel)


async def feed(face: Any, query: str = "") -> list[ET.Element]:
    response = await get(face, f"/changes.atom{query}")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/atom+xml")
    return entries(response.text)


async def test_what_was_edited_is_told_word_by_word(face: Any, ids: dict[str, int]) -> None:
    (edited,) = await feed(face, "?kind=edited&_lang=en")
    assert edited.findtext(ATOM + "title", "").startswith("Changed, title, body: Đối thoại")
    shown = content(edited)
    assert "bảy" in [piece.text for piece in shown.iter("del")]
    assert "mười" in [piece.text for piece in shown.iter("ins")]
    page = await get(face, link(edited, "alternate").partition("localhost")[2])
    assert page.status_code == 200
    assert tree(page.text).xpath("//ins[contains(., 'mười')]")
    assert link(edited, "via").startswith("https://")


async def test_what_was_taken_down_is_told_with_evidence(face: Any, sample: Sample) -> None:
    (gone,) = await feed(face, "?kind=gone")
    assert gone.findtext(ATOM + "title", "").startswith("Đã gỡ: ")
    assert gone.findtext(ATOM + "updated") == "2025-08-04T06:30:00+07:00"
    shown = content(gone)
    assert "HTTP 404" in shown.text_content()
    db = open_archive(sample[0])
    (evidence,) = db.execute("select id, warc_file from captures where status = 404").fetchall()
    db.close()
    assert evidence[0] in shown.text_content()
    assert evidence[1] in shown.text_content()
    first = next(shown.iter("a")).get("href")
    assert first == f"http://127.0.0.1:9/capture/{evidence[0]}"
    assert link(gone, "alternate").endswith(f"/archive/articles/{sample[1]['tai_nan']}")


async def test_both_together_newest_first_and_narrowed(face: Any) -> None:
    both = await feed(face)
    moments = [entry.findtext(ATOM + "updated", "") for entry in both]
    assert len(both) == 2
    assert moments == sorted(moments, reverse=True)
    whole = ET.fromstring((await get(face, "/changes.atom")).text)
    assert whole.findtext(ATOM + "updated") == moments[0]
    (gone,) = await feed(face, "?kind=gone")
    site = next(c.get("term") for c in gone.iter(ATOM + "category") if c.get("term") != "gone")
    narrowed = await feed(face, f"?province={site}")
    assert [entry.findtext(ATOM + "id") for entry in narrowed] == [gone.findtext(ATOM + "id")]
    assert await feed(face, "?site=no_such_site") == []


@pytest.mark.parametrize("query", ["kind=x", "month=2025-13", "year=abcd", "q=cong"])
async def test_what_cannot_be_meant_is_refused(face: Any, query: str) -> None:
    response = await get(face, f"/changes.atom?{query}")
    assert response.status_code == 400
    assert query.partition("=")[0] in response.text


async def test_pages_lead_to_it(face: Any) -> None:
    for path in ("/", "/sites/hai_phong", "/provinces/An Giang"):
        page = tree((await get(face, path)).text)
        own = page.xpath("//main//a[contains(@href, '/changes.atom')]/@href")
        assert len(own) == 1
        assert (await get(face, own[0])).status_code == 200
        assert page.xpath("//head/link[@type='application/atom+xml'][@href='/changes.atom']")


async def test_ids_stay_and_each_event_has_its_own(tmp_path: Path) -> None:
    """Two edits and a takedown, in an archive that moves to another host."""
    url = f"{HOST}/tin-1.html"
    with SmallArchive(tmp_path) as small:
        for day, body in ((0, "Ba suất quà."), (1, "Bốn suất quà."), (3, "Năm suất quà.")):
            small.page("/tin-1.html", "<p>x</p>", at=START + timedelta(days=day), body=body)
        gone = small.capture(url, reply(b"", "text/html", "410 Gone"), at=START + timedelta(days=4))
        settle(small.db, gone, url, Unreadable("http_error", "410"), extractor="1", expected=True)
    identities = []
    for address in ("", "https://luutru.example.vn"):
        face = make_face(tmp_path / "archive.db", address=address)
        found = await feed(face)
        identities.append([entry.findtext(ATOM + "id") for entry in found])
        close(face)
    assert identities[0] == identities[1]
    assert len(set(identities[0])) == 3
    assert "HTTP 410" in content(found[0]).text_content()
    assert [piece.text for piece in content(found[1]).iter("ins")] == ["Năm"]


async def test_a_closed_archive_tells_nothing_of_it(sample: Sample) -> None:
    face = make_face(sample[0], {"allow": {"id": "editor"}})
    assert (await get(face, "/changes.atom")).status_code == 403
    close(face)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 2400, "b a " * 2400),
        ("\n" * 390, "x\n" * 390),
        ("ạ" * 9_999, "ă" * 9_999),
        ("a\n" * 5_000, "b\n" * 5_000),
        ("", "a" * 20_000),
    ],
)
def test_a_difference_is_found_soon_or_not_told(old: str, new: str) -> None:
    begun = time.process_time()
    told_difference(old, new)
    assert time.process_time() - begun < 10


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        for day, body in ((0, "cũ"), (1, "<script>alert(1)</script>\x0b]]>&")):
            small.page("/a.html", "<p>x</p>", at=START + timedelta(days=day), body=body)
        changes = newest_changes(small.db.conn, Filters(), KINDS, 5)
    assert [change.parts for change in changes] == [("body",)]
