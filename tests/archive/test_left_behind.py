"""What an archive knows and its queue has forgotten is asked for again."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path

from archive.known_addresses import files_left_out, standing_of
from archive.records import Image
from crawler.extraction.urls import article_key
from tests.archive.small_archive import HOST, PIXEL, START, SmallArchive, reply

LATER = START + timedelta(hours=3)


def due(small: SmallArchive, path: str) -> bool:
    url = HOST + path
    return standing_of(small.db, article_key(url), url, LATER, "").due


def test_a_redirect_whose_destination_was_never_seen_is_asked_again(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        small.capture(f"{HOST}/cu", reply(b"", "text/html", "301 M", f"Location: {HOST}/moi"))
        db = small.db
        db.execute("update captures set leads_to = ?", [article_key(f"{HOST}/moi")])
        db.conn.commit()
        assert due(small, "/cu")
        small.page("/moi", "<p>Không có bài</p>")
        assert not due(small, "/cu")


def test_an_answer_that_broke_off_is_asked_again(tmp_path: Path) -> None:
    with SmallArchive(tmp_path) as small:
        small.capture(f"{HOST}/dut", reply(b"<p>Nu", "text/html"), truncated="disconnect")
        assert due(small, "/dut")
        for _ in range(4):
            small.capture(f"{HOST}/dut", reply(b"<p>Nu", "text/html"), truncated="disconnect")
        # It breaks off every time: as patiently as any other address without an article.
        assert not due(small, "/dut")


def test_pictures_that_nobody_asked_for_are(tmp_path: Path) -> None:
    pictures = [f"{HOST}/{name}.png" for name in ("held", "gone", "half", "never")]
    with SmallArchive(tmp_path) as small:
        small.page("/tin-1.html", "<p>Một</p>", body="Một.", images=tuple(map(Image, pictures)))
        small.capture(pictures[0], reply(PIXEL, "image/png"))
        small.capture(pictures[1], reply(b"", "text/html", "404 Not Found"))
        small.capture(pictures[2], reply(PIXEL, "image/png"), truncated="disconnect")
        assert files_left_out(small.db, "mau", "", attachments=False) == pictures[2:]
        assert files_left_out(small.db, "khac", "", attachments=False) == []
        walked = (START + timedelta(days=1)).astimezone(UTC).isoformat(timespec="seconds")
        assert files_left_out(small.db, "mau", walked, attachments=True) == []
        small.db.execute("update captures set crawl = 'import cu.warc.gz'")
        small.db.conn.commit()
        assert files_left_out(small.db, "mau", "", attachments=True) == []
