"""Whether a text goes on below a box that announces other articles in its midst."""

from __future__ import annotations

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block
from crawler.extraction.boilerplate import kind_of_clean


def resumes(blocks: list[Block], index: int) -> bool:
    """Whether paragraphs go on below a list of others, beside those above it."""
    above = {_home(block) for block in blocks[:index] if len(block.text) >= _PROSE}
    # A box of its own in the midst of the text: then one sentence below it says that it goes on.
    boxed = _home(blocks[index]) not in above
    least = _SENTENCE if boxed else _PROSE
    below = [
        block
        for block in blocks[index + 1 :]
        if block.kind == "paragraph"
        and len(block.text) >= least
        and (len(block.text) >= _PROSE or block.text.endswith(_CLOSES))
        and not block.linked
        and _home(block) in above
        and not kind_of_clean(block.text)
    ]
    return sum(len(block.text) for block in below) >= (least if boxed else _GOES_ON)


_PROSE = 80
_SENTENCE = 50
_CLOSES = (".", "!", "?", "…", "”")
_GOES_ON = 100
"""Characters of paragraphs that show that a text goes on."""


def _home(block: Block) -> HtmlElement | None:
    if block.element is None or block.after_break:
        return block.element
    home = block.element.getparent()
    while home is not None and home.tag in ("font", "span"):
        # Old pages leave them open: the parser closes them at the first table.
        home = home.getparent()
    return home
