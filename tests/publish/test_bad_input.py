"""What makes no sense is told as that, with a status of 400 or 404: never as a fault of ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.publish.pages import get, tree

NUL = "%00"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("page=-1", "page"),
        ("page=0", "page"),
        ("page=x&size=ten", "page, size"),
        ("q=doan&sort=x", "sort"),
        ("q=doan&marks=some", "marks"),
        ("before=yesterday", "before"),
        ("month=2025-13", "month"),
        ("year=20255", "year"),
        ("q=doan&size=9999999999999999999999", "size"),
    ],
)
async def test_a_senseless_parameter_of_a_search_is_named(
    face: Any, query: str, names: str
) -> None:
    page = await get(face, f"/search?{query}", **{"accept-language": "vi"})
    assert page.status_code == 400
    note = tree(page.text).get_element_by_id("not-understood")
    assert names in note.text_content()
    for path in ("/search.json", "/feed.atom", "/download/articles.csv"):
        told = await get(face, f"{path}?{query}", **{"accept-language": "en"})
        assert told.status_code == 400 and names in told.text, path


@pytest.mark.parametrize(
    "query",
    ["page=&sort=&month=&before=", "province=unknown", "page=99999", "size=1000", "q=" + "a" * 9],
)
async def test_what_could_be_is_no_mistake(face: Any, query: str) -> None:
    for path in ("/search", "/search.json"):
        assert (await get(face, f"{path}?{query}")).status_code == 200


@pytest.mark.parametrize("text", ["x" * 10_000, "\0", '"' * 301, "(" * 400, "\ud7ff\ufffe", "a^2"])
async def test_no_query_is_too_odd(face: Any, text: str) -> None:
    for path in ("/search", "/search.json", "/feed.atom", "/download/articles.jsonl"):
        answer = await get(face, f"{path}?q={quote(text)}")
        assert answer.status_code in (200, 400, 404), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/archive/articles?_through=x", 400),
        ('/archive/articles?_through={"table":"x","column":"y","value":"z"}', 400),
        ('/archive/articles?_through={"table":1,"column":[],"value":{}}', 400),
        ('/archive/articles?_through={"table":"images","column":"url","value":{}}', 400),
        (f"/archive/articles?_facet={NUL}", 400),
        ("/archive/articles?_facet={}", 400),
        ('/archive/articles?_facet={"column":1}', 400),
        ("/archive/articles?_facet_array={}", 400),
        ("/archive/articles?id__in=[", 400),
        ("/archive/articles?id__gt=99999999999999999999", 400),
        ("/archive/articles.json?_timelimit=soon", 400),
        (f"/archive?sql=select{NUL}1", 400),
        ("/archive.json?sql=select+1&_shape=", 400),
        ("/archive.json?sql=select+1&_shape=round", 400),
        ("/archive.json?sql=select+1&_shape=object", 400),
        ("/archive/sites.json?_shape=object", 200),
        ("/provinces/unknown", 404),
        ("/months/2025-13", 404),
        ("/archive/articles/99999999999999999999999", 404),
        ("/static/" + "x" * 400, 404),
        (f"/static/{NUL}", 404),
    ],
)
# Datasette makes facets one after the other and leaves the later ones where one fails.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_parameters_of_datasette_are_the_askers_too(
    face: Any, path: str, status: int
) -> None:
    answer = await get(face, path)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


async def test_a_fault_of_ours_is_still_one(face: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("a mistake in the program")

    monkeypatch.setattr("archive.publish.search_page.answer", broken)
    assert (await get(face, "/search?q=x")).status_code == 500
