"""Inline text: runs of one style joined into a line of HTML, white space folded across them."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from crawler.extraction.text import clean_line


class Style(NamedTuple):
    """The style that inline elements give their text. ``href`` is "" outside links, ``script``
    "sup", "sub" or ""."""

    bold: bool = False
    italic: bool = False
    href: str = ""
    script: str = ""


PLAIN = Style()

Run = tuple[str, Style]
"""Text of one style."""


def render(runs: list[Run], whole: str) -> tuple[str, tuple[tuple[str, str], ...], int, bool, bool]:
    """Inline HTML of runs, with white space folded across them, and what is known of them.

    ``whole`` is the cleaned text of all runs together. Returns the HTML, the links as (address,
    text), how many characters are in links, and whether all is bold or italic.
    """
    if len(runs) == 1 and runs[0][1] == PLAIN:
        return escape(whole, quote=False), (), 0, False, False
    parts: list[str] = []
    links: list[tuple[str, str]] = []
    linked = 0
    all_bold = all_italic = True
    space = True
    merged: list[Run] = []
    for run in runs:
        if merged and merged[-1][1] == run[1]:
            merged[-1] = (merged[-1][0] + run[0], run[1])
        else:
            merged.append(run)
    last = len(merged) - 1
    for index, (text, (bold, italic, href, script)) in enumerate(merged):
        bare = whole if last == 0 else clean_line(text)
        if not bare:
            if not space and index < last and text:
                parts.append(" ")
                space = True
            continue
        before = "" if space or not text[0].isspace() else " "
        space = index < last and text[-1].isspace()
        all_bold = all_bold and bold
        all_italic = all_italic and italic
        markup = escape(bare, quote=False)
        if script:
            markup = f"<{script}>{markup}</{script}>"
        if italic:
            markup = f"<em>{markup}</em>"
        if bold:
            markup = f"<strong>{markup}</strong>"
        if href:
            if links and links[-1][0] == href:
                links[-1] = (href, clean_line(f"{links[-1][1]} {bare}"))
            else:
                links.append((href, clean_line(bare)))
            linked += len(bare)
            markup = f'<a href="{escape(href)}">{markup}</a>'
        parts.append(f"{before}{markup}{' ' if space else ''}")
    return "".join(parts).strip(), tuple(links), linked, all_bold, all_italic
