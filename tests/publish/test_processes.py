"""Several processes that answer for one archive."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.free_ports import free_port
from tests.publish.served import answer_of, fetch, running
from tests.waiting import PATIENCE, wait_for


def test_several_processes_serve_one_archive(data: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "archive.publish.serve:application"]
    command += ["--workers", "2", "--port", str(port), "--log-level", "warning"]
    with running(command, CONGDOAN_DATA=str(data), DATASETTE_SECRET="for a test") as process:
        page = answer_of(f"http://127.0.0.1:{port}/search?q=cong+doan", process)
    assert "Công đoàn" in page


SEVERAL = (
    "import sys\nfrom pathlib import Path\nfrom archive.publish.serve import serve\n"
    "if __name__ == '__main__':\n"
    "    try:\n"
    "        serve(Path(sys.argv[1]), port=int(sys.argv[2]), workers=2,"
    " announce=lambda a: print(a, flush=True))\n"
    "    except KeyboardInterrupt:\n"
    "        print('stopped by hand')\n"
    "    print('over')\n"
)


def workers_of(process: int) -> list[int]:
    """Processes that were spawned to answer."""
    own = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in own if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def running_still(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux tells who started whom")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_several_processes_answer_and_end_as_one(data: Path, sign: int) -> None:
    """One that is killed is replaced; none outlives the one that started them."""
    port = free_port()
    with running([sys.executable, "-c", SEVERAL, str(data), str(port)]) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address == f"http://127.0.0.1:{port}/"
        first = workers_of(process.pid)
        assert len(first) == 2
        if sign == signal.SIGINT:
            os.kill(first[0], signal.SIGKILL)
            assert "another takes its place" in process.stdout.readline()
            wait_for(lambda: len(set(workers_of(process.pid)) - set(first)) == 1, "another process")
        assert "Công đoàn" in fetch(f"{address}search?q=cong+doan")
        all_of_them = workers_of(process.pid)
        process.send_signal(sign)
        said = process.stdout.read()
        process.wait(PATIENCE)
        if sign == signal.SIGINT:
            assert said == "stopped by hand\nover\n"
            assert process.returncode == 0
        wait_for(lambda: not any(map(running_still, all_of_them)), "the end of all")
