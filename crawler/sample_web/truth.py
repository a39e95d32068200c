"""What an archive of the sample web ought to hold: the truth to measure a crawl against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from archive.records import Published
from crawler.sample_web.blocks import (
    Heading,
    Items,
    Paragraph,
    Picture,
    Quote,
    Table,
    Video,
    links,
    plain,
)
from crawler.sample_web.catalogue import SAMPLE_SITES, sample_site
from crawler.sample_web.markup import video_url
from crawler.sample_web.site import SampleSite
from crawler.sample_web.stories import Story


@dataclass(frozen=True, slots=True)
class ExpectedImage:
    url: str
    caption: str


@dataclass(frozen=True, slots=True)
class ExpectedAttachment:
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class ExpectedArticle:
    """One article as it ought to stand in the archive. Text is NFC."""

    site: str
    url: str
    """Canonical."""
    title: str
    lead: str
    """As printed; where the page marks no paragraph as its lead, the first one."""
    lead_marked: bool
    body: tuple[str, ...]
    """Paragraphs, subheadings, quotes and list items in order; without lead, captions, table
    cells, signature and attachment boxes."""
    table_rows: tuple[tuple[str, ...], ...]
    signature: tuple[str, ...]
    """The lines as printed."""
    persons: tuple[str, ...]
    unit: str
    source: str
    published: Published | None
    """``None`` for an article that its site shows without a date."""
    section: str
    images: tuple[ExpectedImage, ...]
    attachments: tuple[ExpectedAttachment, ...]
    videos: tuple[str, ...]
    """Addresses of embedded players."""
    tags: tuple[str, ...]
    status: Literal["live", "gone"]
    """"gone": taken down in this edition; the words are those of the last one that had it."""
    edited: bool
    """Whether this edition shows other words than the first."""
    challenged: bool
    """Whether a cookie stub stands in its place until the cookie is sent."""
    aliases: tuple[str, ...]
    """Other addresses that give or lead to the same article: print view first, then old ones."""

    @property
    def byline(self) -> str:
        """The signature's lines joined by " / "."""
        return " / ".join(self.signature)

    @property
    def precision(self) -> Literal["minute", "day", "month"] | None:
        """How exactly the page tells the date; ``None`` without one."""
        return self.published.precision if self.published else None

    @property
    def text(self) -> str:
        """The body, a paragraph a line."""
        return "\n".join(self.body)


@dataclass(frozen=True, slots=True)
class SiteAddresses:
    """What the sample web serves of one site."""

    name: str
    host: str
    start_urls: tuple[str, ...]
    """The listing of everything; every article is reached from it alone."""
    listing_urls: tuple[str, ...]
    """First pages of the sections' listings."""
    robots_url: str
    front_url: str
    forbidden_url: str
    """Linked to from every page, forbidden by robots.txt."""
    dead_url: str
    """Linked to from the first page of listings, answered 404."""
    lost_url: str
    """An article that is no more, linked to from second pages; most sites answer with their front
    page, status 200."""


def site_addresses(name: str) -> SiteAddresses:
    """Where a site's listings and oddities are. Raises ``KeyError`` for an unknown site."""
    site = sample_site(name)
    return SiteAddresses(
        name=name,
        host=site.host,
        start_urls=(site.absolute(site.listing_path("")),),
        listing_urls=tuple(site.absolute(site.listing_path(key)) for key in site.texts.sections),
        robots_url=site.absolute("/robots.txt"),
        front_url=site.absolute("/"),
        forbidden_url=site.absolute(site.forbidden),
        dead_url=site.absolute(site.dead),
        lost_url=site.absolute(site.lost),
    )


def expected_articles(site: str, edition: int = 1) -> list[ExpectedArticle]:
    """Every article that a crawl of a site in that edition ought to know, newest first.

    Raises ``KeyError`` for an unknown site.
    """
    made = sample_site(site)
    first = {story.id: story for story in made.texts.in_edition(1)}
    return [
        _expected(made, story, edited=first.get(story.id, story).blocks != story.blocks)
        for story in made.texts.in_edition(edition)
    ]


def _expected(site: SampleSite, story: Story, edited: bool) -> ExpectedArticle:
    body: list[str] = []
    rows: list[tuple[str, ...]] = []
    attached = [
        ExpectedAttachment(site.absolute(site.attachment_path(story, file)), title)
        for file, title in story.attachments
    ]
    for block in story.blocks:
        match block:
            case Paragraph(text):
                body.append(plain(text))
                attached += [
                    ExpectedAttachment(link.href, link.text)
                    for link in links(text)
                    if link.href.endswith(".pdf")
                ]
            case Heading(text) | Quote(text):
                body.append(plain(text))
            case Items(items):
                body += [plain(item) for item in items]
            case Table(lines):
                rows += [tuple(plain(cell) for cell in line) for line in lines]
            case _:
                pass
    return ExpectedArticle(
        site=site.name,
        url=site.absolute(site.story_path(story)),
        title=story.title,
        lead=story.lead or body[0],
        lead_marked=bool(story.lead),
        body=tuple(body if story.lead else body[1:]),
        table_rows=tuple(rows),
        signature=story.signature,
        persons=story.persons,
        unit=story.unit,
        source=story.source,
        published=_published(site, story),
        section=site.texts.sections[story.section],
        images=tuple(
            ExpectedImage(site.absolute(site.picture_path(story, block.file)), block.caption)
            for block in story.blocks
            if isinstance(block, Picture)
        ),
        attachments=tuple(attached),
        videos=tuple(video_url(block.id) for block in story.blocks if isinstance(block, Video)),
        tags=story.tags,
        status="gone" if story.gone else "live",
        edited=edited,
        challenged="stub" in story.answer,
        aliases=tuple(site.absolute(path) for path in site.other_paths(story)),
    )


def _published(site: SampleSite, story: Story) -> Published | None:
    if not story.dated:
        return None
    if site.precision == "minute":
        return Published(story.at, "minute", "visible")
    return Published(story.at.replace(hour=0, minute=0, second=0), "day", "visible")


SITES: dict[str, SiteAddresses] = {name: site_addresses(name) for name in SAMPLE_SITES}
"""Name of a site -> what the sample web serves of it."""
