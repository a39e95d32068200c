"""What all sample sites have in common: how they route, and what makes them hard."""

from __future__ import annotations

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup as SafeHtml

from crawler.sample_web.answers import Answer, Ask, http_date, redirect
from crawler.sample_web.blocks import PictureForm
from crawler.sample_web.markup import body_html
from crawler.sample_web.pictures import file_answer
from crawler.sample_web.stories import Markup, SiteTexts, Story, shared_texts, site_texts

Handler = Callable[[Ask, "re.Match[str]"], Answer]

COOKIE_STUB = (
    b'<html><body><script>document.cookie="D1N=f285439134a8cf7f29629a33ce23fbd4"+"; expires=Fri, '
    b'31 Dec 2099 23:59:59 GMT; path=/";window.location.reload(true);</script></body></html>'
)
"""The 177 bytes that some Vietnamese hosts answer, status 200, until the cookie comes back."""

_WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


def weekday(day: date) -> str:
    """``Thứ hai`` ... ``Chủ nhật``"""
    return _WEEKDAYS[day.weekday()]


class SampleSite(ABC):
    """One site: its addresses, its templates and its quirks.

    A subclass says where things are; templates of its name in ``templates/`` say how they look.
    """

    name: ClassVar[str]
    host: ClassVar[str]
    scheme: ClassVar[str] = "http"
    page_size: ClassVar[int] = 6
    """Articles on a page of a listing."""
    robots: ClassVar[str]
    """The site's robots.txt, which forbids ``forbidden``."""
    forbidden: ClassVar[str]
    """An address that pages link to and robots.txt forbids; served when asked for all the same."""
    dead: ClassVar[str]
    """An address that listings link to and that answers 404."""
    lost: ClassVar[str]
    """The address of an article that is no more, which second pages of listings link to."""
    server: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Headers of every page."""
    compress: ClassVar[bool] = False
    validators: ClassVar[bool] = False
    """Whether articles carry ETag and Last-Modified and may be answered 304."""
    precision: ClassVar[Literal["minute", "day"]] = "day"
    """How exactly pages tell the date of publication."""
    markup: ClassVar[Markup] = "paragraphs"
    picture_form: ClassVar[PictureForm] = "plain"
    signature_class: ClassVar[str] = ""
    signature_in_body: ClassVar[bool] = True
    """Whether the signature is the body's end; else templates print it."""

    def __init__(self) -> None:
        self.texts: SiteTexts = site_texts(self.name)
        self.by_id: dict[int, Story] = {story.id: story for story in self.texts.stories}
        self._pages = Environment(
            loader=PackageLoader("crawler.sample_web", f"templates/{self.name}"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters["weekday"] = weekday
        self._routes = [(re.compile(pattern), handler) for pattern, handler in self.routes()]

    # Where things are: for each site to say.

    @abstractmethod
    def routes(self) -> Sequence[tuple[str, Handler]]:
        """(pattern for the whole target, what answers), tried in this order."""

    @abstractmethod
    def story_path(self, story: Story) -> str:
        """The address that the site itself links to."""

    @abstractmethod
    def print_path(self, story: Story) -> str:
        """The address of the print view."""

    @abstractmethod
    def old_path(self, story: Story) -> str:
        """An earlier address, which redirects to the article."""

    @abstractmethod
    def listing_path(self, section: str, page: int = 1) -> str:
        """A listing's page, counted from 1; section "" is the listing of everything."""

    def other_paths(self, story: Story) -> tuple[str, ...]:
        """Every other address that gives or leads to an article."""
        return (self.print_path(story), self.old_path(story))

    def picture_path(self, story: Story, file: str) -> str:
        return f"/uploads/images/{story.at:%Y/%m}/{file}"

    def attachment_path(self, story: Story, file: str) -> str:
        return f"/uploads/files/{story.at:%Y}/{file}"

    def absolute(self, path: str) -> str:
        return f"{self.scheme}://{self.host}{path}"

    # How it answers.

    def answer(self, ask: Ask) -> Answer:
        """Answer any request for this host."""
        if ask.target == "/robots.txt":
            return Answer(200, self.robots.encode(), "text/plain; charset=utf-8")
        if ask.target.partition("?")[0].endswith(".css"):
            css = self._pages.get_template("style.css").render()
            return Answer(200, css.encode(), "text/css; charset=utf-8", compress=self.compress)
        if ask.target == self.dead:
            return self.not_found(ask)
        if file := file_answer(ask):
            return file
        if ask.target.startswith(self.forbidden):
            return self.page("internal.html", ask)
        for pattern, handler in self._routes:
            if match := pattern.fullmatch(ask.target):
                return handler(ask, match)
        return self.not_found(ask)

    def front_page(self, ask: Ask) -> Answer:
        """The newest headlines of every section."""
        stories = self.listed(ask.edition)
        groups = [
            (name, self.listing_path(key), [s for s in stories if s.section == key][:4])
            for key, name in self.texts.sections.items()
        ]
        return self.page("front.html", ask, newest=stories[:5], groups=groups)

    def listing(self, ask: Ask, section: str, page: int) -> Answer:
        """A page of a listing, newest first; past the end, an empty one."""
        stories = [s for s in self.listed(ask.edition) if section in ("", s.section)]
        last = max(1, -(-len(stories) // self.page_size))
        start = (page - 1) * self.page_size
        return self.page(
            "listing.html",
            ask,
            section=section,
            stories=stories[start : start + self.page_size],
            number=page,
            last=last,
        )

    def story(self, ask: Ask, story: Story | None, template: str = "article.html") -> Answer:
        """An article, or what stands in its place."""
        story = self._as_of(story, ask.edition)
        if story is None:
            return self.unknown_article(ask)
        if story.gone:
            return self._taken_down(ask, story)
        if "stub" in story.answer and "D1N" not in ask.cookies:
            return Answer(200, COOKIE_STUB, "text/html")
        headers: tuple[tuple[str, str], ...] = ()
        if self.validators:
            headers = self._validators(story)
            if _unchanged(ask, dict(headers)):
                return Answer(304, headers=headers)
        answer = self.page(template, ask, story=story, **self.told(story, ask.edition))
        return replace(
            answer,
            headers=answer.headers + headers,
            delay=ask.slow_seconds if "slow" in story.answer else 0.0,
            cut="cut" in story.answer and ask.tries == 0,
        )

    def told(self, story: Story, edition: int) -> dict[str, Any]:
        """What an article's templates are given beside the story itself."""
        body = body_html(
            story.blocks,
            story.signature if self.signature_in_body else (),
            markup=story.markup or self.markup,
            picture_form=self.picture_form,
            picture_url=lambda file: self.picture_path(story, file),
            signature_class=self.signature_class,
        )
        others = [s for s in self.listed(edition) if s.id != story.id]
        place = next((n for n, s in enumerate(others) if s.at <= story.at), len(others))
        return {
            "title": self.headline(story),
            "lead": _form(story, story.lead),
            "body": SafeHtml(_form(story, body)),
            "related": [s for s in others if s.section == story.section][:5],
            "older": others[place : place + 4],
            "attachments": [
                (title, self.attachment_path(story, file)) for file, title in story.attachments
            ],
        }

    def headline(self, story: Story) -> str:
        """The title in the Unicode form in which the site keeps it."""
        return _form(story, story.title)

    def unknown_article(self, ask: Ask) -> Answer:
        """For an article that never was. Most sites show their front page, status 200."""
        return self.front_page(ask)

    def not_found(self, ask: Ask) -> Answer:
        """404, in the site's own frame."""
        return replace(self.page("missing.html", ask), status=404)

    def page(self, template: str, ask: Ask, **values: Any) -> Answer:
        """Render a template in the site's frame."""
        text = self._pages.get_template(template).render(**self.frame(ask), **values)
        return Answer(
            200,
            text.encode(),
            headers=self.server,
            compress=self.compress,
        )

    def frame(self, ask: Ask) -> dict[str, Any]:
        """What every template is given: the frame's texts, clock, counters and ticker."""
        texts = self.texts.frame
        stories = self.listed(ask.edition)
        slogans = texts["slogans"]
        return {
            "site": self,
            "ask": ask,
            "texts": texts,
            "sections": self.texts.sections,
            "today": ask.today,
            "ticker": slogans[ask.visit % len(slogans)],
            "visits": texts["visits"] + 7 * ask.visit,
            "visits_today": 311 + 3 * ask.visit,
            "online": 20 + 13 * ask.visit % 97,
            "most_read": [story for story in stories if story.dated][2::3][:5],
            "latest": stories[:6],
            "shared": shared_texts(),
        }

    def listed(self, edition: int) -> list[Story]:
        """The articles that listings show in an edition, newest first."""
        return [story for story in self.texts.in_edition(edition) if not story.gone]

    def listed_path(self, story: Story) -> str:
        """The address under which listings link to an article."""
        return self.old_path(story) if story.listed_by_old_address else self.story_path(story)

    def hits(self, story: Story, ask: Ask) -> int:
        """How often an article has been read, says the site; grows with every request."""
        return story.id * 3 % 1700 + 41 + ask.visit

    def moved(self, story: Story | None, ask: Ask) -> Answer:
        """Redirect an old address to its article."""
        story = self._as_of(story, ask.edition)
        return redirect(self.absolute(self.story_path(story))) if story else self.not_found(ask)

    def _as_of(self, story: Story | None, edition: int) -> Story | None:
        if story is None:
            return None
        return next((s for s in self.texts.in_edition(edition) if s.id == story.id), None)

    def _taken_down(self, ask: Ask, story: Story) -> Answer:
        match story.gone:
            case "410":
                return replace(self.page("missing.html", ask), status=410)
            case "front page":
                return self.front_page(ask)
            case "redirect":
                return redirect(self.absolute("/"), 302)
            case _:
                return self.not_found(ask)

    def _validators(self, story: Story) -> tuple[tuple[str, str], ...]:
        changed: datetime = story.changed_at or story.at
        return (
            ("ETag", f'W/"{story.id:x}-{int(changed.timestamp()):x}"'),
            ("Last-Modified", http_date(changed)),
        )


def _unchanged(ask: Ask, validators: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides alone where it is sent."""
    if ask.method not in ("GET", "HEAD"):
        return False
    if tags := ask.headers.get("if-none-match"):
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return validators["ETag"].removeprefix("W/") in known or "*" in known
    return ask.headers.get("if-modified-since") == validators["Last-Modified"]


def _form(story: Story, text: str) -> str:
    return unicodedata.normalize("NFD", text) if story.decomposed else text
