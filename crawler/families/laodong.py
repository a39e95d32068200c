"""The in-house CMS of laodong.vn and of the confederation's portals (congdoan.vn).

Recognised by ``-<id>.ldo`` (also ``.bld``, ``.tld``) addresses, ``.art-body``, ``.art-content``,
``.chapeau``. A first request may be answered by a cookie stub ("D1N"), which is no page.
Listings page with ``?page=N``; the id is shared by every language and AMP host.

A site sets identity and start_urls.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

ARTICLE = Layout(
    name="laodong",
    fingerprint=(
        ".art-body",
        ".art-content",
        ".chapeau",
        "article.article-detail",
        ".article-content p.abs",
    ),
    fingerprint_url=r"-\d+\.(?:ldo|bld|tld)(?:$|\?)",
    title=("article.detail h1.title", ".article-detail h1", "h1.title", ".title h1", "h1"),
    date=(
        "article.detail small.author",
        ".art-time",
        ".time-detail",
        "span.time",
        "div.time time",
        "time.f-datetime",
        ".time time",
        "time",
    ),
    date_meta=("meta[itemprop=datePublished]",),
    lead=(".chapeau", ".art-chapeau", "p.abs", ".abs", ".article-sapo"),
    body=(
        ".art-body",
        ".art-content",
        "article.article-detail",
        "div.article-content",
        ".article-content",
    ),
    byline=(".art-authors", ".art-author", "span.author-name", ".authors", "span.author"),
    section=(".breadcrumb li.active a", ".breadcrumb a", "ul.breadcrumb li a"),
    tags=(".box-tag a", ".art-tags a", ".tags a", ".keywords a"),
    lead_image=(".art-img", ".article-avatar", "figure.art-cover"),
    drop=(
        ".articles-relatived",
        ".related-news",
        ".box-tag",
        ".art-author",
        ".art-authors",
        ".relate-news",
        ".news-relate",
        ".article-related",
        ".lst-relate",
        ".inline-related",
        ".bookmark",
        ".social",
        ".share",
        ".fb-like",
        ".art-share",
        ".ads",
        ".totop",
        ".article-content h1",
        ".article-content .chapeau",
        ".author-end",
    ),
    print_url=r"[?&]print=|/print/",
    canonical_rules=((r"^(https?)://amp\.", r"\1://"), (r"\?(?:amp|print|utm)[^#]*$", "")),
    not_article=("body.category", ".page-category"),
)


class LaoDongSpider(SiteSpider):
    """laodong.vn and its kin. A site sets identity and start_urls."""

    article_url = r"-\d+\.(?:ldo|bld|tld)(?:$|[?#])"
    listing_url = r"[?&]page=\d+"
    layouts = (ARTICLE,)
