"""A rebuild on two dask workers, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from archive.database import ArchiveError
from crawler.intake.on_dask import DaskReaders
from crawler.intake.progress import Progress
from crawler.intake.rebuild import Wishes, rebuild
from tests.archive.told_pages import rows_of
from tests.free_ports import free_port
from tests.nodes.written_segments import write_segment
from tests.waiting import wait_for

FILES, PAGES = 16, 12


@contextmanager
def running(folder: Path, name: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of dask's, killed at the end; what it says goes into ``name``.log."""
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], stdout=log, stderr=log, cwd=folder
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    address = f"tcp://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    options = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-show")
    with running(folder, "scheduler", "distributed.cli.dask_scheduler", *options):
        wait_for(lambda: "Scheduler at" in (folder / "scheduler.log").read_text())
        yield address


@contextmanager
def worker(folder: Path, name: str, address: str) -> Iterator[subprocess.Popen[bytes]]:
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name)
    program = "distributed.cli.dask_worker"
    with running(folder, name, program, address, *options) as process:
        wait_for(lambda: "Registered to" in (folder / f"{name}.log").read_text())
        yield process


def test_a_worker_is_killed_and_the_rows_are_the_same(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for number in range(FILES):
        write_segment(data / "warc", f"tan_an_{number}", PAGES)
    rebuild(data, Wishes(jobs=1))
    before = rows_of(data)
    assert len(before["articles"]) == FILES * PAGES
    seen: list[int] = []
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, "one", address) as one,
        worker(tmp_path, "two", address),
    ):

        def watch(progress: Progress) -> None:
            if progress.step == "reading":
                seen.append(progress.done)
                if len(seen) == FILES // 3 and one.poll() is None:
                    os.kill(one.pid, signal.SIGKILL)
                    one.wait()

        found = rebuild(data, Wishes(jobs=1, dask=address), watch=watch)
    assert one.returncode == -signal.SIGKILL
    assert len(seen) > FILES, "it was killed with work left to do"
    assert found.replaced and found.differences is not None and found.differences.none
    assert rows_of(data) == before


def test_without_scheduler_or_folder_nothing_is_begun(tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_segment(data / "warc", "tan_an", 1)
    nowhere = f"tcp://127.0.0.1:{free_port()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crawler.intake.on_dask.CONNECT_SECONDS", 1)
        with pytest.raises(ArchiveError, match="No dask scheduler answers"):
            rebuild(data, Wishes(jobs=1, dask=nowhere))
    with scheduler(tmp_path) as address:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("crawler.intake.on_dask.WORKERLESS_SECONDS", 0.5)
            with pytest.raises(ArchiveError, match="No dask worker"):
                DaskReaders(address, data / "warc", 1)
        with (
            worker(tmp_path, "one", address),
            pytest.raises(ArchiveError, match="There is no folder"),
        ):
            DaskReaders(address, tmp_path / "elsewhere", 1)
    assert not (data / "archive.db").exists()
