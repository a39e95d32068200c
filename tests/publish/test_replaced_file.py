"""A face that goes on while a rebuild or a restore puts another database in place."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from archive.publish.serve import SETTINGS, make_face
from archive.publish.snapshot import archive_database
from tests.publish.conftest import close
from tests.waiting import PATIENCE

THREADS = int(SETTINGS["num_sql_threads"])
TITLES = "/archive.json?sql=select+distinct+title+from+sites&_shape=arrays"


def written(source: Path, target: Path, title: str) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("pragma journal_mode = wal")
        new.execute("update sites set title = ?", [title])
        new.execute("update articles set title = ?", [title])
        new.commit()
        new.execute("pragma wal_checkpoint(truncate)")


def swap(data: Path) -> None:
    """As a rebuild does: the old log goes, then the new file takes the name."""
    for ending in ("-wal", "-shm"):
        (data / f"archive.db{ending}").unlink(missing_ok=True)
    os.replace(data / "new.db", data / "archive.db")


@pytest.fixture
def data(sample: tuple[Path, dict[str, int]], tmp_path: Path) -> Path:
    written(sample[0], tmp_path / "archive.db", "OLD")
    written(sample[0], tmp_path / "new.db", "NEW")
    # Size and time say nothing: only the file itself is another.
    os.utime(tmp_path / "archive.db", ns=(1, 1))
    os.utime(tmp_path / "new.db", ns=(1, 1))
    return tmp_path


@pytest.fixture
async def face(data: Path) -> AsyncIterator[Any]:
    made = make_face(data / "archive.db")
    await made.invoke_startup()
    yield made
    close(made)


def title_seen(conn: sqlite3.Connection) -> str:
    return str(conn.execute("select distinct title from sites").fetchone()[0])


async def seen_by_every_thread(face: Any) -> set[str]:
    """What each of the face's threads reads, all of them at once."""
    together = threading.Barrier(THREADS)

    def work(conn: sqlite3.Connection) -> str:
        together.wait(PATIENCE)
        return title_seen(conn)

    database = archive_database(face)
    return set(await asyncio.gather(*(database.execute_fn(work) for _ in range(THREADS))))


async def test_every_thread_reads_the_file_in_its_place(data: Path, face: Any) -> None:
    assert "OLD" in (await face.client.get(TITLES)).text
    assert await seen_by_every_thread(face) == {"OLD"}
    swap(data)
    assert await seen_by_every_thread(face) == {"NEW"}
    assert "NEW" in (await face.client.get(TITLES)).text
    connections = archive_database(face)._all_file_connections
    assert len(connections) == THREADS, "those on the old file are closed"


async def test_a_read_that_has_begun_ends_on_its_file(data: Path, face: Any) -> None:
    await face.client.get(TITLES)
    begun, go_on = threading.Event(), threading.Event()

    def slow(conn: sqlite3.Connection) -> tuple[str, str]:
        conn.execute("begin")
        before = title_seen(conn)
        begun.set()
        assert go_on.wait(PATIENCE)
        after = title_seen(conn)
        conn.rollback()
        return before, after

    reading = asyncio.ensure_future(archive_database(face).execute_fn(slow))
    await asyncio.to_thread(begun.wait, PATIENCE)
    try:
        swap(data)
        assert "NEW" in (await face.client.get(TITLES)).text
    finally:
        go_on.set()
    assert await reading == ("OLD", "OLD")
    assert await seen_by_every_thread(face) == {"NEW"}


async def test_no_stale_page_is_called_fresh(
    data: Path, face: Any, sample: tuple[Path, dict[str, int]]
) -> None:
    page = f"/articles/{sample[1]['nha_o']}.json"
    await face.client.get(page)  # Opening the database makes its log, which is part of the mark.
    old = await face.client.get(page)
    assert old.json()["article"]["title"] == "OLD"
    kept = {"if-none-match": old.headers["etag"]}
    assert (await face.client.get(page, headers=kept)).status_code == 304
    swap(data)
    new = await face.client.get(page, headers=kept)
    assert (new.status_code, new.json()["article"]["title"]) == (200, "NEW")
    kept = {"if-none-match": (await face.client.get(page)).headers["etag"]}
    assert (await face.client.get(page, headers=kept)).status_code == 304


async def test_writing_goes_on_after_a_swap(data: Path, face: Any) -> None:
    await face.client.get(TITLES)
    swap(data)
    await face.client.get(TITLES)
    with contextlib.closing(sqlite3.connect(data / "archive.db")) as writer:
        writer.execute("update sites set title = 'NEWER'")
        writer.commit()
        assert await seen_by_every_thread(face) == {"NEWER"}


async def test_no_file_for_a_moment_is_waited_out(data: Path, face: Any) -> None:
    assert await seen_by_every_thread(face) == {"OLD"}
    os.rename(data / "archive.db", data / "aside.db")
    assert await seen_by_every_thread(face) == {"OLD"}
    swap(data)
    assert await seen_by_every_thread(face) == {"NEW"}
