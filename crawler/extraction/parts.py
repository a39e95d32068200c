"""What is found of an article on a page before it is cleaned: the raw parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.records import Attachment, Published
from crawler.extraction.blocks import Block
from crawler.extraction.layout import Layout


@dataclass(slots=True)
class Parts:
    """Parts of one article. Lists may be empty; ``title`` and ``section`` may be ""."""

    layout: Layout | None = None
    title: str = ""
    dates: list[Published | None] = field(default_factory=list)
    lead: list[Block] = field(default_factory=list)
    """Blocks of an element that the site marks as the lead."""
    opening: list[Block] = field(default_factory=list)
    """Figures that stand outside the body but belong to the article."""
    blocks: list[Block] = field(default_factory=list)
    byline_texts: list[tuple[str, ...]] = field(default_factory=list)
    """Texts of elements that name author or source, those that stand together in one tuple."""
    authors: list[str] = field(default_factory=list)
    """Authors by structured data: the weakest evidence."""
    not_authors: tuple[str, ...] = ()
    """CMS accounts and names of the site itself."""
    section: str = ""
    tags: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    canonical_rules: tuple[tuple[str, str], ...] = ()
    """(pattern, replacement) pairs that turn print and save views into the article's address."""
    print_view: bool = False
    fallbacks: list[str] = field(default_factory=list)
