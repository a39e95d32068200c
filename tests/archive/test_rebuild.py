"""A rebuild gives the rows that crawls gave, whole or in part, stopped or not, or nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from archive.verification.verify import verify
from crawler.intake import parts
from crawler.intake.rebuild import Wishes, rebuild
from tests.archive.told_pages import Event, incrementally, rows_of, use_extractor, written

EVENTS = st.lists(
    st.builds(
        Event,
        day=st.integers(0, 20),
        kind=st.sampled_from(["article", "article", "print", "redirect", "gone", "nothing"]),
        at=st.integers(0, 4),
        site=st.integers(0, 1),
        text=st.integers(0, 5),
        to=st.integers(0, 4),
        new=st.sampled_from(["", "", "title", "lost", "elsewhere"]),
    ),
    min_size=1,
    max_size=14,
)
MOVED = [
    Event(0, at=1, text=1),
    Event(4, "redirect", at=1, to=2),
    Event(4, at=2, text=1),
    Event(9, "gone", at=2),
    Event(9, "print", at=3, to=2, text=3),
    Event(15, at=1, site=1, text=1),
]
ONE = Wishes(jobs=1)
WILD = settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # An archive made smaller step by step takes minutes; the events found are few enough.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def made(events: list[Event], data: Path) -> Path:
    written(data / "warc", events)
    incrementally(data)
    return data


@WILD
@given(EVENTS, st.sampled_from([700, 2000, 1 << 22]))
@example(MOVED, 700)
@example([Event(1, "nothing", at=1), Event(1, at=1), Event(2, "redirect", at=1, to=1)], 1 << 22)
def test_loading_at_once_gives_the_rows_of_crawls(events: list[Event], part_bytes: int) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        use_extractor(patch)
        patch.setattr(parts, "PART_BYTES", part_bytes)
        data = made(events, Path(folder))
        before = rows_of(data)
        found = rebuild(data, ONE)
        assert found.replaced and found.differences is not None and found.differences.none
        after = rows_of(data)
        for table, rows in before.items():
            assert after[table] == rows, table
        (data / "archive.db").unlink()
        rebuild(data, ONE)
        assert rows_of(data) == after
        assert not list(data.glob("*rebuilding*"))


def in_part(events: list[Event], wishes: Wishes, folder: Path) -> None:
    """Rebuild a part by a new extractor; then everything, by the new one for just these captures.

    Both must give the same rows in every table.
    """
    with pytest.MonkeyPatch.context() as patch:
        use_extractor(patch)
        data = made(events, folder / "part")
        shutil.copytree(data / "warc", folder / "whole" / "warc")
        use_extractor(patch, new=True)
        rebuild(data, replace(wishes, dry_run=True))
        concerned = column(data / "archive.rebuilding.db", "select id from rebuild_wanted")
        found = rebuild(data, wishes)
        assert found.replaced and found.reread == len(concerned)
        assert [f for f in verify(data) if f.severity == "damage"] == []
        use_extractor(patch, new_for=concerned)
        rebuild(folder / "whole", ONE)
        use_extractor(patch, new=True)
    got, wanted = rows_of(data), rows_of(folder / "whole")
    for table, rows in wanted.items():
        if table != "articles":
            assert got[table] == rows, table
    shown = "select capture_id, id, title, url, revisions, gone_at, body_html from articles"
    assert sorted(table_of(data, shown)) == sorted(table_of(folder / "whole", shown))
    for capture, extractor in table_of(data, "select capture_id, extractor from articles"):
        assert extractor == ("extractor/2" if capture in concerned else "extractor/1")
    chosen = "select id from captures where fetched_at >= ? and (? or site in (?))"
    site = (wishes.sites or ("",))[0]
    assert column(data / "archive.db", chosen, wishes.since, not wishes.sites, site) <= concerned
    assert concerned <= neighbours(data, folder / "whole", chosen, wishes.since, site)


def table_of(data: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(data / "archive.db" if data.is_dir() else data)
    try:
        return db.execute(query, values).fetchall()
    finally:
        db.close()


def column(path: Path, query: str, *values: object) -> set[Any]:
    return {row[0] for row in table_of(path, query, *values)}


def neighbours(data: Path, whole: Path, chosen: str, since: str, site: str) -> set[str]:
    """Captures that hang together with the chosen ones, found the slow way over both databases."""
    links: list[tuple[str | None, set[object]]] = []
    for each in (data, whole):
        for key, *ends in table_of(
            each,
            "select id, address, iif(outcome = 'redirect', leads_to, ''), article_id from captures",
        ):
            links.append((key, set(ends) - {"", None}))
        for joined in table_of(each, "select address, article_id from article_addresses"):
            links.append((None, set(joined)))
    found = column(data / "archive.db", chosen, since, not site, site)
    reached: set[object] = set()
    size = -1
    while size != (size := len(found) + len(reached)):
        for key, linked in links:
            if key in found or linked & reached:
                reached |= linked
                if key is not None:
                    found.add(key)
    return found


@WILD
@given(
    EVENTS,
    st.sampled_from(
        [
            Wishes(since="2026-01-01", jobs=1),
            Wishes(sites=("mau.example.vn",), jobs=1),
            Wishes(sites=("khac.example.vn",), since="2025-12-25", jobs=1),
        ]
    ),
)
@example(MOVED, Wishes(since="2026-01-04", jobs=1))
@example(
    [Event(0, at=1, text=1), Event(0, at=2, text=2), Event(15, at=3, to=1, new="elsewhere")],
    Wishes(since="2026-01-01", jobs=1),
)
def test_a_part_is_as_a_whole_rebuild_gives_it_and_the_rest_as_it_was(
    events: list[Event], wishes: Wishes
) -> None:
    with TemporaryDirectory() as folder:
        # What the new extractor loses is not the question here.
        in_part(events, replace(wishes, max_lost=100), Path(folder))
