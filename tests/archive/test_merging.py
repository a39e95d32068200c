"""Two archives become one: the same whichever came first, once or twice, killed or not."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archive.backup import backup
from archive.crawl_log import begin_crawl, finish_crawl, save_fetch_error
from archive.database import ArchiveError, open_archive, save_site
from archive.records import Site
from archive.verification.verify import verify
from crawler.cli import congdoan
from crawler.intake.merging import merge_archive
from crawler.intake.rebuild import Wishes, rebuild
from tests.archive.stopping import stop_at
from tests.archive.told_pages import Event, incrementally, rows_of, use_extractor, written

DAY = datetime(2026, 1, 2, tzinfo=UTC)
LOGS = {
    "crawls": "select * from crawls order by id",
    "fetch_errors": "select crawl, url, kind, detail, failed_at from fetch_errors order by 1, 2",
    "warc_files": "select * from warc_files order by name",
}
HERE = [Event(0, at=1, text=1), Event(4, "redirect", at=1, to=2), Event(6, at=3, site=1, text=2)]
THERE = [Event(5, at=2, text=1), Event(7, at=1, text=4), Event(9, "gone", at=3, site=1)]


@pytest.fixture(autouse=True)
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        use_extractor(patch)
        yield patch


def made(folder: Path, events: list[Event], name: str) -> Path:
    written(folder / "warc", events, prefix=name)
    incrementally(folder)
    db = open_archive(folder / "archive.db")
    save_site(
        db,
        Site(
            "mau.example.vn",
            "mau.example.vn",
            hosts=("mau.example.vn",),
            home="http://mau.example.vn/",
        ),
    )
    begin_crawl(db, f"crawl-{name}", "mau.example.vn", "crawl", DAY, "test/1")
    save_fetch_error(db, f"crawl-{name}", "mau.example.vn", f"http://x/{name}", "dns", "", DAY)
    finish_crawl(db, f"crawl-{name}", DAY, "finished", complete=True, counters={"new": 1})
    db.close()
    return folder


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return made(tmp_path / "here", HERE, "h"), made(tmp_path / "there", THERE, "t")


def everything(data: Path) -> dict[str, Any]:
    db = sqlite3.connect(data / "archive.db")
    try:
        return rows_of(data) | {name: db.execute(sql).fetchall() for name, sql in LOGS.items()}
    finally:
        db.close()


def merged(first: Path, *others: Path, into: Path) -> dict[str, Any]:
    shutil.copytree(first, into)
    for other in others:
        assert merge_archive(other, into, jobs=1).whole
    return everything(into)


def damage(data: Path) -> list[str]:
    return [str(finding) for finding in verify(data) if finding.severity == "damage"]


EVENTS = st.lists(
    st.builds(
        Event,
        day=st.integers(0, 12),
        kind=st.sampled_from(["article", "article", "print", "redirect", "gone", "nothing"]),
        at=st.integers(0, 3),
        site=st.integers(0, 1),
        text=st.integers(0, 4),
        to=st.integers(0, 3),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(EVENTS, EVENTS, EVENTS)
def test_whichever_came_first(ours: list[Event], both: list[Event], theirs: list[Event]) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        use_extractor(patch)
        folder = Path(name)
        written(folder / "shared" / "warc", both, prefix="b")
        for each in ("here", "there"):
            shutil.copytree(folder / "shared", folder / each)
        made(folder / "here", ours, "h")
        made(folder / "there", theirs, "t")
        one = merged(folder / "here", folder / "there", into=folder / "one")
        other = merged(folder / "there", folder / "here", into=folder / "other")
        for table, rows in one.items():
            assert other[table] == rows, table
        assert merge_archive(folder / "there", folder / "one", jobs=1).files == 0
        assert everything(folder / "one") == one
        assert damage(folder / "one") == []
        rebuild(folder / "one", Wishes(jobs=1))
        assert everything(folder / "one") == one


def test_what_was_taken_over_is_told(pair: tuple[Path, Path]) -> None:
    here, there = pair
    found = merge_archive(there, here, jobs=1)
    assert found.whole and found.captures == len(THERE) and found.files == 3
    assert found.logs == {"crawls": 1, "fetch_errors": 1, "certificates": 0}
    db = sqlite3.connect(here / "archive.db")
    notes = db.execute("select file, source, name from merged_files order by 1").fetchall()
    db.close()
    assert len(notes) == 3
    assert all(file == name and source == "there" for file, source, name in notes)
    rebuild(here, Wishes(jobs=1))
    db = sqlite3.connect(here / "archive.db")
    assert db.execute("select file, source, name from merged_files order by 1").fetchall() == notes
    db.close()


def test_a_backup_taken_while_a_crawl_wrote_joins_its_archive(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    here, _ = pair
    backup(here, tmp_path / "backup")
    # As if the file had been open then: the backup has its beginning under the name of the whole.
    kept = max((tmp_path / "backup" / "warc").glob("*.warc.gz"))
    before = everything(here)
    found = merge_archive(tmp_path / "backup", here, jobs=1)
    assert (found.files, found.known, found.whole) == (0, 3, True)
    assert everything(here) == before
    assert kept.exists()


def test_another_file_of_the_same_name_gets_a_name_of_its_content(pair: tuple[Path, Path]) -> None:
    here, there = pair
    ours, theirs = min((here / "warc").glob("*")), min((there / "warc").glob("*"))
    renamed = theirs.with_name(ours.name)
    theirs.rename(renamed)
    db = sqlite3.connect(there / "archive.db")
    for table, column in (("warc_files", "name"), ("captures", "warc_file")):
        db.execute(f"update {table} set {column} = ? where {column} = ?", (ours.name, theirs.name))
    db.commit()
    db.close()
    content = ours.read_bytes()
    found = merge_archive(there, here, jobs=1)
    assert found.files == 3
    assert ours.read_bytes() == content
    assert [path.name for path in (here / "warc" / "imported").iterdir()]
    assert damage(here) == []


def test_one_exchange_in_two_records_is_one_capture(tmp_path: Path) -> None:
    made(tmp_path / "a", HERE, "a")
    made(tmp_path / "b", HERE, "b")  # The same addresses, moments and bytes; other record ids.
    one = merged(tmp_path / "a", tmp_path / "b", into=tmp_path / "one")
    other = merged(tmp_path / "b", tmp_path / "a", into=tmp_path / "other")
    assert len(one["captures"]) == len(HERE)
    for table in set(one) - {"warc_files"}:
        assert other[table] == one[table], table
    assert damage(tmp_path / "one") == []
    rebuild(tmp_path / "one", Wishes(jobs=1))
    assert everything(tmp_path / "one") == one


def test_a_record_of_the_same_id_with_other_bytes_is_told_and_left_out(
    pair: tuple[Path, Path],
) -> None:
    here, there = pair
    ours, theirs = (sqlite3.connect(folder / "archive.db") for folder in pair)
    (key,) = ours.execute("select id from captures order by id limit 1").fetchone()
    query = "select warc_file, id from captures order by id limit 1"
    name, other = theirs.execute(query).fetchone()
    sql = "select url, payload_digest, warc_file from captures where id = ?"
    before = ours.execute(sql, (key,)).fetchall()
    ours.close()
    theirs.close()
    forge(there, name, other, key)
    result = run("import", str(there), "--data", str(here), "--jobs", "1", "--json")
    assert result.exit_code == 3, result.output
    (said,) = json.loads(result.stdout)["archives"]
    (told,) = said["conflicts"]
    assert name in told and key in told
    assert not (here / "warc" / name).exists()
    db = sqlite3.connect(here / "archive.db")
    assert db.execute(sql, (key,)).fetchall() == before
    db.close()
    assert damage(here) == []


def forge(data: Path, name: str, record: str, new: str) -> None:
    """Give a record of a file another id, and register the file as it is then."""
    import gzip
    import hashlib
    import zlib

    path = data / "warc" / name
    content, out = path.read_bytes(), b""
    while content:
        member = zlib.decompressobj(31)
        out += gzip.compress(member.decompress(content).replace(record.encode(), new.encode()))
        content = member.unused_data
    path.write_bytes(out)
    db = sqlite3.connect(data / "archive.db")
    sha256 = hashlib.sha256(out).hexdigest()
    db.execute("update warc_files set sha256 = ? where name = ?", (sha256, name))
    db.commit()
    db.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(congdoan, list(arguments))


@pytest.mark.parametrize("how", ["flipped", "cut", "missing"])
def test_damaged_files_refuse_the_whole_or_are_left_out(pair: tuple[Path, Path], how: str) -> None:
    here, there = pair
    before = everything(here)
    path = min((there / "warc").glob("*.warc.gz"))
    content = bytearray(path.read_bytes())
    if how == "missing":
        path.unlink()
    else:
        content[len(content) // 2] ^= 1
        path.write_bytes(content if how == "flipped" else content[:-30])
    result = run("import", str(there), "--data", str(here), "--jobs", "1")
    assert result.exit_code == 1
    assert path.name in result.output and "Nothing was imported" in result.output
    assert everything(here) == before
    result = run("import", str(there), "--data", str(here), "--jobs", "1", "--leave-damaged")
    assert result.exit_code == 3
    assert path.name in result.output
    assert not (here / "warc" / path.name).exists()
    assert len(everything(here)["warc_files"]) == 5
    assert damage(here) == []


def test_what_is_no_archive_or_a_newer_one_or_this_one_is_refused(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    here, there = pair
    with pytest.raises(ArchiveError, match="is the archive"):
        merge_archive(here, here)
    with pytest.raises(ArchiveError, match="no archive"):
        merge_archive(tmp_path, here)
    db = sqlite3.connect(there / "archive.db")
    db.execute(
        "insert into _sqlite_migrations (migration_set, name, applied_at)"
        " values ('congdoan_archive', '9999_from_the_future', '2030-01-01')"
    )
    db.commit()
    db.close()
    with pytest.raises(ArchiveError, match="newer version"):
        merge_archive(there, here)


def test_sites_declared_otherwise_and_files_being_written_are_told(
    pair: tuple[Path, Path],
) -> None:
    here, there = pair
    db = sqlite3.connect(there / "archive.db")
    db.execute("update sites set title = 'Khác' where name = 'mau.example.vn'")
    db.execute("insert into sites (name, declared) values ('la', 1)")
    db.commit()
    db.close()
    (there / "warc" / "x.warc.gz.open").write_bytes(b"")
    notes = merge_archive(there, here, jobs=1).notes
    (told,) = (note for note in notes if note.startswith("mau.example.vn: "))
    assert "title is" in told and "'Khác' there" in told
    assert "la: declared there and not by this program" in notes
    assert "x.warc.gz.open: being written, left out" in notes


def test_logs_of_two_moments_of_one_archive(pair: tuple[Path, Path], tmp_path: Path) -> None:
    here, _ = pair
    shutil.copytree(here, tmp_path / "earlier")
    db = open_archive(here / "archive.db")
    later = DAY + timedelta(days=1)
    begin_crawl(db, "crawl-2", "mau.example.vn", "crawl", later, "test/1")
    shutil.copytree(here, tmp_path / "running")
    finish_crawl(db, "crawl-2", later, "finished", complete=True, counters={"new": 3})
    save_fetch_error(db, "crawl-2", "mau.example.vn", "http://x/h", "dns", "", DAY)
    save_fetch_error(db, "crawl-2", "mau.example.vn", "http://x/h", "dns", "", DAY)
    db.close()
    wanted = everything(here)
    for other in ("earlier", "running"):
        one = merged(here, tmp_path / other, into=tmp_path / f"{other}-one")
        two = merged(tmp_path / other, here, into=tmp_path / f"{other}-two")
        assert one == two == wanted


def test_killed_at_any_moment_it_is_repeated(pair: tuple[Path, Path], tmp_path: Path) -> None:
    here, there = pair
    wanted = merged(here, there, into=tmp_path / "wanted")
    for moment in range(1, 40):
        data = tmp_path / str(moment)
        shutil.copytree(here, data)
        try:
            merge_archive(there, data, jobs=1, watch=stop_at(moment))
        except KeyboardInterrupt:
            merge_archive(there, data, jobs=1)
            assert everything(data) == wanted
        else:
            break
    assert moment > 5


def test_into_an_archive_that_is_not_there_yet(pair: tuple[Path, Path], tmp_path: Path) -> None:
    _, there = pair
    result = run("import", str(there), "--data", str(tmp_path / "new"), "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert "3 WARC files with 3 captures taken over" in result.output
    assert everything(tmp_path / "new") == everything(there)
