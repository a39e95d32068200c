"""Files cut into parts: read apart they say what they say as a whole."""

from __future__ import annotations

import gzip
import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database import ArchiveError
from archive.records import Article
from archive.warc.reader import Damage, read_records
from archive.warc.stretches import Stretch, read_stretch, stretches
from archive.warc.writer import Exchange, WarcWriter
from crawler.intake.edition import edition
from crawler.intake.parts import Batch, read_file_part, survey_file
from tests.archive.small_archive import filled, reply

PAGE = (
    "<html><head><title>Đại hội {n}</title><meta property=og:type content=article></head><body>"
    "<article><h1>Đại hội công đoàn lần thứ {n}</h1><time>04/10/2023 15:42</time>{text}</article>"
    "</body></html>"
)
TEXT = "<p>Sáng nay, công đoàn cơ sở xưởng dệt số {n} tổ chức đại hội với {n}00 đoàn viên dự.</p>"


def page(number: int) -> bytes:
    return PAGE.format(n=number, text=TEXT.format(n=number) * 5).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files: two of a crawl, and one of a tool that says nothing of a site."""
    moment = datetime(2024, 5, 1, 1, 2, 3, 456789, UTC)
    for site, pages in (("mau", 12), ("khac", 3)):
        with WarcWriter(tmp_path, site, f"{site}-1", software="test/1", fsync=False) as writer:
            for number in range(pages):
                answer = reply(page(number))
                writer.write(
                    Exchange(
                        url=f"http://{site}.example.vn/tin-{number}.html",
                        request_bytes=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                        response_bytes=answer,
                        payload=answer.partition(b"\r\n\r\n")[2],
                        started_at=moment + timedelta(minutes=number),
                    )
                )
    whole = gzip.decompress(next(tmp_path.glob("khac*")).read_bytes())
    (tmp_path / "imported").mkdir()
    (tmp_path / "imported" / "00-one-member.warc.gz").write_bytes(gzip.compress(whole))
    (tmp_path / "imported" / "01-plain.warc").write_bytes(whole)
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*.warc*") if path.is_file()
    )


@pytest.mark.parametrize("size", [1, 300, 1500, 4000, 10_000_000])
def test_stretches_together_are_the_file(folder: Path, size: int) -> None:
    for name in files(folder):
        path = folder / name
        cut = list(stretches(path, path.stat().st_size, size))
        found = [record for each in cut for record in read_stretch(path, each)]
        assert [(r.offset, r.length, r.id, r.block, dict(r.warcinfo)) for r in found] == [
            (r.offset, r.length, r.id, r.block, dict(r.warcinfo)) for r in read_records(path)
        ]
        assert cut[0].start == 0
        assert cut[-1].end == path.stat().st_size
        if size == 1 and not name.startswith("imported/00"):
            assert len(cut) == len(found)


def test_a_member_with_many_records_is_never_cut(folder: Path) -> None:
    path = folder / "imported" / "00-one-member.warc.gz"
    assert list(stretches(path, path.stat().st_size, 1)) == [Stretch(0, path.stat().st_size)]


def test_parts_say_what_the_whole_file_says(folder: Path) -> None:
    for name in files(folder):
        whole = [read_file_part(folder, part) for part in survey_file(folder, name).parts]
        parts = [read_file_part(folder, part) for part in survey_file(folder, name, 900).parts]
        assert readings(parts) == readings(whole)
        assert sum(batch.records for batch in parts) == whole[0].records
        assert {site for batch in parts for site in batch.sites} == set(whole[0].sites)
        outcomes = [read.outcome for read in whole[0].readings]
        assert all(isinstance(outcome, Article) for outcome in outcomes), outcomes


def readings(batches: list[Batch]) -> list[object]:
    return [read for batch in batches for read in batch.readings]


def test_a_part_can_be_read_twice_and_sent_elsewhere(folder: Path) -> None:
    part = survey_file(folder, files(folder)[-1], 2000).parts[0]
    assert pickle.loads(pickle.dumps(part)) == part
    first = read_file_part(folder, part, edition())
    assert pickle.loads(pickle.dumps(first)) == first == read_file_part(folder, part, edition())


def test_another_edition_reads_nothing(folder: Path) -> None:
    part = survey_file(folder, files(folder)[0]).parts[0]
    with pytest.raises(ArchiveError, match="but this program"):
        read_file_part(folder, part, "congdoan 0.0")


def test_damage_is_told_with_all_that_is_whole_around_it(folder: Path) -> None:
    name = next(name for name in files(folder) if name.startswith("mau"))
    data = bytearray((folder / name).read_bytes())
    cut = survey_file(folder, name, 1).parts
    broken = cut[11].stretch.start + 30
    data[broken : broken + 40] = bytes(40)
    (folder / name).write_bytes(data)
    parts = survey_file(folder, name, 2000).parts
    batches = [read_file_part(folder, part) for part in parts]
    told = [batch.damage for batch in batches if batch.damage]
    assert told and name in told[0] and f"byte {cut[11].stretch.start}" in told[0]
    ids = [read.capture.id for batch in batches for read in batch.readings]
    damage: list[Damage] = []
    whole = list(read_records(folder / name, damaged=damage.append))
    assert len(damage) == len(told) == 1
    assert ids == [record.id for record in whole if record.type == "response"]
    assert any(record.offset > damage[0].offset for record in whole)


def test_revisits_and_redirects_of_a_small_archive(tmp_path: Path) -> None:
    filled(tmp_path)
    (name,) = files(tmp_path / "warc")
    (part,) = survey_file(tmp_path / "warc", name).parts
    batch = read_file_part(tmp_path / "warc", part)
    assert {site.name for site in batch.sites} == {"congdoan.example.vn"}
    statuses = {(r.capture.status, r.capture.record_type, r.elsewhere) for r in batch.readings}
    assert (304, "revisit", False) in statuses
    redirect = next(read for read in batch.readings if read.capture.status == 301)
    assert redirect.leads_to and redirect.leads_to != redirect.address
    empty = replace(part, stretch=Stretch(part.stretch.end, part.stretch.end))
    assert read_file_part(tmp_path / "warc", empty).readings == ()
