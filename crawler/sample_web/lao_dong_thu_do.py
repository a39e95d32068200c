"""Báo Lao động Thủ đô, the newspaper of Hà Nội's federation: MasterCMS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from re import Match

from crawler.sample_web.answers import Answer, Ask
from crawler.sample_web.feeds import sitemap, sitemap_index
from crawler.sample_web.site import Handler, SampleSite
from crawler.sample_web.stories import Story


class LaoDongThuDo(SampleSite):
    name = "lao_dong_thu_do"
    host = "laodongthudo.vn"
    scheme = "https"
    page_size = 6
    forbidden = "/search_enginer.html"
    robots = (
        "User-agent: *\nDisallow: /search_enginer.html\nDisallow: /apicenter@/user\n\n"
        "Sitemap: https://laodongthudo.vn/sitemap.xml\n"
    )
    dead = "/infographic-nhung-con-so-an-tuong-cua-cong-doan-thu-do-nam-2018.media"
    lost = "/hoi-nghi-can-bo-cong-doan-chuyen-trach-nam-2018-88410.html"
    server = (("Server", "nginx"), ("X-Cache", "HIT"), ("Cache-Control", "max-age=60"))
    precision = "minute"
    compress = True
    validators = True
    markup = "paragraphs"
    picture_form = "mastercms"

    def routes(self) -> Sequence[tuple[str, Handler]]:
        return (
            (r"/", self._front),
            (r"/sitemap\.xml", self._index),
            (r"/sitemaps/news-\d{4}\.xml", self._sitemap),
            (r"/apicenter@/print_article&i=(\d+)", self._print),
            (r"/([a-z0-9-]+)-(\d+)\.html", self._article),
            (r"/([a-z0-9-]+)-\d+\.tag", self._tag),
            (r"/cong-doan(?:/([a-z0-9-]+))?(?:&s_cond=&BRSR=(\d+))?", self._list),
        )

    def story_path(self, story: Story) -> str:
        return f"/{story.slug}-{story.id}.html"

    def print_path(self, story: Story) -> str:
        return f"/apicenter@/print_article&i={story.id}"

    def old_path(self, story: Story) -> str:
        return f"/bai-viet-{story.id}.html"

    def listing_path(self, section: str, page: int = 1) -> str:
        path = f"/cong-doan/{section}" if section else "/cong-doan"
        return path if page == 1 else f"{path}&s_cond=&BRSR={(page - 1) * self.page_size}"

    def picture_path(self, story: Story, file: str) -> str:
        return f"/stores/news_dataimages/{story.at:%Y}/{story.at:%m%Y}/{story.at:%d}/{file}"

    def attachment_path(self, story: Story, file: str) -> str:
        return f"/stores/files/{story.at:%Y}/{file}"

    def _front(self, ask: Ask, match: Match[str]) -> Answer:
        return self.front_page(ask)

    def _index(self, ask: Ask, match: Match[str]) -> Answer:
        return sitemap_index(self, ask.edition)

    def _sitemap(self, ask: Ask, match: Match[str]) -> Answer:
        return sitemap(self, ask.edition, int(ask.target[-8:-4]))

    def _article(self, ask: Ask, match: Match[str]) -> Answer:
        story = self.by_id.get(int(match[2]))
        if story is not None and match[1] != story.slug:
            return self.moved(story, ask)
        return self.story(ask, story)

    def _print(self, ask: Ask, match: Match[str]) -> Answer:
        answer = self.story(ask, self.by_id.get(int(match[1])), "print.html")
        return replace(answer, compress=False)

    def _tag(self, ask: Ask, match: Match[str]) -> Answer:
        return self.listing(ask, "", 1)

    def _list(self, ask: Ask, match: Match[str]) -> Answer:
        section = match[1] or ""
        if section and section not in self.texts.sections:
            return self.not_found(ask)
        return self.listing(ask, section, int(match[2] or 0) // self.page_size + 1)
