"""Sites whose software is not known, or that no other site shares.

Not recognised by anything: articles and sections are told apart by the form of their addresses
alone, and pages are read by the general rules of ``crawler.extraction.generic``. An article has
an id or a long slug; a section has a short one; standing pages (contact, login) are neither.

A site sets identity, ``start_urls`` (its front page will do) and ``article_url`` as soon as one
address of an article is known.
"""

from __future__ import annotations

from crawler.site_spider import SiteSpider

PAGING = (
    r"/(?:page|trang)[-/]\d+(?:/|\.\w+)?$|/pg/\d+|"
    r"[?&](?:page|paged|trang|pg|p|start|limitstart|offset|pageindex|currentpage|BRSR)=\d+"
)
"""Every form of paging that Vietnamese union sites have been seen to use."""

_STANDING = (
    r"lien-he|gioi-thieu|contact|about|login|dang-nhap|dang-ky|register|search|tim-kiem|rss|feeds?|"
    r"print|in-bai|sitemap|so-do|video|thu-vien|album|hoi-dap|gop-y|user|users|admin|account|"
    r"download|wp-|en|english"
)


class UnknownSpider(SiteSpider):
    """A site of unknown software. A site sets identity and start_urls."""

    article_url = (
        r"(?i:^https?://[^/]+(?=/)(?!/(?:[^/?#]+/)*(?:print|savefile|in-bai|apicenter@?)/)"
        r"[^#]*?(?:/[^/?#]*\d{3,}[^/?#]*\.(?:html?|aspx)(?:$|\?)|"
        r"/(?:[\w%]+-){5,}[\w%]*(?:\.\w{3,5})?/?$|/node/\d+$|/\d{4,}(?:/[^/?#]*)?$|"
        r"[?&](?:id|nid|newsid|itemid|articleid|art|idtin|tinid)=\d+))"
    )
    listing_url = (
        rf"(?i:{PAGING}|^https?://[^/]+/(?!(?:{_STANDING})(?:[/.?#]|$))"
        r"[\w%]+(?:-[\w%]+){0,9}(?:/[\w%]+(?:-[\w%]+){0,9}){0,2}(?:/|\.html?|\.aspx)?$)"
    )
