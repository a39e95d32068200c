"""NukeViet, the CMS of most provincial union sites, in its versions and themes.

Recognised by ``meta generator`` "NukeViet v3.x / v4.x", ``#news-bodyhtml``, the address form
``/[vi/]<module>/<category>/<alias>-<id>.html`` and the notice "Trình duyệt của bạn đã tắt chức
năng hỗ trợ JavaScript". ``robots.txt`` names ``/sitemap.xml``, an index whose news part lists the
newest 1,000 articles; ``/<module>/rss/`` gives 30; listings page as ``page-N/``.

Every article has two duplicates, ``print/`` and ``savefile/``. An unknown article is answered
with the news front page and status 200. The hidden ``itemprop=author`` names the site where no
author was typed in.

A site sets ``hosts``, ``start_urls`` and, where its theme adds boxes to the body, ``drop``.
Source: nukeviet/nukeviet, branches nukeviet3.4, 4.3 to 4.5, and nukeviet/eGovernment:
themes/*/modules/news/{detail,print}.tpl.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

PRINT_RULES = (
    (r"^(https?://[^/]+(?:/[^/?]+)*?)/(?:print|savefile)/(?=[^?]*\.html)", r"\1/"),
    (r"([?&])op=(?:print|savefile)/", r"\1op="),
    (r"\?(?:download|pdf)=1&id=\d+$", ""),
    (r"[?&](?:nvvithemever|nv_redirect)=[^&]*", ""),
)

NUKEVIET4 = Layout(
    name="nukeviet4",
    fingerprint=(
        "#news-bodyhtml",
        "meta[name=generator][content^='NukeViet v4']",
        "meta[name=generator][content^='NukeViet v5']",
        "meta[name=generator][content='NukeViet']",
    ),
    title=(
        "h1[itemprop=headline]",
        "#print #content h1",
        ".news_column h1",
        "h1.title",
        "#content h1",
    ),
    date=(
        ".news_column span.h5",
        "#print #content ul li",
        ".newsdetailmetatop span.h5",
        ".news_column em.time",
        "span.time",
        "em.time",
        ".publtime",
        ".news-detail-time",
        ".post-date",
    ),
    date_meta=("[itemprop=datePublished]",),
    lead=(
        "div.hometext",
        "#hometext",
        ".hometext",
        "div[itemprop=description]",
        "p[itemprop=description]",
        "h2[itemprop=description]",
    ),
    body=(
        "#news-bodyhtml",
        "#print #bodytext",
        ".news_column div.bodytext",
        "div.bodytext[itemprop=articleBody]",
        "[itemtype$='NewsArticle'] .bodytext",
        "#news_detail .bodytext",
    ),
    byline=(
        ".news_column p.h5.text-right",
        "#print #author p",
        ".news_column p.text-right:not(.adminlink)",
        "p.h5.text-right",
        "p.text-end",
        "#author p",
    ),
    section=(".temp-breadcrumbs [itemprop=name]", ".breadcrumbs [itemprop=title]"),
    tags=(".news_column a[href*='/tag/']", ".keywords a[href*='/tag/']"),
    attachments=(
        ".news-download-file a[href*='download=']",
        ".news-download-file .list-group-item > a",
    ),
    lead_image=("figure.article", "#hometext .imghome", "#hometext #imghome", ".imghome"),
    drop=(
        ".news-detail-player",
        "#form3B",
        "#idcomment",
        "#showcomment",
        "#formcomment",
        ".other-news",
        "ul.related",
        "ul.detail-related",
        ".news-download-file .collapse",
        ".news-download-file .badge",
        ".alert.alert-info",
        "ul.counter",
        ".adminlink",
        "#imgpreview",
        "#imagemodal",
        ".keywords em",
        ".socialicon",
        ".fb-like",
        ".newsdetailbox",
    ),
    print_url=r"/(?:print|savefile)/[^?]*\.html|[?&]op=(?:print|savefile)/",
    canonical_rules=PRINT_RULES,
    ignore_byline=("admin", "administrator", "quản trị", "quantri", "ban biên tập", "webmaster"),
    not_article=("body.page-about", "#page-bodyhtml"),
)

EGOVERNMENT = replace(
    NUKEVIET4,
    name="nukeviet_egov",
    fingerprint=(".newsdetailmetatop", ".newsdetail.news_column"),
    date=(".newsdetailmetatop span.h5", ".newsdetail span.h5", *NUKEVIET4.date),
    drop=(*NUKEVIET4.drop, "ul.related-square", ".newsdetailmetatop ul"),
)

MOBILE = replace(
    NUKEVIET4,
    name="nukeviet_mobile",
    fingerprint=(".news_column em.time", "#hometext .imghome", "#hometext div.h2"),
    lead=("#hometext div.h2", "#hometext [itemprop=description]", "#hometext h2", "#hometext"),
    body=("#news-bodyhtml", "div.bodytext", "#bodytext"),
)

NUKEVIET3 = replace(
    NUKEVIET4,
    name="nukeviet3",
    fingerprint=(
        "#news_detail",
        ".header-details",
        "meta[name=generator][content^='NukeViet v3']",
        "meta[name=generator][content^='NUKEVIET 3']",
        "#header ~ #content #bodytext",
    ),
    title=("#news_detail h1", ".header-details h1", "#content > h1", ".news_column h1"),
    date=(
        "#news_detail span.time",
        ".header-details span.small",
        "#content li.time",
        "span.time",
        "p.time",
    ),
    lead=("#hometext", ".short-desc", "h2.hometext"),
    body=("#news_detail div.bodytext", "#bodytext", "div.bodytext", ".details-content"),
    byline=("#news_detail > p", ".source p", "#author p", "p.source", ".aright.source"),
    lead_image=("#imghome",),
    drop=(*NUKEVIET4.drop, "ul.control", "div.control", "div.keywords", "p.copyright"),
    not_article=(),
)


class NukeVietSpider(SiteSpider):
    """NukeViet 3 to 5. A site sets its identity and start_urls; ``/<module>/`` is its news."""

    article_url = (
        r"/(?!print/|savefile/|rss/|tag/|topic/|page/|contact/|users/|seek/|download/|about/|siteterms/)"
        r"[^?#]+/[^/?#]+-\d+\.html(?:$|[?#])"
    )
    listing_url = (
        r"^https?://[^/]+(?!/(?:[\w-]+/)*(?:rss|feeds|seek|search|contact|users|voting|siteterms|banners|"
        r"about|statistics|print|savefile|tag|page|comment|download)(?:/|$))"
        r"(?:/[\w-]+){1,4}/(?:page-\d+/?)?$"
    )
    layouts = (EGOVERNMENT, MOBILE, NUKEVIET4, NUKEVIET3)
