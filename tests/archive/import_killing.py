"""Imports of another archive killed with SIGKILL again and again, until one comes to its end.

``tests/archive/test_import_killed.py`` kills a few, ``benchmarks/killed_imports.py`` many.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.crawl_log import begin_crawl, finish_crawl, save_fetch_error
from archive.database import open_archive
from archive.verification.verify import verify
from benchmarks.rebuild import write_captures
from crawler.intake.rebuild import Wishes, rebuild
from tests.archive.told_pages import rows_of
from tests.crawl.processes import is_alive
from tests.waiting import wait_for

DAY = datetime(2026, 7, 2, tzinfo=UTC)
LOGS = (
    "select * from crawls order by id",
    "select crawl, url, kind, detail, failed_at from fetch_errors order by 1, 2",
    "select * from warc_files order by name",
    "select file, source, name, sha256 from merged_files order by 1",
)


def other_archive(folder: Path, makes: Sequence[str], captures: int) -> Path:
    """An archive of generated pages with a log of its crawls."""
    write_captures(folder / "warc", makes, captures)
    rebuild(folder, Wishes(jobs=1))
    db = open_archive(folder / "archive.db")
    (site,) = db.execute("select name from sites order by 1 limit 1").fetchone()
    begin_crawl(db, f"crawl-{folder.name}", site, "crawl", DAY, "test/1")
    save_fetch_error(db, f"crawl-{folder.name}", site, f"http://x/{folder.name}", "dns", "", DAY)
    finish_crawl(db, f"crawl-{folder.name}", DAY, "finished", complete=True, counters={"new": 1})
    db.close()
    return folder


def everything(data: Path) -> dict[str, Any]:
    """All rows that an import writes, but for the time at which it did."""
    db = sqlite3.connect(data / "archive.db")
    try:
        return rows_of(data) | {sql: db.execute(sql).fetchall() for sql in LOGS}
    finally:
        db.close()


def start(source: Path, data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "crawler.cli", "import", str(source), "--data", str(data)]
    return subprocess.Popen([*command, "--jobs", "2"], stderr=subprocess.PIPE)


def undisturbed(source: Path, here: Path, data: Path) -> tuple[dict[str, Any], float]:
    """Import into a copy of ``here`` at ``data``: all rows, and the seconds that it took."""
    shutil.copytree(here, data)
    begun = time.monotonic()
    process = start(source, data)
    _, said = process.communicate()
    assert process.returncode == 0, said.decode()
    return everything(data), time.monotonic() - begun


@dataclass(slots=True)
class Killed:
    """What came of imports that were killed."""

    kills: int = 0
    imports: int = 0
    """That came to their end at last."""
    rows: int = 0
    found: Counter[str] = field(default_factory=Counter)
    """What a kill left behind, and how often."""
    complaints: list[str] = field(default_factory=list)


def import_with_kills(
    source: Path,
    here: Path,
    data: Path,
    wanted: dict[str, Any],
    kills: int,
    seconds: float,
    chance: random.Random,
    found: Killed,
) -> None:
    """Import ``source`` into a copy of ``here`` at ``data``, killed up to ``kills`` times.

    ``seconds``: what an import takes that nobody kills; taken for less where one has come to its
    end before the first kill, as when the machine has less to do than it had. What is there at
    last is compared with ``wanted``, and verified.
    """
    shutil.copytree(here, data)
    before = found.kills
    while found.kills < before + kills:
        process = start(source, data)
        try:
            process.wait(seconds * chance.uniform(0.2, 1.1))
            process.communicate()
            if found.kills > before:
                break
            seconds /= 2
            shutil.rmtree(data)
            shutil.copytree(here, data)
        except subprocess.TimeoutExpired:
            workers = _children(process.pid)
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            found.kills += 1
            found.found[_state(source, data)] += 1
            found.complaints += [f"process {each} lived on" for each in workers if _lives(each)]
    process = start(source, data)
    _, said = process.communicate()
    found.imports += 1
    if process.returncode:
        found.complaints.append(f"exit code {process.returncode}: {said.decode()}")
        return
    got = everything(data)
    found.rows += sum(map(len, wanted.values()))
    found.complaints += [f"{table} differs" for table in wanted if got[table] != wanted[table]]
    found.complaints += [str(each) for each in verify(data) if each.severity == "damage"]
    found.complaints += [f"{path.name} was left" for path in data.rglob("*.part")]


def _children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in path.read_text().split()] if path.exists() else []


def _lives(process: int) -> bool:
    try:
        wait_for(lambda: not is_alive(process))
    except AssertionError:
        return True
    return False


def _state(source: Path, data: Path) -> str:
    """How far an import had come: in words, by what lies on the disk."""
    names = {path.name for path in (source / "warc").glob("*.warc.gz")}
    copied = {path.name for path in (data / "warc").rglob("*.warc.gz")} & names
    db = sqlite3.connect(data / "archive.db")
    try:
        known = {name for (name,) in db.execute("select name from warc_files")} & names
        logs = db.execute("select count(*) from crawls").fetchone()[0]
        pending = db.execute("select count(*) from copies_pending").fetchone()[0]
    finally:
        db.close()
    if list(data.rglob("*.part")):
        return "a file half copied"
    if copied - known:
        return "a file copied and not taken in whole"
    if copied < names:
        return "some files not begun" if copied else "nothing begun"
    if logs < 2:
        return "all files taken in, logs not joined"
    return "stories not joined" if pending else "all done but the end"
