"""What a disk may hold after a power cut: a crawl's writes, less those not yet brought to it.

``strace`` records every write of one site's crawl, with its bytes, and every fsync. From that the
files are made as they may be found when the power goes at any of these moments: what was written
to a file since its last fsync is gone, or there in part; a name that was given or taken since the
last fsync of its folder is not.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from crawler.plan import Plan
from crawler.sample_web import SampleWeb
from tests.crawl.killing import (
    LONGEST_COMMAND,
    ROOT,
    WARC_BYTES,
    Balance,
    RunningCrawl,
    Undisturbed,
    draw,
    outcome_of,
    pages_asked,
)

CALLS = "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,unlink"
LOOKED_AT = ("archive.db", "archive.db-wal", "frontier/", "warc/")
"""What counts of an archive's folder: neither locks, logs nor SQLite's shared memory."""

_LINE = re.compile(r"^(\d+) +(.*)$")
_CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+)", re.S)
_FILE = re.compile(r"(?:\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that was done to a file: ``name`` is that of the system call."""

    name: str
    path: str
    """Below the archive's folder."""
    data: bytes = b""
    offset: int = 0
    """Where it was written; the new length of a truncation."""
    to: str = ""
    """The new name."""


@dataclass(slots=True, eq=False)
class _File:
    """A file's content on the disk, and what has been done to it since its last fsync."""

    held: bytearray = field(default_factory=bytearray)
    since: list[Call] = field(default_factory=list)


def record(data: Path, site: str, proxy: str, trace: Path) -> list[Call]:
    """Crawl one site under ``strace``; what its process did to the archive's files.

    Raises RuntimeError where strace cannot do its work here.
    """
    plan = Plan(site=site, data=str(data), sample_proxy=proxy, warc_max_bytes=WARC_BYTES)
    command = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-o", str(trace)]
    process = subprocess.Popen(
        [*command, "-e", f"trace={CALLS}", sys.executable, "-m", "crawler.one_site"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(asdict(plan)).encode() + b"\n")
    process.stdin.flush()  # And left open: a crawl ends when its starter lets go of it.
    said = process.stdout.read()
    code = process.wait(LONGEST_COMMAND)
    process.stdin.close()
    process.stdout.close()
    if code or b'"finished"' not in said:
        raise RuntimeError(f"the recorded crawl ended with {code}: {said.decode()[-500:]}")
    return list(_calls(trace, data))


def _calls(trace: Path, data: Path) -> Iterator[Call]:
    begun: dict[str, str] = {}
    places: dict[str, int] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            found = _LINE.match(line)
            if found is None:
                continue
            thread, said = found.groups()
            if said.endswith("<unfinished ...>"):
                begun[thread] = said.removesuffix("<unfinished ...>")
                continue
            if said.startswith("<... "):
                said = begun.pop(thread, "") + said.partition(" resumed>")[2]
            call = _CALL.match(said)
            if call is not None and int(call[3]) >= 0:
                yield from _call(call[1], call[2], int(call[3]), data, places)


def _call(name: str, given: str, result: int, data: Path, places: dict[str, int]) -> Iterator[Call]:
    texts = [_bytes(text) for text in _TEXT.findall(given)]
    files = [_below(_bytes(path).decode("utf-8", "replace"), data) for path in _FILE.findall(given)]
    if name in ("rename", "unlink", "openat"):
        names = [_below(os.path.join(data, text.decode()), data) for text in texts]
        if name == "openat" and ("O_CREAT" not in given or not _counts(names[0])):
            return
        if _counts(names[0]):
            if name == "openat":
                places.setdefault(names[0], 0)
            yield Call(name, names[0], to=names[-1] if name == "rename" else "")
        return
    if not files or not (_counts(files[0]) or name in ("fsync", "fdatasync")):
        return
    path = files[0]
    if name == "write":
        at = places.get(path, 0)
        places[path] = at + result
        yield Call(name, path, texts[0][:result], at)
    elif name == "pwrite64":
        yield Call(name, path, texts[0][:result], int(given.rpartition(",")[2]))
    elif name == "ftruncate":
        length = int(given.rpartition(",")[2])
        places[path] = min(places.get(path, 0), length)
        yield Call(name, path, offset=length)
    else:
        yield Call("fsync", path)


def _bytes(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))


def _below(path: str, data: Path) -> str:
    below = os.path.relpath(path, data)
    return "" if below == "." else below


def _counts(path: str) -> bool:
    return path.startswith(LOOKED_AT) and not path.endswith(("-shm", "-journal"))


@dataclass(slots=True)
class _Naming:
    """A name given or taken, with the file that bears it."""

    call: Call
    file: _File

    def do(self, names: dict[str, _File]) -> None:
        names.pop(self.call.path, None)
        if self.call.name != "unlink":
            names[self.call.to or self.call.path] = self.file


def after_cut(calls: list[Call], folder: Path, chance: random.Random | None) -> tuple[int, int]:
    """Write what the disk holds when the power goes after these calls; dropped writes and bytes.

    Without ``chance`` everything goes that was not brought to the disk. Otherwise each name has
    even odds, and of each file all such writes go, none, those after some moment, or every
    second one by lot: one file may be far ahead of another.
    """
    names: dict[str, _File] = {}
    """As the running system sees them."""
    held: dict[str, _File] = {}
    """As they are on the disk."""
    naming: list[_Naming] = []
    for call in calls:
        if call.name in ("openat", "rename", "unlink"):
            is_new = call.name == "openat" and call.path not in names
            if is_new or (call.name != "openat" and call.path in names):
                naming.append(_Naming(call, _File() if is_new else names[call.path]))
                naming[-1].do(names)
        elif call.name != "fsync":
            if call.path in names:
                names[call.path].since.append(call)
        elif call.path in names:
            _keep(names[call.path], names[call.path].since)
            names[call.path].since = []
        else:  # A folder: what happened to the names in it is on the disk now.
            inside = [each for each in naming if os.path.dirname(each.call.path) == call.path]
            naming = [each for each in naming if each not in inside]
            for each in inside:
                each.do(held)
    dropped = [call for file in {*names.values(), *held.values()} for call in file.since]
    if chance is not None:
        for each in naming:
            if chance.random() < 0.5:
                each.do(held)
        for file in {id(file): file for file in held.values()}.values():
            kind, enough = chance.choice(("none", "all", "first", "some")), chance.random()
            stay = {
                "none": [],
                "all": file.since,
                "first": file.since[: int(enough * len(file.since))],
                "some": [call for call in file.since if chance.random() < 0.5],
            }[kind]
            dropped = [call for call in dropped if not any(call is each for each in stay)]
            _keep(file, stay)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, file in held.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file.held)
    return len(dropped), sum(len(call.data) for call in dropped)


def _keep(file: _File, calls: list[Call]) -> None:
    for call in calls:
        if call.name == "ftruncate":
            if call.offset < len(file.held):
                del file.held[call.offset :]
            else:
                file.held.extend(bytes(call.offset - len(file.held)))
            continue
        if call.offset > len(file.held):
            file.held.extend(bytes(call.offset - len(file.held)))
        file.held[call.offset : call.offset + len(call.data)] = call.data


def go_on(folder: Path, site: str, undisturbed: Undisturbed, balance: Balance) -> None:
    """Take up a crawl from what a power cut left, to its end, and add what became of it."""
    with SampleWeb(slow_seconds=0.1) as web:
        code, said = RunningCrawl(folder, web, [site], 1).wait()
        balance.commands += 1
        if code or outcome_of(folder, site) != "finished":
            balance.complaints.append(f"the crawl after a power cut ended with {code}: {said}")
        balance.archives += 1
        # What the disk still held is asked for no more, what it lost once more.
        draw(folder, [site], pages_asked(web.requests), undisturbed, balance)
