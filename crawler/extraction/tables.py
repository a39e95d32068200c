"""Tables: their own cells, whether they hold data, and which picture a cell captions."""

from __future__ import annotations

from collections.abc import Collection

from lxml.html import HtmlElement

from archive.records import Image
from crawler.extraction.text import clean_line


def rows_of(table: HtmlElement, skip: Collection[HtmlElement]) -> list[list[HtmlElement]]:
    """Cells of a table's own rows, not those of tables inside it."""
    rows: list[list[HtmlElement]] = []
    for part in table:
        if part in skip:
            continue
        if part.tag in ("thead", "tbody", "tfoot"):
            lines = [row for row in part if row.tag == "tr" and row not in skip]
        elif part.tag == "tr":
            lines = [part]
        else:
            continue
        for line in lines:
            cells = [cell for cell in line if cell.tag in ("td", "th") and cell not in skip]
            if cells:
                rows.append(cells)
    return rows


def has_table(table: HtmlElement) -> bool:
    return any(True for _ in table.iterdescendants("table"))


def is_data(rows: list[list[HtmlElement]], table: HtmlElement) -> bool:
    """Whether a table holds data rather than lays out a page: several short cells in a row."""
    widest = max(len(row) for row in rows)
    if widest < 2:
        return False
    lengths = [len(clean_line(cell.text_content())) for row in rows for cell in row]
    filled = [length for length in lengths if length]
    if len(filled) < 2:
        return False
    if table.find(".//th") is not None or table.find("thead") is not None:
        return True
    longest = max(filled)
    if _frames_text(rows, table, longest, sum(filled)):
        return False
    if len(rows) == 1:
        return longest <= 300
    return not (widest == 2 and longest > 1200 and longest > 0.7 * sum(filled))


FRAMED = 400
"""Characters of a cell from which, without lines around cells, it holds a text, not a datum."""


def _frames_text(
    rows: list[list[HtmlElement]], table: HtmlElement, longest: int, whole: int
) -> bool:
    """Whether a table without lines holds a text in one column and menus or boxes in others."""
    if (table.get("border") or "0").strip() not in ("", "0") or longest < FRAMED:
        return False
    if longest < 0.5 * whole or max(len(row) for row in rows) > 3:
        return False
    return any(
        sum(1 for _ in cell.iter("p", "br", "div")) >= 3 and len(cell.text_content()) >= FRAMED
        for row in rows
        for cell in row
    )


def captioned(
    row: int,
    column: int,
    pictures: list[tuple[int, int, list[Image]]],
    rows: list[list[HtmlElement]],
) -> int:
    """Which picture a text cell belongs to: same cell, same column above, nearest above, first."""
    for index, (r, c, _) in enumerate(pictures):
        if (r, c) == (row, column):
            return index
    above = [i for i, (r, _, _) in enumerate(pictures) if r < row]
    if above:
        nearest = max(pictures[i][0] for i in above)
        same_row = [i for i in above if pictures[i][0] == nearest]
        if len(rows[row]) > 1:
            for i in same_row:
                if pictures[i][1] == column:
                    return i
        return same_row[-1]
    return min(range(len(pictures)), key=lambda i: (abs(pictures[i][0] - row), i))


def spans(cell: HtmlElement) -> str:
    out = ""
    for name in ("colspan", "rowspan"):
        value = (cell.get(name) or "").strip()
        if value.isascii() and value.isdigit() and 1 < int(value[:4]) <= 100:
            out += f' {name}="{value[:4]}"'
    return out
