"""Pictures of an article that stand outside its body, on pages read by a layout."""

from __future__ import annotations

from lxml.html import HtmlElement

from crawler.extraction.blocks import Block, Figure
from crawler.extraction.captions import attach_captions
from crawler.extraction.document import Document
from crawler.extraction.images import picture
from crawler.extraction.layout import Layout
from crawler.extraction.surroundings import Surroundings
from crawler.extraction.walk import read_blocks


def opening_figures(
    document: Document, layout: Layout, near: Surroundings, skip: set[HtmlElement]
) -> list[Block]:
    """Figures outside the body that belong to the article: those that the layout names, those
    between title and body, and the featured picture, which WordPress marks in every theme."""
    places = [element for found in document.matching(layout.lead_image) for element in found]
    places += near.between()
    found: list[Block] = []
    for element in places:
        if element in skip or near.holds(element) or near.foreign(element):
            continue
        if element.tag == "img":
            shown = picture(element, document.base)
            figures = [Block("figure", "", figure=Figure((shown,)))] if shown else []
        elif any(True for _ in element.iter("img")):
            figures = attach_captions(read_blocks(element, document.base, skip))
        else:
            continue
        barred = {
            shown.url
            for image in ([element] if element.tag == "img" else element.iter("img"))
            if not near.own_picture(image, document.base, document.page.url)
            and (shown := picture(image, document.base)) is not None
        }
        found.extend(
            block
            for block in figures
            if block.figure is not None
            and not any(image.url in barred for image in block.figure.images)
        )
    return _once(found)


def _once(figures: list[Block]) -> list[Block]:
    """Each group of pictures once, where it is first seen, by its printing with a caption."""
    best: dict[tuple[str, ...], Block] = {}
    for block in figures:
        if block.figure is None:
            continue
        shown = tuple(image.url for image in block.figure.images)
        known = best.get(shown)
        if known is None or (block.figure.caption and not (known.figure and known.figure.caption)):
            best[shown] = block
    return list(best.values())
