"""How a signature is set apart from the text above it: at the right, in bold, below verses."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.extraction.blocks import Block
from crawler.extraction.person_names import is_person_name

VERSES = 3
"""Short lines in a row, all kept and in one element, that are text wherever they stand."""


def stands_apart(block: Block, others: Sequence[Block]) -> bool:
    """Whether a line is set as signatures are: at the right, or bold or italic alone of all."""
    if block.align == "right":
        return True
    if _below_verses(block, others):
        return True
    return (block.bold or block.italic) and not any(b.bold or b.italic for b in others)


def _below_verses(block: Block, others: Sequence[Block]) -> bool:
    """Whether a line stands alone below lines of one element that are set as verses are."""
    verses = others[-VERSES:]
    homes = {verse.element for verse in verses}
    return (
        len(verses) == VERSES
        and (
            len(homes) == 1
            or (block.align != "center" and {verse.align for verse in verses} == {"center"})
            or (_tag(block) == "p" and {_tag(verse) for verse in verses} == {"div"})
        )
        and block.element not in homes
        and not block.after_break
        and all(verse.kind == "paragraph" and 12 <= len(verse.text) < 60 for verse in verses)
        and not any(is_person_name(verse.text) for verse in verses)
    )


def _tag(block: Block) -> str:
    return str(block.element.tag) if block.element is not None else ""
