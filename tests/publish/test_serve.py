"""Starting the face, refusing to, and reading while another writes."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sqlite3
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from datasette.utils import StartupError

from archive.articles import save_capture, settle
from archive.database import ArchiveError, open_archive, transaction
from archive.publish.owners_metadata import metadata_beside, read_metadata
from archive.publish.serve import (
    CLOSED,
    SETTINGS,
    application,
    datasette_arguments,
    make_face,
    serve,
)
from archive.publish.settings import PLUGIN, FaceSettings
from archive.publish.snapshot import read_unchecked
from tests.free_ports import free_port
from tests.publish.conftest import close
from tests.publish.sample import capture_of, keep, sample_articles
from tests.publish.served import answer_of, fetch, running
from tests.waiting import PATIENCE

Sample = tuple[Path, dict[str, int]]


def test_no_archive_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="There is no archive at"):
        serve(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.db")) as other:
        other.execute("create table theirs (x)")
    with pytest.raises(ArchiveError, match="another program"):
        serve(tmp_path)


def test_a_taken_port_is_said(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ArchiveError, match=rf"Cannot serve on 127.0.0.1:{port}.*--port"):
            serve(data, port=port)


@pytest.mark.parametrize("text", ["{broken", "- a\n- b: ["])
def test_broken_metadata_is_said(data: Path, text: str) -> None:
    (data / "metadata.yaml").write_text(text)
    with pytest.raises(ArchiveError, match=r"metadata.yaml is neither JSON nor YAML"):
        serve(data)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "must hold names and values"),
        ("[1]", "must hold names and values"),
        ("plugins: [a]", "plugins must hold names of plugins"),
        ("plugins: {congdoan-archive: true}", "congdoan-archive must hold settings by name"),
        ("plugins: {congdoan-archive: {allow_indexing: nein}}", "allow_indexing in the metadata"),
        ("plugins: {congdoan-archive: {allow_indexing: 0}}", "allow_indexing .* true or false"),
        ("plugins: {congdoan-archive: {title: 2024}}", "title .* must be text"),
        ("plugins: {congdoan-archive: {title: [a]}}", "title .* must be text"),
        ("plugins: {congdoan-archive: {address: 'javascript:1'}}", "address .* an origin"),
        ("plugins: {congdoan-archive: {replay_origin: 'https://a.vn/x'}}", "replay_origin .* path"),
        ("plugins: {congdoan-archive: {replay_path: '/x/{0}'}}", "replay_path .* braces"),
        ("plugins: {congdoan-archive: {replay_path: '/x/{capture'}}", "replay_path .* braces"),
        ("plugins: {congdoan-archive: {replay_picture_path: '{url}'}}", "replay_picture_path"),
    ],
)
def test_metadata_that_makes_no_sense_is_said(data: Path, text: str, problem: str) -> None:
    (data / "metadata.yaml").write_text(text)
    with pytest.raises(ArchiveError, match=problem):
        serve(data, port=0)


@pytest.mark.parametrize("text", ["", "plugins:", "plugins:\n  congdoan-archive:", "title:"])
def test_a_key_without_a_value_is_as_if_it_were_not_there(data: Path, text: str) -> None:
    (data / "metadata.yaml").write_text(text)
    face = make_face(data / "archive.db", read_metadata(metadata_beside(data)), contact="a@b.vn")
    assert FaceSettings.of(face) == FaceSettings(contact="a@b.vn")
    close(face)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("false", False),
        ("No", False),
        ("off", False),
        ("true", True),
        (" YES ", True),
        (True, True),
    ],
)
async def test_words_in_quotes_mean_what_they_say(
    data: Path, monkeypatch: pytest.MonkeyPatch, written: str | bool, meant: bool
) -> None:
    """As YAML gives them where they are quoted, and the environment always."""
    monkeypatch.setenv("INDEXING", str(written))
    for value in (written, {"$env": "INDEXING"}):
        face = make_face(data / "archive.db", {"plugins": {PLUGIN: {"allow_indexing": value}}})
        robots = (await face.client.get("/robots.txt")).text
        assert ("Disallow: /\n" not in robots) is meant
        close(face)


async def test_plain_datasette_refuses_such_settings(data: Path) -> None:
    given = {"plugins": {PLUGIN: {"allow_indexing": "nein"}}}
    with pytest.raises(ArchiveError, match="allow_indexing"):
        make_face(data / "archive.db", given)
    face = make_face(data / "archive.db")
    face._metadata_local = given
    with pytest.raises(StartupError, match="allow_indexing"):
        await face.invoke_startup()
    close(face)


def listening(process: int) -> int:
    """On how many TCP ports a process listens (Linux tells in /proc)."""
    tables = [Path(f"/proc/{process}/net/{name}").read_text() for name in ("tcp", "tcp6")]
    lines = [line.split() for table in tables for line in table.splitlines()[1:]]
    open_for_all = {fields[9] for fields in lines if fields[3] == "0A"}
    own = {os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir()}
    return len({inode for inode in open_for_all if f"socket:[{inode}]" in own})


SERVING = (
    "import sys; from pathlib import Path; from archive.publish.serve import serve;"
    "serve(Path(sys.argv[1]), port=int(sys.argv[2]), announce=lambda a: print(a, flush=True))"
)


@pytest.mark.parametrize(
    "closed",
    [
        "allow: {id: '*'}",
        "databases: {archive: {allow: {id: '*'}}}",
        "databases: {archive: {tables: {captures: {allow: false}}}}",
        "allow: false\nplugins: {congdoan-archive: {replay_origin: 'https://banluu.example.vn'}}",
    ],
)
def test_what_not_everyone_may_see_is_not_shown_as_captured(data: Path, closed: str) -> None:
    """The replay knows no passwords, and would show strangers all that the archive holds."""
    (data / "metadata.yaml").write_text(closed)
    with running([sys.executable, "-c", SERVING, str(data), str(free_port())]) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        assert process.stdout.readline().strip() == CLOSED
        assert listening(process.pid) == 1


def free_pair() -> int:
    """A free port whose next one is free, too."""
    while True:
        port = free_port()
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port + 1))
            return port


def test_a_proxys_name_reaches_the_replay(data: Path) -> None:
    (data / "metadata.yaml").write_text(
        "plugins: {congdoan-archive: {replay_origin: 'https://banluu.example.vn'}}"
    )
    with running([sys.executable, "-c", SERVING, str(data), str(free_pair())]) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().strip().strip("/").rpartition(":")[2])
        assert listening(process.pid) == 2
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port + 1}/", headers={"Host": "banluu.example.vn"}
        )
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            assert answer.status == 200


def test_serving_with_a_replay_beside_it(data: Path, sample: Sample) -> None:
    (data / "metadata.yaml").write_text(
        "plugins:\n  congdoan-archive:\n    title: Kho thử\n", encoding="utf-8"
    )
    port = free_port()
    with running([sys.executable, "-c", SERVING, str(data), str(port)]) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == f"http://127.0.0.1:{port}/"
        assert "Kho thử" in fetch(f"http://127.0.0.1:{port}/")
        page = fetch(f"http://127.0.0.1:{port}/archive/articles/{sample[1]['nha_o']}")
        replay = re.search(r'id="replay" href="(http://127\.0\.0\.1:\d+)/capture/', page)
        assert replay and replay[1] != f"http://127.0.0.1:{port}"
        assert fetch(replay[1] + "/")


def test_plain_datasette_shows_the_same(data: Path) -> None:
    """The command of docs/publish.md."""
    port = free_port()
    arguments = [*datasette_arguments(data / "archive.db"), "--port", str(port)]
    command = [sys.executable, "-m", "datasette", *arguments[1:]]
    with running(command) as process:
        page = answer_of(f"http://127.0.0.1:{port}/search?q=dai+hoi", process)
        assert "</mark> Công đoàn ngành Giáo dục" in page
        assert "body {" in fetch(f"http://127.0.0.1:{port}/static/archive.css")


def test_the_documented_command_names_the_settings() -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "publish.md").read_text("utf-8")
    named = dict(re.findall(r"--setting (\w+) (\w+)", text))
    assert named
    for name, value in named.items():
        ours = SETTINGS[name]
        assert value == (("off", "on")[ours] if isinstance(ours, bool) else str(ours))


async def test_new_articles_appear_and_a_writer_holds_nobody_up(data: Path) -> None:
    face = make_face(data / "archive.db")
    db = open_archive(data / "archive.db")
    article = sample_articles()[0].article
    new = type(article)(
        url="https://lang-son.example/moi.html", title="Khánh thành nhà văn hóa công nhân",
        lead="Nhà văn hóa mở cửa.", body="Công nhân đến xem hát.", body_html="",
        published=article.published, byline=article.byline,
    )  # fmt: skip
    try:
        before = (await face.client.get("/search.json?q=khanh+thanh+nha+van+hoa")).json()["total"]
        with transaction(db):
            capture = capture_of(new.url, "lang_son", 990)
            save_capture(db, capture, new.url)
            settle(db, capture, new.url, new, extractor="1", article_address=new.url)
            # The writer holds its lock: every page still answers, from the state before.
            for path in (
                "/",
                "/search.json?q=khanh+thanh+nha+van+hoa",
                "/archive/articles",
                "/feed.atom",
            ):
                response = await face.client.get(path)
                assert response.status_code == 200
                assert "Khánh thành" not in response.text
        after = (await face.client.get("/search.json?q=khanh+thanh+nha+van+hoa")).json()["total"]
        assert (before, after) == (0, 1)
        assert "Khánh thành nhà văn hóa" in (await face.client.get("/feed.atom")).text
    finally:
        db.close()
        close(face)


async def test_a_slow_download_keeps_no_lock_and_misses_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two batches the log can be folded back, and an article that comes is no matter."""
    from archive.publish import downloads

    monkeypatch.setattr(downloads, "BATCH", 5)
    monkeypatch.setattr(downloads, "LOOK", 7)
    face = make_face(data / "archive.db")
    db = open_archive(data / "archive.db")
    checkpoints: list[int] = []
    whole = downloads.csv_lines

    def slow(rows: list[tuple[Any, ...]]) -> str:
        return whole(rows)

    original = read_unchecked

    async def between(database: Any, work: Any) -> Any:
        result = await original(database, work)
        keep(db, "lang_son", sample_articles()[0].article, 900 + len(checkpoints))
        busy = db.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        checkpoints.append(busy)
        return result

    monkeypatch.setattr(downloads, "csv_lines", slow)
    monkeypatch.setattr(downloads, "read_unchecked", between)
    try:
        text = (await face.client.get("/download/articles.csv")).text
    finally:
        db.close()
        close(face)
    assert len(checkpoints) >= 7
    assert not any(checkpoints), "a reader held the log"
    assert len(set(re.findall(r"^(\d{10,}),", text, re.MULTILINE))) == 32


def test_an_application_needs_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGDOAN_DATA", str(tmp_path))
    with pytest.raises(ArchiveError):
        application()
