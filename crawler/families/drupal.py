"""Drupal 7 to 11, news as nodes.

Recognised by ``meta generator`` "Drupal N", ``.field-name-body`` (7), ``.field--name-body`` and
``.node__content`` (8 and later). Aliases drop English stop words, so "tổ chức" loses its "to".
Listings page with ``?page=N`` from 0; ``/node/<id>`` is the address that never changes.

A site sets identity, start_urls and the machine names of its own fields (sapo, author, source).
Source: core templates node.html.twig, field.html.twig (bartik, olivero, claro), node.tpl.php.
"""

from __future__ import annotations

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

NODE = Layout(
    name="drupal",
    fingerprint=(
        ".field-name-body",
        ".field--name-body",
        ".node__content",
        "meta[name=Generator][content^='Drupal']",
        "meta[name=generator][content^='Drupal']",
        "article.node",
        "div.node",
    ),
    title=(
        ".node--view-mode-full .node__title",
        "h1#page-title",
        "h1.page-header",
        "h1.page-title",
        "h1.node__title",
        ".block-page-title-block h1",
        "h1.title",
        ".field--name-title",
        "h1",
        "h2.node-title",
    ),
    date=(
        ".field-name-post-date",
        ".field--name-field-ngay-dang",
        ".field-name-field-ngay-dang",
        ".field-name-field-date",
        ".field--name-field-date",
        ".node__submitted",
        ".node__meta",
        ".node .submitted",
        ".submitted",
        ".field--name-created",
        ".date-display-single",
    ),
    date_meta=(
        "[property~='dc:date']",
        ".node__meta time[datetime]",
        ".node time[datetime]",
        "[property='schema:dateCreated']",
    ),
    lead=(
        ".field-name-field-sapo",
        ".field--name-field-sapo",
        ".field-name-field-tom-tat",
        ".field--name-field-tom-tat",
        ".field-name-field-summary",
        ".field--name-field-summary",
        ".field--name-field-lead",
        ".field-name-field-lead",
        ".field--name-field-mo-ta",
        ".field-name-field-mo-ta",
    ),
    body=(
        ".node--view-mode-full .field--name-body",
        ".field--name-body",
        ".field-name-body .field-item",
        ".field-name-body",
        ".field--name-field-noi-dung",
        ".field-name-field-noi-dung",
        "[property='content:encoded']",
        "[property='schema:text']",
        ".node__content",
        ".node .content",
        "div.node-content",
    ),
    byline=(
        ".field-name-field-tac-gia",
        ".field--name-field-tac-gia",
        ".field-name-field-author",
        ".field--name-field-author",
        ".field-name-field-nguon",
        ".field--name-field-nguon",
        ".field--name-field-source",
    ),
    section=(
        ".field-name-field-chuyen-muc a",
        ".field--name-field-chuyen-muc a",
        ".field--name-field-category a",
        ".field-name-field-category a",
        ".breadcrumb li:last-child a",
        ".breadcrumb a",
    ),
    tags=(
        ".field-name-field-tags a",
        ".field--name-field-tags a",
        ".field-type-taxonomy-term-reference a",
    ),
    attachments=(
        ".field-type-file a",
        ".field--type-file a",
        ".field-name-field-file a",
        ".field--name-field-file a",
        ".field--name-upload a",
        "table#attachments a",
    ),
    lead_image=(
        ".node--view-mode-full .field--name-field-image",
        ".field-name-field-image",
        ".field--name-field-image",
        ".field--name-field-media-image",
        ".field-name-field-hinh-anh",
    ),
    drop=(
        ".field-label",
        ".field__label",
        ".field-name-field-tags",
        ".field--name-field-tags",
        ".links.inline",
        ".node__links",
        "ul.links",
        "#comments",
        ".comment-wrapper",
        "section.comments",
        ".field--type-comment",
        ".sharethis-wrapper",
        ".addtoany_list",
        ".a2a_kit",
        ".fivestar-form-item",
        ".fivestar-widget",
        ".print-link",
        ".print_html",
        ".book-navigation",
        ".view-related",
        ".block-views",
        ".views-element-container",
        ".element-invisible",
        ".visually-hidden",
        ".submitted",
        ".node__meta",
        ".statistics_counter",
    ),
    print_url=r"/print(?:/html)?/(?:node/)?\d+|/printpdf/",
    canonical_rules=(
        (r"/print(?:/html|pdf)?/(?:node/)?(\d+)$", r"/node/\1"),
        (r"/printpdf/(\d+)$", r"/node/\1"),
    ),
    article_mark=(
        "body.node-type-article",
        "body.page-node-type-article",
        "body.node-type-tin-tuc",
        "body.page-node-type-tin-tuc",
    ),
    not_article=(
        "body.page-taxonomy",
        "body.path-taxonomy",
        "body.path-frontpage",
        "body.front",
        "body.page-search",
        "body.path-search",
        "body.page-user",
        "body.path-user",
        "body.node-type-page",
        "body.page-node-type-page",
        ".node--view-mode-teaser ~ .node--view-mode-teaser",
        ".node-teaser ~ .node-teaser",
        ".views-row .node-teaser",
    ),
)


class DrupalSpider(SiteSpider):
    """Drupal. A site sets identity, start_urls, article_url by its aliases."""

    article_url = r"/node/\d+$|/noi-dung/[^/?#]+/[^/?#]+$|/(?:tin-tuc|news)/[^?#]*[^/?#]+$"
    listing_url = r"[?&]page=\d+"
    layouts = (NODE,)
