"""Công đoàn thành phố Cần Thơ: a CMS of its own with root slugs.

An article's address is nothing but a slug, as a section's is; its page prints a teaser, the
whole lead and then the body twice, the second time for its print dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from re import Match

from crawler.sample_web.answers import Answer, Ask
from crawler.sample_web.site import Handler, SampleSite
from crawler.sample_web.stories import Story


class CanTho(SampleSite):
    name = "can_tho"
    host = "congdoan.cantho.gov.vn"
    scheme = "https"
    page_size = 5
    forbidden = "/noi-bo-lich-cong-tac-tuan"
    robots = "User-agent: *\nDisallow: /noi-bo\nDisallow: /dang-nhap\nDisallow: /tim-kiem\n"
    dead = "/thu-moi-chao-gia-in-an-tai-lieu-dai-hoi-nam-2018"
    lost = "/hoi-nghi-can-bo-cong-doan-chuyen-trach-nam-2018"
    server = (("Server", "nginx/1.18.0"), ("X-Frame-Options", "SAMEORIGIN"))
    compress = True
    validators = True
    markup = "editor"
    picture_form = "figure"

    def __init__(self) -> None:
        super().__init__()
        self.by_slug = {story.slug: story for story in self.texts.stories}

    def routes(self) -> Sequence[tuple[str, Handler]]:
        return (
            (r"/", self._front),
            (r"/lien-he", self._contact),
            (r"/bai-viet/([a-z0-9-]+)\.html", self._old),
            (r"/([a-z0-9-]+)/in", self._print),
            (r"/([a-z0-9-]+)(?:\?page=(\d+))?", self._slug),
        )

    def story_path(self, story: Story) -> str:
        return f"/{story.slug}"

    def print_path(self, story: Story) -> str:
        return f"/{story.slug}/in"

    def old_path(self, story: Story) -> str:
        return f"/bai-viet/{story.slug}.html"

    def listing_path(self, section: str, page: int = 1) -> str:
        path = f"/{section}" if section else "/tin-tuc-su-kien"
        return path if page == 1 else f"{path}?page={page}"

    def picture_path(self, story: Story, file: str) -> str:
        return f"/storage/photos/{story.at:%Y-%m}/{file}"

    def attachment_path(self, story: Story, file: str) -> str:
        return f"/storage/files/{file}"

    def teaser(self, story: Story) -> str:
        """The lead cut off in the middle of a word, as the CMS cuts it."""
        lead = story.lead
        return lead if len(lead) <= 150 else lead[:150].rstrip() + "..."

    def _front(self, ask: Ask, match: Match[str]) -> Answer:
        return self.front_page(ask)

    def _contact(self, ask: Ask, match: Match[str]) -> Answer:
        return self.page("contact.html", ask)

    def _slug(self, ask: Ask, match: Match[str]) -> Answer:
        slug = match[1]
        if slug == "tin-tuc-su-kien" or slug in self.texts.sections:
            section = "" if slug == "tin-tuc-su-kien" else slug
            return self.listing(ask, section, int(match[2] or 1))
        return self.story(ask, self.by_slug.get(slug))

    def _print(self, ask: Ask, match: Match[str]) -> Answer:
        return self.story(ask, self.by_slug.get(match[1]), "print.html")

    def _old(self, ask: Ask, match: Match[str]) -> Answer:
        return self.moved(self.by_slug.get(match[1]), ask)
