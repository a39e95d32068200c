"""Liên đoàn Lao động tỉnh Lạng Sơn: Joomla 3 with K2 2.8.

K2 prints an article under every path that leads to its id; the menu path is the canonical one
(getk2/k2, components/com_k2/templates/default).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from re import Match

from crawler.sample_web.answers import Answer, Ask
from crawler.sample_web.feeds import rss
from crawler.sample_web.site import Handler, SampleSite
from crawler.sample_web.stories import Story

_HOME = "/index.php/hoat-dong-ldld-tinh-lang-son"
_EVERYTHING = "/index.php/component/k2/itemlist/category/85"


class LangSon(SampleSite):
    name = "lang_son"
    host = "liendoanlaodong.langson.gov.vn"
    page_size = 5
    forbidden = "/index.php/component/users/"
    robots = (
        "User-agent: *\nDisallow: /administrator/\nDisallow: /cache/\nDisallow: /cli/\n"
        "Disallow: /includes/\nDisallow: /index.php/component/users/\nDisallow: /tmp/\n"
    )
    dead = f"{_HOME}/ldld-huyen-thanh-pho/item/298-ldld-huy-n-binh-gia-ph-i-h-p-v-n-ng-hi-n-mau"
    lost = f"{_HOME}/cong-doan-co-so/item/341-h-i-ngh-can-b-cong-oan-chuyen-trach"
    server = (
        ("Server", "Apache/2.4.6 (CentOS)"),
        ("Set-Cookie", "4f5e1f3a2d=9pl3q6m0b8e7; path=/; HttpOnly"),
        ("Cache-Control", "no-store, no-cache, must-revalidate"),
    )
    precision = "minute"
    compress = True
    markup = "paragraphs"
    picture_form = "plain"
    categories = {"ldld-huyen-thanh-pho": 86, "cong-doan-co-so": 87, "tin-ldld-tinh": 88}

    def routes(self) -> Sequence[tuple[str, Handler]]:
        item = r"/item/(\d+)-[^/?]*"
        return (
            (r"/|/index\.php/?", self._front),
            (r"/index\.php/(?:[a-z0-9-]+/)*item/(\d+)-[^/?]*\?tmpl=component&print=1", self._print),
            (_HOME + r"/[a-z0-9-]+" + item, self._article),
            (r"/index\.php/component/k2" + item, self._article),
            (r"/index\.php/component/k2/item/(\d+)", self._old),
            (r"/index\.php/component/k2/itemlist/category/(\d+)(?:\?(.*))?", self._category),
            (_HOME + r"(?:/([a-z0-9-]+))?(?:\?(.*))?", self._menu),
        )

    def story_path(self, story: Story) -> str:
        return f"{_HOME}/{story.section}/item/{story.id}-{story.slug}"

    def second_path(self, story: Story) -> str:
        """The address that modules give, which knows no menu."""
        return f"/index.php/component/k2/item/{story.id}-{story.slug}"

    def print_path(self, story: Story) -> str:
        return f"{self.story_path(story)}?tmpl=component&print=1"

    def old_path(self, story: Story) -> str:
        return f"/index.php/component/k2/item/{story.id}"

    def other_paths(self, story: Story) -> tuple[str, ...]:
        return (*super().other_paths(story), self.second_path(story))

    def listing_path(self, section: str, page: int = 1) -> str:
        path = f"{_HOME}/{section}" if section else _EVERYTHING
        return path if page == 1 else f"{path}?start={(page - 1) * self.page_size}"

    def picture_path(self, story: Story, file: str) -> str:
        return f"/images/{story.at:%Y}/{file}"

    def attachment_path(self, story: Story, file: str) -> str:
        return f"/media/k2/attachments/{file}"

    def unknown_article(self, ask: Ask) -> Answer:
        return self.not_found(ask)

    def _front(self, ask: Ask, match: Match[str]) -> Answer:
        # No page that a crawl visits comes in chunks: warcio's check takes the right digest of
        # a chunked body for a wrong one.
        return replace(self.front_page(ask), chunked=True)

    def _article(self, ask: Ask, match: Match[str]) -> Answer:
        return self.story(ask, self.by_id.get(int(match[1])))

    def _print(self, ask: Ask, match: Match[str]) -> Answer:
        return self.story(ask, self.by_id.get(int(match[1])), "print.html")

    def _old(self, ask: Ask, match: Match[str]) -> Answer:
        return self.moved(self.by_id.get(int(match[1])), ask)

    def _category(self, ask: Ask, match: Match[str]) -> Answer:
        keys = {number: key for key, number in self.categories.items()} | {85: ""}
        section = keys.get(int(match[1]))
        if section is None:
            return self.not_found(ask)
        return self._k2_list(ask, section, match[2] or "")

    def _menu(self, ask: Ask, match: Match[str]) -> Answer:
        section = match[1] or ""
        if section and section not in self.texts.sections:
            return self.not_found(ask)
        return self._k2_list(ask, section, match[2] or "")

    def _k2_list(self, ask: Ask, section: str, query: str) -> Answer:
        if query == "format=feed&type=rss":
            return replace(rss(self, ask.edition, section), compress=True)
        start = re.fullmatch(r"start=(\d+)", query)
        page = int(start[1]) // self.page_size + 1 if start else 1
        return self.listing(ask, section, page)
