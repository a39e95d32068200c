"""Safe HTML of an article, built from its blocks and sanitised by an allow-list at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

import nh3

from crawler.extraction.blocks import Block

_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tbody", "tr", "td", "th",
    "blockquote", "strong", "em", "sup", "sub", "a", "br", "figure", "img", "figcaption",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    allowed_classes={"p": {"lead"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener noreferrer",
    strip_comments=True,
)


_TEXT = r"[^<>&\x00-\x1f\x7f-\xa0\ud800-\udfff]*+"
_STYLED = rf"<strong>{_TEXT}</strong>|<em>{_TEXT}</em>|<strong><em>{_TEXT}</em></strong>"
_HOST = r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"
_ADDRESS = rf"https?://{_HOST}/[A-Za-z0-9._~!$'()*+,;=:@/%-]*"
_IMAGE = rf'<img src="{_ADDRESS}" alt="[^<>&"\x00-\x1f\x7f-\xa0\ud800-\udfff]*">'
_PLAIN = re.compile(
    rf'<(p|h[2-6])(?:(?<=<p) class="lead")?>{_TEXT}(?:(?:{_STYLED}){_TEXT})*+</\1>|'
    rf"<figure>(?:{_IMAGE})+(?:<figcaption>{_TEXT}</figcaption>)?</figure>"
)
"""A paragraph of nothing but visible characters in bold or italics, or pictures of plain
addresses: the cleaner, which takes longer than all that is done before it, gives them back as
they are."""


def sanitise(html: str) -> str:
    """HTML with nothing but text structure, links and pictures; see the allow-list above.

    Links and pictures lead to http, https (and mailto) only and carry ``rel="nofollow
    noopener noreferrer"``; classes survive on ``<p class="lead">`` alone.
    """
    return _CLEANER.clean(html)


def body_html(lead: Iterable[Block], blocks: Iterable[Block]) -> str:
    """The whole text in reading order: the lead, then everything that stands in the body."""
    parts = [f'<p class="lead">{block.html}</p>' for block in lead if block.html]
    open_lists: list[str] = []
    quoting = nested = False
    for block in blocks:
        nested = nested or block.quote or block.kind == "item"
        if block.quote != quoting:
            _close_lists(parts, open_lists, 0)
            parts.append("<blockquote>" if block.quote else "</blockquote>")
            quoting = block.quote
        if block.kind == "item":
            _open_lists(parts, open_lists, max(block.level, 1), "ol" if block.ordered else "ul")
            parts.append(f"<li>{block.html}</li>")
            continue
        _close_lists(parts, open_lists, 0)
        parts.append(_block(block))
    _close_lists(parts, open_lists, 0)
    if quoting:
        parts.append("</blockquote>")
    parts = [part for part in parts if part]
    if nested:
        return sanitise("\n".join(parts))
    # Whole elements, one after another: each can be looked at by itself.
    return "\n".join(part if _PLAIN.fullmatch(part) else sanitise(part) for part in parts)


def _block(block: Block) -> str:
    if block.kind == "heading":
        level = min(max(block.level, 2), 6)
        return f"<h{level}>{block.html}</h{level}>"
    if block.kind == "table":
        return block.html
    if block.kind == "figure" and block.figure is not None:
        pictures = "".join(
            f'<img src="{escape(image.url)}" alt="{escape(image.alt)}">'
            for image in block.figure.images
        )
        caption = block.figure.caption
        under = f"<figcaption>{escape(caption, quote=False)}</figcaption>" if caption else ""
        return f"<figure>{pictures}{under}</figure>"
    if block.kind in ("video", "file"):
        label = block.html or ("Video" if block.kind == "video" else "Tệp đính kèm")
        caption = block.figure.caption if block.figure else ""
        under = f"<br>{escape(caption, quote=False)}" if caption else ""
        text = f"{escape(label, quote=False)}: {escape(block.url, quote=False)}"
        return f'<p><a href="{escape(block.url)}">{text}</a>{under}</p>'
    return f"<p>{block.html}</p>" if block.html else ""


def _open_lists(parts: list[str], open_lists: list[str], level: int, tag: str) -> None:
    _close_lists(parts, open_lists, level)
    if len(open_lists) == level and open_lists and open_lists[-1] != tag:
        _close_lists(parts, open_lists, level - 1)
    while len(open_lists) < level:
        # A nested list belongs inside the item before it.
        if open_lists and parts and parts[-1].endswith("</li>"):
            parts[-1] = parts[-1][: -len("</li>")]
            parts.append(f"<{tag}>")
            open_lists.append(tag)
        else:
            parts.append(f"<{tag}>")
            open_lists.append(tag)
            if len(open_lists) < level:
                level = len(open_lists)


def _close_lists(parts: list[str], open_lists: list[str], level: int) -> None:
    while len(open_lists) > level:
        tag = open_lists.pop()
        parts.append(f"</{tag}>")
        if open_lists:
            parts.append("</li>")
