"""Videos, sounds and documents that a page shows in a frame: what is kept of them is a link."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qs, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.extraction.blocks import is_attachment
from crawler.extraction.urls import absolute

EMBEDDED = frozenset(("iframe", "embed", "object", "video", "audio"))
_VIDEO = re.compile(
    r"youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com|dailymotion|facebook\.com/plugins/video|"
    r"tiktok\.com|/embed/|/video|player|\.(?:mp4|m3u8|webm|mp3|ogg)(?:$|\?)",
    re.I,
)


def embedded_in(element: HtmlElement, base: str) -> tuple[Literal["video", "file"], str] | None:
    """What an element of EMBEDDED shows, with its absolute address; None for all else."""
    source = (
        element.get("src") or element.get("data-src") or element.get("data") or
        element.get("data-lazy-src") or ""
    ).strip()  # fmt: skip
    tag = element.tag
    if tag in ("video", "audio", "object") and not source:
        for child in element.iter("source", "embed", "param"):
            source = child.get("src") or (
                child.get("value") or "" if child.get("name") in ("movie", "src") else ""
            )
            if source:
                break
    address = absolute(base, source) if source else ""
    if not address:
        return None
    viewed = parse_qs(urlsplit(address).query[:4000]).get("url", [""])[0]
    if viewed and is_attachment(viewed):
        address = absolute(base, urljoin(base, viewed)) or address
    if is_attachment(address):
        return "file", address
    if tag in ("video", "audio") or _VIDEO.search(address):
        return "video", address
    return None
