"""The VCCorp-style CMS of nld.com.vn and many newspapers ("afcbc").

Recognised by ``.detail-content.afcbc-body``, ``data-role`` attributes, ``#hdZoneId`` and
``VCSortableInPreviewMode`` boxes. Ids end in ``.htm`` and hold the time of publication;
``/timelinelist/<zone>/<n>.htm`` gives listings.

A site sets identity and start_urls.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

ARTICLE = Layout(
    name="vccorp",
    fingerprint=(".afcbc-body", ".detail-content[data-role=content]", "[data-role=content]"),
    title=("h1[data-role=title]", "h1.detail-title", ".detail-title", "h1.title", "h1"),
    date=(
        "[data-role=publishdate]",
        ".detail-time",
        ".pdate",
        ".ngayxuatban",
        ".detail-info .time",
        ".date-time",
    ),
    date_meta=("time[datetime]",),
    lead=("[data-role=sapo]", ".detail-sapo", "h2.sapo", ".sapo"),
    body=(".detail-content.afcbc-body", "[data-role=content]", ".afcbc-body", ".detail-content"),
    byline=(
        "[data-role=author]",
        ".detail-author",
        ".nguon-tin-detail",
        ".author-info .name",
        ".author",
    ),
    section=("[data-role=cate-name]", ".detail-cate a", ".category-name_ac", ".breadcrumb a"),
    tags=("[data-role=tags] a", ".detail-tag-list a", ".tags a"),
    lead_image=(".sp-cover", "[data-role=avatar]", ".media.VCSortableInPreviewMode.avatar"),
    drop=(
        "[data-role=newsrelation]",
        "[type=RelatedNewsBox]",
        "[type=RelatedOneNews]",
        "[type=link-content-footer]",
        "[data-type=RelatedOneNews]",
        ".VCSortableInPreviewMode.link-content-footer",
        ".kbwscwl-relatedbox",
        ".relate-container",
        ".detail-related",
        "#InreadPc",
        "zone",
        ".social-top",
        ".detail-social",
        ".box-comment",
    ),
    print_url=r"/print\.aspx\?newsid=|/print/",
    canonical_rules=((r"\?(?:mobile|gidzl|zarsrc)[^#]*$", ""),),
)


class VcCorpSpider(SiteSpider):
    """VCCorp's CMS. A site sets identity and start_urls."""

    article_url = r"/[^/?#]+-\d{6,}\.(?:htm|chn)(?:$|[?#])"
    listing_url = r"/timelinelist/\d+/\d+\.htm|/trang-\d+\.htm"
    layouts = (ARTICLE,)
