"""What several machines cost beside one: segments taken in, dask beside local processes, a node.

    python -m benchmarks.several_machines [--captures 2000] [--write docs/scale.md]

WARC files of generated pages are written as nodes write them. Then, each in a process of its own
and on the same files: they are collected into an archive, collected again, and the archive is
rebuilt by two local processes and by two dask workers on loopback. CPU time is that of all
processes that took part; wall clock depends on what else the machine does. Last a node (scrapyd)
is started, and a dispatcher's round with it is timed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.generated_pages import KNOWN
from benchmarks.own_time import resident_megabytes
from benchmarks.rebuild import write_captures
from benchmarks.told import Told, told_parser, told_to
from crawler.nodes.errand import Errand, run_errand
from crawler.nodes.remote import Node

JOBS = 2
ROUNDS = 50
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of(process: int) -> float:
    """CPU seconds of a process so far, without its children's."""
    words = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS


def one(what: str, source: str, data: str, dask: str) -> dict[str, float]:
    """Do one thing in this process: its seconds and CPU seconds, children included."""
    from crawler.intake.rebuild import Wishes, rebuild
    from crawler.nodes.collecting import collect

    begun, before = time.perf_counter(), _cpu(resource.RUSAGE_SELF)
    if what == "collect":
        rows = collect([Path(source)], Path(data), jobs=JOBS)["files"]
        captures = sum(int(row["captures"]) for row in rows)
    else:
        captures = rebuild(Path(data), Wishes(jobs=JOBS, dask=dask)).captures
    return {
        "captures": captures,
        "seconds": time.perf_counter() - begun,
        "writer": _cpu(resource.RUSAGE_SELF) - before,
        "cpu": _cpu(resource.RUSAGE_SELF) + _cpu(resource.RUSAGE_CHILDREN) - before,
    }


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def in_a_process(what: str, source: Path, data: Path, dask: str = "") -> dict[str, float]:
    given = json.dumps([what, str(source), str(data), dask])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.several_machines", "--one", given],
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running(folder: Path, until: str, *arguments: str) -> Iterator[int]:
    """A program, once it has said ``until``; its process id."""
    log = folder / f"{len(list(folder.iterdir()))}.log"
    with log.open("w") as said:
        process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=said, stderr=said)
    try:
        while until not in log.read_text():
            if process.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.05)
        yield process.pid
    finally:
        process.kill()
        process.wait()


def on_dask(folder: Path, data: Path) -> dict[str, float]:
    """A rebuild by two workers of one thread each; with the CPU of scheduler and workers."""
    address = f"tcp://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    common = ("--no-dashboard",)
    with ExitStack() as stack:
        scheduler = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", port)
        others = [
            stack.enter_context(running(folder, "Scheduler at", *scheduler, "--no-show", *common))
        ]
        for _ in range(JOBS):
            worker = ("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny")
            others.append(stack.enter_context(running(folder, "Registered to", *worker, *common)))
        before = [cpu_of(process) for process in others]
        told = in_a_process("rebuild", data, data, address)
        used = [cpu_of(process) - was for process, was in zip(others, before, strict=True)]
        told["cpu"] += sum(used)
        told["scheduler"] = used[0]
        told["megabytes"] = sum(map(resident_megabytes, others))
    return told


def at_a_node(folder: Path) -> dict[str, float]:
    """A node without work: its memory, and what a dispatcher's round with it takes."""
    port = free_port()
    command = ("crawler.cli", "node", "--data", str(folder / "node"), "--port", str(port))
    with running(folder, "This node listens", *command, "--contact", "a@example.org") as process:
        node = Node(f"http://127.0.0.1:{port}")
        run_errand(node, Errand("", 0.0), {}, 10)
        before, times = cpu_of(process), []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            beat = run_errand(node, Errand("", 0.0), {}, 10)
            assert beat.jobs is not None, beat.complaint
            times.append(time.perf_counter() - begun)
        cpu = (cpu_of(process) - before) / ROUNDS
        return {
            "round": statistics.median(times),
            "cpu": cpu,
            "megabytes": resident_megabytes(process),
        }


def measure(captures: int) -> Iterator[str]:
    """The lines that the benchmark tells."""
    with tempfile.TemporaryDirectory() as name:
        folder, segments = Path(name), Path(name) / "segments"
        (folder / "logs").mkdir()
        write_captures(segments / "warc", KNOWN, captures)
        size = sum(path.stat().st_size for path in segments.rglob("*.warc.gz"))
        data = folder / "data"
        yield "| what | pages | pages/s | CPU ms a page | of this the writer's |"
        yield "|---|---|---|---|---|"
        yield _row("segments collected", in_a_process("collect", segments, data))
        again = in_a_process("collect", segments, data)
        yield _row(f"rebuilt by {JOBS} local processes", in_a_process("rebuild", data, data))
        far = on_dask(folder / "logs", data)
        yield _row(f"rebuilt by {JOBS} dask workers here", far)
        yield ""
        yield (
            f"Segments that the archive has already are passed over at"
            f" {size / again['seconds'] / 1e6:.0f} MB/s. Scheduler and workers hold"
            f" {far['megabytes']:.0f} MB; the scheduler used {far['scheduler']:.1f} s of CPU."
            f" The files have {size / captures:.0f} bytes a page; the database"
            f" {(data / 'archive.db').stat().st_size / captures:.0f}."
        )
        node = at_a_node(folder / "logs")
        yield (
            f"A node without work holds {node['megabytes']:.0f} MB; a dispatcher's round with it"
            f" takes {1000 * node['round']:.0f} ms and costs the node {1000 * node['cpu']:.0f} ms"
            " of CPU."
        )


def _row(what: str, told: dict[str, float]) -> str:
    pages = told["captures"]
    return (
        f"| {what} | {pages:.0f} | {pages / told['seconds']:.0f} |"
        f" {1000 * told['cpu'] / pages:.1f} | {1000 * told['writer'] / pages:.1f} |"
    )


def main() -> None:
    parser = told_parser(__doc__)
    parser.add_argument("--captures", type=int, default=2000)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(*json.loads(given.one))))
        return
    told_to(given.write, Told("several machines", list(measure(given.captures))))


if __name__ == "__main__":
    main()
