"""From a parsed page to an article, or to the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import ceil

from lxml.html import HtmlElement

from archive.records import Article, Attachment, Image, Unreadable
from crawler.extraction.authors import byline_of
from crawler.extraction.blocks import Block
from crawler.extraction.body import Text, attachments_of, clean_blocks, split_text
from crawler.extraction.chosen import read_parts
from crawler.extraction.dates import choose
from crawler.extraction.document import Document
from crawler.extraction.generic import read_generic
from crawler.extraction.html import body_html
from crawler.extraction.judge import Verdict, content_lines
from crawler.extraction.layout import Layout
from crawler.extraction.layout_choice import choose_layout, knows_page, refused_by
from crawler.extraction.legacy_pages import in_unicode
from crawler.extraction.metadata import article_address
from crawler.extraction.page_kind import (
    is_standing_title,
    refusal,
    refuse_at_sight,
    refuse_status,
)
from crawler.extraction.parts import Parts
from crawler.extraction.structured import Structured, read_structured

_MARKED = "ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9àáãèéìíòóõùúýÀÁÈÉÌÍÒÓÙÚÝ"
_VIETNAMESE = re.compile(f"[{_MARKED}]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_SAMPLE = 600
"""Characters by which a text's language is known."""
_SHARE = 0.04
"""Share of letters that only Vietnamese has from which a text is Vietnamese."""
_OFTEN_VIETNAMESE = re.compile(f"(?:[^{_MARKED}]*+[{_MARKED}]++){{{ceil(_SHARE * _SAMPLE)}}}")
"""So many runs of such letters that no sample can have too few."""
_PRINT_URL = re.compile(
    r"[?&](?:print|tmpl)=(?:1|component|true|print)|/print/|/savefile/|print_article|printcontent|"
    r"print\.aspx|/in-bai|/ban-in",
    re.I,
)
_PRINT_HINTS = ("print", "tmpl=", "/savefile/", "/in-bai", "/ban-in")
"""One of these stands in every address that the pattern finds, and nearly none has any."""


def extract_article(
    document: Document, layouts: Sequence[Layout], *, generic: bool = True
) -> Article | Unreadable:
    """Read a page by the first layout that fits it, else by general rules.

    ``layouts`` come in order of trust: those of the site, then those of every family.
    With ``generic=False`` a page that no layout knows is refused. Pure: the same document and
    layouts always give the same article.
    """
    found = extract_by_layout(document, layouts)
    return found if found is not None else extract_by_rules(document, layouts, generic=generic)


def extract_by_layout(document: Document, layouts: Sequence[Layout]) -> Article | Unreadable | None:
    """As ``extract_article`` where a layout fits or the answer's status says all; else None."""
    refused = refuse_status(document)
    if refused is not None:
        return refused
    chosen = choose_layout(document, layouts)
    if chosen is None:
        return None
    layout, container = chosen
    if refused_by(document, layout):
        return refusal(document, f"no article by layout {layout.name}")
    if document.cut and _reaches_end(document, container):
        return Unreadable("truncated", "the page breaks off inside the article")
    structured = read_structured(document)
    parts = read_parts(document, layout, container, structured)
    if is_standing_title(parts.title):
        return Unreadable("static", f"titled {parts.title}")
    return _assemble(document, parts, structured, _Judge(container))


def extract_by_rules(
    document: Document, layouts: Sequence[Layout], *, generic: bool = True
) -> Article | Unreadable:
    """As ``extract_article`` for a page of which ``extract_by_layout`` has said nothing."""
    refused = refuse_at_sight(document)
    if refused is not None:
        return refused
    known = knows_page(document, layouts)
    if known is not None and refused_by(document, known):
        return refusal(document, f"no article by layout {known.name}")
    if not generic:
        return refusal(document, "no layout fits")
    document = in_unicode(document)
    structured = read_structured(document)
    found = read_generic(document, structured, known)
    if isinstance(found, Unreadable):
        return found
    return _assemble(document, found, structured, None)


class _Judge:
    """The verdict on a container, formed when it is first asked for: few pages need any."""

    def __init__(self, container: HtmlElement) -> None:
        self._container = container
        self._verdict: Verdict | None = None

    def __call__(self) -> Verdict:
        if self._verdict is None:
            self._verdict = Verdict(content_lines(self._container))
        return self._verdict


def _assemble(
    document: Document,
    parts: Parts,
    structured: Structured,
    judge: Callable[[], Verdict] | None,
) -> Article | Unreadable:
    layout = parts.layout
    if not parts.title:
        return Unreadable("no_title", f"layout {layout.name if layout else 'generic'}")
    drop_text = layout.drop_text if layout else ()
    blocks = clean_blocks(parts.blocks, parts.title, drop_text, judge)
    marked = clean_blocks(parts.lead, parts.title, drop_text, judge)
    opening = [*parts.opening, *(block for block in marked if block.kind == "figure")]
    text = split_text(blocks, marked)
    _mend_bare_lead(text)
    images = _images([*opening, *text.blocks])
    attachments = _attachments([*text.lead, *text.blocks], parts.attachments)
    body_blocks = [block for block in text.blocks if block.text]
    tables = [block for block in text.blocks if block.kind == "table"]
    if not (body_blocks or text.lead or tables or images or attachments):
        return Unreadable("no_body", f"layout {layout.name if layout else 'generic'}")
    lead = " ".join(block.text for block in text.lead)
    body = "\n".join(block.text for block in body_blocks)
    print_view = parts.print_view or _is_print_url(document.page.url)
    return Article(
        url=article_address(document, parts.canonical_rules, print_view),
        title=parts.title,
        lead=lead,
        body=body,
        body_html=body_html(text.lead, [*_unseen(opening, text.blocks), *text.blocks]),
        published=choose(parts.dates, document.page.fetched_at),
        byline=byline_of(parts, text.signature),
        section=parts.section,
        table_text="\n".join("\t".join(row) for block in tables for row in block.rows),
        images=images,
        attachments=attachments,
        tags=tuple(parts.tags),
        language=_language(f"{parts.title}\n{lead}\n{body[:_SAMPLE]}"),
        words=_words(lead) + _words(body),
        variant="print" if print_view else "main",
        layout=layout.name if layout else "generic",
        fallbacks=tuple(parts.fallbacks),
    )


def _is_print_url(url: str) -> bool:
    if url.isascii() and not any(map(url.lower().__contains__, _PRINT_HINTS)):
        return False
    return _PRINT_URL.search(url) is not None


def _mend_bare_lead(text: Text) -> None:
    """A lead that nothing follows is the body, unless pictures or tables follow it."""
    if text.lead and not text.blocks:
        text.blocks, text.lead = text.lead, []


def _images(blocks: Sequence[Block]) -> tuple[Image, ...]:
    """Every picture once; of two printings the one with a caption."""
    found: dict[str, Image] = {}
    for block in blocks:
        if block.figure is not None:
            for image in block.figure.images:
                known = found.get(image.url)
                if known is None or (image.caption and not known.caption):
                    found[image.url] = image
    return tuple(found.values())


def _unseen(opening: Sequence[Block], blocks: Sequence[Block]) -> list[Block]:
    seen = {
        image.url for block in blocks if block.figure is not None for image in block.figure.images
    }
    return [
        block
        for block in opening
        if block.figure is not None and any(image.url not in seen for image in block.figure.images)
    ]


def _attachments(blocks: Sequence[Block], declared: Sequence[Attachment]) -> tuple[Attachment, ...]:
    found = {attachment.url: attachment for attachment in attachments_of(blocks)}
    for attachment in declared:
        found.setdefault(attachment.url, attachment)
    return tuple(found.values())


def _language(text: str) -> str:
    """ "vi" where Vietnamese letters are frequent, "en" for other Latin text, "und" for none."""
    sample = text[:_SAMPLE]
    if _OFTEN_VIETNAMESE.match(sample):
        return "vi"
    marked = _count(_VIETNAMESE, sample)
    if marked and marked >= _SHARE * len(sample):
        return "vi"  # However many of the characters are letters.
    letters = _count(_LETTERS, sample)
    if not letters:
        return "und"
    if marked >= _SHARE * letters:
        return "vi"
    return "en" if _count(_LATIN, sample) >= 0.8 * letters else "und"


def _count(runs: re.Pattern[str], text: str) -> int:
    """Characters of ``text`` in runs of a pattern."""
    return len("".join(runs.findall(text)))


def _words(text: str) -> int:
    """Words of lines that ``clean_line`` has made, with one space or line end between any two."""
    return text.count(" ") + text.count("\n") + 1 if text else 0


def _reaches_end(document: Document, container: HtmlElement) -> bool:
    """Whether the last element of the page is the container or inside it."""
    last = document.tree
    while len(last):
        last = last[-1]
    return last is container or any(ancestor is container for ancestor in last.iterancestors())
