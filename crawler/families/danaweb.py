"""Sites built by DANAWEB of Đà Nẵng.

Recognised by the credit "Designed and Maintained by Thiết kế website Đà Nẵng, DANAWEB.vn" and by
``.title-detail`` with ``.content-detail``. The frame shows a clock ("Hải Phòng 12/11/2024"), which
is no date of the article; "Xem tin khác" ends the text, a counter follows. Pictures stand in
tables with empty cells.

A site sets identity and start_urls.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

DETAIL = Layout(
    name="danaweb",
    fingerprint=(
        "a[href*='danaweb.vn']",
        ".designby a[href*='danaweb']",
        ".content-detail",
        ".news-detail .title-detail",
    ),
    title=("h1.title-detail", ".title-detail", ".news-detail h1", ".detail-title", "h1"),
    date=(
        ".date-detail",
        ".news-detail .date",
        ".detail-date",
        ".time-detail",
        ".news-detail .time",
    ),
    lead=(".sapo-detail", ".desc-detail", ".intro-detail", ".summary-detail"),
    body=(".content-detail", ".detail-content", ".news-detail .content", "#content-detail"),
    byline=(".author-detail", ".source-detail"),
    section=(".navi a", ".breadcrumb a", ".navigation a"),
    attachments=(".file-detail a",),
    lead_image=(".image-detail", ".img-detail"),
    drop=(
        ".tool-detail",
        ".other-detail",
        ".related-detail",
        ".share-detail",
        ".print-head",
        ".print-foot",
        ".fb-like",
        ".fb-comments",
        ".counter",
    ),
    drop_text=(r"Xem tin khác.*",),
    print_url=r"/in-bai-viet/\d+\.html|[?&]print=",
)


class DanawebSpider(SiteSpider):
    """DANAWEB. A site sets identity and start_urls."""

    article_url = r"/[\w-]+/[\w-]+/[\w-]+-\d+\.html(?:$|[?#])"
    listing_url = r"/page-\d+$"
    layouts = (DETAIL,)
