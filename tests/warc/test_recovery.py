"""After a crash: nothing whole is lost, nothing half is kept, nobody who lives is disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.warc.check import check_file
from archive.warc.reader import read_records
from archive.warc.writer import WarcError, recover
from tests.warc.crawling import ROOT
from tests.warc.samples import exchange, write_pages, writer


def bounds(path: Path) -> list[int]:
    """Where each record of a file begins, and where the last one ends."""
    return [record.offset for record in read_records(path)] + [path.stat().st_size]


def test_cut_at_every_byte_of_the_last_record(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path / "whole", 2)
    data = path.read_bytes()
    *_, start, end = bounds(path)
    kept = [record.id for record in read_records(path)][:-1]
    folder = tmp_path / "crashed"
    folder.mkdir()
    for cut in range(start, end):
        left = folder / "a.warc.gz.open"
        left.write_bytes(data[:cut])
        (result,) = recover(folder)
        assert (result.kept_records, result.cut_bytes) == (len(kept), cut - start)
        assert result.damaged == ()
        recovered = folder / "a.warc.gz"
        assert result.path == recovered
        assert recovered.read_bytes() == data[:start]
        assert not left.exists()
        recovered.unlink()


def test_what_a_power_cut_may_leave_behind(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path / "whole", 2)
    data = path.read_bytes()
    noise = random.Random(1).randbytes(500)
    for tail in (bytes(4096), noise, b"\x1f\x8b\x08\x00", b"WARC/1.1\r\n", b"\x1f\x8b\x08" + noise):
        folder = tmp_path / "crashed"
        folder.mkdir(exist_ok=True)
        (folder / "a.warc.gz.open").write_bytes(data + tail)
        (result,) = recover(folder)
        assert (result.kept_records, result.cut_bytes) == (5, len(tail))
        assert (folder / "a.warc.gz").read_bytes() == data
        assert "cut" in str(result)
        (folder / "a.warc.gz").unlink()


def test_damage_before_the_end_is_named_and_what_follows_is_kept(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path, 3)
    data = bytearray(path.read_bytes())
    starts = bounds(path)
    data[(starts[3] + starts[4]) // 2] ^= 0x10
    (tmp_path / "b.warc.gz.open").write_bytes(data + b"half a rec")
    (result,) = recover(tmp_path)
    assert (result.kept_records, result.cut_bytes) == (6, len(b"half a rec"))
    assert len(result.damaged) == 1
    assert f"bytes {starts[3]} to {starts[4]}" in str(result)
    assert result.path.read_bytes() == data


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", b"\0" * 100, b"no WARC at all"])
def test_without_a_whole_record_nothing_stays(tmp_path: Path, content: bytes) -> None:
    left = tmp_path / "a.warc.gz.open"
    left.write_bytes(content)
    (result,) = recover(tmp_path)
    assert result.removed
    assert (result.kept_records, result.cut_bytes) == (0, len(content))
    assert "removed" in str(result)
    assert list(tmp_path.iterdir()) == []


def test_a_whole_file_is_only_renamed(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path, 2)
    data = path.read_bytes()
    path.rename(f"{path}.open")
    (result,) = recover(tmp_path)
    assert (result.kept_records, result.cut_bytes, result.removed) == (5, 0, False)
    assert path.read_bytes() == data
    assert "nothing lost" in str(result)
    assert recover(tmp_path) == []


def test_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    with writer(tmp_path / "in a folder") as out:
        out.write(exchange("/a"))
        assert recover(tmp_path) == []
        out.write(exchange("/b"))
        path = tmp_path / "in a folder" / out.current_file
    assert check_file(path).ok


def test_a_final_name_that_is_taken_is_not_overwritten(tmp_path: Path) -> None:
    path, _ = write_pages(tmp_path, 1)
    data = path.read_bytes()
    Path(f"{path}.open").write_bytes(data[:-3])
    with pytest.raises(WarcError, match="there already"):
        recover(tmp_path)
    assert path.read_bytes() == data


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz.open").mkdir()
    with pytest.raises(WarcError, match=r"a\.warc\.gz\.open"):
        recover(tmp_path)


WRITE_ON = """
import os, sys
from tests.warc.samples import answer, exchange, writer
out = writer(sys.argv[1], fsync=False)
while True:
    print(out.write(exchange(response=answer(os.urandom(3000)))).id, flush=True)
"""


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment(tmp_path: Path, seed: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_ON, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 0.1))
    process.send_signal(signal.SIGKILL)
    said = (first + process.stdout.read()).decode().splitlines()
    process.stdout.close()
    process.wait()
    (result,) = recover(tmp_path)
    kept = [record.id for record in read_records(result.path, types={"response"})]
    assert kept[: len(said)] == said
    assert len(kept) - len(said) in (0, 1)
    assert check_file(result.path).ok


FORK_AND_DIE = """
import os, sys, time
from tests.warc.samples import exchange, writer
out = writer(sys.argv[1])
out.write(exchange())
if os.fork():
    os._exit(1)
print(os.getpid(), flush=True)  # By the child: what it does when it starts is done by then.
time.sleep(600)
"""


def test_a_worker_that_outlives_its_crawl_does_not_keep_the_file(tmp_path: Path) -> None:
    died = subprocess.Popen(
        [sys.executable, "-c", FORK_AND_DIE, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert died.stdout is not None
    worker = int(died.stdout.readline())
    try:
        died.wait()
        os.kill(worker, 0)  # It lives.
        (result,) = recover(tmp_path)
        assert result.kept_records == 3
    finally:
        os.kill(worker, signal.SIGKILL)
        died.stdout.close()
