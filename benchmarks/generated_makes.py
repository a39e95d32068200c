"""The markup of real CMS families: an article, its page's head and its addresses in each."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.generated_pages import GeneratedArticle, GeneratedSite

LISTED = 20
"""Articles on a page of a listing."""


def _open_graph(site: GeneratedSite, article: GeneratedArticle | None) -> str:
    if article is None:
        return '<meta property="og:type" content="website">\n'
    return (
        f'<meta property="og:title" content="{escape(article.title)}">\n'
        f'<meta property="og:type" content="article">\n'
        f'<meta property="og:url" content="{site.url(article)}">\n'
        f'<meta property="og:description" content="{escape(article.lead)}">\n'
        f'<link rel="canonical" href="{site.url(article)}">\n'
    )


def _paragraphs(article: GeneratedArticle, style: str = "text-align: justify;") -> list[str]:
    rows = [f'<p style="{style}">{escape(text)}</p>' for text in article.paragraphs]
    picture = (
        f'<p style="text-align: center;"><img src="/uploads/{article.slug[:30]}.jpg" alt="" '
        f'width="640"></p><p style="text-align: center;"><em>Đại biểu dự hội nghị</em></p>'
    )
    rows.insert(2, picture)
    return rows


def _signed(article: GeneratedArticle) -> str:
    return f'<p style="text-align: right;"><strong>{article.author}</strong></p>'


def _nukeviet(site: GeneratedSite, article: GeneratedArticle, rng: random.Random) -> str:
    text = "\n".join([*_paragraphs(article), _signed(article)])
    return (
        '<div class="news_column panel panel-default"><div class="panel-body">'
        f'<h1 class="title margin-bottom-lg">{escape(article.title)}</h1>'
        f'<div class="row margin-bottom-lg"><div class="col-md-12"><span class="h5">'
        f"{_weekday(article.published)} - {article.published:%d/%m/%Y %H:%M}</span></div>"
        '<div class="col-md-12"><ul class="list-inline text-right"><li><a class="dimgray" '
        f'href="/vi/news/print/tin/{article.slug}-{article.number + 1}.html" title="In ra">'
        '<em class="fa fa-print fa-lg"></em></a></li></ul></div></div>'
        f'<div class="clearfix"></div><div class="hometext m-bottom">{escape(article.lead)}</div>'
        f'<div id="news-bodyhtml" class="bodytext margin-bottom-lg">{text}</div></div></div>'
        '<div class="news_column panel panel-default"><div class="panel-body other-news">'
        f'<p class="h3"><strong>Những tin mới hơn</strong></p>{site.related(rng)}'
        f'<p class="h3"><strong>Những tin cũ hơn</strong></p>{site.related(rng)}</div></div>'
    )


def _k2(site: GeneratedSite, article: GeneratedArticle, rng: random.Random) -> str:
    text = "\n".join([*_paragraphs(article), _signed(article)])
    return (
        '<div id="k2Container" class="itemView"><span id="startOfPageId1"></span>'
        f'<div class="itemHeader"><span class="itemDateCreated">{_weekday(article.published)}, '
        f"{article.published.day} Tháng {article.published.month} {article.published:%Y %H:%M}"
        f'</span><h2 class="itemTitle">{escape(article.title)}</h2></div>'
        '<div class="itemToolbar"><ul><li><span class="itemTextResizerTitle">Cỡ chữ</span></li>'
        "<li>In</li></ul></div>"
        f'<div class="itemBody"><div class="itemIntroText"><p>{escape(article.lead)}</p></div>'
        f'<div class="itemFullText">{text}</div><div class="clr"></div></div>'
        f'<div class="itemRelated"><h3>Bài viết liên quan</h3>{site.related(rng, 20)}</div>'
        '<div class="itemBackToTop"><a href="#startOfPageId1">Trở lại đầu trang</a></div></div>'
    )


def _wordpress(site: GeneratedSite, article: GeneratedArticle, rng: random.Random) -> str:
    lead = f"<p><strong>{escape(article.lead)}</strong></p>"
    text = "\n".join([lead, *_paragraphs(article, "margin: 0"), _signed(article)])
    return (
        f'<article id="post-{article.number}" class="post-{article.number} post type-post '
        'status-publish format-standard hentry category-tin-tuc"><header class="entry-header">'
        f'<h1 class="entry-title">{escape(article.title)}</h1><div class="entry-meta">'
        '<span class="posted-on"><time class="entry-date published" '
        f'datetime="{article.published.isoformat()}">{article.published:%d/%m/%Y}</time></span>'
        '<span class="cat-links"><a href="/category/tin-tuc/" rel="category tag">Tin tức</a></span>'
        f'</div></header><div class="entry-content">{text}<div class="sharedaddy"><a href="#">'
        "Chia sẻ</a></div></div></article>"
        f'<div class="related-posts"><h3>Bài viết liên quan</h3>{site.related(rng, 20)}</div>'
    )


def _mastercms(site: GeneratedSite, article: GeneratedArticle, rng: random.Random) -> str:
    text = "\n".join([*_paragraphs(article), _signed(article)])
    return (
        f'<div class="article-detail"><h1 class="article-detail-title">{escape(article.title)}</h1>'
        '<div class="article-detail-meta clearfix"><span class="format_time">'
        f"{article.published:%H:%M | %d/%m/%Y}</span></div>"
        f'<div class="article-detail-desc">{escape(article.lead)}</div>'
        f'<div class="__MASTERCMS_CONTENT article-detail-content" id="__MB_MASTERCMS_EL_3">{text}'
        "</div></div>"
        f'<div class="article-detail-similar bx-cat">{site.related(rng, 20)}</div>'
    )


def _unknown(site: GeneratedSite, article: GeneratedArticle, rng: random.Random) -> str:
    text = "\n".join([*_paragraphs(article), _signed(article)])
    return (
        f'<div class="khung-tin"><div class="tieu-de"><h2>{escape(article.title)}</h2></div>'
        f'<div class="dong-phu">Ngày đăng: {article.published:%d/%m/%Y %H:%M}</div>'
        f'<div class="mo-dau"><b>{escape(article.lead)}</b></div>'
        f'<div class="noi-dung-tin">{text}</div></div>'
        f'<div class="khung-khac"><h4>Các tin khác</h4>{site.related(rng, 20)}</div>'
    )


def _weekday(day: datetime) -> str:
    return ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")[
        day.weekday()
    ]


_Article = Callable[["GeneratedSite", "GeneratedArticle", random.Random], str]
_Path = Callable[[int, str, datetime], str]

MAKES: dict[str, tuple[_Article, _Path, Callable[[int], str]]] = {
    "nukeviet": (
        _nukeviet,
        lambda number, slug, at: f"/vi/news/tin/{slug}-{number + 1}.html",
        lambda page: "/vi/news/" if page == 1 else f"/vi/news/page-{page}/",
    ),
    "joomla_k2": (
        _k2,
        lambda number, slug, at: f"/index.php/tin-tuc/item/{number + 1}-{slug}",
        lambda page: "/index.php/tin-tuc" + (f"?start={(page - 1) * LISTED}" if page > 1 else ""),
    ),
    "wordpress": (
        _wordpress,
        lambda number, slug, at: f"/{at:%Y/%m/%d}/{slug}/",
        lambda page: "/" if page == 1 else f"/page/{page}/",
    ),
    "mastercms": (
        _mastercms,
        lambda number, slug, at: f"/{slug}-{number + 90001}.html",
        lambda page: "/cong-doan" + (f"&s_cond=&BRSR={(page - 1) * LISTED}" if page > 1 else ""),
    ),
    "unknown": (
        _unknown,
        lambda number, slug, at: f"/tin-tuc/chi-tiet/{slug}-{number + 1}",
        lambda page: "/tin-tuc" if page == 1 else f"/tin-tuc?trang={page}",
    ),
}
"""Name of a family (``unknown``: of none) -> its article, its articles' paths, its listing's."""


def _head_of(make: str) -> Callable[[GeneratedSite, GeneratedArticle | None], tuple[str, str]]:
    def head(site: GeneratedSite, article: GeneratedArticle | None) -> tuple[str, str]:
        graph = _open_graph(site, article)
        if make == "nukeviet":
            return f'<meta name="generator" content="NukeViet v4.5">\n{graph}', ""
        if make == "joomla_k2":
            return f'<meta name="generator" content="Joomla!">\n{graph}', "site com_k2"
        if make == "wordpress":
            single = "post-template-default single single-post" if article else "blog home"
            return f'<meta name="generator" content="WordPress 6.4">\n{graph}', single
        return graph, "trang"

    return head


HEADS = {make: _head_of(make) for make in MAKES}
"""Name of a family -> what its pages' heads hold, and the class of their bodies."""
