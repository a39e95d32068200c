"""MasterCMS, which serves laodongthudo.vn, laodongcongdoan.vn and other newspapers.

Recognised by class and id names in ``__MB_...`` and ``__MASTERCMS_...``, by ``apicenter@`` in
addresses and ``&s_cond=&BRSR=<offset>`` in paging (the path holds ``&`` and ``@`` without ``?``).
Articles are ``/<slug>-<id>.html``, tags ``*.tag``, e-magazines ``*.media``. The print view
``/apicenter@/print_article&i=<id>`` runs related titles together before the text and prints
the article's address at its end.

A site sets identity, start_urls and, where its theme names differ, ``title`` and ``lead``.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

_NOISE = (
    "table.__MB_ARTICLE_A",
    ".__MB_ARTICLE_A",
    "[class*='__MB_ARTICLE_A']",
    ".article-detail-similar",
    ".article-detail-other",
    ".article-detail-tags",
    ".article-detail-author",
    ".article-relate",
    ".article-related",
    ".article-tags",
    ".link-source-wrapper",
    "#social-share",
    ".social-share",
    ".bx-cat-title",
    ".hot-news",
    ".fb-like",
    ".fb-comments",
    ".__mb_article_related",
    ".__MASTERCMS_RELATED",
    ".item-related",
    ".box-relate",
)

ARTICLE = Layout(
    name="mastercms",
    fingerprint=(
        ".__MASTERCMS_CONTENT",
        "[class*='__MASTERCMS']",
        "[id^='__MB_']",
        "[class*='__MB_']",
    ),
    title=(
        "h1.article-detail-title",
        "h1.detail-title",
        "h1.post-title",
        ".article-detail-title",
        "h1.article-title",
        "h1.title",
        "h1",
    ),
    date=(
        "span.format_time",
        "#__MB_ARTICLE_TIME",
        ".format_time",
        ".article-detail-date",
        ".article-date",
        ".article-publish-time",
        ".article-detail-meta",
        ".post-date",
        ".detail-time",
    ),
    date_meta=(),
    lead=(
        ".article-detail-desc",
        ".detail-desc",
        ".article-desc",
        ".post-desc",
        "h2.desc",
        ".article-sapo",
        ".sapo",
    ),
    body=(
        "div.__MASTERCMS_CONTENT",
        ".__MASTERCMS_CONTENT",
        "#articleBody",
        ".article-detail-content",
        ".post-content",
        ".detail-content",
    ),
    byline=(".article-detail-author", ".article-author", ".post-author", ".author-name"),
    section=(".bx-cat-title a", ".breadcrumb a", ".article-cat a"),
    tags=(".article-detail-tags a", ".article-tags a", "a[href$='.tag']"),
    lead_image=(".article-detail-image", ".article-detail-thumb"),
    drop=_NOISE,
    print_url=r"apicenter@?/print_article|/print_article&i=",
    canonical_rules=((r"&s_cond=.*$", ""), (r"\?(?:s_cond|mobile|app)=.*$", "")),
)

PRINT = Layout(
    name="mastercms_print",
    fingerprint_url=r"print_article&i=\d+",
    fingerprint=("#__MB_PRINT", ".__MB_PRINT"),
    title=(".print-title", "h1", ".title", "h2"),
    date=(".format_time", ".print-time", ".print-date", ".time", ".date"),
    lead=(".print-desc", ".post-desc", ".article-detail-desc", ".desc", ".sapo", ".lead"),
    body=(".__MASTERCMS_CONTENT", ".print-content", "#articleBody", ".content", "#content"),
    byline=(".article-detail-author", ".print-author"),
    drop=(
        *_NOISE,
        ".print-related",
        ".print-relate",
        ".print-source",
        ".print-footer",
        ".print-link",
        ".copyright",
        ".footer",
    ),
    drop_text=(
        r"Đường dẫn bài viết\s*:?.*",
        r"In bài viết.*",
        r"© ?\d{4} Ghi rõ nguồn.*",
        r".*\|",
    ),
    print_url=r"print_article&i=",
)


class MasterCmsSpider(SiteSpider):
    """MasterCMS. A site sets identity, start_urls and its sections' listing_url."""

    article_url = r"/[^/?&@]+-\d+\.html(?:$|[?#])"
    listing_url = r"&BRSR=\d+|&by-date="
    layouts = (PRINT, ARTICLE)
