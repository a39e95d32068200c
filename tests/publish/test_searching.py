"""The engine against brute force, with bounds so small that every path is taken."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from archive.database import open_archive
from archive.publish import parts, prefixes, rarity, searching, walking
from archive.publish.downloads import _listing, _Place
from archive.publish.filters import Filters
from archive.publish.search_page import Asked
from archive.publish.searching import Sort, search
from archive.publish.walking import Cursor, walk
from archive.search.query import parse
from archive.vietnamese.folding import fold_stroke
from archive.vietnamese.provinces import PROVINCE_2025
from tests.publish.numbered_articles import row_of

COUNT = 240


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path = tmp_path_factory.mktemp("engine") / "archive.db"
    db = open_archive(path)
    for number in range(COUNT):
        row = row_of(number)
        db.table("articles").insert(row)
        db.execute(
            "insert into articles_fts (rowid, title, lead, body, byline, table_text)"
            " values (?, ?, '', ?, '', '')",
            [row["id"], fold_stroke(row["title"]), fold_stroke(row["body"])],
        )
    db.conn.commit()
    return db.conn


def every(conn: sqlite3.Connection, test: Callable[[dict[str, Any]], bool]) -> list[int]:
    """Ids of the articles that pass, newest first, the undated last."""
    rows = [row for row in map(row_of, range(COUNT)) if test(row)]
    rows.sort(key=lambda row: (row["published_at"] or "", row["id"]), reverse=True)
    return [row["id"] for row in rows]


FILTERS = {
    "none": Filters(),
    "site": Filters(site="can_tho"),
    "province": Filters(province="Lạng Sơn"),
    "new province": Filters(province_2025="Cần Thơ"),
    "unit": Filters(unit="LĐLĐ 3"),
    "topic": Filters(topic="thi đua"),
    "year": Filters(year="2014"),
    "month": Filters(month="2012-03"),
    "site and year": Filters(site="bao", year="2015"),
    "topic and site": Filters(topic="thi đua", site="lang_son"),
    "unit and topic": Filters(unit="LĐLĐ 2", topic="thi đua"),
    "nothing": Filters(site="no such site"),
}


def passes(filters: Filters, row: dict[str, Any]) -> bool:
    moment = row["published_at"] or ""
    return (
        all(row[name] == value for name, value in filters.columns())
        and (not filters.topic or filters.topic == "Tin" or filters.topic in row["tags"])
        and (not filters.year or moment.startswith(filters.year))
        and (not filters.month or moment.startswith(filters.month))
    )


TEXTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "": lambda row: True,
    "cong doan": lambda row: True,
    "thoa uoc": lambda row: "thỏa ước" in row["body"],
    "cống": lambda row: "cống" in row["body"],
    "so 17": lambda row: row["body"].endswith(" 17"),
    "tho* uoc": lambda row: "thỏa ước" in row["body"],
    '"thoa uoc" so': lambda row: "thỏa ước" in row["body"],
    "doan -tho*": lambda row: "thỏa ước" not in row["body"],
}

BOUNDS = {
    "all is few": {},
    "lists are long": {"RANKED": 30, "LISTED": 100, "SAMPLE": 20, "PROBED": 5},
    "walks": {"RANKED": 10, "LISTED": 20, "SAMPLE": 10, "WALK": 13, "PROBED": 3, "SCANNED": 0},
    "walks, asks, reads": {
        "RANKED": 10, "LISTED": 20, "SAMPLE": 10, "WALK": 13, "PROBED": 30,
        "ASKED_AS_READ": 0, "TOLD_BY": 3, "READ_WHOLE": 15, "READ_THROUGH": 11, "GONE_THROUGH": 0,
    },
    "goes through first": {
        "RANKED": 10, "LISTED": 20, "SAMPLE": 10, "WALK": 13, "PROBED": 3, "SCANNED": 0,
        "ASKED_AS_READ": 0, "TOLD_BY": 3, "GONE_THROUGH": 10**6,
    },
    "walks, scans": {"RANKED": 100, "LISTED": 20, "SAMPLE": 10, "WALK": 50, "PROBED": 3},
}  # fmt: skip

OF = {"WALK": walking, "TOLD_BY": rarity}


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", FILTERS)
def test_paging_gives_every_article_once_in_order(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, bounds: str, text: str, name: str
) -> None:
    for bound, value in BOUNDS[bounds].items():
        monkeypatch.setattr(OF.get(bound, searching), bound, value)
    filters = FILTERS[name]
    query = parse(text) if text else None
    exact = bool(query and query.exact)
    expected = every(conn, lambda row: TEXTS[text](row) and passes(filters, row))
    got: list[int] = []
    page, cursor = 1, None
    for _ in range(400):
        found = search(
            conn, query, filters, exact=exact, sort="newest", page=page, cursor=cursor, size=9
        )
        assert len(found.ids) <= 9
        got += found.ids
        if found.exact:
            assert found.total == len(expected)
        if not found.more:
            break
        page, cursor = found.page + (found.cursor is None), found.cursor
    assert got == expected


EACH = {
    "unit": "LĐLĐ 3", "topic": "thi đua", "site": "lang_son", "province": "Lạng Sơn",
    "province_2025": PROVINCE_2025["Lạng Sơn"], "year": "2016", "month": "2016-07",
}  # fmt: skip


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
@pytest.mark.parametrize("text", ["", "cống"])
def test_any_filters_together(conn: sqlite3.Connection, text: str, sort: Sort) -> None:
    query = parse(text) if text else None
    for number in range(1, len(EACH) + 1):
        for names in itertools.combinations(EACH, number):
            filters = Filters(**{name: EACH[name] for name in names})
            found = search(conn, query, filters, exact=bool(text), sort=sort, page=1, size=300)
            expected = every(conn, lambda row: TEXTS[text](row) and passes(filters, row))  # noqa: B023
            assert sorted(found.ids) == sorted(expected), names


@pytest.mark.parametrize("name", ["none", "site", "topic", "year"])
def test_oldest_first_is_the_other_way_round(conn: sqlite3.Connection, name: str) -> None:
    filters = FILTERS[name]
    expected = every(conn, lambda row: passes(filters, row) and row["published_at"] is not None)
    got: list[int] = []
    cursor = None
    while True:
        found = walk(conn, filters, cursor, 7, oldest=True, limit=11)
        got += found.ids
        if not found.more:
            break
        cursor = found.cursor
    assert got[: len(expected)] == expected[::-1]


@pytest.mark.parametrize("bounds", ["all is few", "lists are long", "walks"])
@pytest.mark.parametrize("text", ["", "cong doan", "thỏa ước", "tho* uoc"])
def test_a_download_has_every_article_once(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, bounds: str, text: str
) -> None:
    from archive.publish import downloads

    for bound, value in BOUNDS[bounds].items():
        monkeypatch.setattr(OF.get(bound, searching), bound, value)
    monkeypatch.setattr(downloads, "LISTED", searching.LISTED)
    monkeypatch.setattr(downloads, "BATCH", 17)
    monkeypatch.setattr(downloads, "LOOK", 23)
    listing = _listing(conn, Asked.of({"q": text}))
    place: _Place | None = _Place()
    got: list[int] = []
    while place is not None:
        found, place = listing(conn, place)
        got += found
    expected = every(conn, TEXTS[text or ""] if text != "thỏa ước" else TEXTS["thoa uoc"])
    assert sorted(got) == sorted(expected)
    assert len(got) == len(set(got))


def test_counts_of_filters_are_those_of_the_results(conn: sqlite3.Connection) -> None:
    found = search(conn, parse("thoa uoc"), Filters())
    rows = [row for row in map(row_of, range(COUNT)) if TEXTS["thoa uoc"](row)]
    for name in ("site", "province", "province_2025", "unit"):
        counted = {value: sum(row[name] == value for row in rows) for value in
                   {row[name] for row in rows} if value}  # fmt: skip
        assert dict(found.facets[name]) == counted
    years = [row["published_at"][:4] for row in rows if row["published_at"]]
    assert dict(found.facets["year"]) == {year: years.count(year) for year in years}
    assert dict(found.facets["topic"])["thi đua"] == sum("thi đua" in row["tags"] for row in rows)
    assert found.facets["year"] == sorted(found.facets["year"], reverse=True)


def test_estimates_come_near_the_truth(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """240 hashes are few: a sample of 100 tells the total to within a quarter."""
    monkeypatch.setattr(searching, "LISTED", 100)
    monkeypatch.setattr(searching, "SAMPLE", 100)
    found = search(conn, parse("cong doan"), Filters())
    assert not found.exact
    assert 180 <= found.total <= 300
    sites = dict(found.facets["site"])
    assert all(55 <= count <= 110 for count in sites.values())


def test_relevance_puts_titles_first_and_is_exact_in_counts(conn: sqlite3.Connection) -> None:
    found = search(conn, parse("thoa uoc"), Filters(), size=100)
    titles = {row["id"] for row in map(row_of, range(COUNT)) if "thỏa" in row["title"]}
    assert found.order == "relevance"
    assert titles and set(found.ids[: len(titles)]) == titles


@pytest.mark.parametrize("ranked", [5, 30])
def test_many_matches_are_ranked_by_title_or_date(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, ranked: int
) -> None:
    monkeypatch.setattr(searching, "RANKED", ranked)
    monkeypatch.setattr(searching, "PROBED", 0)
    found = search(conn, parse("thoa uoc"), Filters(), size=100)
    assert found.order == ("newest" if ranked == 5 else "title")
    assert sorted(found.ids) == sorted(every(conn, TEXTS["thoa uoc"]))


@pytest.mark.parametrize("weighed", [0, 100, 10**6])
def test_common_words_are_left_out_of_the_ranking_of_a_large_archive(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, weighed: int
) -> None:
    monkeypatch.setattr(searching, "WEIGHED", weighed)
    monkeypatch.setattr(rarity, "TOLD_BY", 10)
    found = search(conn, parse("cong doan thoa uoc"), Filters(), size=100)
    assert found.order == ("relevance" if weighed else "title")
    both = {row["id"] for row in map(row_of, range(COUNT)) if "thỏa" in row["title"]}
    if weighed:
        assert set(found.ids[: len(both)]) == both
    assert sorted(found.ids) == sorted(every(conn, TEXTS["thoa uoc"]))


@pytest.mark.parametrize("read", [0, 100])
@pytest.mark.parametrize("name", ["none", "site", "site and year", "nothing"])
@pytest.mark.parametrize(
    "text", ["doan cong", '"uoc cong"', '"doan cong" -thoa', '"doan so"', "cong -doan"]
)
def test_parts_hold_every_match_once_and_say_what_they_are(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, text: str, name: str, read: int
) -> None:
    for module, bound, value in (
        (parts, "LOOKED_THROUGH", 20), (parts, "READ", read), (rarity, "TOLD_BY", 5),
        (searching, "SAMPLE", 200),
    ):  # fmt: skip
        monkeypatch.setattr(module, bound, value)
    query, filters = parse(text), FILTERS[name]
    expected = search(conn, query, filters, size=500, start=None)
    assert expected.exact and not expected.at_least
    got: list[int] = []
    ends: list[tuple[float, float]] = []
    page, start = 1, 0
    while True:
        found = search(conn, query, filters, page=page, start=start, size=7)
        got += found.ids
        if found.part is None:
            assert found.exact and found.total == expected.total
        else:
            assert (found.exact, found.at_least) == (False, True)
            assert found.total <= expected.total
            ends += [found.part.reached] if page == 1 else []
        if not found.more:
            break
        page, start = (1, found.next_start) if found.next_start else (page + 1, start)
    assert len(got) == len(set(got))
    assert set(got) == set(expected.ids)
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]
    assert len(ends) > 1 or name == "nothing" or (filters and read)


PREFIXED: dict[str, tuple[Callable[[dict[str, Any]], bool], bool]] = {
    "so*": (lambda row: True, True),
    "co* th*": (lambda row: "thỏa ước" in row["body"] or "thỏa" in row["title"], True),
    "cống cô*": (lambda row: "cống" in row["body"], False),
    "doan -tho* co*": (lambda row: "thỏa ước" not in row["body"], False),
    "khongco OR so*": (lambda row: True, True),
}


@pytest.mark.parametrize("among", [10**5, 5])
@pytest.mark.parametrize("read", [7, 10**4])
@pytest.mark.parametrize("name", ["none", "site", "site and year", "nothing"])
@pytest.mark.parametrize("text", PREFIXED)
def test_common_prefixes_are_read_through(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, text: str, name: str, read: int,
    among: int,
) -> None:  # fmt: skip
    """Pages in order hold every match once, whatever one page may read, and promise no more."""
    for bound, value in {"FROM": 0, "READ": read, "AMONG": among, "COMMON": 1}.items():
        monkeypatch.setattr(prefixes, bound, value)
    test, estimated = PREFIXED[text]
    filters, query = FILTERS[name], parse(text)
    expected = every(conn, lambda row: test(row) and passes(filters, row))
    got: list[int] = []
    cursor, turns = None, 0
    while True:
        found = search(conn, query, filters, exact=query.exact, cursor=cursor, size=9)
        assert found.order == "newest"
        if found.exact:
            assert found.total == len(expected)
        elif found.at_least:
            assert found.total <= max(len(expected), 1)
        else:
            assert estimated
        got += found.ids
        turns += 1
        if not found.more:
            break
        assert found.cursor != cursor
        cursor = found.cursor
    assert got == expected
    assert turns >= len(expected) / 9


def test_a_rare_prefix_is_asked_of_the_index(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefixes, "FROM", 0)
    found = search(conn, parse("khongco*"), Filters())
    assert (found.ids, found.total, found.exact, found.order) == ([], 0, True, "relevance")


@pytest.mark.parametrize("text", ["", "~", "x~", "~x", "2020~" + "9" * 30, "~-5", "2020~١"])
def test_a_broken_cursor_is_no_cursor(text: str) -> None:
    assert Cursor.parse(text) is None


def test_cursors_read_what_they_write() -> None:
    for moment, key in itertools.product(("", "2020-01-01T00:00:00+07:00"), (0, 5, 2**49)):
        assert Cursor.parse(str(Cursor(moment, key))) == Cursor(moment, key)


def test_a_common_query_is_not_ranked_within_a_narrow_filter(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bm25 would read the query's matches in the whole archive to rank the few that pass."""
    for bound, value in {"RANKED": 50, "LISTED": 60, "SAMPLE": 20, "PROBED": 40}.items():
        monkeypatch.setattr(searching, bound, value)
    found = search(conn, parse("cong doan"), Filters(unit="LĐLĐ 3"))
    assert found.exact
    assert found.order != "relevance"
    assert search(conn, parse("so 17"), Filters(unit="LĐLĐ 3")).order == "relevance"
