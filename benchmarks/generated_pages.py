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
from benchmarks.generated_makes import HEADS, LISTED, MAKES
from crawler.sample_web.blocks import Paragraph, plain
from crawler.sample_web.catalogue import SAMPLE_SITES
from crawler.sample_web.slugs import whole_slug
from crawler.sample_web.stories import site_texts

NEWEST = datetime(2026, 6, 30, 16, 30, tzinfo=VIETNAM)
KNOWN = tuple(make for make in MAKES if make != "unknown")
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
        head, body_class = HEADS[self.make](self, article)
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


def generated_sites(
    makes: Sequence[str], hosts: int, articles: int, *, short: bool = False
) -> Iterator[GeneratedSite]:
    """``hosts`` sites of ``articles`` articles each, their makes in turn."""
    for number in range(hosts):
        make = makes[number % len(makes)]
        host = f"congdoan-{make.replace('_', '-')}-{number + 1:02}.example.vn"
        yield GeneratedSite(make, host, articles, short=short)
