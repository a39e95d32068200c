"""Liên đoàn Lao động Quận 1: the "CPS" portal on ASP.NET WebForms.

The print view is known from captures of the real host (``printcontent.aspx?id=1668&...``);
the portal's own detail and listing addresses are modelled on it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from re import Match
from typing import Any
from urllib.parse import parse_qs

from crawler.sample_web.answers import Answer, Ask
from crawler.sample_web.site import Handler, SampleSite
from crawler.sample_web.stories import Story

_DETAIL = "/cps/WebParts/Quanlytin/DetailContent/"
_LIST = "/cps/WebParts/Quanlytin/ListContent/listcontent.aspx"


class Quan1(SampleSite):
    name = "quan_1"
    host = "ldldq1hcm.gov.vn"
    page_size = 6
    forbidden = "/cps/Pages/noi-bo/lich-cong-tac.aspx"
    robots = "User-agent: *\nDisallow: /cps/Pages/noi-bo/\nDisallow: /cps/admin/\n"
    dead = "/cps/Upload/2018/ke-hoach-thi-dua-2018.pdf"
    lost = f"{_DETAIL}detailcontent.aspx?id=1388"
    server = (
        ("Server", "Microsoft-IIS/7.5"),
        ("X-AspNet-Version", "4.0.30319"),
        ("X-Powered-By", "ASP.NET"),
        ("Set-Cookie", "ASP.NET_SessionId=k2v1sfq55lq0zu45mjx3e5ng; path=/; HttpOnly"),
        ("Cache-Control", "private"),
    )
    markup = "word"
    picture_form = "table"
    signature_in_body = False
    categories = {"tin": 12, "thi-dua": 15, "phap-luat": 21}

    def routes(self) -> Sequence[tuple[str, Handler]]:
        return (
            (r"/|/cps/|/cps/Pages/trangchu\.aspx", self._front),
            (_LIST.replace(".", r"\.") + r"\?CatID=(\d+)(?:&Page=(\d+))?", self._list),
            (_DETAIL + r"detailcontent\.aspx\?id=(\d+)(?:&.*)?", self._detail),
            (_DETAIL + r"printcontent\.aspx\?id=(\d+)(?:&.*)?", self._print),
            (r"/cps/news\.asp\?id=(\d+)", self._old),
        )

    def story_path(self, story: Story) -> str:
        return f"{_DETAIL}detailcontent.aspx?id={story.id}"

    def print_path(self, story: Story) -> str:
        return f"{_DETAIL}printcontent.aspx?id={story.id}&borderstyle=GrayIconRSS"

    def old_path(self, story: Story) -> str:
        return f"/cps/news.asp?id={story.id}"

    def listing_path(self, section: str, page: int = 1) -> str:
        path = f"{_LIST}?CatID={self.categories.get(section, 1)}"
        return path if page == 1 else f"{path}&Page={page}"

    def picture_path(self, story: Story, file: str) -> str:
        return f"/cps/Upload/News/{story.at:%Y-%m}/{file}"

    def attachment_path(self, story: Story, file: str) -> str:
        return f"/cps/Upload/VanBan/{story.at:%Y}/{file}"

    def frame(self, ask: Ask) -> dict[str, Any]:
        return super().frame(ask) | {"view_state": _view_state(ask.target)}

    def _front(self, ask: Ask, match: Match[str]) -> Answer:
        return self.front_page(ask)

    def _list(self, ask: Ask, match: Match[str]) -> Answer:
        keys = {number: key for key, number in self.categories.items()} | {1: ""}
        section = keys.get(int(match[1]))
        if section is None:
            return self.not_found(ask)
        page = int(match[2] or 1)
        if ask.method == "POST":
            page = _posted_page(ask.body) or page
        return self.listing(ask, section, page)

    def _detail(self, ask: Ask, match: Match[str]) -> Answer:
        return self.story(ask, self.by_id.get(int(match[1])))

    def _print(self, ask: Ask, match: Match[str]) -> Answer:
        return self.story(ask, self.by_id.get(int(match[1])), "print.html")

    def _old(self, ask: Ask, match: Match[str]) -> Answer:
        return self.moved(self.by_id.get(int(match[1])), ask)


def _posted_page(body: bytes) -> int | None:
    """The page that the pager's ``__doPostBack`` asks for."""
    argument = parse_qs(body.decode("latin-1")).get("__EVENTARGUMENT", [""])[0]
    number = argument.removeprefix("Page$")
    return int(number) if argument.startswith("Page$") and number.isdecimal() else None


def _view_state(target: str) -> str:
    """A hidden field as long and as meaningless as WebForms makes it."""
    seed = hashlib.sha256(target.encode()).digest()
    return base64.b64encode(hashlib.shake_256(seed).digest(9000)).decode()
