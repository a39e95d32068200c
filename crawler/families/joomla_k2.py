"""Joomla with the K2 component.

Recognised by ``#k2Container`` and by ``/item/<id>-<slug>`` or ``/component/k2/`` in addresses.
K2 prints one article under every path that leads to its id and names the menu path as
``rel=canonical``; the print view is ``?tmpl=component&print=1``. Dates read
"Thứ ba, 31 Tháng 12 2019 17:16". Listings page with ``?start=N``; slugs lose đ and tone letters.

A site sets ``hosts``, ``start_urls`` (its K2 menus) and what its template adds to ``drop``.
Source: getk2/k2, components/com_k2/templates/default/{item,category}.php.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

JOOMLA_PRINT_RULES = (
    (
        r"(?<=[?&])(?:tmpl=component|print=1|layout=\w*|page=\d*|limitstart=\d*|showall=\d*)(?:&|$)",
        "",
    ),
    (r"[?&]+$", ""),
)

K2_ITEM = Layout(
    name="joomla_k2",
    fingerprint=("#k2Container", ".itemView .itemBody", ".itemFullText"),
    title=("#k2Container .itemTitle", ".itemHeader .itemTitle", "h2.itemTitle", ".itemTitle"),
    date=(
        "#k2Container .itemDateCreated",
        "#k2Container .itemDatePublished",
        ".itemDateCreated",
        "#k2Container .itemHeader time",
    ),
    date_meta=("#k2Container .itemHeader time[datetime]",),
    lead=(".itemIntroText",),
    body=(".itemFullText", ".itemIntroText", ".itemBody"),
    byline=("#k2Container .itemAuthor a", "#k2Container .itemAuthor"),
    section=(".itemCategory a",),
    tags=(".itemTagsBlock a", "ul.itemTags a"),
    attachments=(".itemAttachmentsBlock a", "ul.itemAttachments a"),
    lead_image=(".itemImageBlock",),
    drop=(
        ".itemTitle sup",
        ".itemTitle .itemEditLink",
        ".itemToolbar",
        ".itemRatingBlock",
        ".itemContentFooter",
        ".itemSocialSharing",
        ".itemLinks .itemTagsBlock span",
        ".itemAuthorBlock",
        ".itemAuthorLatest",
        ".itemRelated",
        ".itemNavigation",
        ".itemComments",
        ".itemCommentsForm",
        ".itemBackToTop",
        ".itemPrintThisPage",
        ".itemExtraFields",
        ".itemImageCredits",
    ),
    print_url=r"[?&](?:print=1|tmpl=component)",
    canonical_rules=JOOMLA_PRINT_RULES,
    ignore_byline=(
        "super user", "super users", "admin", "administrator", "ban biên tập", "quản trị viên",
        "quản trị", "bbt",
    ),
    not_article=("#k2Container.itemListView", ".itemListView", "#k2Container.userView"),
)  # fmt: skip


class JoomlaK2Spider(SiteSpider):
    """Joomla with K2. A site sets identity and start_urls."""

    article_url = r"/item/\d+(?:[-:][^?#]*)?$|[?&]option=com_k2&view=item&id=\d+"
    listing_url = r"[?&]start=\d+$|/itemlist/category/\d+"
    listing_feed = "?format=feed&type=rss"
    layouts = (K2_ITEM,)
