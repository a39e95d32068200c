"""Records brought to the disk, together or one by one, and a disk that fails with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.warc.check import check_file
from archive.warc.recovery import recover
from archive.warc.writer import WarcError
from tests.warc.samples import answer, exchange, writer


def failing(real: Callable[..., Any], good: int) -> Callable[..., Any]:
    """A call that works ``good`` times and then finds the disk full, having written a little."""
    left = [good]

    def call(fd: int, *data: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            if data:
                real(fd, bytes(data[0])[:7])
            raise OSError(28, "No space left on device")
        return real(fd, *data)

    return call


@pytest.mark.parametrize("good", range(4))
@pytest.mark.parametrize("call", ["write", "fdatasync"])
def test_a_failed_write_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int, call: str
) -> None:
    out = writer(tmp_path, fsync=True)
    first = out.write(exchange("/a"))
    path = tmp_path / f"{first.warc_file}.open"
    before = path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(os, call, failing(getattr(os, call), good))
        failures = 0
        for number in range(5):
            try:
                out.write(exchange(f"/b{number}", answer(b"%d" % number)))
                before = path.read_bytes()
            except WarcError as error:
                failures += 1
                assert "No space left" in error.problem
                assert path.read_bytes() == before
    assert failures
    last = out.write(exchange("/c", answer(b"again")))
    out.close()
    report = check_file(tmp_path / first.warc_file)
    assert report.ok
    assert last.id in [record_id for _, record_id in report.ids]


def counted(calls: list[int], real: Callable[..., Any]) -> Callable[..., Any]:
    def call(fd: int) -> Any:
        calls.append(fd)
        return real(fd)

    return call


def test_several_records_are_brought_to_the_disk_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr(os, "fdatasync", counted(calls, os.fdatasync))
    out = writer(tmp_path, fsync=True)
    out.settle()
    out.write(exchange("/a"))
    before = len(calls)
    for number in range(3):
        out.write(exchange(f"/b{number}", answer(b"%d" % number)), settled=False)
    assert len(calls) == before
    out.settle()
    out.settle()
    assert len(calls) == before + 1
    # One that is settled takes all before it along.
    out.write(exchange("/c", answer(b"c")), settled=False)
    out.write(exchange("/d", answer(b"d")))
    out.settle()
    assert len(calls) == before + 2
    out.close()
    assert [file.captures for file in out.written] == [6]


@pytest.mark.parametrize("through", ["settle", "write", "close"])
def test_a_disk_that_failed_once_is_not_believed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, through: str
) -> None:
    out = writer(tmp_path, fsync=True)
    first = out.write(exchange("/a"))
    out.write(exchange("/b", answer(b"b")), settled=False)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", failing(os.fdatasync, 0))
        with pytest.raises(WarcError, match="No space left"):
            if through == "settle":
                out.settle()
            else:
                out.write(exchange("/c", answer(b"c")))
    if through == "close":  # The disk takes it now: what it lost before stays lost.
        out.close()
    with pytest.raises(WarcError, match="cannot be brought to the disk"):
        out.settle()
    out.close()
    assert out.written == []
    # A recovery keeps what is whole.
    recover(tmp_path)
    report = check_file(tmp_path / first.warc_file)
    assert report.ok
    assert first.id in [record_id for _, record_id in report.ids]


def test_no_warcinfo_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = writer(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", failing(os.write, 0))
        with pytest.raises(WarcError):
            out.write(exchange())
    assert list(tmp_path.iterdir()) == []
    out.write(exchange())
    out.close()
    (path,) = tmp_path.iterdir()
    assert check_file(path).records == {"warcinfo": 1, "response": 1, "request": 1}
