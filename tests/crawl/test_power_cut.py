"""Crawls go on from what a disk holds after a power cut; more in ``benchmarks.power_cut``."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from crawler.sample_web import SampleWeb
from tests.crawl.conftest import Crawled
from tests.crawl.killing import Balance, undisturbed_of
from tests.crawl.power_cut import Call, after_cut, go_on, record

SITE = "lang_son"


def test_what_a_disk_holds(tmp_path: Path) -> None:
    calls = [
        Call("openat", "a"),
        Call("fsync", ""),
        Call("write", "a", b"one", 0),
        Call("fsync", "a"),
        Call("write", "a", b"two", 3),
        Call("openat", "b"),
        Call("write", "b", b"three"),
        Call("fsync", "b"),
        Call("rename", "a", to="c"),
    ]
    # What was written to a file since its fsync is gone, and a name that its folder never kept.
    assert after_cut(calls, tmp_path / "disk", None) == (1, 3)
    assert {path.name: path.read_bytes() for path in (tmp_path / "disk").iterdir()} == {"a": b"one"}
    after_cut([*calls, Call("fsync", ""), Call("fsync", "c")], tmp_path / "disk", None)
    held = {path.name: path.read_bytes() for path in (tmp_path / "disk").iterdir()}
    assert held == {"b": b"three", "c": b"onetwo"}
    either = set()
    for seed in range(40):
        after_cut(calls, tmp_path / "disk", random.Random(seed))
        either.add(
            tuple(sorted((path.name, path.read_bytes()) for path in (tmp_path / "disk").iterdir()))
        )
    assert {(("a", b"one"),), (("b", b"three"), ("c", b"onetwo"))} <= either


def strace_works() -> bool:
    if shutil.which("strace") is None:
        return False
    command = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", sys.executable, "-c", ""]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not strace_works(), reason="strace is not installed, or may not trace here")
def test_a_crawl_goes_on_after_power_cuts(first_crawl: Crawled, tmp_path: Path) -> None:
    undisturbed = undisturbed_of(first_crawl.data, first_crawl.requests)
    with SampleWeb(slow_seconds=0.1) as web:
        calls = record(tmp_path / "recorded", SITE, web.proxy_url, tmp_path / "trace")
    # The record is whole: all of it gives the files that the crawl has left.
    after_cut(calls, tmp_path / "all", None)
    for path in (tmp_path / "recorded" / "warc").iterdir():
        assert (tmp_path / "all" / "warc" / path.name).read_bytes() == path.read_bytes()
    assert (tmp_path / "all" / "archive.db").read_bytes() == (
        tmp_path / "recorded" / "archive.db"
    ).read_bytes()
    balance = Balance()
    lots: list[Iterable[random.Random | None]] = [[None], map(random.Random, range(2, 99))]
    for third, chances in enumerate(lots, 1):
        made = calls[: third * len(calls) // 3]
        # What is lost by lot may be hardly anything; then another lot is drawn.
        cuts = (after_cut(made, tmp_path / "cut", chance) for chance in chances)
        assert next((dropped for dropped, _ in cuts if dropped > 10), 0)
        go_on(tmp_path / "cut", SITE, undisturbed, balance)
    assert balance.complaints == []
    assert balance.saved == balance.expected > 0
    assert balance.doubled == 0
