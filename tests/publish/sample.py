"""The sample archive of these tests, saved through the same door as a crawl's articles."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.articles import save_capture, settle
from archive.database import article_id, open_archive, save_site
from archive.records import (
    VIETNAM,
    Article,
    Attachment,
    Byline,
    Capture,
    Image,
    Published,
    Site,
    Unreadable,
)
from archive.stories.copies import update_stories
from archive.vietnamese.provinces import PROVINCE_2025

HERE = Path(__file__).parent
PROVINCES = {
    "lang_son": "Lạng Sơn", "quan_1": "TP. Hồ Chí Minh", "hai_phong": "Hải Phòng",
    "quang_ninh": "Quảng Ninh", "can_tho": "Cần Thơ", "dak_lak": "Đắk Lắk",
    "dong_nai": "Đồng Nai", "nam_dinh": "Nam Định", "bac_ninh": "Bắc Ninh", "ha_noi": "Hà Nội",
    "hoa_binh": "Hòa Bình", "lam_dong": "Lâm Đồng", "bac_giang": "Bắc Giang",
    "dien_bien": "Điện Biên", "lao_dong_thu_do": "",
}  # fmt: skip
FETCHED = datetime(2025, 8, 1, 6, 30, tzinfo=VIETNAM)


@dataclass(frozen=True, slots=True)
class Sample:
    key: str
    site: str
    article: Article

    @property
    def id(self) -> int:
        return article_id(self.article.url)


def sample_articles() -> list[Sample]:
    rows = tomllib.loads((HERE / "sample_articles.toml").read_text(encoding="utf-8"))["article"]
    return [_sample(row) for row in rows]


def _sample(row: dict[str, Any]) -> Sample:
    published = None
    if text := row.get("date"):
        moment = datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
        published = Published(moment, "minute" if "T" in text else "day", "visible", text)
    paragraphs = row["body"].split("\n\n")
    html = "".join(f"<p>{text}</p>" for text in [row["lead"], *paragraphs])
    return Sample(
        row["key"],
        row["site"],
        Article(
            url=f"https://{row['site'].replace('_', '-')}.example/{row['key']}.html",
            title=row["title"],
            lead=row["lead"],
            body="\n".join(paragraphs),
            body_html=html,
            published=published,
            byline=Byline(row.get("byline", ""), unit=row.get("unit", "")),
            section=row.get("section", ""),
            tags=tuple(row.get("tags", ())),
            words=len(row["body"].split()),
        ),
    )


def capture_of(article_url: str, site: str, number: int, fetched: datetime = FETCHED) -> Capture:
    return Capture(
        id=f"00000000-0000-4000-8000-{number:012}",
        url=article_url,
        site=site,
        crawl=f"crawl-{site}",
        fetched_at=fetched,
        status=200,
        content_type="text/html; charset=utf-8",
        record_type="response",
        warc_file=f"{site}/{site}-00001.warc.gz",
        offset=1000 * number,
        length=900,
        payload_digest="sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
        payload_bytes=20_000,
    )


def keep(
    db: Database, site: str, article: Article, number: int, fetched: datetime = FETCHED
) -> int:
    """Settle one capture of an article; returns the article's id."""
    capture = capture_of(article.url, site, number, fetched)
    save_capture(db, capture, article.url)
    settle(db, capture, article.url, article, extractor="1", article_address=article.url)
    return article_id(article.url)


def build_sample(path: Path) -> dict[str, int]:
    """Write the sample archive; returns key -> id.

    One article has two versions with another title and wording, one was taken down, one has
    pictures and attachments, one is a copy of another.
    """
    db = open_archive(path)
    for name, province in PROVINCES.items():
        level = "province" if province else "newspaper"
        title = f"Công đoàn {province}" if province else "Báo Lao động Thủ đô Mới"
        host = f"{name.replace('_', '-')}.example"
        save_site(db, Site(name, title, level, (host,), f"https://{host}/", province, True))
        assert not province or province in PROVINCE_2025
        db.table("crawls").insert(
            {
                "id": f"crawl-{name}", "site": name, "kind": "crawl",
                "started_at": "2025-08-01T06:00:00+07:00",
                "finished_at": "2025-08-01T06:40:00+07:00", "outcome": "finished",
                "complete": 1, "requests": 40, "fetched": 38, "new": 3, "errors": 2,
            }
        )  # fmt: skip
    ids = {}
    for number, sample in enumerate(sample_articles(), 1):
        article = sample.article
        if sample.key == "doi_thoai_dien_tu":
            first = replace(
                article,
                title="Đối thoại định kỳ tại khu công nghiệp",
                body=article.body.replace("mười ngày", "bảy ngày"),
            )
            keep(db, sample.site, first, number + 500, FETCHED - timedelta(days=9))
        if sample.key == "nha_o":
            article = replace(
                article,
                images=(Image("https://bac-giang.example/a.jpg", "Phối cảnh khu nhà", "Văn Lộc"),),
                attachments=(
                    Attachment("https://bac-giang.example/ke-hoach.pdf", "Kế hoạch số 12/KH-LĐLĐ"),
                ),
                body_html=article.body_html
                + '<figure><img src="https://bac-giang.example/a.jpg" alt="Khu nhà">'
                "<figcaption>Phối cảnh khu nhà</figcaption></figure>",
            )
        if sample.key == "mai_am":
            photo = "https://dak-lak.example/nha moi.jpg"
            article = replace(article, images=(Image(photo, "Căn nhà mới"),))
            picture = replace(
                capture_of(photo, sample.site, number + 700), content_type="image/jpeg"
            )
            save_capture(db, picture, photo)
        ids[sample.key] = keep(db, sample.site, article, number)
        if sample.key == "nha_o":
            _keep_attachment_text(db, article.attachments[0].url, sample.site, number + 600)
        if sample.key == "tai_nan":
            gone = replace(
                capture_of(article.url, sample.site, number + 800, FETCHED + timedelta(days=3)),
                status=404,
            )
            save_capture(db, gone, article.url)
            settle(
                db, gone, article.url, Unreadable("http_error", "404"), extractor="1",
                expected=True,
            )  # fmt: skip
    update_stories(db)
    db.table("health_states").insert(
        {
            "site": "dak_lak",
            "word": "blocked",
            "reason": "403 for all listings",
            "since": "2025-07-30T06:00:00+07:00",
            "checked_at": "2025-08-01T07:00:00+07:00",
        }
    )
    db.close()
    return ids


def _keep_attachment_text(db: Database, url: str, site: str, number: int) -> None:
    digest = "sha1:ATTACHMENTTEXT"
    save_capture(db, replace(capture_of(url, site, number), payload_digest=digest), url)
    db.table("attachment_texts").insert(
        {
            "id": 1,
            "payload_digest": digest,
            "kind": "pdf",
            "outcome": "text",
            "pages": 2,
            "characters": 60,
            "text": "Phụ lục kỹ thuật: móng cọc, mái tôn và đường nội bộ.",
            "extractor": "1",
        }
    )
