"""Tables: whether they hold data, pictures with captions, or only lay out a page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from html import escape

from lxml.html import HtmlElement

from archive.records import Image
from crawler.extraction.blocks import Block, Figure, unique_images
from crawler.extraction.text import clean_line

MAX_TABLE_CAPTION = 500
"""Characters of a cell beyond which it is text beside pictures and captions none of them."""


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
    if len(filled) <= len(rows) and _one_a_row(lengths, rows):
        return False  # A signature set to the right by an empty column.
    if table.find(".//th") is not None or table.find("thead") is not None:
        return True
    longest = max(filled)
    if _frames_text(rows, table, longest, sum(filled)):
        return False
    if len(rows) == 1:
        return longest <= 300
    return not (widest == 2 and longest > 1200 and longest > 0.7 * sum(filled))


def _one_a_row(lengths: list[int], rows: list[list[HtmlElement]]) -> bool:
    following = iter(lengths)
    return all(sum(1 for _ in row if next(following)) <= 1 for row in rows)


FRAMED = 400
"""Characters of a cell from which, without lines around cells, it holds a text, not a datum."""


_FRAME_PARTS = ("h1", "h2", "h3", "h4", "ul", "ol", "form", "select", "iframe", "marquee")
"""What a cell that lays out a page holds and a datum hardly ever does."""


def _frames_text(
    rows: list[list[HtmlElement]], table: HtmlElement, longest: int, whole: int
) -> bool:
    """Whether a table without lines holds a text in one column and menus or boxes in others."""
    if (table.get("border") or "0").strip() not in ("", "0") or longest < FRAMED:
        return False
    widest = max(len(row) for row in rows)
    if widest <= 4 and any(True for row in rows for cell in row for _ in cell.iter(*_FRAME_PARTS)):
        return True
    if longest < 0.5 * whole or widest > 3:
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


def picture_table(
    rows: list[list[HtmlElement]],
    pictures_in: Callable[[HtmlElement], list[Image]],
    text_of: Callable[[HtmlElement], str],
) -> list[Block]:
    """Figures of a table that only holds pictures and their captions, else []."""
    pictures: list[tuple[int, int, list[Image]]] = []
    texts: list[tuple[int, int, str]] = []
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            images = pictures_in(cell)
            text = text_of(cell)
            if images:
                pictures.append((r, c, images))
            if text:
                texts.append((r, c, text))
    if not pictures or len(texts) > len(pictures):
        return []
    if any(len(text) > MAX_TABLE_CAPTION for _, _, text in texts):
        return []
    captions: dict[int, str] = {}
    for r, c, text in texts:
        # A cell across the whole table speaks of every picture in the row above it.
        across = len(rows[r]) == 1 and (rows[r][c].get("colspan") or "").strip() > "1"
        above = [i for i, (row_number, _, _) in enumerate(pictures) if row_number == r - 1]
        named = above if across and above else [captioned(r, c, pictures, rows)]
        for index in named:
            captions[index] = f"{captions[index]} {text}" if index in captions else text
    return [
        Block(
            "figure",
            "",
            figure=Figure(unique_images(images), captions.get(i, "")),
            element=rows[r][c],
        )
        for i, (r, c, images) in enumerate(pictures)
    ]


def data_table(
    table: HtmlElement,
    rows: list[list[HtmlElement]],
    read: Callable[[HtmlElement], list[Block]],
) -> list[Block]:
    """A table of data: its caption as a paragraph, the table, and the figures in its cells.

    ``read`` gives the blocks of a cell.
    """
    plain: list[tuple[str, ...]] = []
    markup: list[str] = []
    links: list[tuple[str, str]] = []
    figures: list[Block] = []
    for row in rows:
        cells: list[str] = []
        out: list[str] = []
        for cell in row:
            blocks = read(cell)
            figures.extend(block for block in blocks if block.kind in ("figure", "video", "file"))
            inside = [block for block in blocks if block.text]
            cells.append(clean_line(" ".join(block.text for block in inside)))
            links.extend(link for block in inside for link in block.links)
            tag = "th" if cell.tag == "th" else "td"
            out.append(f"<{tag}{spans(cell)}>{'<br>'.join(b.html for b in inside)}</{tag}>")
        if any(cells):
            plain.append(tuple(cells))
            markup.append(f"<tr>{''.join(out)}</tr>")
    found: list[Block] = []
    for caption in table.iterchildren("caption"):
        text = " ".join(block.text for block in read(caption) if block.text)
        if text:
            found.append(Block("paragraph", text, escape(text), bold=True, element=caption))
    if plain:
        found.append(
            Block(
                "table", "", html=f"<table><tbody>{''.join(markup)}</tbody></table>",
                rows=tuple(plain), links=tuple(links), element=table,
            )
        )  # fmt: skip
    return [*found, *figures]
