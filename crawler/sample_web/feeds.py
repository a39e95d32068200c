"""Sitemaps and feeds, on the sites whose CMS writes them."""

from __future__ import annotations

from email.utils import format_datetime
from html import escape

from crawler.sample_web.answers import Answer
from crawler.sample_web.blocks import Paragraph, plain
from crawler.sample_web.site import SampleSite

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(site: SampleSite, edition: int, year: int | None = None) -> Answer:
    """Every article (of a year), the undated ones without lastmod."""
    entries = []
    for story in site.listed(edition):
        if year is not None and story.at.year != year:
            continue
        moment = story.changed_at or story.at
        told = f"<lastmod>{moment.isoformat()}</lastmod>" if story.dated else ""
        address = escape(site.absolute(site.story_path(story)))
        entries.append(f"<url><loc>{address}</loc>{told}</url>")
    return _xml(f'<urlset xmlns="{_SITEMAP}">', entries, "</urlset>")


def sitemap_index(site: SampleSite, edition: int) -> Answer:
    """One sitemap for every year that has articles."""
    years = sorted({story.at.year for story in site.listed(edition)}, reverse=True)
    entries = [
        f"<sitemap><loc>{site.absolute(f'/sitemaps/news-{year}.xml')}</loc></sitemap>"
        for year in years
    ]
    return _xml(f'<sitemapindex xmlns="{_SITEMAP}">', entries, "</sitemapindex>")


def rss(site: SampleSite, edition: int, section: str) -> Answer:
    """RSS 2.0 of a listing's newest ten, as Joomla writes it."""
    entries = []
    for story in [s for s in site.listed(edition) if section in ("", s.section)][:10]:
        first = next((b.text for b in story.blocks if isinstance(b, Paragraph)), "")
        entries.append(
            f"<item><title>{escape(story.title)}</title>"
            f"<link>{escape(site.absolute(site.story_path(story)))}</link>"
            f"<description>{escape(f'<p>{story.lead or plain(first)}</p>')}</description>"
            f"<pubDate>{format_datetime(story.at)}</pubDate></item>"
        )
    title = escape(site.texts.frame["title"])
    head = f'<rss version="2.0"><channel><title>{title}</title>'
    return _xml(head, entries, "</channel></rss>", "application/rss+xml; charset=utf-8")


def _xml(
    head: str, entries: list[str], foot: str, content_type: str = "text/xml; charset=utf-8"
) -> Answer:
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *entries, foot, ""])
    return Answer(200, text.encode(), content_type)
