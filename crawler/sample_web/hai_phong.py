"""Liên đoàn Lao động thành phố Hải Phòng: a site built by DANAWEB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from re import Match

from crawler.sample_web.answers import Answer, Ask
from crawler.sample_web.feeds import sitemap
from crawler.sample_web.site import Handler, SampleSite
from crawler.sample_web.stories import Story


class HaiPhong(SampleSite):
    name = "hai_phong"
    host = "congdoanhaiphong.vn"
    scheme = "https"
    page_size = 6
    forbidden = "/noi-bo/lich-cong-tac/lich-cong-tac-tuan-42-cua-thuong-truc-3999.html"
    robots = (
        "User-agent: *\nDisallow: /quan-tri/\nDisallow: /noi-bo/\n\n"
        "Sitemap: https://congdoanhaiphong.vn/sitemap.xml\n"
    )
    dead = "/tin-tuc-su-kien/tin-da-xoa/cong-doan-thanh-pho-gap-mat-dau-xuan-2018.html"
    lost = "/tin-tuc-su-kien/cong-doan-nganh/hoi-nghi-can-bo-cong-doan-chuyen-trach-2907.html"
    server = (("Server", "nginx"), ("X-Powered-By", "PHP/7.4.33"))
    markup = "divs"
    picture_form = "cell"

    def routes(self) -> Sequence[tuple[str, Handler]]:
        return (
            (r"/|/trang-chu\.html", self._front),
            (r"/sitemap\.xml", self._sitemap),
            (r"/tin-tuc-su-kien(?:/(?!page-\d)([a-z0-9-]+))?(?:/page-(\d+))?", self._list),
            (r"/tin-tuc-su-kien/[a-z0-9-]+/[a-z0-9-]+-(\d+)\.html", self._article),
            (r"/in-bai-viet/(\d+)\.html", self._print),
            (r"/tin-tuc/(\d+)\.html", self._old),
        )

    def story_path(self, story: Story) -> str:
        return f"/tin-tuc-su-kien/{story.section}/{story.slug}-{story.id}.html"

    def print_path(self, story: Story) -> str:
        return f"/in-bai-viet/{story.id}.html"

    def old_path(self, story: Story) -> str:
        return f"/tin-tuc/{story.id}.html"

    def listing_path(self, section: str, page: int = 1) -> str:
        path = f"/tin-tuc-su-kien/{section}" if section else "/tin-tuc-su-kien"
        return path if page == 1 else f"{path}/page-{page}"

    def picture_path(self, story: Story, file: str) -> str:
        return f"/upload/images/{story.at:%Y}/{file}"

    def _front(self, ask: Ask, match: Match[str]) -> Answer:
        # No page that a crawl visits comes in chunks: warcio's check takes the right digest of
        # a chunked body for a wrong one.
        return replace(self.front_page(ask), chunked=True)

    def _sitemap(self, ask: Ask, match: Match[str]) -> Answer:
        return sitemap(self, ask.edition)

    def _list(self, ask: Ask, match: Match[str]) -> Answer:
        section = match[1] or ""
        if section and section not in self.texts.sections:
            return self.not_found(ask)
        return self.listing(ask, section, int(match[2] or 1))

    def _article(self, ask: Ask, match: Match[str]) -> Answer:
        return self.story(ask, self.by_id.get(int(match[1])))

    def _print(self, ask: Ask, match: Match[str]) -> Answer:
        return self.story(ask, self.by_id.get(int(match[1])), "print.html")

    def _old(self, ask: Ask, match: Match[str]) -> Answer:
        return self.moved(self.by_id.get(int(match[1])), ask)
