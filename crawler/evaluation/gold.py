"""Pages whose right answer is known: what ``congdoan evaluate`` and the golden tests read.

Three forms of gold are read: a folder with ``gold.jsonl`` beside WARC files (a line per recorded
address), a folder with ``manifest.json``, ``recorded/`` and ``gold/``, and any folder of golden
pairs, ``<slug>.html`` with ``<slug>.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from archive.records import VIETNAM, Page
from archive.warc.reader import read_records

_SAME_ARTICLE = ("print", "savefile", "duplicate")
_NO_PAGES = ("image", "attachment", "static", "robots", "redirect", "rss", "sitemap", "api")
_AND = re.compile(r"\s*(?:[–—;&,]|\s-\s|\s/\s|\bvà\b)\s*")
_UNIT = re.compile(r"^(?:LĐLĐ|Liên đoàn|Công đoàn|CĐ|Ban |Văn phòng|Phòng|Hội |Đoàn )", re.I)


@dataclass(frozen=True, slots=True)
class GoldImage:
    url: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """What a page should give. ``None`` means that the gold does not say."""

    url: str
    title: str
    text: str
    """Lead and body, a paragraph a line."""
    lead: str | None = None
    published: str | None = None
    """ISO timestamp, or a day where only that is known."""
    persons: tuple[str, ...] | None = None
    images: tuple[GoldImage, ...] | None = None
    beside: str = ""
    """Text that stands in the article but not in its body: captions, cells, signature."""
    exact: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)
    """Of a golden pair: every field that must be right to the letter."""


@dataclass(frozen=True, slots=True)
class Case:
    """A page and the article that it is, or None where it is none."""

    family: str
    name: str
    kind: str
    """The gold's own word for the page: article, print, listing, tag, ..."""
    page: Page
    article: GoldArticle | None
    reason: str = ""
    """Of a golden pair without article: the reason that extraction must give."""


def read_cases(paths: Sequence[Path]) -> Iterator[Case]:
    """Every page with gold below ``paths``. Raises ``FileNotFoundError`` for a path without any."""
    for path in paths:
        found = False
        folders = [path, *sorted(child for child in path.rglob("*") if child.is_dir())]
        for folder in folders:
            cases: Iterator[Case] | None = None
            if (folder / "gold.jsonl").is_file():
                cases = _recorded_site(folder)
            elif (folder / "manifest.json").is_file() and (folder / "gold").is_dir():
                cases = _manifest(folder)
            elif folder.name not in ("gold", "recorded") and any(folder.glob("*.json")):
                cases = _pairs(folder)
            if cases is not None:
                for case in cases:
                    found = True
                    yield case
        if not found:
            raise FileNotFoundError(f"no gold.jsonl, manifest.json or golden pairs below {path}")


# -- a recorded site ----------------------------------------------------------------------------


def _recorded_site(folder: Path) -> Iterator[Case]:
    gold: dict[str, dict[str, Any]] = {}
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            gold[row["url"]] = row
    for warc in sorted(folder.glob("*.warc*")):
        for record in read_records(warc, types=("response",)):
            row = gold.get(record.url, {})
            kind = row.get("page_type", "")
            if not kind or kind in _NO_PAGES:
                continue
            page = Page(
                url=record.url,
                body=record.content(),
                fetched_at=record.date,
                status=record.status,
                content_type=record.content_type,
            )
            article = None
            if kind == "article":
                article = _from_row(row)
            elif kind in _SAME_ARTICLE and row["article_url"] in gold:
                article = _from_row(gold[row["article_url"]])
            yield Case(folder.name, record.url, kind, page, article)


def _from_row(row: dict[str, Any]) -> GoldArticle:
    body = [block for block in row["body"] if block]
    lead = row.get("lead") or ""
    text = body if row.get("lead_in_body") or not lead else [lead, *body]
    images = [
        GoldImage(urljoin(row["url"], image["src"]), image.get("caption") or "")
        for image in row.get("images", [])
    ]
    beside = [
        *(image.caption for image in images),
        *(" ".join(cells) for cells in row.get("table_rows", [])),
        *row.get("signature", []),
        *(attached.get("title", "") for attached in row.get("attachments", [])),
    ]
    return GoldArticle(
        url=row["url"],
        title=row["title"],
        text="\n".join(text),
        lead=lead,
        published=row.get("published"),
        persons=persons_of(row.get("author")),
        images=tuple(images),
        beside="\n".join(beside),
    )


def persons_of(author: str | None) -> tuple[str, ...]:
    """The persons whom an author line names; () for nobody or a union body."""
    names = [name.strip() for name in _AND.split(author or "") if name.strip()]
    return tuple(dict.fromkeys(name for name in names if not _UNIT.match(name)))


# -- recorded pages with a manifest ---------------------------------------------------------------


def _manifest(folder: Path) -> Iterator[Case]:
    rows = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for row in rows:
        file = folder / row["file"]
        fetched = datetime.fromisoformat(row.get("commit_date", "2026-01-01"))
        page = Page(
            url=row.get("url") or f"http://{row.get('host', 'unknown')}/",
            body=file.read_bytes(),
            fetched_at=fetched.replace(hour=23, tzinfo=VIETNAM),
            content_type="text/html",
        )
        article = None
        if row.get("gold_ours"):
            gold = json.loads((folder / row["gold_ours"]).read_text(encoding="utf-8"))
            article = GoldArticle(
                url=page.url,
                title=gold["title"],
                text="\n".join(part for part in (gold.get("sapo"), gold["body"]) if part),
                lead=gold.get("sapo"),
                published=gold.get("date"),
                persons=persons_of(gold.get("author")),
                beside="\n".join([*gold.get("captions", []), *gold.get("byline_in_body", [])]),
            )
        yield Case("recorded", file.stem, row.get("page_kind", ""), page, article)


# -- golden pairs ---------------------------------------------------------------------------------


def _pairs(folder: Path) -> Iterator[Case]:
    for answer in sorted(folder.glob("*.json")):
        source = answer.with_suffix(".html")
        if source.is_file():
            yield read_pair(source)


def read_pair(source: Path) -> Case:
    """One golden pair: the page and its answer beside it, a ``.json`` of the same name.

    The answer holds ``url``, ``fetched_at`` and either ``article`` (fields of ``Article``, the
    body as a list of lines) or ``unreadable`` (a reason).
    """
    answer = json.loads(source.with_suffix(".json").read_text(encoding="utf-8"))
    page = Page(
        url=answer["url"],
        body=source.read_bytes(),
        fetched_at=datetime.fromisoformat(answer["fetched_at"]),
        status=answer.get("status", 200),
        content_type=answer.get("content_type", "text/html; charset=utf-8"),
    )
    name = f"{source.parent.name}/{source.stem}"
    expected = answer.get("article")
    if expected is None:
        return Case(source.parent.name, name, "other", page, None, answer["unreadable"])
    lead = expected.get("lead", "")
    images = tuple(
        GoldImage(image["url"], image.get("caption", "")) for image in expected.get("images", [])
    )
    beside = [
        *(image.caption for image in images),
        expected.get("table_text", ""),
        expected.get("byline", {}).get("text", "").replace(" / ", "\n"),
    ]
    return Case(
        source.parent.name,
        name,
        "print" if expected.get("variant") == "print" else "article",
        page,
        GoldArticle(
            url=expected.get("url", page.url),
            title=expected["title"],
            text="\n".join([*([lead] if lead else []), *expected["body"]]),
            lead=lead,
            published=expected.get("published"),
            persons=tuple(expected.get("byline", {}).get("persons", ())),
            images=images,
            beside="\n".join(beside),
            exact=expected,
        ),
    )
