"""Bad input gets a clear message and a non-zero exit, and leaves the archive as it was."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.warc.writer import Exchange, WarcWriter
from crawler.cli import congdoan
from crawler.locks import locked

PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8">
<title>Công đoàn cơ sở tổ chức đại hội</title>
<meta name="generator" content="NukeViet v4.5"></head><body>
<div class="news_column panel panel-default"><div class="panel-body">
<h1 class="title margin-bottom-lg" itemprop="headline">Công đoàn cơ sở tổ chức đại hội</h1>
<div class="row margin-bottom-lg"><span class="h5">Thứ năm - 02/05/2024 08:15</span></div>
<div class="hometext m-bottom" itemprop="description">Sáng 2/5, Công đoàn cơ sở Nhà máy gạch Tân An
tổ chức đại hội lần thứ năm, nhiệm kỳ 2024 - 2029.</div>
<div id="news-bodyhtml" class="bodytext margin-bottom-lg" itemprop="articleBody">
<p>Đại hội nghe báo cáo tổng kết nhiệm kỳ qua: 412 đoàn viên được chăm lo, 36 sáng kiến làm lợi
hơn một tỷ đồng, 5 công nhân được trao Mái ấm Công đoàn.</p>
<p>Đại hội bầu Ban Chấp hành gồm 7 đồng chí và thông qua nghị quyết với tám chỉ tiêu.</p>
<p style="text-align: right;"><strong>Tin, ảnh: Nguyễn Thu Hà</strong></p>
</div></div></div></body></html>"""
URL = "http://congdoan-tan-an.example/vi/news/tin-hoat-dong/dai-hoi-12.html"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(congdoan, list(arguments))


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    """A WARC with one article of a host that no site declares."""
    body = PAGE.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    exchange = Exchange(
        url=URL,
        request_bytes=b"GET /vi HTTP/1.1\r\nHost: congdoan-tan-an.example\r\n\r\n",
        response_bytes=head.encode() + body,
        payload=body,
        started_at=datetime(2024, 6, 1, 3, 0, tzinfo=UTC),
    )
    with WarcWriter(tmp_path / "made", "elsewhere", "crawl-1", software="test") as writer:
        capture = writer.write(exchange)
    return tmp_path / "made" / capture.warc_file


@pytest.fixture
def data(tmp_path: Path, warc: Path) -> Path:
    """An archive that holds that article."""
    folder = tmp_path / "data"
    assert run("import", str(warc), "--data", str(folder)).exit_code == 0
    return folder


def content(data: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(data / "archive.db") as db:
        rows = db.execute("select id, title, content_hash, last_seen_at from articles").fetchall()
        rows += db.execute("select id, outcome from captures order by id").fetchall()
    db.close()
    return rows


def test_an_import_reads_hosts_that_no_site_declares(data: Path) -> None:
    shown = run("show", URL, "--data", str(data), "--json")
    assert shown.exit_code == 0
    article = json.loads(shown.output)
    assert article["title"] == "Công đoàn cơ sở tổ chức đại hội"
    assert article["lead"].startswith("Sáng 2/5")
    assert article["body"].count("\n") == 1
    assert article["author"] == "Nguyễn Thu Hà"
    assert article["site"] == "congdoan-tan-an.example"
    assert article["published_at"] == "2024-05-02T08:15:00+07:00"
    assert article["first_seen_at"] == "2024-06-01T10:00:00+07:00"


def test_importing_twice_changes_nothing(data: Path, warc: Path) -> None:
    before = content(data)
    assert run("import", str(warc), "--data", str(data)).exit_code == 0
    assert content(data) == before


def test_show_as_text_tells_where_it_came_from(data: Path) -> None:
    shown = run("show", URL, "--data", str(data))
    assert shown.exit_code == 0
    assert "Nguyễn Thu Hà" in shown.output
    assert "sha1:" in shown.output


def test_an_unknown_site_is_named_with_where_to_look(tmp_path: Path) -> None:
    result = run("crawl", "atlantis", "--sample", "--data", str(tmp_path / "d"))
    assert result.exit_code == 2
    assert "atlantis" in result.output
    assert "`congdoan sites`" in result.output
    assert not (tmp_path / "d").exists()


def test_no_site_at_all_is_a_usage_error() -> None:
    assert run("crawl").exit_code == 2


def test_a_live_crawl_needs_a_contact(tmp_path: Path) -> None:
    result = run("crawl", "lang_son", "--data", str(tmp_path / "d"))
    assert result.exit_code == 2
    assert "--contact" in result.output


def test_ctrl_c_ends_every_command_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("archive.publish.serve.serve", pressed)
    result = run("serve")
    assert (result.exit_code, result.output) == (130, "Stopped.\n")


def test_scrapys_own_command_names_ours() -> None:
    """``scrapy.cfg`` is there for ``scrapy list`` and ``scrapy shell``."""
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "lang_son", "--nolog"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    [said] = done.stderr.strip().splitlines()
    assert "`congdoan crawl lang_son`" in said


@pytest.mark.parametrize("contact", ["a\nb", "đ@example.org", "x" * 300])
def test_a_contact_cannot_smuggle_headers(contact: str, tmp_path: Path) -> None:
    result = run("crawl", "lang_son", "--contact", contact, "--data", str(tmp_path / "d"))
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("text.warc.gz", lambda whole: b"this is no archive"),
        ("empty.warc.gz", lambda whole: b""),
        ("cut.warc.gz", lambda whole: whole[:-30]),
        ("half.warc.gz", lambda whole: whole[: len(whole) // 2]),
        ("flipped.warc.gz", lambda whole: whole[:-60] + b"\xff" * 20 + whole[-40:]),
        ("other.warc.gz", lambda whole: gzip.compress(b"hello")),
    ],
)
def test_a_damaged_warc_is_refused_whole(
    data: Path, warc: Path, tmp_path: Path, name: str, damage: object
) -> None:
    bad = tmp_path / name
    bad.write_bytes(damage(warc.read_bytes()))  # type: ignore[operator]
    before, files = content(data), sorted((data / "warc").rglob("*"))
    result = run("import", str(warc), str(bad), "--data", str(data))
    assert result.exit_code == 1, result.output
    assert name in result.output
    assert content(data) == before
    assert sorted((data / "warc").rglob("*")) == files


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    result = run("import", str(tmp_path / "none.warc.gz"), "--data", str(tmp_path / "d"))
    assert result.exit_code == 2
    assert not (tmp_path / "d").exists()


def test_a_newer_schema_is_refused_and_left_alone(data: Path, warc: Path) -> None:
    with sqlite3.connect(data / "archive.db") as db:
        db.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('congdoan_archive', '9999_from_the_future', '2030-01-01')"
        )
    db.close()
    before = content(data)
    for command in (["import", str(warc)], ["rebuild"], ["show", URL], ["serve", "--port", "0"]):
        result = run(*command, "--data", str(data))
        assert result.exit_code == 1, (command, result.output)
        assert "newer version" in result.output
    assert content(data) == before


def test_a_database_of_another_program_is_refused(tmp_path: Path, warc: Path) -> None:
    (tmp_path / "d").mkdir()
    with sqlite3.connect(tmp_path / "d" / "archive.db") as db:
        db.execute("create table recipes (name text)")
    db.close()
    result = run("import", str(warc), "--data", str(tmp_path / "d"))
    assert result.exit_code == 1
    assert "another program" in result.output


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, warc: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "archive.db").write_bytes(b"no database at all" * 100)
    result = run("import", str(warc), "--data", str(tmp_path / "d"))
    assert result.exit_code == 1
    assert (tmp_path / "d" / "archive.db").read_bytes() == b"no database at all" * 100


@pytest.mark.parametrize("command", [["show", "1"], ["serve"], ["rebuild"]])
def test_what_needs_an_archive_says_that_there_is_none(tmp_path: Path, command: list[str]) -> None:
    result = run(*command, "--data", str(tmp_path / "nothing"))
    assert result.exit_code == 1
    assert "nothing" in result.output
    assert not (tmp_path / "nothing").exists()


def test_an_unknown_article_is_a_clear_error(data: Path) -> None:
    result = run("show", "123", "--data", str(data))
    assert result.exit_code == 1
    assert "No article" in result.output


def test_a_rebuild_gives_the_rows_back(data: Path) -> None:
    before = content(data)
    (data / "archive.db").unlink()
    result = run("rebuild", "--data", str(data))
    assert result.exit_code == 0, result.output
    assert content(data) == before


def test_a_rebuild_over_a_damaged_warc_leaves_the_old_database(data: Path) -> None:
    before = content(data)
    kept = next((data / "warc").rglob("*.warc.gz"))
    kept.write_bytes(kept.read_bytes()[:-20])
    result = run("rebuild", "--data", str(data))
    assert result.exit_code == 1
    assert kept.name in result.output
    assert content(data) == before


def test_sites_as_json(data: Path) -> None:
    listed = json.loads(run("sites", "--json", "--data", str(data)).output)
    assert {"lang_son", "hai_phong", "quan_1", "can_tho", "lao_dong_thu_do"} <= {
        site["name"] for site in listed
    }


def test_a_rebuild_waits_for_no_crawl_and_says_so(data: Path) -> None:
    with locked(data, "lang_son", doing="x"):
        result = run("rebuild", "--data", str(data))
    assert result.exit_code == 1
    assert "lang_son" in result.output


@pytest.mark.parametrize("command", sorted(congdoan.commands))
def test_every_command_teaches(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "congdoan " + command in result.output
    if command not in ("evaluate", "restore", "new-site"):
        assert "--data" in result.output
    assert "Exit codes" in result.output
