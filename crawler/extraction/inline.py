"""Inline text: runs of one style joined into a line of HTML, white space folded across them."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from crawler.extraction.text import clean_line

_WHITE = re.compile(r"[\s\u00a0\u200b\u200c\u200d\u2060\ufeff\u00ad]+")


class Run(NamedTuple):
    """Text of one style. ``href`` is "" outside links, ``script`` "sup", "sub" or ""."""

    text: str
    bold: bool
    italic: bool
    href: str
    script: str


class Style(NamedTuple):
    """The style that inline elements give their text."""

    bold: bool = False
    italic: bool = False
    href: str = ""
    script: str = ""


PLAIN = Style()


def render(
    runs: list[Run],
) -> tuple[str, tuple[tuple[str, str], ...], int, bool, bool]:
    """Inline HTML of runs, with white space folded across them, and what is known of them."""
    parts: list[str] = []
    links: list[tuple[str, str]] = []
    linked = 0
    bold = italic = True
    space = True
    merged: list[Run] = []
    for run in runs:
        if merged and merged[-1][1:] == run[1:]:
            merged[-1] = merged[-1]._replace(text=merged[-1].text + run.text)
        else:
            merged.append(run)
    last = len(merged) - 1
    for index, run in enumerate(merged):
        text = _WHITE.sub(" ", run.text)
        if space:
            text = text.lstrip(" ")
        if index == last:
            text = text.rstrip(" ")
        if not text:
            continue
        space = text.endswith(" ")
        bare = text.strip()
        if not bare:
            parts.append(" ")
            continue
        bold = bold and run.bold
        italic = italic and run.italic
        markup = escape(bare, quote=False)
        if run.script:
            markup = f"<{run.script}>{markup}</{run.script}>"
        if run.italic:
            markup = f"<em>{markup}</em>"
        if run.bold:
            markup = f"<strong>{markup}</strong>"
        if run.href:
            if links and links[-1][0] == run.href:
                links[-1] = (run.href, clean_line(f"{links[-1][1]} {bare}"))
            else:
                links.append((run.href, clean_line(bare)))
            linked += len(bare)
            markup = f'<a href="{escape(run.href)}">{markup}</a>'
        parts.append(f"{' ' if text[0] == ' ' else ''}{markup}{' ' if space else ''}")
    return "".join(parts).strip(), tuple(links), linked, bold, italic
