"""Inline text: runs of one style joined into a line of HTML, white space folded across them."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from crawler.extraction.text import clean_line


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


def render(runs: list[Run], whole: str) -> tuple[str, tuple[tuple[str, str], ...], int, bool, bool]:
    """Inline HTML of runs, with white space folded across them, and what is known of them.

    ``whole`` is the cleaned text of all runs together. Returns the HTML, the links as (address,
    text), how many characters are in links, and whether all is bold or italic.
    """
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
        bare = whole if last == 0 else clean_line(run.text)
        if not bare:
            if not space and index < last and run.text:
                parts.append(" ")
                space = True
            continue
        before = "" if space or not run.text[0].isspace() else " "
        space = index < last and run.text[-1].isspace()
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
        parts.append(f"{before}{markup}{' ' if space else ''}")
    return "".join(parts).strip(), tuple(links), linked, bold, italic
