"""Every page in both languages: it answers, it is safe by construction, it is not sent twice."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from archive.publish.plugin import POLICY
from archive.publish.serve import make_face
from tests.publish.conftest import close
from tests.publish.pages import PAGES, get, tree


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_and_safe(
    face: Any, ids: dict[str, int], path: str, language: str
) -> None:
    response = await get(face, path.format(**ids), **{"accept-language": language})
    assert response.status_code in (200, 400, 404)
    assert response.status_code == 200 or re.search("no_?|no/|selec$|/1$", path)
    policy = POLICY.replace("img-src 'self'", "img-src 'self' http://127.0.0.1:9")
    assert response.headers["content-security-policy"] == policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "accept-language" in response.headers["vary"].lower()
    page = tree(response.text)
    assert page.get("lang") == language
    assert page.xpath("//title")[0].text.strip()
    assert len(page.xpath("//h1")) == 1
    for script in page.xpath("//script"):
        assert script.get("src", "").startswith("/") or script.get("type") == "application/ld+json"
    assert not page.xpath("//style | //@style | //iframe | //object | //embed | //base")
    assert not [name for name in page.xpath("//@*") if name.attrname.startswith("on")]
    for loaded in page.xpath("//img/@src | //script/@src | //link[@rel='stylesheet']/@href"):
        assert re.match(r"/[^/]|http://127\.0\.0\.1:9/web/", loaded)
    assert not [
        href for href in page.xpath("//@href") if re.match(r"(?i)\s*(javascript|data):", href)
    ]


@pytest.mark.parametrize(
    ("path", "status", "vi"),
    [
        ("/nope", 404, "Không có địa chỉ này trong kho."),
        ("/archive/nope", 404, "Không có bảng này."),
        ("/archive/sites/nope", 404, "Không có dòng này trong bảng."),
        ("/archive?sql=delete+from+articles", 400, "Chỉ chạy được câu SELECT."),
        ("/archive/articles?_sort=nope", 400, "Cannot sort table by nope"),
        (
            "/archive?sql=with+recursive+c(x)+as+(select+1+union+all+select+x%2B1+from+c)"
            "+select+count(*)+from+c",
            400,
            "Câu hỏi này mất quá nhiều thời gian nên đã được dừng lại.",
        ),
    ],
)
async def test_an_error_is_told_in_words_and_without_markup(
    face: Any, path: str, status: int, vi: str
) -> None:
    response = await get(face, path, **{"accept-language": "vi"})
    assert response.status_code == status
    told = tree(response.text).xpath("//main")[0].text_content()
    assert vi in told
    assert "<" not in told


async def test_a_page_that_has_not_changed_is_not_sent_again(
    sample: tuple[Path, dict[str, int]], tmp_path: Path
) -> None:
    with sqlite3.connect(sample[0]) as source, sqlite3.connect(tmp_path / "archive.db") as copy:
        source.backup(copy)
    copy.execute("pragma journal_mode = wal")
    own = make_face(tmp_path / "archive.db")
    try:
        article = f"/archive/articles/{sample[1]['nha_o']}"
        for path in ("/", "/search?q=cong+doan", "/feed.atom", article):
            first = await get(own, path)
            tag = first.headers["etag"]
            again = await get(own, path, **{"if-none-match": tag})
            assert (again.status_code, again.content) == (304, b"")
            other = await get(own, path, **{"if-none-match": tag, "accept-language": "en"})
            assert other.status_code == 200
            with sqlite3.connect(tmp_path / "archive.db") as writer:
                writer.execute("update articles set title = title || '!'")
            changed = await get(own, path, **{"if-none-match": tag})
            assert changed.status_code == 200
        for path in ("/archive?sql=select+datetime('now')", "/health", "/-/versions.json"):
            assert "etag" not in (await get(own, path)).headers
    finally:
        close(own)
        copy.close()
        source.close()


async def test_what_only_some_may_see_is_never_kept(sample: tuple[Path, dict[str, int]]) -> None:
    own = make_face(sample[0], {"allow": {"id": "editor"}})
    try:
        cookie = own.sign({"a": {"id": "editor"}}, "actor")
        seen = await own.client.get("/", cookies={"ds_actor": cookie})
        assert seen.status_code == 200
        assert "etag" not in seen.headers
        assert (await get(own, "/", **{"if-none-match": "*"})).status_code == 403
    finally:
        close(own)
