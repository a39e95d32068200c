"""What machines fetch: feeds, downloads, robots.txt and the sitemap."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from archive.publish.serve import make_face
from tests.publish.conftest import close
from tests.publish.pages import get
from tests.publish.sample import sample_articles

ATOM = "{http://www.w3.org/2005/Atom}"


async def test_asking_for_the_head_of_a_download_runs_none(face: Any) -> None:
    response = await face.client.head("/download/articles.csv")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/csv")


async def test_feeds_are_atom_and_follow_a_search(face: Any, ids: dict[str, int]) -> None:
    whole = ET.fromstring((await get(face, "/feed.atom")).text)
    assert whole.tag == ATOM + "feed"
    assert len(whole.findall(ATOM + "entry")) == 32
    for needed in ("id", "title", "updated"):
        assert all(entry.find(ATOM + needed) is not None for entry in whole.iter(ATOM + "entry"))
    narrowed = ET.fromstring((await get(face, "/feed.atom?q=dai+hoi&site=nam_dinh")).text)
    entries = narrowed.findall(ATOM + "entry")
    assert [entry.findtext(ATOM + "title") for entry in entries] == [
        "Đại hội Công đoàn ngành Giáo dục tỉnh Nam Định"
    ]
    assert whole.find(ATOM + "subtitle") is None, "only the sample web's archive warns"
    self_link = next(x for x in narrowed.findall(ATOM + "link") if x.get("rel") == "self")
    assert (self_link.get("href") or "").endswith("/feed.atom?q=dai+hoi&site=nam_dinh")


async def test_downloads_are_whole_and_readable(face: Any, ids: dict[str, int]) -> None:
    response = await get(face, "/download/articles.csv")
    rows = list(csv.DictReader(io.StringIO(response.text.lstrip("\ufeff"))))
    assert {int(row["id"]) for row in rows} == set(ids.values())
    texts = {sample.id: sample.article.body for sample in sample_articles()}
    assert all(row["body"] == texts[int(row["id"])] for row in rows)
    lines = (await get(face, "/download/articles.jsonl?q=hoa+binh")).text.splitlines()
    records = [json.loads(line) for line in lines]
    assert {record["id"] for record in records} == {
        ids["hoa_binh_lu"], ids["hoa_binh_van_nghe"], ids["hoa_binh_hoa"],
    }  # fmt: skip
    assert isinstance(records[0]["tags"], list)


async def test_robots_and_sitemap_are_the_owners_choice(
    face: Any, sample: tuple[Path, dict[str, int]]
) -> None:
    assert (await get(face, "/robots.txt")).text == "User-agent: *\nDisallow: /\n"
    assert (await get(face, "/sitemap.xml")).status_code == 404
    assert (await get(face, "/")).headers["x-robots-tag"] == "noindex, nofollow"
    open_face = make_face(sample[0], allow_indexing=True)
    try:
        robots = (await get(open_face, "/robots.txt")).text
        assert "Disallow: /\n" not in robots
        assert "/sitemap.xml" in robots
        index = ET.fromstring((await get(open_face, "/sitemap.xml")).text)
        assert any("2025-07" in (x.text or "") for x in index.iter())
        month = ET.fromstring((await get(open_face, "/sitemap-2025-07.xml")).text)
        assert len(list(month)) == 1
        assert "x-robots-tag" not in (await get(open_face, "/")).headers
    finally:
        close(open_face)
