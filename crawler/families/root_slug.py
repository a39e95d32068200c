"""Laravel-like sites whose articles are slugs at the root, without an id (Cần Thơ, ldldct).

Recognised by ``.title-news`` with ``.content-news`` and by addresses ``/<long-slug>``. A teaser
that breaks off, the lead and the body stand one after the other, and the body a second time for
the printer. The print view is ``/<slug>/in``.

A site sets identity, start_urls and its sections as listing_url.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

DETAIL = Layout(
    name="root_slug",
    fingerprint=(".news-detail .content-news", ".content-news", ".title-news"),
    title=("h1.title-news", ".title-news", ".news-detail h1", "h1"),
    date=(".date-news", ".news-detail .date", ".time-news", ".post-date"),
    lead=(".sapo-news", ".lead-news", ".desc-news"),
    body=(".news-detail > .content-news", ".content-news", ".news-detail .content"),
    byline=(".author-news", ".source-news"),
    section=(".breadcrumb li:last-child a", ".breadcrumb a"),
    tags=(".tags-news a",),
    attachments=(".files-news a", ".file-news a"),
    lead_image=(".image-news",),
    drop=(
        ".share-news",
        ".teaser-news",
        ".print-news",
        "#modal-print",
        ".related-news",
        ".print-source",
        ".fb-comments",
        ".fb-like",
    ),
    print_url=r"^https?://[^/]+/[\w-]+/in$",
    canonical_rules=((r"^(https?://[^/]+/[\w-]+)/in$", r"\1"),),
)


class RootSlugSpider(SiteSpider):
    """Articles as slugs at the root. A site sets identity, start_urls and listing_url."""

    article_url = r"^https?://[^/]+/(?:[a-z0-9]+-){5,}[a-z0-9-]*$"
    listing_url = r"[?&]page=\d+"
    layouts = (DETAIL,)
