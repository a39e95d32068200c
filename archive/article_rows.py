"""What the rows of a capture, an article and its media are made of; nothing is looked up."""

from __future__ import annotations

import json
from typing import Any

from archive.database import precise_timestamp, timestamp
from archive.records import Article, Capture, Unreadable

SAVE_UNREADABLE = """
    insert into unreadable (address, url, site, reason, detail, capture_id, seen_at)
    values (:address, :url, :site, :reason, :detail, :capture_id, :seen_at)
    on conflict (address) do update set url = excluded.url, site = excluded.site,
      reason = excluded.reason, detail = excluded.detail,
      capture_id = excluded.capture_id, seen_at = excluded.seen_at
    where (excluded.seen_at, excluded.capture_id) >= (seen_at, capture_id)"""
"""Writes an ``unreadable_row``; of an address's captures the latest stays, whatever came first."""


def capture_row(capture: Capture, address: str, leads_to: str = "") -> dict[str, Any]:
    """The row of ``captures`` as long as nothing is known of what it means."""
    return {
        "id": capture.id,
        "url": capture.url,
        "address": address,
        "site": capture.site,
        "crawl": capture.crawl,
        "fetched_at": precise_timestamp(capture.fetched_at),
        "status": capture.status,
        "content_type": capture.content_type,
        "record_type": capture.record_type,
        "warc_file": capture.warc_file,
        "warc_offset": capture.offset,
        "warc_length": capture.length,
        "payload_digest": capture.payload_digest,
        "payload_bytes": capture.payload_bytes,
        "ip": capture.ip,
        "truncated": capture.truncated,
        "location": capture.location,
        "leads_to": leads_to if leads_to != address else "",
        "etag": capture.etag,
        "last_modified": capture.last_modified,
        "refers_to": capture.refers_to,
    }


def article_row(
    key: int,
    capture: Capture,
    article: Article,
    digest: str,
    extractor: str,
    provinces: tuple[str, str],
) -> dict[str, Any]:
    """The row of ``articles`` for one that this capture alone shows; ``provinces`` of its site."""
    published = article.published
    seen = timestamp(capture.fetched_at)
    return {
        "id": key,
        "url": article.url,
        "site": capture.site,
        "title": article.title,
        "lead": article.lead,
        "body": article.body,
        "byline": article.byline.text,
        "author": ", ".join(article.byline.persons),
        "unit": article.byline.unit,
        "source": article.byline.source,
        "section": article.section,
        "tags": json.dumps(list(article.tags), ensure_ascii=False),
        "province": provinces[0],
        "province_2025": provinces[1],
        "published_at": published.iso() if published else None,
        "published_precision": published.precision if published else None,
        "published_evidence": published.evidence if published else None,
        "first_seen_at": seen,
        "last_seen_at": seen,
        "last_checked_at": seen,
        "capture_id": capture.id,
        "language": article.language,
        "words": article.words,
        "body_html": article.body_html,
        "table_text": article.table_text,
        "variant": article.variant,
        "layout": article.layout,
        "fallbacks": json.dumps(sorted(set(article.fallbacks))),
        "extractor": extractor,
        "content_hash": digest,
    }


def media_rows(key: int, article: Article) -> dict[str, list[dict[str, Any]]]:
    """The rows of ``images`` and ``attachments`` of an article."""
    return {
        "images": [
            {
                "article_id": key,
                "position": position,
                "url": image.url,
                "caption": image.caption,
                "credit": image.credit,
                "alt": image.alt,
            }
            for position, image in enumerate(article.images, 1)
        ],
        "attachments": [
            {
                "article_id": key,
                "position": position,
                "url": attachment.url,
                "title": attachment.title,
            }
            for position, attachment in enumerate(article.attachments, 1)
        ],
    }


def unreadable_row(address: str, capture: Capture, outcome: Unreadable) -> dict[str, Any]:
    """The row of ``unreadable`` for an article's address whose capture shows no article."""
    return {
        "address": address,
        "url": capture.url,
        "site": capture.site,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "capture_id": capture.id,
        "seen_at": precise_timestamp(capture.fetched_at),
    }
