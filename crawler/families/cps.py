"""The "CPS" portal on ASP.NET WebForms that districts of Hồ Chí Minh City used.

Recognised by ``/cps/WebParts/Quanlytin/DetailContent/`` in addresses and ``meta generator``
"CPS Portal". Articles have integer ids; the print view (``printcontent.aspx?id=``) says
"In ra giấy", prints the title twice, "Ngày cập nhật d.m.yyyy (GMT+7)" and a doubled signature.

A site sets identity and start_urls.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.extraction.layout import Layout
from crawler.families.aspnet import WEBFORMS
from crawler.site_spider import SiteSpider

DETAIL: Layout = replace(
    WEBFORMS,
    name="cps",
    fingerprint=("meta[name=GENERATOR][content^='CPS']", "meta[name=generator][content^='CPS']"),
    fingerprint_url=r"(?i)/cps/WebParts/Quanlytin/",
    title=("#lblTitle", ".TitleDetail", "[id$='lblTitle']", ".TieuDe", ".title"),
    date=("#lblDate", ".DateDetail", "[id$='lblDate']", ".NgayCapNhat", ".date"),
    lead=(".SapoDetail", "[id$='lblSapo']", "[id$='lblTomTat']"),
    body=(".ContentDetail", "#tdContent", "[id$='lblContent']", "[id$='lblNoiDung']", ".NoiDung"),
    byline=(".AuthorDetail", "#lblAuthor", "[id$='lblAuthor']"),
    section=(".breadcrumb a",),
    attachments=(".FileDetail a",),
    lead_image=(".ImageDetail",),
    drop=("#trPrint", ".tools", ".TitleRepeat", "#lblAuthor", ".tblBlock"),
    print_url=r"(?i)printcontent\.aspx",
    canonical_rules=(
        (r"(?i)/printcontent\.aspx", "/detailcontent.aspx"),
        (r"(?i)(?<=[?&])(?:borderstyle|style|language|CatID)=[^&]*(?:&|$)", ""),
        (r"[?&]+$", ""),
    ),
    not_article=(),
)


class CpsSpider(SiteSpider):
    """The CPS portal. A site sets identity and start_urls."""

    article_url = r"(?i)/Quanlytin/DetailContent/\w+\.aspx\?(?:[^#]*&)?id=\d+"
    listing_url = r"(?i)/Quanlytin/ListContent/\w+\.aspx\?"
    layouts = (DETAIL,)
