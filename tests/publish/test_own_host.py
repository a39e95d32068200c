"""The archive's own name: whom it answers, and what its links and permanent ids say."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive.own_host import answers_to
from archive.publish.serve import make_face
from tests.publish.conftest import close

PUBLIC = "https://luutru.example.vn"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize(
    ("host", "bound", "address", "answered"),
    [
        ("127.0.0.1:8001", "127.0.0.1", "", True),
        ("localhost:8001", "127.0.0.1", "", True),
        ("kho.localhost", "127.0.0.1", "", True),
        ("[::1]:8001", "::1", "", True),
        ("LOCALHOST.", "127.0.0.1", "", True),
        ("luutru.example.vn", "127.0.0.1", PUBLIC, True),
        ("luutru.example.vn", "127.0.0.1", "", False),
        ("evil.example", "127.0.0.1", PUBLIC, False),
        ("127.0.0.1.evil.example", "127.0.0.1", "", False),
        ("localhost.evil.example:8001", "::1", "", False),
        ("", "127.0.0.1", "", False),
        ("[::1", "127.0.0.1", "", False),
        ("a@localhost:x", "127.0.0.1", "", True),
        ("evil.example", "192.0.2.7", "", True),
        ("evil.example", "", "", True),
    ],
)
def test_only_names_that_can_be_meant(host: str, bound: str, address: str, answered: bool) -> None:
    assert answers_to(host, bound, address) is answered


@pytest.fixture(scope="module")
def public_face(sample: tuple[Path, dict[str, int]]) -> Iterator[Any]:
    made = make_face(sample[0], address=PUBLIC, allow_indexing=True)
    yield made
    close(made)


async def ask(face: Any, path: str, host: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=face.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path, headers={"host": host})


@pytest.mark.parametrize("path", ["/", "/archive.json?sql=select+1", "/static/archive.css"])
async def test_a_page_of_another_name_reads_nothing(face: Any, path: str) -> None:
    refused = await ask(face, path, "evil.example")
    assert refused.status_code == 421
    assert "address" in refused.text
    assert (await ask(face, path, "127.0.0.1:8001")).status_code == 200


async def test_links_carry_the_public_address(public_face: Any) -> None:
    feed = ET.fromstring((await ask(public_face, "/feed.atom", "127.0.0.1:8001")).text)
    links = [link.get("href") or "" for link in feed.iter(ATOM + "link")]
    own = [link for link in links if "/articles/" in link and PUBLIC in link]
    assert len(own) == len(feed.findall(ATOM + "entry")) > 0
    assert PUBLIC in (await ask(public_face, "/sitemap.xml", "luutru.example.vn")).text


async def test_ids_stay_when_the_archive_moves(face: Any, public_face: Any) -> None:
    def identities(text: str) -> list[str]:
        return [element.text or "" for element in ET.fromstring(text).iter(ATOM + "id")]

    here = identities((await ask(face, "/feed.atom?q=cong", "127.0.0.1:8001")).text)
    there = identities((await ask(public_face, "/feed.atom?q=cong", "luutru.example.vn")).text)
    assert here == there
    assert len(set(here)) == len(here) > 2
    assert all(identity.startswith("urn:uuid:") for identity in here)


async def test_authors_are_names_and_never_signature_lines(face: Any) -> None:
    feed = ET.fromstring((await ask(face, "/feed.atom", "localhost")).text)
    names = [name.text or "" for name in feed.iter(ATOM + "name")]
    assert len(names) >= len(feed.findall(ATOM + "entry"))
    assert not [name for name in names if not name or ":" in name]


async def test_no_value_of_a_query_fills_the_memory(face: Any) -> None:
    answer = await ask(face, "/archive.json?sql=select+hex(randomblob(200000000))", "localhost")
    assert answer.status_code == 400
    assert "too big" in answer.json()["error"]
