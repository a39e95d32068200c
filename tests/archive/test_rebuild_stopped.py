"""Whatever ends a rebuild, the next one goes on; changes are noticed, losses stop it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.database import ArchiveError
from archive.records import Page
from archive.verification.verify import verify
from benchmarks.rebuild import write_captures
from crawler.cli import congdoan
from crawler.extract import extract
from crawler.intake import parts
from crawler.intake.progress import Progress
from crawler.intake.rebuild import Wishes, rebuild
from crawler.work_display import WorkDisplay
from tests.archive.stopping import stop_at
from tests.archive.told_pages import Event, incrementally, rows_of, use_extractor, written
from tests.crawl.processes import is_alive
from tests.waiting import PATIENCE, wait_for

EVENTS = [
    Event(day, kind, at=day % 5, site=day % 2, text=day % 4, to=(day + 1) % 5)
    for day, kind in enumerate(
        ["article", "article", "redirect", "article", "print", "gone", "article", "nothing"] * 2
    )
]
ONE = Wishes(jobs=1)


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        use_extractor(patch)
        patch.setattr(parts, "PART_BYTES", 500)
        yield patch


@pytest.fixture
def data(tmp_path: Path, patch: pytest.MonkeyPatch) -> Path:
    written(tmp_path / "data" / "warc", EVENTS)
    incrementally(tmp_path / "data")
    return tmp_path / "data"


def counted(patch: pytest.MonkeyPatch) -> list[str]:
    """Addresses of the pages read from now on."""
    read: list[str] = []

    def count(page: Page) -> Any:
        read.append(page.url)
        return extract(page)

    patch.setattr(parts, "extract", count)
    return read


@pytest.mark.parametrize(
    "wishes", [ONE, Wishes(from_nothing=True, jobs=1), Wishes(since="2025-12-25", jobs=1)]
)
def test_stopped_at_any_moment_it_goes_on(
    data: Path, patch: pytest.MonkeyPatch, wishes: Wishes
) -> None:
    before = rows_of(data)
    untouched = (data / "archive.db").read_bytes()
    whole = counted(patch)
    assert rebuild(data, Wishes(**{**vars_of(wishes), "dry_run": True})).kept
    needed = len(whole)
    for moment in range(1, 90, 4):
        (data / "archive.rebuilding.db").unlink(missing_ok=True)
        del whole[:]
        try:
            rebuild(data, wishes, watch=stop_at(moment))
        except KeyboardInterrupt:
            assert (data / "archive.db").read_bytes() == untouched
        else:
            break
        found = rebuild(data, wishes)
        assert any("Goes on" in note for note in found.notes)
        assert len(whole) <= needed + 2  # The part under way is read again, no other.
        assert rows_of(data) == before
        untouched = (data / "archive.db").read_bytes()
    else:
        raise AssertionError("it never came to its end")
    assert moment > 10


def vars_of(wishes: Wishes) -> dict[str, Any]:
    return {name: getattr(wishes, name) for name in wishes.__slots__}


def stopped(data: Path, moment: int = 8, wishes: Wishes = ONE) -> None:
    with pytest.raises(KeyboardInterrupt):
        rebuild(data, wishes, watch=stop_at(moment))
    assert (data / "archive.rebuilding.db").exists()


def test_another_extractor_begins_afresh(data: Path, patch: pytest.MonkeyPatch) -> None:
    stopped(data)
    use_extractor(patch, new=True)
    found = rebuild(data, ONE)
    assert "Begun afresh: the program has changed since." in found.notes


def test_new_files_are_added(data: Path, tmp_path: Path) -> None:
    stopped(data)
    written(data / "warc", [Event(30, at=4, text=3)], prefix="later")
    found = rebuild(data, ONE)
    assert any("Goes on" in note for note in found.notes)
    after = rows_of(data)
    shutil.copytree(data / "warc", tmp_path / "other" / "warc")
    incrementally(tmp_path / "other")
    assert rows_of(tmp_path / "other") == after


def test_new_files_are_added_to_one_that_was_whole(data: Path, tmp_path: Path) -> None:
    rebuild(data, Wishes(jobs=1, dry_run=True))
    written(data / "warc", [Event(30, at=4, text=3)], prefix="later")
    rebuild(data, ONE)
    after = rows_of(data)
    shutil.copytree(data / "warc", tmp_path / "other" / "warc")
    incrementally(tmp_path / "other")
    assert rows_of(tmp_path / "other") == after
    assert [finding for finding in verify(data) if finding.severity == "damage"] == []


@pytest.mark.parametrize("change", ["removed", "other"])
def test_a_file_that_changed_begins_afresh(data: Path, change: str) -> None:
    stopped(data, moment=20)
    first = min((data / "warc").glob("*.warc.gz"))
    if change == "removed":
        first.unlink()
    else:
        os.utime(first, ns=(1, 1))
    found = rebuild(data, Wishes(jobs=1, max_lost=100))
    assert [note for note in found.notes if first.name in note]


def test_another_kind_is_refused_and_afresh_helps(data: Path) -> None:
    stopped(data)
    part = Wishes(sites=("mau.example.vn",), jobs=1)
    with pytest.raises(ArchiveError, match="another kind"):
        rebuild(data, part)
    assert rebuild(data, Wishes(sites=part.sites, jobs=1, afresh=True)).replaced


def test_a_part_begins_afresh_when_the_database_has_changed(data: Path) -> None:
    part = Wishes(sites=("mau.example.vn",), jobs=1)
    stopped(data, 3, part)
    written(data / "warc", [Event(30, at=4, text=3)], prefix="later")
    incrementally(data)
    before = rows_of(data)
    found = rebuild(data, part)
    assert "Begun afresh: the database has changed since." in found.notes
    assert rows_of(data) == before


def test_every_damaged_file_is_named_and_the_others_are_kept(
    data: Path, patch: pytest.MonkeyPatch
) -> None:
    before = rows_of(data)
    files = sorted((data / "warc").glob("*.warc.gz"))
    whole = {path: path.read_bytes() for path in files[:2]}
    for path, content in whole.items():
        path.write_bytes(content[:-9])
    with pytest.raises(ArchiveError) as told:
        rebuild(data, ONE)
    assert all(path.name in str(told.value) for path in whole)
    assert "untouched" in str(told.value)
    assert rows_of(data) == before
    for path, content in whole.items():
        path.write_bytes(content)
    assert rebuild(data, ONE).replaced
    assert rows_of(data) == before


def run(*arguments: str) -> Result:
    return CliRunner().invoke(congdoan, list(arguments))


def test_a_dry_run_reports_and_replaces_nothing(data: Path, patch: pytest.MonkeyPatch) -> None:
    written(data / "warc", [Event(40, at=0, text=5, new="title")], prefix="later")
    incrementally(data)
    untouched = (data / "archive.db").read_bytes()
    use_extractor(patch, new=True)
    result = run("rebuild", "--data", str(data), "--dry-run", "--jobs", "1", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["replaced"], said["differences"]["changed"]) == (False, 1)
    site = next(site for site in said["differences"]["sites"] if site["changed"])
    assert site["fields"] == {"title": 1}
    (example,) = site["examples"]["title"]
    assert (example["before"], example["after"]) == ("Đại hội 5", "Đại hội 5 (mới)")
    assert (data / "archive.db").read_bytes() == untouched
    read = counted(patch)
    result = run("rebuild", "--data", str(data), "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert "title: http://mau.example.vn/tin-0.html" in result.output
    assert read == []  # What the dry run has read is there.


def test_too_many_lost_articles_replace_nothing(data: Path, patch: pytest.MonkeyPatch) -> None:
    lost = [Event(50 + n, at=10 + n, text=n, new="lost" if n == 0 else "") for n in range(5)]
    written(data / "warc", lost, prefix="later")
    incrementally(data)
    untouched = (data / "archive.db").read_bytes()
    use_extractor(patch, new=True)
    result = run("rebuild", "--data", str(data), "--jobs", "1")
    assert result.exit_code == 3, result.output
    assert "would be lost of: mau.example.vn" in result.output
    assert "no_body" in result.output
    assert (data / "archive.db").read_bytes() == untouched
    read = counted(patch)
    result = run("rebuild", "--data", str(data), "--jobs", "1", "--max-lost", "100")
    assert result.exit_code == 0, result.output
    assert read == []
    assert [finding for finding in verify(data) if finding.severity == "damage"] == []


@pytest.mark.parametrize("given", [["--since", "yesterday"], ["--max-lost", "101"]])
def test_nonsense_is_refused(data: Path, given: list[str]) -> None:
    assert run("rebuild", "--data", str(data), *given).exit_code == 2


def test_progress_on_a_pipe_tells_the_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: clock)
    with WorkDisplay() as display:
        display.show(Progress("reading", 10_000_000, 100_000_000, "bytes"))
        clock = 20.0
        display.show(Progress("reading", 30_000_000, 100_000_000, "bytes"))
    assert capsys.readouterr().err == "reading: 30 of 100 MB (30 %), about 1 min left\n"


def start(data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "crawler.cli", "rebuild", "--data", str(data), "--jobs", "2"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


def descendants(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    found = [int(each) for each in path.read_text().split()] if path.exists() else []
    return [*found, *(below for each in found for below in descendants(each))]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes through /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_process_leaves_no_other_and_its_work(tmp_path: Path, number: int) -> None:
    data = tmp_path / "data"
    write_captures(data / "warc", ("nukeviet",), 352)
    process = start(data)
    wait_for(lambda: parts_done(data) >= 1 or process.poll() is not None, "a part that is done")
    workers = descendants(process.pid)
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=PATIENCE)
    if number == signal.SIGTERM:
        assert process.returncode == 130, said
        assert b"the same command goes on" in said
    wait_for(lambda: not any(map(is_alive, workers)), "the end of the workers")
    again = start(data)
    out, said = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, said
    assert b"Goes on where an earlier rebuild was stopped." in out or b"has changed since" in out
    assert b"352 captures, 352 articles" in out
    if number == signal.SIGTERM:
        out, said = start(data).communicate(timeout=PATIENCE)
        assert b"0 captures were written anew; the others came out as they stood." in out, said
    assert [finding for finding in verify(data) if finding.severity == "damage"] == []


def parts_done(data: Path) -> int:
    import sqlite3

    try:
        db = sqlite3.connect(f"file:{data / 'archive.rebuilding.db'}?mode=ro", uri=True)
    except sqlite3.Error:
        return 0
    try:
        return int(db.execute("select sum(done) from rebuild_parts").fetchone()[0] or 0)
    except sqlite3.Error:
        return 0
    finally:
        db.close()
