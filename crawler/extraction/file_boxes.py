"""Files that a page offers beside an article's text: in boxes right below the body."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from archive.records import Attachment
from crawler.extraction.blocks import is_attachment
from crawler.extraction.body import file_title
from crawler.extraction.document import Document
from crawler.extraction.text import clean_line, convert_legacy
from crawler.extraction.urls import absolute

BOXES_BELOW = 4
"""Elements after the body in which its files may be offered; further down other things begin."""


def _wrappers(body: HtmlElement, title: HtmlElement | None) -> list[HtmlElement]:
    """The body and what wraps it inside the element that holds the title too: cells, rows."""
    found = [body]
    if title is None:
        return found
    above = {title, *title.iterancestors()}
    for _ in range(_CLIMB):
        parent = found[-1].getparent()
        if parent is None or parent in above or parent.tag in ("body", "html", "form"):
            break
        found.append(parent)
    return found


_CLIMB = 3


_PLAIN = re.compile(r"^(?!.*google)[^?#]*(?:\.html?|\.aspx|\.php|/|/[\w-]+)$|^#|^javascript:", re.I)
"""Addresses that need no second look: of pages, of scripts, of places on the page."""


_FILE_NAME = re.compile(r"^\S{1,150}\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|odt)$", re.I)
"""What a link shows where its address only asks for a download."""


def offered_files(
    document: Document,
    named: Sequence[HtmlElement],
    body: HtmlElement,
    title: HtmlElement | None = None,
) -> list[Attachment]:
    """Every link in ``named`` elements, and links to documents in boxes right below ``body``.

    Boxes may stand below what wraps the body, as far as the element that holds ``title`` too.
    """
    found: dict[str, Attachment] = {}
    below = [
        box
        for wrapper in _wrappers(body, title)
        for _, box in zip(range(BOXES_BELOW), wrapper.itersiblings(), strict=False)
    ]
    for element in (*named, *below):
        if not isinstance(element.tag, str):
            continue
        links = [element] if element.tag == "a" else list(element.iter("a"))
        for link in links:
            # Most links lead to pages, and the ends of their addresses say so.
            if element not in named and _PLAIN.search(link.get("href") or ""):
                continue
            url = absolute(document.base, link.get("href") or "")
            text = clean_line(convert_legacy(link.text_content()))
            offered = element in named or is_attachment(url) or _FILE_NAME.search(text)
            if url and text and url not in found and offered:
                found[url] = Attachment(url, file_title(text, url))
    return list(found.values())
