"""The articles of the sample web, read from the TOML files in ``texts/``.

A file holds one site: its frame (menus, slogans, units ...) and its articles. What an article
says is kept apart from how a site prints it. ``README.md`` in this folder explains the fields.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib import resources
from typing import Any, Literal, cast

from crawler.sample_web.blocks import Block, Paragraph, read_blocks
from crawler.sample_web.slugs import mangled_slug, whole_slug

VIETNAM = timezone(timedelta(hours=7), "+07:00")

Gone = Literal["", "404", "410", "front page", "redirect"]
"""How a site answers for an article that it has taken down."""
Markup = Literal["", "paragraphs", "divs", "breaks", "word", "editor"]
"""How the editor left the body's HTML; "" leaves the choice to the site."""

_ANSWERS = {"slow", "cut", "stub"}
_FIELDS = {
    "id", "slug", "title", "section", "published", "undated", "lead", "body", "signature",
    "persons", "unit", "source", "attachments", "tags", "markup", "decomposed", "answer",
    "old_address", "since", "gone", "edit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """One article as its site tells it in one edition."""

    id: int
    slug: str
    title: str
    section: str
    at: datetime
    """When it went online, +07:00; of an undated article only its place in the listings."""
    dated: bool
    lead: str
    blocks: tuple[Block, ...]
    signature: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    unit: str = ""
    source: str = ""
    attachments: tuple[tuple[str, str], ...] = ()
    """(file, title), printed in the box that the CMS has for them."""
    tags: tuple[str, ...] = ()
    markup: Markup = ""
    decomposed: bool = False
    """Served in Unicode's decomposed form (NFD), as some editors leave it."""
    answer: frozenset[str] = frozenset()
    """How the page is served: any of "slow", "cut" and "stub"."""
    listed_by_old_address: bool = False
    """Listings link to an old address, which redirects to the article."""
    since: int = 1
    """Edition in which it appears."""
    gone: Gone = ""
    """How the site answers in the edition that has taken it down."""
    changed_at: datetime | None = None
    """When it was edited, in the edition that shows the edit."""


@dataclass(frozen=True, slots=True)
class SiteTexts:
    """All that a site's file holds."""

    frame: Mapping[str, Any]
    sections: Mapping[str, str]
    """Key of a section -> its name on the site."""
    stories: tuple[Story, ...]
    """In the first edition's words, newest first, those of later editions included."""
    edits: Mapping[int, Mapping[str, Any]]
    """Id of an article -> what the second edition changes in it."""

    def in_edition(self, edition: int) -> tuple[Story, ...]:
        """Every article that the site has ever had in this edition, newest first.

        Those taken down are among them, with ``gone`` set; before, ``gone`` is "".
        """
        return tuple(
            self._as_of(story, edition) for story in self.stories if story.since <= edition
        )

    def _as_of(self, story: Story, edition: int) -> Story:
        if edition < 2:
            return replace(story, gone="")
        edit = self.edits.get(story.id)
        return _edited(story, edit) if edit else story


@cache
def site_texts(site: str) -> SiteTexts:
    """Read a site's file.

    Raises ``ValueError`` naming the article for a field that is unknown, missing or impossible,
    ``FileNotFoundError`` for a site without a file.
    """
    source = resources.files(__package__).joinpath("texts", f"{site}.toml")
    data = tomllib.loads(source.read_text("utf-8"))
    make_slug = mangled_slug if data["frame"].get("mangled_slugs") else whole_slug
    stories: list[Story] = []
    edits: dict[int, Mapping[str, Any]] = {}
    for entry in data["article"]:
        try:
            stories.append(_story(entry, data["sections"], make_slug))
            if "edit" in entry:
                edits[entry["id"]] = entry["edit"]
                _edited(stories[-1], entry["edit"])
        except (KeyError, ValueError) as error:
            raise ValueError(f"{site}.toml, article {entry.get('id')}: {error!r}") from error
    stories.sort(key=lambda story: (story.at, story.id), reverse=True)
    return SiteTexts(data["frame"], data["sections"], tuple(stories), edits)


@cache
def shared_texts() -> Mapping[str, Any]:
    """What many sites have in their frames: provinces to link to, questions, weather, albums."""
    source = resources.files(__package__).joinpath("texts", "shared.toml")
    return tomllib.loads(source.read_text("utf-8"))


def _story(
    entry: Mapping[str, Any], sections: Mapping[str, str], make_slug: Callable[[str], str]
) -> Story:
    if unknown := set(entry) - _FIELDS:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    if entry["section"] not in sections:
        raise ValueError(f"no section {entry['section']!r}")
    answer = frozenset(entry.get("answer", ()))
    if answer - _ANSWERS:
        raise ValueError(f"unknown answers {sorted(answer - _ANSWERS)}")
    return Story(
        id=entry["id"],
        slug=entry.get("slug") or make_slug(_nfc(entry["title"])),
        title=_nfc(entry["title"]),
        section=entry["section"],
        at=_moment(entry["published"]),
        dated=not entry.get("undated", False),
        lead=_nfc(" ".join(entry.get("lead", "").split())),
        blocks=read_blocks(_nfc(entry["body"])),
        signature=tuple(_nfc(line) for line in entry.get("signature", ())),
        persons=tuple(_nfc(name) for name in entry.get("persons", ())),
        unit=_nfc(entry.get("unit", "")),
        source=_nfc(entry.get("source", "")),
        attachments=tuple((file, _nfc(title)) for file, title in entry.get("attachments", ())),
        tags=tuple(_nfc(tag) for tag in entry.get("tags", ())),
        markup=cast(Markup, entry.get("markup", "")),
        decomposed=entry.get("decomposed", False),
        answer=answer,
        listed_by_old_address=entry.get("old_address", False),
        since=entry.get("since", 1),
        gone=cast(Gone, entry.get("gone", "")),
    )


def _edited(story: Story, edit: Mapping[str, Any]) -> Story:
    """The story with a text replaced in its body and a paragraph added to its end."""
    before, after = _nfc(edit["replace"][0]), _nfc(edit["replace"][1])
    found = 0
    blocks: list[Block] = []
    for block in story.blocks:
        if isinstance(block, Paragraph) and before in block.text:
            block = Paragraph(block.text.replace(before, after))
            found += 1
        blocks.append(block)
    if found != 1:
        raise ValueError(f"{before!r} stands in {found} paragraphs, not in one")
    blocks.append(Paragraph(_nfc(edit["add"])))
    return replace(story, blocks=tuple(blocks), changed_at=_moment(edit["at"]))


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=VIETNAM)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=VIETNAM)
    raise ValueError(f"no date: {value!r}")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
