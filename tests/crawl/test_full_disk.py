"""A disk that fills up in the middle of a crawl: a real one, made small."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.sample_web import SampleWeb
from tests.crawl.conftest import Crawled
from tests.crawl.killing import Balance, RunningCrawl, draw, pages_asked, undisturbed_of

SITE = "lang_son"


@contextmanager
def small_disk(folder: Path, free: int) -> Iterator[Path]:
    """A file system on ``folder`` with so many bytes free, and the file that takes the others.

    Skips the test where none can be mounted.
    """
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "small-disk", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        room = os.statvfs(folder)
        ballast = folder / "ballast"
        ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - free))
        yield ballast
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    ("place", "free"),
    [("", 1_000_000), ("warc", 100_000), ("frontier", 160_000)],
    ids=["everything", "warc", "frontier"],
)
def test_a_disk_fills_up_and_is_freed(
    first_crawl: Crawled, tmp_path: Path, place: str, free: int
) -> None:
    """A message that names the cause, exit code 1, nothing lost; with room again, all is had."""
    data = tmp_path / "data"
    with small_disk(data / place, free) as ballast, SampleWeb(slow_seconds=0.1) as web:
        crawl = RunningCrawl(data, web, [SITE], 1)
        code, said = crawl.wait()
        assert code == 1
        assert "failed" in said
        assert "disk is full" in said or "No space left on device" in said
        assert "Traceback" not in said
        assert pages_asked(web.requests), "it filled up before anything was fetched"
        held = sorted((data / "warc").rglob("*"))
        assert held, "nothing had been kept"
        ballast.unlink()
        code, said = RunningCrawl(data, web, [SITE], 1).wait()
        assert code == 0, said
        undisturbed = undisturbed_of(first_crawl.data, first_crawl.requests)
        balance = Balance()
        draw(data, [SITE], pages_asked(web.requests), undisturbed, balance)
        assert balance.complaints == []
        assert balance.saved == balance.expected > 0


def test_a_disk_that_is_full_from_the_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", 0), SampleWeb() as web:
        code, said = RunningCrawl(tmp_path / "data", web, [SITE], 1).wait()
        assert code == 1
        assert "disk is full" in said
        assert "Traceback" not in said
        assert web.requests == []
