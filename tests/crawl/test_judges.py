"""Other people's tools read what a crawl writes: warcio checks it, pywb replays it."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from archive.warc.reader import read_page_at
from tests.crawl.conftest import Crawled
from tests.free_ports import free_port
from tests.waiting import PATIENCE, wait_for

PYWB = Path(os.environ.get("CONGDOAN_PYWB", Path(__file__).parents[2] / ".venv-pywb"))


def test_warcio_finds_nothing_wrong(first_crawl: Crawled) -> None:
    files = sorted((first_crawl.data / "warc").glob("*.warc.gz"))
    assert len(files) == 5
    command = [sys.executable, "-m", "warcio.cli", "check", *map(str, files)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(address, timeout=PATIENCE):
        return True
    return False


@pytest.fixture(scope="module")
def replay(first_crawl: Crawled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """pywb, in an environment of its own (``make pywb``), over the first crawl's WARCs."""
    if not (PYWB / "bin" / "wayback").exists():
        if os.environ.get("CI"):
            pytest.fail("CI has to install pywb: make pywb")
        pytest.skip("pywb is not installed; `make pywb` does")
    folder = tmp_path_factory.mktemp("pywb")
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}

    def manage(*arguments: str) -> None:
        command = [str(PYWB / "bin" / "wb-manager"), *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)

    manage("init", "sample")
    manage("add", "sample", *map(str, sorted((first_crawl.data / "warc").glob("*.warc.gz"))))
    port = free_port()
    server = subprocess.Popen(
        [str(PYWB / "bin" / "wayback"), "-p", str(port), "-b", "127.0.0.1"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/sample/"), "pywb")
        yield f"http://127.0.0.1:{port}/sample"
    finally:
        server.terminate()
        server.wait(PATIENCE)


def test_pywb_replays_every_article_as_it_was_captured(first_crawl: Crawled, replay: str) -> None:
    rows = first_crawl.db.execute(
        "select c.url, c.fetched_at, c.warc_file, c.warc_offset, c.site from articles a"
        " join captures c on c.id = a.capture_id where c.record_type = 'response'"
        # Of two captures within one second, which a replay's address cannot tell apart, pywb
        # may give the other one: the answer that broke off before the one that came whole.
        " and not exists (select 1 from captures other where other.url = c.url"
        "  and other.id <> c.id and substr(other.fetched_at, 1, 18) = substr(c.fetched_at, 1, 18))"
    ).fetchall()
    assert {row[4] for row in rows} == {run.site for run in first_crawl.runs}
    for url, fetched_at, warc_file, offset, _ in rows:
        record = read_page_at(first_crawl.data / "warc" / warc_file, offset)
        moment = record.date.strftime("%Y%m%d%H%M%S")
        with urllib.request.urlopen(f"{replay}/{moment}id_/{url}", timeout=PATIENCE) as answer:
            body = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
        assert hashlib.sha256(body).digest() == hashlib.sha256(record.content()).digest(), url
        assert fetched_at
