"""Sites on ASP.NET: WebForms news modules, MVC sites and DotNetNuke (DNN) portals.

Recognised by ``__VIEWSTATE`` and ids that end in control names (``..._lblTitle``), by
``NewsDetail.aspx?Id=``, ``/TinTuc/ChiTiet/<slug>-<id>.htm``, ``Default.aspx?tabid=``,
``/tabid/<n>/`` and ``#dnn_ContentPane``. Ids are integers, so postback paging can be avoided.
Control ids carry the containers they sit in ("ctl00_ContentPlaceHolder1_lblTitle"): only their
ends are stable.

A site sets identity, start_urls and, where its controls have other names, the selectors.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.extraction.layout import Layout
from crawler.site_spider import SiteSpider

_NOISE = (
    "[id$='lblPrint']",
    "[id$='hplPrint']",
    "[id$='lnkPrint']",
    "[id$='lblViews']",
    "[id$='lblView']",
    "[id$='lblLuotXem']",
    "[id$='dlOther']",
    "[id$='rptOther']",
    "[id$='dlTinKhac']",
    "[id$='rptTinKhac']",
    "[id$='dlTinLienQuan']",
    "[id$='pnlOther']",
    "[id*='TinKhac']",
    "[id*='TinLienQuan']",
    "[id*='tinlienquan']",
    "[id*='OtherNews']",
    "[id*='RelatedNews']",
    ".tinkhac",
    ".tin-khac",
    ".tinlienquan",
    ".tin-lien-quan",
    ".othernews",
    ".other-news",
    ".news-other",
    ".newsother",
    ".related",
    ".related-news",
    ".social",
    ".share",
    ".print",
    ".tools",
    ".comment",
    ".fb-like",
    ".fb-comments",
    ".addthis_toolbox",
    ".tags",
)

WEBFORMS = Layout(
    name="aspnet_webforms",
    fingerprint=("input#__VIEWSTATE", "input[name=__VIEWSTATE]", "form#aspnetForm"),
    title=(
        "[id$='lblTitle']",
        "[id$='lblTieuDe']",
        "[id$='lblTieude']",
        "[id$='lbTitle']",
        "[id$='lbTieuDe']",
        "[id$='lbltitle']",
        "[id$='lblHeadline']",
        "[id$='lblNewsTitle']",
        "[id$='lblTenTin']",
        "[id$='ltrTitle']",
        "[id$='_Title']",
        ".TitleDetail",
        ".title-detail",
        ".news-title",
        ".newstitle",
        ".tieude",
        ".tieu-de",
        ".ArticleTitle",
        ".title-news",
        "h1",
    ),
    date=(
        "[id$='lblDate']",
        "[id$='lblNgay']",
        "[id$='lblNgayDang']",
        "[id$='lblNgaydang']",
        "[id$='lblNgayCapNhat']",
        "[id$='lbDate']",
        "[id$='lblCreatedDate']",
        "[id$='lblPublishDate']",
        "[id$='lblPostDate']",
        "[id$='lblTime']",
        "[id$='lblThoiGian']",
        ".DateDetail",
        ".date-detail",
        ".news-date",
        ".newsdate",
        ".ngaydang",
        ".ngay-dang",
        ".ngaythang",
        ".ArticleDate",
        ".date",
        ".time",
    ),
    date_meta=(),
    lead=(
        "[id$='lblSapo']",
        "[id$='lblTomTat']",
        "[id$='lblTomtat']",
        "[id$='lblSummary']",
        "[id$='lblDescription']",
        "[id$='lblMoTa']",
        "[id$='lblTrichYeu']",
        "[id$='lblIntro']",
        "[id$='lblLead']",
        "[id$='lblInit']",
        ".SummaryDetail",
        ".sapo",
        ".tomtat",
        ".tom-tat",
        ".news-sapo",
        ".ArticleSummary",
        ".trichdan",
        ".lead",
    ),
    body=(
        "[id$='lblContent']",
        "[id$='lblNoiDung']",
        "[id$='lblNoidung']",
        "[id$='lblBody']",
        "[id$='lblDetail']",
        "[id$='lblChiTiet']",
        "[id$='lbContent']",
        "[id$='lbNoiDung']",
        "[id$='lblcontent']",
        "[id$='divContent']",
        "[id$='divNoiDung']",
        "[id$='pnlContent']",
        "[id$='tdContent']",
        "[id$='_Content'] .content",
        ".ContentDetail",
        ".content-detail",
        ".detail-content",
        ".news-content",
        ".newscontent",
        ".noidung",
        ".noi-dung",
        ".chitiet",
        ".chi-tiet",
        ".ArticleContent",
        ".article-content",
    ),
    byline=(
        "[id$='lblAuthor']",
        "[id$='lblTacGia']",
        "[id$='lblTacgia']",
        "[id$='lblSource']",
        "[id$='lblNguon']",
        "[id$='lblButDanh']",
        ".AuthorDetail",
        ".author-detail",
        ".tacgia",
        ".tac-gia",
        ".ArticleAuthor",
        ".news-author",
        ".nguon",
    ),
    section=(
        "[id$='lblCategory']",
        "[id$='lblChuyenMuc']",
        "[id$='lblCatName']",
        ".breadcrumb a",
        ".SiteMapPath a",
        "[id$='SiteMapPath1'] a",
    ),
    attachments=(
        ".FileDetail a",
        ".file-detail a",
        "[id$='rptFile'] a",
        "[id$='dlFile'] a",
        "[id$='lblFile'] a",
        ".filedinhkem a",
        ".file-dinh-kem a",
        ".attachments a",
    ),
    lead_image=("[id$='imgAvatar']", "[id$='divImage']", ".news-image", ".ImageDetail"),
    drop=_NOISE,
    print_url=r"print(?:content|news|view|page)?\.aspx|[?&]print=|/in-?(?:tin|bai)",
    canonical_rules=((r"/Print(?=News|\w*\.aspx)", "/"), (r"[?&](?:print=\w+|mode=print)", "")),
    ignore_byline=("admin", "administrator", "quản trị", "host", "superuser", "ban biên tập"),
    not_article=("[id$='grvNews']", "[id$='gvNews']"),
)

DNN = replace(
    WEBFORMS,
    name="dotnetnuke",
    fingerprint=(
        "#dnn_ContentPane",
        "[id^='dnn_ctr']",
        "meta[name=GENERATOR][content^='DotNetNuke']",
        "meta[name=generator][content^='DotNetNuke']",
    ),
    fingerprint_url=r"Default\.aspx\?tabid=\d+|/tabid/\d+/",
    title=(
        ".edn_articleTitle",
        ".edn_article h1",
        ".article_title",
        ".ArticleTitle",
        ".NewsArticles h1",
        ".articleEntry h1",
        ".articleHeadline h1",
        *WEBFORMS.title,
        ".Head",
        ".NormalBold",
    ),
    date=(
        ".edn_metaDetails time",
        ".edn_metaDetails",
        ".edn_publishDate",
        ".article_date",
        ".articleDate",
        ".ArticleDate",
        *WEBFORMS.date,
    ),
    lead=(".edn_articleSummary", ".article_summary", ".articleSummary", ".Summary", *WEBFORMS.lead),
    body=(
        ".edn_articleContent",
        ".edn_article .content",
        ".article_content",
        ".articleContent",
        ".articleBody",
        ".article-body",
        ".ArticleBody",
        "[itemprop=articleBody]",
        *WEBFORMS.body,
        "[id^='dnn_ctr'] .news-detail",
        "[id$='_ViewNews'] .Normal",
        "[id$='_ModuleContent'] .Normal",
        "#dnn_ContentPane .Normal",
    ),
    byline=(".edn_author", ".articleAuthor", ".article_author", *WEBFORMS.byline),
    drop=(
        *_NOISE,
        ".edn_socialButtons",
        ".edn_relatedArticles",
        ".edn_comments",
        ".article_related",
        ".article_pager",
        ".CommandButton",
        ".articlePaging",
    ),
    not_article=("[id$='_ArticleList']", ".edn_articleList", ".articleListing .article ~ .article"),
)  # fmt: skip

MVC = replace(
    WEBFORMS,
    name="aspnet_mvc",
    fingerprint=(),
    fingerprint_url=(
        r"/(?i:tin-?tuc|news|bai-?viet|su-?kien|hoat-?dong|thong-?bao|van-?ban)/"
        r"(?i:chi-?tiet|details?|xem|view)/"
    ),
    title=(
        "h1.title",
        "h1.news-title",
        ".detail h1",
        ".news-detail h1",
        ".detail-title",
        ".title-detail",
        ".news-title",
        ".post-title",
        ".tieude",
        ".tieu-de",
        "h1",
        "h2.title",
        ".detail h2",
        "h2",
    ),
    body=(
        ".detail-content",
        ".content-detail",
        ".news-content",
        ".noi-dung",
        ".noidung",
        ".NoiDung",
        ".chi-tiet",
        ".chitiet",
        ".post-content",
        ".article-content",
        ".body-content .content",
        "#content-detail",
        "#noidung",
        "#noi-dung",
        ".news-detail .content",
        ".detail .content",
        ".entry-content",
    ),
    date=(".date-detail", ".detail-date", ".news-date", ".post-date", ".ngay-dang", ".ngaydang",
          ".NgayDang", ".time", ".date", "time"),
    date_meta=("time[datetime]",),
    lead=(".sapo", ".detail-sapo", ".tom-tat", ".tomtat", ".TomTat", ".summary", ".lead", ".desc",
          ".description", ".trich-dan", ".intro"),
    byline=(".tac-gia", ".tacgia", ".TacGia", ".author", ".news-author", ".nguon", ".source"),
    not_article=(),
)  # fmt: skip


class WebFormsSpider(SiteSpider):
    """ASP.NET WebForms. A site sets identity, start_urls, article_url by its page's name."""

    article_url = (
        r"(?i)(?:news|article|tin|chitiet)[\w/]*\.aspx\?(?:[^#]*&)?(?:id|newsid|itemid)=\d+"
    )
    listing_url = r"(?i)\.aspx\?(?:[^#]*&)?(?:page|trang|catid|cateid)=\d+"
    layouts = (WEBFORMS,)


class DotNetNukeSpider(SiteSpider):
    """DotNetNuke. A site sets identity, start_urls and the query names of its news module."""

    article_url = (
        r"(?i)/(?:id|articleid|newsid|itemid)/\d+|[?&](?:articleid|newsid|itemid|nid|id)=\d+"
    )
    listing_url = r"(?i)/pg/\d+|[?&](?:pg|page|currentpage)=\d+|/categoryid/\d+"
    layouts = (DNN,)


class AspNetMvcSpider(SiteSpider):
    """ASP.NET MVC. A site sets identity, start_urls and, where it differs, article_url."""

    article_url = r"(?i)/(?:tintuc|tin-tuc|news)/(?:chitiet|chi-tiet|details?)/[^?#]*\d+"
    listing_url = r"(?i)[?&](?:page|trang)=\d+"
    layouts = (MVC,)
