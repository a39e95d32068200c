"""Sites of any size in the markup of real CMS families, made of nothing: for measuring speed.

Pages have 60 to 100 KB: menus, a ticker, columns of other articles with pictures, related news,
web links, counters, scripts and styles around a text of 2 to 6 KB, as real ones do. The words
are those of the sample web, a sentence each by lot; the same site is the same at every run.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from html import escape

from archive.records import VIETNAM
from crawler.sample_web.blocks import Paragraph, plain
from crawler.sample_web.catalogue import SAMPLE_SITES
from crawler.sample_web.slugs import whole_slug
from crawler.sample_web.stories import site_texts

NEWEST = datetime(2026, 6, 30, 16, 30, tzinfo=VIETNAM)
LISTED = 20
"""Articles on a page of a listing."""
SHOWN_NUMBERS = 20
"""Pages before and after it to which a page of a listing links."""

_PERSONS = (
    "Nguyễn Thị Hòa", "Trần Văn Minh", "Lê Thu Hà", "Phạm Đức Long", "Hoàng Thị Mai",
    "Vũ Quang Huy", "Đặng Thùy Linh", "Bùi Xuân Trường",
)  # fmt: skip
_MENU = (
    "Giới thiệu", "Tin hoạt động", "Công đoàn cơ sở", "Tuyên giáo", "Chính sách pháp luật",
    "Nữ công", "Tổ chức", "Kiểm tra", "Tài chính", "Thi đua khen thưởng", "Văn bản", "Thư viện",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GeneratedArticle:
    """What an article of a generated site says: the truth to compare with."""

    number: int
    path: str
    title: str
    slug: str
    lead: str
    paragraphs: tuple[str, ...]
    author: str
    published: datetime


@cache
def _words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Titles and sentences of the sample web."""
    titles: list[str] = []
    sentences: dict[str, None] = {}
    for name in SAMPLE_SITES:
        for story in site_texts(name).stories:
            titles.append(story.title)
            texts = [plain(block.text) for block in story.blocks if isinstance(block, Paragraph)]
            for text in texts:
                parts = [part.strip(" .") for part in text.split(". ")]
                sentences.update((part + ".", None) for part in parts if 40 < len(part) < 320)
    return tuple(titles), tuple(sentences)


class GeneratedSite:
    """One site: ``articles`` articles on ``host`` in the markup of ``make``."""

    def __init__(self, make: str, host: str, articles: int, *, short: bool = False) -> None:
        self.make = make
        self.host = host
        self._article, self._path, self._listing_path = MAKES[make]
        self._rng = random.Random(f"{make} {host}")
        self._short = short
        self.articles = [self._make(number) for number in range(articles)]

    @property
    def home(self) -> str:
        return f"http://{self.host}{self._listing_path(1)}"

    @cached_property
    def paths(self) -> dict[str, Callable[[], str]]:
        """Every path of the site, with what makes its page."""
        pages = -(-len(self.articles) // LISTED)
        found: dict[str, Callable[[], str]] = {
            self._listing_path(page): lambda page=page: self.listing(page)  # type: ignore[misc]
            for page in range(1, pages + 1)
        }
        for article in self.articles:
            found[article.path] = lambda article=article: self.page(article)  # type: ignore[misc]
        return found

    def url(self, article: GeneratedArticle) -> str:
        return f"http://{self.host}{article.path}"

    def page(self, article: GeneratedArticle) -> str:
        """The HTML of an article's page."""
        rng = random.Random(f"{self.host} {article.number}")
        return self._frame(rng, article, self._article(self, article, rng))

    def listing(self, page: int) -> str:
        """The HTML of a page of the listing of everything, newest first."""
        rng = random.Random(f"{self.host} listing {page}")
        shown = self.articles[(page - 1) * LISTED : page * LISTED]
        last = -(-len(self.articles) // LISTED)
        items = "\n".join(
            f'<div class="item clearfix"><h3><a href="{a.path}">{escape(a.title)}</a></h3>'
            f'<span class="ngay">{a.published:%d/%m/%Y}</span><p>{escape(a.lead)}</p></div>'
            for a in shown
        )
        near = range(max(1, page - SHOWN_NUMBERS), min(last, page + SHOWN_NUMBERS) + 1)
        numbers = "".join(
            f'<a href="{escape(self._listing_path(n))}">{n}</a> ' for n in sorted({1, *near, last})
        )
        following = (
            f'<a rel="next" href="{escape(self._listing_path(page + 1))}">Trang sau</a>'
            if page < last
            else ""
        )
        content = (
            f'<div class="danh-sach"><h1>Tin tức</h1>{items}</div>'
            f'<div class="pagination">{numbers}{following}</div>'
        )
        return self._frame(rng, None, content)

    def _make(self, number: int) -> GeneratedArticle:
        titles, sentences = _words()
        rng = self._rng
        title = f"{rng.choice(titles)} năm {rng.randint(2012, 2026)} đợt {number + 1}"
        slug = whole_slug(title)
        count = rng.randint(3, 4) if self._short else rng.randint(7, 14)
        paragraphs = [" ".join(rng.sample(sentences, rng.randint(2, 4))) for _ in range(count)]
        published = NEWEST - timedelta(minutes=number * 517 + rng.randint(0, 500))
        path = self._path(number, slug, published)
        return GeneratedArticle(
            number=number,
            path=path,
            title=title,
            slug=slug,
            lead=" ".join(rng.sample(sentences, 1)),
            paragraphs=tuple(paragraphs),
            author=rng.choice(_PERSONS),
            published=published,
        )

    # -- what stands around -------------------------------------------------------------------

    def _others(self, rng: random.Random, count: int) -> list[GeneratedArticle]:
        return rng.sample(self.articles, min(count, len(self.articles)))

    def _frame(self, rng: random.Random, article: GeneratedArticle | None, content: str) -> str:
        head, body_class = _HEADS[self.make](self, article)
        title = article.title if article else "Tin tức"
        return (
            f'<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8">\n'
            f"<title>{escape(title)} - Công đoàn {self.host}</title>\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"{head}{_styles(rng)}</head>\n"
            f'<body class="{body_class}"><div id="wrapper">\n{self._top(rng)}'
            '<div id="main" class="row"><div class="col-md-16" id="cot-chinh">\n'
            f"{content}\n</div>\n"
            f'<div class="col-md-8 sidebar" id="cot-phai">{self._side(rng)}</div></div>\n'
            f"{self._bottom(rng)}</div>{_scripts(rng)}</body></html>\n"
        )

    def _top(self, rng: random.Random) -> str:
        items = []
        for name in _MENU:
            below = "".join(
                f'<li class="menu-item"><a href="/page/{whole_slug(name)}-{n}.php" '
                f'title="{name} {n}">'
                f"{name} cấp {n}</a></li>"
                for n in range(1, 8)
            )
            items.append(
                f'<li class="menu-item has-children">'
                f'<a href="/page/{whole_slug(name)}.php">{name}</a>'
                f'<ul class="sub-menu">{below}</ul></li>'
            )
        menu = "".join(items)
        ticker = "".join(
            f'<li><a href="{a.path}">{escape(a.title)}</a></li>' for a in self._others(rng, 6)
        )
        return (
            f'<header id="header"><div class="banner"><a href="/"><img src="/images/banner.png" '
            f'alt="Công đoàn"></a></div><nav class="navbar"><ul class="nav">{menu}</ul></nav>'
            f'<div class="clock">Thứ ba, {NEWEST:%d/%m/%Y %H:%M}</div>'
            f'<div class="marquee"><ul>{ticker}</ul></div></header>\n'
        )

    def _side(self, rng: random.Random) -> str:
        boxes = []
        for name, count, teaser in (
            ("Tin mới nhất", 12, True),
            ("Đọc nhiều", 10, False),
            ("Hoạt động công đoàn", 8, True),
            ("Văn bản mới", 10, False),
        ):
            rows = []
            for other in self._others(rng, count):
                told = f"<p>{escape(other.lead[:160])}...</p>" if teaser else ""
                rows.append(
                    f'<li class="clearfix"><a class="thumb" href="{other.path}" '
                    f'title="{escape(other.title)}"><img src="/uploads/thumb/{other.slug[:40]}.jpg"'
                    f' alt="{escape(other.title)}" width="90" height="60" loading="lazy"></a>'
                    f'<a href="{other.path}">{escape(other.title)}</a>'
                    f'<span class="small">{other.published:%d/%m/%Y}</span>{told}</li>'
                )
            boxes.append(
                f'<div class="panel widget"><h3 class="panel-heading">{name}</h3>'
                f'<ul class="list-news">{"".join(rows)}</ul></div>'
            )
        options = "".join(
            f'<option value="http://congdoan{n}.example.vn/">Công đoàn tỉnh số {n}</option>'
            for n in range(1, 35)
        )
        visits = rng.randint(10**6, 9 * 10**6)
        boxes.append(f'<div class="panel"><select class="form-control">{options}</select></div>')
        boxes.append(
            '<div class="panel counter"><ul class="counter list-none">'
            f"<li>Đang truy cập: <strong>{visits % 91}</strong></li>"
            f"<li>Hôm nay: <strong>{visits % 4001}</strong></li>"
            f"<li>Tháng hiện tại: <strong>{visits % 90001}</strong></li>"
            f"<li>Tổng lượt truy cập: <strong>{visits}</strong></li></ul></div>"
        )
        return "\n".join(boxes)

    def _bottom(self, rng: random.Random) -> str:
        links = "".join(
            f'<li><a href="http://lienket{n}.example.vn/"><img src="/uploads/banners/{n}.png" '
            f'alt="Liên kết {n}"></a></li>'
            for n in range(1, 25)
        )
        return (
            f'<div class="weblinks"><ul>{links}</ul></div><footer id="footer">'
            "<p>Cơ quan chủ quản: Liên đoàn Lao động tỉnh. Chịu trách nhiệm nội dung: Ban Tuyên "
            "giáo.</p><p>Địa chỉ: số 12, đường Trần Phú. Điện thoại: 0225.3.123.456. Ghi rõ nguồn "
            "khi phát hành lại thông tin từ trang này.</p></footer>"
        )

    def related(self, rng: random.Random, count: int = 10) -> str:
        """A list of other articles, as it stands below a text."""
        rows = "".join(
            f'<li><i class="fa fa-angle-right"></i><a href="{a.path}" title="{escape(a.title)}">'
            f'{escape(a.title)}</a> <span class="date">({a.published:%d/%m/%Y})</span></li>'
            for a in self._others(rng, count)
        )
        return f'<ul class="related">{rows}</ul>'


def _styles(rng: random.Random) -> str:
    rules = "".join(
        f".box-{n}{{color:#{rng.randrange(16**6):06x};margin:{n}px;padding:{n % 7}px 0}}\n"
        for n in range(110)
    )
    links = "".join(f'<link rel="stylesheet" href="/themes/css/{n}.css">\n' for n in range(6))
    return f"{links}<style>{rules}</style>"


def _scripts(rng: random.Random) -> str:
    settings = json.dumps({f"module_{n}": rng.randrange(10**9) for n in range(220)})
    lines = "\n".join(
        f"  $('#slide-{n}').on('click', function(e){{ if (e.which < 2 && cfg['module_{n}']) "
        f"{{ load({rng.randrange(10**6)}, '/ajax/{n}/'); }} }});"
        for n in range(70)
    )
    files = "".join(f'<script src="/themes/js/{n}.js"></script>\n' for n in range(8))
    return f"{files}<script>var cfg = {settings};\n$(function(){{\n{lines}\n}});</script>"


# --- makes -----------------------------------------------------------------------------------


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


_Article = Callable[[GeneratedSite, GeneratedArticle, random.Random], str]
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

KNOWN = tuple(make for make in MAKES if make != "unknown")


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


_HEADS = {make: _head_of(make) for make in MAKES}


def generated_sites(
    makes: Sequence[str], hosts: int, articles: int, *, short: bool = False
) -> Iterator[GeneratedSite]:
    """``hosts`` sites of ``articles`` articles each, their makes in turn."""
    for number in range(hosts):
        make = makes[number % len(makes)]
        host = f"congdoan-{make.replace('_', '-')}-{number + 1:02}.example.vn"
        yield GeneratedSite(make, host, articles, short=short)
