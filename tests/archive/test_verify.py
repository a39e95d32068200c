"""Every kind of damage is named where it lies, and a whole archive passes."""

from __future__ import annotations

import gzip
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from archive.database import ArchiveError
from archive.verification.verify import Checked, Finding, verify
from archive.warc.writer import recover
from tests.archive.small_archive import HOST, SmallArchive, filled, reply


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("verify") / "data"
    filled(data)
    return data


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "data"))


def damage(data: Path) -> list[Finding]:
    return [finding for finding in verify(data) if finding.severity == "damage"]


def warc_of(data: Path) -> Path:
    return next((data / "warc").glob("*.warc.gz"))


def test_a_whole_archive_passes_and_is_left_as_it_was(data: Path) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    checked = Checked()
    assert list(verify(data, checked=checked)) == []
    assert checked.ok
    assert (checked.files, checked.captures, checked.articles) == (1, 8, 2)
    assert checked.records == 17
    after = {path: path.read_bytes() for path in data.rglob("*") if path in before}
    assert after == before


EDITS = {
    "update captures set payload_digest = 'sha1:AAAA' where rowid = 1": "captures",
    "update captures set url = url || 'x' where rowid = 2": "captures",
    "update captures set fetched_at = '2020-01-01' where rowid = 1": "captures",
    "update captures set status = 500 where rowid = 2": "captures",
    "update captures set warc_offset = warc_offset + 1 where rowid = 3": "captures",
    "update captures set warc_length = 5 where rowid = 3": "captures",
    "update captures set id = 'khac' where rowid = 2": "captures",
    "update captures set content_hash = 'x' where rowid = 1": "revisions",
    "update captures set refers_to = '' where record_type = 'revisit'": "captures",
    "delete from captures where rowid = 2": "warc/",
    "delete from captures where rowid = 1": "revisions",
    "update articles set body = body || ' và hơn thế'": "articles",
    "update articles set title = upper(title)": "articles",
    "update articles set published_at = '2024-05-02T00:00:00+07:00'": "articles",
    "update articles set capture_id = 'khong-co'": "articles",
    "update articles set revisions = 9": "articles",
    "update articles set id = id + 1 where rowid = (select min(id) from articles)": "articles",
    "update revisions set body = 'khác' where number = 2": "revisions",
    "delete from revisions where number = 1": "articles",
    "delete from article_addresses": "articles",
    "delete from sites": "captures",
    "insert into images (article_id, position, url) values (1, 1, 'x')": "images",
    "update warc_files set sha256 = 'x'": "warc/",
    "update warc_files set records = 3": "warc/",
    "update warc_files set bytes = 3": "warc/",
    "update warc_files set name = 'khac.warc.gz'": "warc/khac.warc.gz",
    "update month_counts set articles = 7": "month_counts",
    "update article_readings set layout = 'khac'": "article_readings",
    "delete from article_readings": "article_readings",
    "update captures set outcome = 'erticle' where outcome = 'article'": "captures",
    "update captures set outcome = 'resource' where status = 404": "captures",
    "update captures set detail = 'HTTP 403' where status = 404": "captures",
    "update captures set detail = 'x' where outcome = 'article'": "captures",
    "update captures set article_id = null where status = 304": "captures",
    "update captures set crawl = 'khac' where rowid = 1": "captures",
    "update captures set address = address || 'x' where rowid = 1": "captures",
    "update captures set leads_to = 'x' where status = 200": "captures",
    "update warc_files set crawl = 'khac'": "warc/",
    "update warc_files set origin = 'khac'": "warc/",
    "update articles set first_seen_at = '2024-05-01T08:00:00+07:00'": "articles",
    "update articles set last_seen_at = '2024-05-01T08:00:00+07:00'": "articles",
    "update articles set last_checked_at = '2024-05-01T08:00:00+07:00'": "articles",
    "update articles set gone_at = null where gone_at is not null": "articles",
    "update articles set gone_reason = 'listing'": "articles",
    "update articles set site = 'khac'": "articles",
    "update articles set province = 'Hà Nội'": "articles",
    "update articles set province_2025 = 'Hà Nội'": "articles",
    "update articles set variant = 'print'": "articles",
    "update articles set published_precision = null": "articles",
    "update sites set province_2025 = 'Hà Nội'": "sites",
    "update revisions set changed = '[\"title\"]'": "revisions",
    "update revisions set seen_at = '2024-05-01T08:00:00+07:00'": "revisions",
    "insert into article_topics select 'Thừa', '', min(id) from articles": "article_topics",
    "insert into topic_counts values ('Thừa', 9)": "topic_counts",
    "insert into unreadable select address, url, site, 'empty', '', id, fetched_at from captures"
    " where status = 404": "unreadable",
    "insert into articles_fts (articles_fts, rowid, title, lead, body, byline, table_text)"
    " select 'delete', id, title, lead, body, byline, table_text from articles": "articles_fts",
    "insert into articles_fts (rowid, title) values (5, 'thừa')": "articles_fts",
    "delete from articles_exact_docsize": "articles_exact",
    "insert into attachments_fts (rowid, text) values (5, 'thừa')": "attachments_fts",
}  # fmt: skip


@pytest.mark.parametrize(("edit", "where"), EDITS.items())
def test_an_edited_row_is_named(data: Path, edit: str, where: str) -> None:
    with sqlite3.connect(data / "archive.db") as db:
        assert db.execute(edit).rowcount
    db.close()
    found = damage(data)
    assert [finding for finding in found if finding.where.startswith(where)], found


def test_the_row_and_the_column_are_named(data: Path) -> None:
    with sqlite3.connect(data / "archive.db") as db:
        (key,) = db.execute("select id from captures where rowid = 2").fetchone()
        db.execute("update captures set status = 500 where rowid = 2")
    db.close()
    found = next(found for found in damage(data) if "status is" in found.problem)
    assert (found.where, found.key) == ("captures", key)
    assert "status is 500" in found.problem and "says 200" in found.problem


def test_a_flipped_bit_anywhere_in_a_warc_is_named(data: Path) -> None:
    path = warc_of(data)
    good = path.read_bytes()
    for place in random.Random(4).sample(range(len(good) * 8), 60):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        path.write_bytes(bad)
        assert any("sha256" in finding.problem for finding in damage(data)), place


def test_damage_shows_without_the_checksum_too(data: Path) -> None:
    path = warc_of(data)
    good = path.read_bytes()
    with sqlite3.connect(data / "archive.db") as db:
        db.execute("delete from warc_files")
    db.close()
    bad = bytearray(good)
    bad[len(good) // 2] ^= 4
    path.write_bytes(bad)
    found = damage(data)
    assert any(finding.offset is not None for finding in found), found


@pytest.mark.parametrize("part", ["header", "middle", "article", "free"])
def test_a_damaged_database_is_named_not_raised(data: Path, part: str) -> None:
    path = data / "archive.db"
    sqlite3.connect(path).execute("pragma wal_checkpoint(truncate)").connection.close()
    content = bytearray(path.read_bytes())
    if part == "header":
        content[:16] = b"SQLite for nuts\0"
    elif part == "article":
        at = content.rindex("Một, đã sửa.".encode())
        content[at : at + 1] = b"N"
    elif part == "middle":
        content[4096 * 3 : 4096 * 30] = bytes(4096 * 27)
    else:
        del content[len(content) // 2 :]
    path.write_bytes(content)
    assert damage(data)


def test_a_cut_file_is_named_at_every_length(data: Path) -> None:
    path = warc_of(data)
    good = path.read_bytes()
    for length in (0, 1, 10, len(good) // 3, len(good) // 2, len(good) - 9, len(good) - 1):
        path.write_bytes(good[:length])
        found = damage(data)
        assert any(finding.where.startswith("warc/") for finding in found), length


def test_a_missing_file_is_named_once_with_what_it_takes_along(data: Path) -> None:
    path = warc_of(data)
    path.unlink()
    (found,) = damage(data)
    assert found.where == f"warc/{path.name}"
    assert "8 captures" in found.problem


def test_a_wrong_digest_in_a_record_is_named(data: Path) -> None:
    path = warc_of(data)
    raw = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(raw.replace(b"<p>Hai</p>", b"<p>Ba.</p>", 1)))
    found = damage(data)
    assert any("WARC-Payload-Digest" in finding.problem for finding in found)
    assert any("payload_digest is" in finding.problem for finding in found)


def test_a_file_that_nobody_took_in_is_only_noted(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with SmallArchive(other, "khac") as small:
        small.capture(f"{HOST}/b.png", reply(b"", "image/png"))
    shutil.copy(warc_of(other), data / "warc")
    found = list(verify(data))
    assert {finding.severity for finding in found if "taken" in finding.problem} == {"note"}


def test_a_crawl_may_go_on_and_may_have_been_killed(tmp_path: Path) -> None:
    small = SmallArchive(tmp_path)
    small.page("/a.html", "<p>A</p>", body="A.")
    small.db.conn.commit()
    found = list(verify(tmp_path))
    assert [(finding.severity, finding.problem) for finding in found] == [("note", "being written")]
    opened = next((tmp_path / "warc").glob("*.open"))
    small.close()
    closed = opened.with_name(opened.name.removesuffix(".open"))
    opened.write_bytes(closed.read_bytes()[:-5])
    closed.unlink()
    found = list(verify(tmp_path))
    assert {finding.severity for finding in found} == {"note"}, found
    recover(tmp_path / "warc")
    assert [finding.problem[:6] for finding in verify(tmp_path)] == ["sha256", "bytes ", "record"]


def test_without_a_database_the_files_are_checked_all_the_same(data: Path) -> None:
    (data / "archive.db").unlink()
    found = list(verify(data))
    assert [finding.where for finding in found] == ["archive.db"]
    path = warc_of(data)
    path.write_bytes(path.read_bytes()[:-30])
    assert any(finding.where.startswith("warc/") for finding in verify(data))


def test_no_archive_is_a_clear_message(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive"):
        list(verify(tmp_path))


def test_several_processes_find_what_one_does(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = (data / "warc").glob("*.warc.gz")
    for number in range(3):
        shutil.copyfile(path, path.with_name(f"khac-{number}.warc.gz"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    one, other = Checked(), Checked()
    alone = list(verify(data, checked=one, jobs=1))
    monkeypatch.setattr("archive.verification.verify.SMALL_BYTES", 0)
    seen: list[str] = []
    assert list(verify(data, checked=other, jobs=2, watch=seen.append)) == alone
    assert one == other and one.files == 4 and not one.ok
    assert any(": 0 of 0 MB" in what for what in seen)
