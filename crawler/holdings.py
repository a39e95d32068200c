"""What the archive holds, for people at the command line."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from archive.health.judgement import Health
from archive.vietnamese.provinces import PROVINCE_2025
from crawler.catalogue import declared_sites
from crawler.extraction.urls import article_key

Dossier = dict[str, Any]


def holdings_by_site(db: Database) -> dict[str, dict[str, Any]]:
    """Per site: count of articles, day of the newest, end of the last crawl."""
    rows = db.query(
        """select sites.name,
                  (select count(*) from articles where site = sites.name) as articles,
                  (select substr(max(published_at), 1, 10) from articles
                   where site = sites.name) as newest,
                  (select substr(max(coalesce(finished_at, started_at)), 1, 16) from crawls
                   where site = sites.name) as last_crawl
           from sites"""
    )
    return {row.pop("name"): row for row in rows}


def site_rows(db: Database | None, states: Sequence[Health]) -> list[dict[str, Any]]:
    """A row for every declared site: what its file says, its state, and what is held of it.

    ``db`` is None where no archive has been made yet. ``states`` are those of
    ``crawler.operation.drifting.examined_health``, which alone says how a site fares.
    """
    held = holdings_by_site(db) if db is not None else {}
    by_site = {health.site: health for health in states}
    rows: list[dict[str, Any]] = []
    for name, spider in declared_sites().items():
        rows.append(
            {
                "name": name,
                "state": by_site[name].word,
                "reason": by_site[name].reason,
                "title": spider.title,
                "province": spider.province,
                "province_2025": PROVINCE_2025.get(spider.province, ""),
                "level": spider.level,
                "evidence": spider.evidence,
                "host": spider.hosts[0],
                "note": spider.note,
                **held.get(name, {"articles": 0, "newest": None, "last_crawl": None}),
            }
        )
    return rows


def coverage_of(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each of the 63 provinces before July 2025: the new one, its sites and their articles.

    A newspaper, and a federation of a district, covers its province no less than the province's
    own site does; ``sites`` names them all.
    """
    covered: list[dict[str, Any]] = []
    for old, new in sorted(PROVINCE_2025.items(), key=lambda pair: (pair[1], pair[0])):
        own = [row for row in rows if row["province"] == old]
        covered.append(
            {
                "province_2025": new,
                "province": old,
                "sites": ", ".join(row["name"] for row in own),
                "articles": sum(row["articles"] for row in own),
            }
        )
    return covered


def article_dossier(db: Database, which: str) -> Dossier | None:
    """All that is known of an article, by id or any of its addresses; None where there is none."""
    key = which.strip()
    if key.isdecimal() and len(key) < 19:
        found = list(db.query("select * from articles where id = ?", [int(key)]))
    else:
        sql = (
            "select * from articles where id ="
            " (select article_id from article_addresses where address = ?)"
        )
        found = list(db.query(sql, [article_key(key)]))
    if not found:
        return None
    dossier: Dossier = found[0]
    identity = [dossier["id"]]
    dossier["captures"] = list(
        db.query(
            "select fetched_at, url, status, outcome, warc_file, warc_offset, payload_digest"
            " from captures where article_id = ? order by fetched_at",
            identity,
        )
    )
    dossier["revision_list"] = list(
        db.query(
            "select number, seen_at, changed, title from revisions where article_id = ?"
            " order by number",
            identity,
        )
    )
    for table in ("images", "attachments"):
        dossier[table] = list(
            db.query(f"select * from {table} where article_id = ? order by position", identity)
        )
    return dossier


def render_dossier(dossier: Dossier) -> str:
    """A dossier as a page of plain text."""
    day = dossier["published_at"] or "unknown"
    if dossier["published_precision"] in ("day", "month"):
        day = day[: 10 if dossier["published_precision"] == "day" else 7]
    facts = [
        ("id", dossier["id"]),
        ("url", dossier["url"]),
        ("site", dossier["site"]),
        ("published", day),
        ("byline", dossier["byline"]),
        ("unit", dossier["unit"]),
        ("source", dossier["source"]),
        ("province", " -> ".join(filter(None, (dossier["province"], dossier["province_2025"])))),
        ("first seen", dossier["first_seen_at"]),
        ("last seen", dossier["last_seen_at"]),
        ("gone", " ".join(filter(None, (dossier["gone_at"], dossier["gone_reason"])))),
    ]
    lines = [dossier["title"], "=" * min(len(dossier["title"]), 100), ""]
    lines += [f"{name:>10}  {value}" for name, value in facts if value]
    for text in (dossier["lead"], *dossier["body"].split("\n")):
        lines += ["", textwrap.fill(text, 100)]
    for image in dossier["images"]:
        lines += ["", f"[image] {image['url']}", f"        {image['caption']}".rstrip()]
    for attachment in dossier["attachments"]:
        lines += ["", f"[file] {attachment['title']} {attachment['url']}"]
    lines += ["", "Revisions"]
    for revision in dossier["revision_list"]:
        lines.append(f"  {revision['number']}  {revision['seen_at']}  {revision['changed']}")
    lines += ["", "Captures"]
    for capture in dossier["captures"]:
        lines.append(
            f"  {capture['fetched_at'][:19]}  {capture['status']}  {capture['outcome']:<10}"
            f"  {capture['warc_file']}:{capture['warc_offset']}  {capture['payload_digest']}"
        )
    return "\n".join(lines)
