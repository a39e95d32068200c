"""Pictures of an article: which ``<img>`` is one, its address, its caption and credit."""

from __future__ import annotations

import itertools
import re
from urllib.parse import unquote

from lxml.html import HtmlElement

from archive.records import Image
from crawler.extraction.text import clean_line
from crawler.extraction.urls import absolute

MIN_SIDE = 50
"""Pixels: a picture declared smaller on either side is an icon or a counter."""

_LAZY = (
    "data-original", "data-src", "data-lazy-src", "data-lazyload", "data-lazy", "data-echo",
    "data-url", "data-orig-file", "data-large-file", "data-full-url",
)  # fmt: skip
_PLACEHOLDER = re.compile(
    r"^data:|^about:|(?:^|[/_.-])(?:blank|spacer|pixel|pix|placeholder|lazy(?:load)?|loading|loader|"
    r"transparent|1x1|no[_-]?image|noimg|default[_-]?(?:image|img|thumb\w*)|trans)\.(?:gif|png|svg|jpe?g|webp)",
    re.I,
)
_CHROME_FILE = re.compile(
    r"^(?:icons?[_-].*|.*[_-]icons?|ico|(?:icon|spacer|pixel|blank|gravatar|no[_-]?avatar|avatar|emoji|"
    r"smiley|loading|btn[_-]?\w*|buttons?|bullet|arrow|share|facebook|twitter|zalo|gplus|google|"
    r"youtube|print(?:er|button)?|email(?:button)?|pdf[_-]?button|rss|feed|stars?|rating|vote|hot|"
    r"new|qrcode|counter|hit|logo|favicon|cron)(?:[_-]?\d+)?)$",
    re.I,
)
_CHROME_PATH = re.compile(
    r"/(?:emoji|smil(?:ey|ie)s|emoticons|avatars?|icons?|flags|gravatar|captcha|ads|"
    r"advertis\w+|quang-?cao)/|gravatar\.com|"
    r"/images/core/emoji/|facebook\.com/tr|google-analytics|/cron(?:jobs)?\b|second=cronjobs|"
    r"/themes/[^/]+/images/(?!.*uploads)|/templates/[^/]+/images/|/M_images/|/statics?/images/icon",
    re.I,
)
_CHROME_CLASS = re.compile(
    r"(?:^|\s)(?:emoji|avatar|icon|ico|smiley|wp-smiley|sprite|tracking|pixel|logo)(?:\s|$)", re.I
)
_AVATAR_CLASS = re.compile(r"(?:^|[\s_-])avatar(?:$|[\s_-])", re.I)
_CREDIT = re.compile(
    r"(?:^|[\s.,;:(\[–—|-])(?:ảnh(?:\s*/\s*video)?|nguồn(?:\s+ảnh)?|photo|hình|đồ hoạ|đồ họa)"
    r"\s*:\s*"
    r"(?P<name>[^():]{2,80}?)\s*[.)\]]*\s*$",
    re.I,
)
_STAMP = re.compile(r"\?t=\d{8}_\d{6}$")
"""K2 puts the time of the last change behind a picture's address."""
_TINY = re.compile(r"[?&](?:w|width|h|height|size|q|quality)=\d{1,2}(?:&|$)|[?&]blur|lqip", re.I)
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|jfif)$", re.I)
_SRCSET = re.compile(r"(\S+)(?:\s+(\d+(?:\.\d+)?)([wx]))?\s*(?:,\s+|,?$)")


def picture(element: HtmlElement, base: str) -> Image | None:
    """The picture of an ``<img>``, without caption; None for icons, spacers and trackers."""
    names = element.get("class")
    if names and _CHROME_CLASS.search(names):
        return None
    parent = element.getparent()
    names = parent.get("class") if parent is not None else None
    if names and _AVATAR_CLASS.search(names):
        return None
    for side in ("width", "height"):
        size = _pixels(element, side)
        if size is not None and size < MIN_SIDE:
            return None
    address = _STAMP.sub("", _address(element, base).partition("#")[0])
    if not address:
        return None
    if _CHROME_PATH.search(address):
        return None
    name = unquote(address.partition("?")[0].rpartition("/")[2]).rpartition(".")[0]
    if name and _CHROME_FILE.search(name):
        return None
    return Image(url=address, alt=clean_line(element.get("alt") or "")[:500])


def split_credit(caption: str) -> str:
    """Whom a caption credits: "LĐLĐ quận A" of "Quang cảnh hội nghị. Ảnh: LĐLĐ quận A".

    The caption itself stays as printed; "" where it credits nobody.
    """
    found = _CREDIT.search(caption)
    return found["name"].strip(" .-–—") if found else ""


def is_image_address(address: str) -> bool:
    """Whether an address ends as a picture's file does."""
    return _IMAGE_FILE.search(address.partition("?")[0]) is not None


def _address(element: HtmlElement, base: str) -> str:
    source = (element.get("src") or "").strip()
    lazy = next((value for name in _LAZY if (value := (element.get(name) or "").strip())), "")
    # Some themes show a tiny, blurred form of the picture until it is loaded.
    tiny = lazy and _TINY.search(source) and source.partition("?")[0] == lazy.partition("?")[0]
    if source and not tiny and not _PLACEHOLDER.search(source):
        return absolute(base, source)
    if lazy and not _PLACEHOLDER.search(lazy):
        return absolute(base, lazy)
    srcset = element.get("srcset") or element.get("data-srcset") or ""
    if not srcset:
        # An old HTML parser takes the picture's img for a child of its source.
        for parent in itertools.islice(element.iterancestors("picture", "source"), 8):
            srcset = srcset or parent.get("srcset") or parent.get("data-srcset") or ""
            for source in parent.iterchildren("source"):
                srcset = srcset or source.get("srcset") or source.get("data-srcset") or ""
    return absolute(base, _largest(srcset)) if srcset else ""


def _largest(srcset: str) -> str:
    best, size = "", -1.0
    for address, number, _ in _SRCSET.findall(srcset[:10_000].strip()):
        if _PLACEHOLDER.search(address):
            continue
        if float(number or 0) > size:
            best, size = address, float(number or 0)
    return best


_STYLED_RE = {
    side: re.compile(rf"(?:^|[;\s]){side}\s*:\s*(\d{{1,5}})(?:\.\d+)?px")
    for side in ("width", "height")
}


def _pixels(element: HtmlElement, side: str) -> int | None:
    value = (element.get(side) or "").strip().lower().removesuffix("px")
    if value.isascii() and value.isdigit() and len(value) < 6:
        return int(value)
    style = element.get("style")
    if not style:
        return None
    found = _STYLED_RE[side].search(style)
    return int(found[1]) if found else None
