"""Joomla's own articles (com_content): 1.5 tables, 2.5 and 3 ``.item-page``, 4 and 5 Cassiopeia.

Recognised by ``option=com_content``, ``meta generator`` "Joomla!", ``td.contentheading``,
``.item-page``, ``.com-content-article`` or the body classes ``com_content view-article``. The
print view is ``?tmpl=component&print=1``. Old slugs drop đ and letters with tones; every menu
path that leads to an id shows the article.

A site sets identity, start_urls (its category menus) and what its template adds.
Source: Joomla core, components/com_content/tmpl/article/default.php of 1.5, 2.5, 3.10, 4.4.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.extraction.layout import Layout
from crawler.families.joomla_k2 import JOOMLA_PRINT_RULES
from crawler.site_spider import SiteSpider

_ACCOUNTS = (
    "super user", "super users", "admin", "administrator", "ban biên tập", "quản trị viên",
    "quản trị", "bbt",
)  # fmt: skip

_NOISE = (
    ".article-info",
    "dl.article-info",
    ".icons",
    "ul.actions",
    ".actions",
    ".edit-icon",
    ".print-icon",
    ".email-icon",
    "ul.pager",
    ".pager",
    ".pagenav",
    ".pagination",
    ".tags",
    ".content_rating",
    ".content_vote",
    ".rating",
    ".items-more",
    ".related",
    ".relateditems",
    ".article-social",
    ".addthis_toolbox",
    ".fb-like",
    ".fb-comments",
    "#jc",
    "#comments",
    ".jcomments-links",
    ".article-toc",
    "#article-index",
    ".article-index",
    ".attachmentsContainer",
    ".buttonheading",
    ".article_separator",
    ".back_button",
    ".modifydate",
    ".sharethis",
    ".article-share",
    ".article-ratings-social-share",
    ".article-author-information",
    ".related-article-list-container",
)

ARTICLE = Layout(
    name="joomla_article",
    fingerprint=(
        ".com-content-article",
        ".item-page",
        "body.com_content.view-article",
        "body.view-article",
        "body.com_content",
        "[itemtype$='schema.org/Article'] [itemprop=articleBody]",
    ),
    title=(
        # Where the menu's heading is shown, it is the h1 and the title the h2 below it.
        ".com-content-article > .page-header h2",
        ".com-content-article h1",
        ".item-page [itemprop=headline]",
        ".article-header h1",
        "h1.article-title",
        ".item-page .page-header h2",
        ".com-content-article h2",
        ".item-page h2",
        ".item-page h1",
        ".article-title",
        "h1.uk-article-title",
        ".com-content-article .page-header",
        "h1",
    ),
    date=(
        "dd.published",
        "dd.create",
        ".article-info .published",
        ".published time",
        ".create time",
        ".createdate",
        ".article-info time",
        "dd.modified",
        ".itemDateCreated",
        ".uk-article-meta time",
    ),
    date_meta=(
        "time[itemprop=datePublished][datetime]",
        "time[itemprop=dateCreated][datetime]",
        ".article-info time[datetime]",
        "meta[itemprop=datePublished]",
    ),
    lead=(
        ".item-page .introtext",
        ".item-page .article-intro",
        ".com-content-article__intro",
        ".article-intro.intro",
    ),
    body=(
        ".com-content-article__body",
        ".item-page [itemprop=articleBody]",
        "[itemprop=articleBody]",
        ".article-details .article-body",
        "section.article-content",
        ".article-content",
        ".uk-article > .uk-margin-medium-top",
        ".com-content-article",
        ".item-page",
    ),
    byline=(
        ".createdby [itemprop=name]",
        "dd.createdby",
        ".createdby",
        ".article-info [itemprop=author]",
        # Templates of their own that mark the author as Joomla does, without its classes.
        "[itemprop=author] [itemprop=name]",
    ),
    section=(".category-name a", "dd.category-name a", "dd.category-name", "span.category-name"),
    tags=(".tags a", "ul.tags a", ".tag-category a"),
    attachments=(".attachmentsContainer a.at_url", ".attachmentsContainer a"),
    lead_image=(
        ".com-content-article__image",
        "figure.item-image",
        ".item-image",
        ".img-fulltext-left",
        ".img-fulltext-right",
        ".img-fulltext-none",
        ".article-full-image",
        ".pull-left.item-image",
    ),
    drop=(
        *_NOISE,
        ".item-page .page-header",
        ".com-content-article .page-header",
        ".item-page > h2",
        ".item-page > h1",
        ".com-content-article > h1",
    ),
    print_url=r"[?&](?:print=1|tmpl=component)",
    canonical_rules=JOOMLA_PRINT_RULES,
    ignore_byline=_ACCOUNTS,
    article_mark=("body.com_content.view-article",),
    not_article=(
        "body.com_content.view-category",
        "body.com_content.view-featured",
        "body.com_content.view-categories",
        "body.com_content.view-archive",
        ".com-content-category-blog",
        "body:not(.view-article) [itemprop=blogPost]",
        ".items-leading",
        "body.com_search",
        "body.com_finder",
        "body.com_users",
        ".blog-featured",
        "#k2Container.itemListView",
    ),
)

TABLES = replace(
    ARTICLE,
    name="joomla15",
    fingerprint=(
        "td.contentheading",
        ".contentheading",
        "table.contentpaneopen",
        "div.contentpaneopen",
        "meta[name=generator][content^='Joomla! 1.']",
    ),
    title=(
        "td.contentheading",
        ".contentheading",
        "h1.contentheading",
        "h2.contentheading",
        "h2",
        "h1",
    ),
    date=("td.createdate", ".createdate", ".modifydate", "td.modifydate"),
    date_meta=(),
    lead=(),
    body=(
        "table.contentpaneopen",
        "div.contentpaneopen",
        ".article-content",
        "#component .article",
    ),
    byline=(".createdby", "table.contentpaneopen span.small", ".contentpaneopen .small"),
    section=(
        "table.contentpaneopen a.contentpagetitle",
        ".article-section a",
        ".pathway a",
        ".breadcrumbs a",
    ),
    tags=(),
    lead_image=(),
    drop=(
        *_NOISE,
        "td.contentheading",
        ".contentheading",
        "td.createdate",
        ".createdate",
        ".createdby",
        "table.contentpaneopen span.small",
        "td.modifydate",
        ".pathway",
    ),
    not_article=(
        "table.blog",
        "td.sectiontableheader",
        ".sectiontableheader",
        ".blog_more",
        ".leading ~ .article_row",
        "body.view-category",
    ),
)


class JoomlaSpider(SiteSpider):
    """Joomla articles. A site sets identity and start_urls."""

    article_url = (
        r"/\d+-[^/?#]+(?:\.html)?$|[?&]option=com_content&(?:[^#]*&)?view=article&(?:[^#]*&)?id=\d+"
    )
    listing_url = r"[?&](?:limit)?start=\d+"
    layouts = (ARTICLE, TABLES)
