"""How a text of unknown make ends: the signature, and what of the frame stands before it."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.extraction.blocks import Block, is_attachment
from crawler.extraction.boilerplate import boilerplate_kind
from crawler.extraction.bylines import read_signature
from crawler.extraction.date_lines import is_date_line
from crawler.extraction.set_apart import stands_apart
from crawler.extraction.signature_line import read_line
from crawler.extraction.signature_words import POSTED_RE
from crawler.extraction.text import clean_line


def tells_only(block: Block) -> bool:
    """Whether a table only frames what tells of an article: date, count of readers, files."""
    if block.kind == "table" and block.links and _offers_files(block):
        return True
    cells = [cell for row in block.rows for cell in row if cell]
    return block.kind == "table" and all(is_date_line(c) or boilerplate_kind(c) for c in cells)


def _offers_files(block: Block) -> bool:
    """Whether a table is a box of files: each row a number, a name that links to one, its size."""
    files = [name for url, name in block.links if is_attachment(url)]
    if len(files) < len(block.links):
        return False
    left = sum(len(cell) for row in block.rows for cell in row) - sum(map(len, files))
    return left <= _BESIDE_FILE * (len(files) + 1)


_BESIDE_FILE = 30
"""Characters beside a file's name in its row, and in the row of headings."""


def signed_below(outside: Sequence[Block]) -> list[Block]:
    """The first line below the container, where it alone reads as a signature."""
    lines = (block for block in outside[:3] if block.text and not POSTED_RE.match(block.text))
    line = next(lines, None)
    if line is None or len(line.text) > 80 or line.linked:
        return []
    return [line] if read_signature(["Hết.", line.text])[1] == 1 else []


def _names_source(block: Block) -> bool:
    """Whether a line with a link says whom the text was taken from: "Theo Báo Lao động"."""
    said = len(block.links) == 1 and block.linked < len(block.text.replace(" ", ""))
    return said and read_line(clean_line(block.text)).kind == "source"


def _signed_past_link(below: Sequence[Block]) -> list[Block]:
    """A name at the right below a line that is a link: a button stands between text and name."""
    line = next((block for block in below[:2] if block.text), None)
    if line is None or line.align != "right":
        return []
    return signed_below([line])


def until_signature(blocks: list[Block]) -> list[Block]:
    """Cut what little follows a labelled signature: dates of change, copyright notices."""
    lines = [index for index, block in enumerate(blocks) if block.text]
    for end in reversed(lines[-_BELOW:]):
        if any(_goes_on(blocks[index]) for index in lines if index > end):
            break
        shown = [blocks[index].text for index in lines if index <= end][-8:]
        byline, count = read_signature(shown)
        if count and ":" in byline.text and len(shown) > count:
            return blocks[: end + 1]
    return blocks


_BELOW = 12
"""Lines that may stand below a signature: a frame's."""


def _goes_on(block: Block) -> bool:
    return len(block.text) >= 50 and block.text.endswith((".", "!", "?", "…", "”", ":"))


def tail_of(text: list[Block], below: list[Block]) -> list[Block]:
    """Of what follows the last paragraph: list items, short sentences, pictures, a signature."""
    tail: list[Block] = []
    for index, block in enumerate(below):
        if POSTED_RE.match(block.text) and not read_line(clean_line(block.text)).persons:
            continue  # An account, above whoever signs.
        if block.linked > 0.5 * len(block.text) and not any(
            is_attachment(url) for url, _ in block.links
        ):
            if _names_source(block):
                tail.append(block)
                continue
            tail += _signed_past_link(below[index + 1 :])
            break
        tail.append(block)
    # Below pictures alone nothing precedes the signature that could introduce a list.
    lines = [block.text for block in text if block.text][-4:] or ["Hết."]
    signed = count = 0
    for end in range(1, len(tail) + 1):
        if not tail[end - 1].text:
            continue
        apart = stands_apart(tail[end - 1], [b for b in (*text[-4:], *tail[: end - 1]) if b.text])
        shown = [*lines, *(b.text for b in tail[:end] if b.text)]
        found = read_signature(shown, apart=apart)[1]
        if signed and found <= count:
            break
        if found:
            signed, count = end, found
    if signed:
        return tail[:signed]
    return [
        block
        for block in tail
        if not tells_only(block)
        if not block.text
        or block.kind == "item"
        or block.text.endswith((".", "!", "?", ";", ":", "…", "”", '"'))
        or any(is_attachment(url) for url, _ in block.links)
    ]
