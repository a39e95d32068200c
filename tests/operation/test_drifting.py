"""A template that changes, in stored pages: the selector that died is named, and the listing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive.crawl_log import begin_crawl, finish_crawl
from archive.database import open_archive, save_site
from archive.health.judgement import WORDS, Health
from archive.warc.writer import Exchange, WarcWriter
from crawler.catalogue import declared_sites, site_record
from crawler.commands.schedule import status
from crawler.intake.ingest import take_in_files
from crawler.operation.drifting import examined_health

SITE = "lang_son"
HOST = "http://liendoanlaodong.langson.gov.vn"
START_URL = declared_sites()[SITE].start_urls[0]
TEXT = (
    "Sáng 12/5, Liên đoàn Lao động huyện tổ chức hội nghị đối thoại giữa người lao động và lãnh "
    "đạo doanh nghiệp, với hơn một trăm đoàn viên đại diện cho sáu công đoàn cơ sở tham dự.",
    "Tại hội nghị, công nhân kiến nghị về tiền ăn ca, xe đưa đón và nơi gửi trẻ; giám đốc các "
    "đơn vị trả lời từng ý kiến và hẹn thời gian giải quyết cụ thể trong quý ba.",
    "Chủ tịch công đoàn huyện đề nghị các bên ghi những điều đã thống nhất vào thỏa ước lao "
    "động tập thể, để việc thực hiện được giám sát hằng tháng.",
)


def page(
    number: int, day: datetime, *, body: str = "itemFullText", date: str = "itemDateCreated"
) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)
    return (
        f"<html><head><title>Đối thoại lần {number}</title></head><body>"
        f"<div id='{'k2Container' if body == 'itemFullText' else 'main'}'><div class='itemHeader'>"
        f"<span class='{date}'>{day:%d/%m/%Y %H:%M}</span>"
        f"<h2 class='itemTitle'>Hội nghị đối thoại tại doanh nghiệp lần {number}</h2></div>"
        f"<div class='{body}'>{text}<p>Bài số {number}.</p></div></div></body></html>"
    ).encode()


def listing(*paths: str) -> bytes:
    links = "".join(f"<p><a href='{path}'>Tin</a></p>" for path in paths)
    return f"<html><head><title>Tin</title></head><body><div>{links}</div></body></html>".encode()


@dataclass
class Site:
    """Crawls of a declared site, written as WARC files and taken in."""

    data: Path
    now: datetime = datetime(2026, 9, 1, 1, tzinfo=UTC)
    number: int = 0

    def crawl(self, pages: dict[str, bytes]) -> None:
        self.now += timedelta(days=1)
        crawl = f"{SITE}-{self.now:%Y%m%d}"
        db = open_archive(self.data / "archive.db")
        save_site(db, site_record(declared_sites()[SITE]))
        begin_crawl(db, crawl, SITE, "crawl", self.now, "test")
        with WarcWriter(self.data / "warc", SITE, crawl, software="test") as writer:
            for offset, (url, body) in enumerate(pages.items()):
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
                moment = self.now + timedelta(seconds=offset)
                writer.write(Exchange(url, b"", head + body, body, moment))
        take_in_files(db, self.data / "warc")
        finish_crawl(
            db,
            crawl,
            self.now + timedelta(minutes=5),
            "finished",
            complete=True,
            counters={"fetched": len(pages)},
        )
        db.close()

    def day(self, articles: int = 3, **template: str) -> None:
        pages: dict[str, bytes] = {}
        for _ in range(articles):
            self.number += 1
            url = f"{HOST}/index.php/tin-tuc/item/{self.number}-doi-thoai"
            pages[url] = page(self.number, self.now + timedelta(days=1), **template)
        self.crawl({START_URL: listing(*pages), **pages})

    def health(self) -> Health:
        with open_archive(self.data / "archive.db") as db:
            found = examined_health(db, self.data, self.now + timedelta(hours=1))
        return next(health for health in found if health.site == SITE)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(tmp_path / "data")
    for _ in range(5):
        site.day()
    return site


def test_before_anything_changes(site: Site) -> None:
    found = site.health()
    assert found.word == "current"
    assert not found.drifts


def test_a_body_that_moved_is_named(site: Site) -> None:
    site.day(body="noi-dung")
    found = site.health()
    assert found.word == "changed"
    assert "body: .itemFullText" in found.reason
    assert "fingerprint: #k2Container" in found.reason
    assert ".itemTitle" not in found.reason


def test_a_date_that_moved_is_named(site: Site) -> None:
    site.day(date="ngay-dang")
    found = site.health()
    assert found.word == "changed"
    assert "date: .itemDateCreated" in found.reason
    assert "body:" not in found.reason


def test_a_listing_that_leads_nowhere_is_named(site: Site) -> None:
    site.crawl({START_URL: listing("/moi/1", "/moi/2")})
    found = site.health()
    assert found.word == "changed"
    assert START_URL in found.reason


def test_a_dead_listing_stays_dead(site: Site) -> None:
    for number in range(6):
        site.crawl({START_URL: listing(f"/moi/{number}")})
    assert site.health().word == "changed"


def test_lost_warc_files_are_no_crash(site: Site) -> None:
    site.day(body="noi-dung")
    for path in (site.data / "warc").glob("*.gz"):
        path.unlink()
    found = site.health()
    assert found.word == "changed"
    assert "dead:" not in found.reason


def test_status_prints_and_exits_by_the_gravest(site: Site) -> None:
    done = CliRunner().invoke(status, ["--data", str(site.data), SITE])
    # The crawls of this test lie in another season than the clock of the command.
    assert done.exit_code in {word.exit_code for word in WORDS.values()}
    assert SITE in done.stdout
    done = CliRunner().invoke(status, ["--data", str(site.data), "--json", "can_tho"])
    assert done.exit_code == WORDS["never"].exit_code
    assert '"word": "never"' in done.stdout


def test_status_of_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(status, ["--data", str(tmp_path)])
    assert done.exit_code == 1
    assert "There is no archive" in done.stderr
    done = CliRunner().invoke(status, ["--data", str(tmp_path), "atlantis"])
    assert done.exit_code == 2


def test_status_alerts_only_when_asked(site: Site) -> None:
    CliRunner().invoke(status, ["--data", str(site.data)])
    db = Database(site.data / "archive.db")
    assert db.execute("select count(*) from health_states").fetchone() == (0,)
    CliRunner().invoke(status, ["--data", str(site.data), "--alert"])
    assert db.execute("select count(*) from health_states").fetchone() == (1,)
    db.close()
