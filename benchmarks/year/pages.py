"""The pages of a scripted site at a moment: articles, listings, feed, in its family's markup."""

from __future__ import annotations

import random
from datetime import datetime
from email.utils import format_datetime
from html import escape

from benchmarks.generated_makes import HEADS, MAKES
from benchmarks.generated_pages import GeneratedArticle, GeneratedSite, _words
from benchmarks.year.script import SiteScript, Story, paragraphs_of
from crawler.sample_web.slugs import whole_slug

LISTED = 15
"""Articles on a page of a listing."""
FEED_ENTRIES = {"nukeviet": 30, "joomla_k2": 10, "wordpress": 10}
FEED_PATHS = {
    "nukeviet": "/vi/news/rss/",
    "joomla_k2": "/index.php/tin-tuc?format=feed&type=rss",
    "wordpress": "/feed/",
}


class SitePages(GeneratedSite):
    """A site of the script, written in the markup of its family; light, since a year is long."""

    def __init__(self, script: SiteScript) -> None:
        self.script = script
        self.make = script.make
        self.host = script.host
        self._article, self._path, self._listing_path = MAKES[script.make]
        self.numbers: dict[str, int] = {}
        """Path -> number of the story."""
        self._told: dict[int, GeneratedArticle] = {}
        for story in script.stories:
            self.numbers[self.told(story).path] = story.number

    @property
    def listing_path(self) -> str:
        return self._listing_path(1)

    def told(self, story: Story) -> GeneratedArticle:
        """What the article says, in its first edition."""
        known = self._told.get(story.number)
        if known is None:
            titles, sentences = _words()
            lot = random.Random(f"{self.host} {story.number}")
            title = f"{lot.choice(titles)} - tin số {story.number}"
            slug = whole_slug(title)
            known = self._told[story.number] = GeneratedArticle(
                number=story.number,
                path=self._path(story.number, slug, story.published),
                title=title,
                slug=slug,
                lead=lot.choice(sentences),
                paragraphs=(),
                author="Nguyễn Thị Hòa",
                published=story.published,
            )
        return known

    def article(self, story: Story, now: datetime, *, make: str = "", body: bool = True) -> str:
        """The page of an article; ``make``: another markup than the site's, after a redesign."""
        _, sentences = _words()
        told = self.told(story)
        texts = list(paragraphs_of(sentences, self.host, story.number))
        if edition := story.edition(now):
            texts.append(edit_mark(edition))
        told = GeneratedArticle(
            told.number, told.path, told.title, told.slug, told.lead, tuple(texts), told.author,
            told.published,
        )  # fmt: skip
        lot = random.Random(story.number)
        self._near = self._before(story.number, now)
        content = MAKES[make or self.make][0](self, told, lot)
        if not body:
            content = f'<h1>{escape(told.title)}</h1><div id="app" data-id="{told.number}"></div>'
        return self._framed(told, content, now, make or self.make)

    def listing_page(self, page: int, now: datetime) -> str:
        """A page of the listing of everything, newest first."""
        standing = self.standing(now)
        last = max(1, -(-len(standing) // LISTED))
        shown = standing[(page - 1) * LISTED : page * LISTED]
        items = "".join(
            f'<div class="item"><h3><a href="{told.path}">{escape(told.title)}</a></h3>'
            f"<span>{told.published:%d/%m/%Y}</span></div>"
            for told in map(self.told, shown)
        )
        following = (
            f'<a rel="next" href="{escape(self._listing_path(page + 1))}">Trang sau</a>'
            if page < last
            else ""
        )
        content = (
            f'<div class="danh-sach"><h1>Tin tức</h1>{items}</div>'
            f'<div class="pagination">{following}</div>'
        )
        return self._framed(None, content, now, self.make)

    def feed(self, now: datetime) -> str:
        """An RSS feed of the newest articles."""
        items = "".join(
            f"<item><title>{escape(told.title)}</title><link>{self.url(told)}</link>"
            f"<pubDate>{format_datetime(told.published)}</pubDate></item>"
            for told in map(self.told, self.standing(now)[: FEED_ENTRIES[self.make]])
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>{self.host}</title><link>http://{self.host}/</link>{items}</channel></rss>"
        )

    def standing(self, now: datetime) -> list[Story]:
        """What listings show, newest first."""
        return [story for story in reversed(self.script.stories) if story.stands(now)]

    def _before(self, number: int, now: datetime) -> list[GeneratedArticle]:
        earlier = self.script.stories[max(0, number - 6) : number - 1]
        return [self.told(story) for story in earlier if story.stands(now)]

    def _others(self, rng: random.Random, count: int) -> list[GeneratedArticle]:
        return self._near

    def _framed(self, told: GeneratedArticle | None, content: str, now: datetime, make: str) -> str:
        head, body_class = HEADS[make](self, told)
        title = told.title if told else "Tin tức"
        return (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
            f"<title>{escape(title)} - {self.host}</title>{head}</head>"
            f'<body class="{body_class}"><header><a href="/">Trang chủ</a>'
            f'<div class="clock">{now:%d/%m/%Y %H:%M}</div></header><div id="main">{content}</div>'
            f"<footer><p>Lượt truy cập: {int(now.timestamp()) % 10_000_019}</p></footer>"
            "</body></html>"
        )


def edit_mark(edition: int) -> str:
    """The sentence that an edition adds, by which it is found in a revision."""
    return f"Tòa soạn đã cập nhật bài viết này, bản số {edition} theo báo cáo mới của cơ sở."
