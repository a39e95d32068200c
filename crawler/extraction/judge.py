"""trafilatura's opinion of a page or container: which of its text is content.

It is asked in its fast mode and without metadata: its searches for dates and authors take most
of its time and are the part that goes wrong on Vietnamese sites.
"""

from __future__ import annotations

import re
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from archive.xml_text import FORBIDDEN
from crawler.extraction.tables import has_table, is_data, rows_of

if TYPE_CHECKING:
    from trafilatura.settings import Extractor

_NEVER_CONTENT = (
    "script", "style", "noscript", "template", "svg", "select", "nav", "footer", "iframe", "link",
    "meta", "button", "input", "textarea", "object", "map",
)  # fmt: skip
"""Elements that trafilatura would carry through several copies of the tree and drop at last."""
_LETTERS = re.compile(r"\W+")


def content_lines(tree: HtmlElement, *, precision: bool = False, recall: bool = False) -> list[str]:
    """The lines that trafilatura takes for the content of ``tree``, which stays as it is."""
    lines = _asked(_lean(tree), precision, recall)
    # It gives up a whole page for one character that XML forbids and browsers pass over.
    if not lines and any(map(FORBIDDEN.search, tree.itertext())):
        lean = _lean(tree)
        _take_forbidden(lean)
        lines = _asked(lean, precision, recall)
    return lines


def _lean(tree: HtmlElement) -> HtmlElement:
    lean = deepcopy(tree)
    lean.tail = None
    etree.strip_elements(lean, *_NEVER_CONTENT, with_tail=False)
    _open_frames(lean)
    return lean


def _take_forbidden(tree: HtmlElement) -> None:
    """Take the characters away that no XML may hold."""
    for element in tree.iter():
        if element.text:
            element.text = FORBIDDEN.sub("", element.text)
        if element.tail:
            element.tail = FORBIDDEN.sub("", element.tail)


def _asked(lean: HtmlElement, precision: bool, recall: bool) -> list[str]:
    # A fifth of the time in which a crawl's process starts, and most crawls never ask.
    from trafilatura import bare_extraction
    from trafilatura.settings import Document as Judged

    try:
        found = bare_extraction(lean, options=_asking(precision, recall))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []
    text = found.text if isinstance(found, Judged) else None
    return [line for line in (text or "").splitlines() if line.strip()]


@lru_cache(maxsize=4)
def _asking(precision: bool, recall: bool) -> Extractor:
    """How it is asked. Reading its own settings for every page would take a twentieth of its time;
    it changes nothing of what it is given (where it must, it works on a copy).
    """
    from trafilatura.settings import Extractor as Asking

    return Asking(
        output_format="python",
        fast=True,
        precision=precision,
        recall=recall,
        comments=False,
        formatting=False,
        tables=True,
        dedup=False,
        with_metadata=False,
    )


def _open_frames(tree: HtmlElement) -> None:
    """Make ``div`` of tables that lay out a page: trafilatura takes every table for data."""
    for table in [*tree.iter("table")]:
        rows = rows_of(table, ())
        if not rows or (is_data(rows, table) and not has_table(table)):
            continue
        table.tag = "div"
        for row in rows:
            for cell in row:
                cell.tag = "div"
            line = row[0].getparent()
            line.tag = "div"
            part = line.getparent()
            if part is not None and part.tag in ("tbody", "thead", "tfoot"):
                part.tag = "div"


def key(text: str) -> str:
    """A text reduced to its letters and digits in lower case, by which texts are compared."""
    return _short_key(text) if len(text) < 2000 else _LETTERS.sub("", text).lower()


@lru_cache(maxsize=2048)
def _short_key(text: str) -> str:
    return _LETTERS.sub("", text).lower()


class Verdict:
    """Whether a block is among the content, whatever lines it was joined or split into."""

    def __init__(self, lines: list[str]) -> None:
        self._text = key("".join(lines))

    def __contains__(self, letters: str) -> bool:
        """Whether text reduced by ``key`` stands in the content."""
        return letters in self._text

    def keeps(self, text: str) -> bool:
        return key(text) in self._text

    def __bool__(self) -> bool:
        return bool(self._text)
