"""What the owner of an archive decides about its face, read from Datasette's metadata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from string import Formatter
from typing import Any

from archive.database import ArchiveError

PLUGIN = "congdoan-archive"
"""Key under ``plugins`` in Datasette's metadata."""


@dataclass(frozen=True, slots=True)
class FaceSettings:
    """Every value has a safe default; unknown keys are ignored."""

    title: str = "Công đoàn Archive"
    replay_origin: str = ""
    """Where pages as captured are shown, such as ``http://127.0.0.1:8002``; "" for nowhere."""
    replay_path: str = "/capture/{capture}"
    """Appended to ``replay_origin``: ``{capture}`` is the capture's id, ``{timestamp}`` 14 digits
    of UTC, ``{url}`` the address."""
    replay_picture_path: str = "/web/{timestamp}im_/{url}"
    """The same for a captured picture, which article pages then show."""
    allow_indexing: bool = False
    """Whether search engines may index the texts, which belong to the sites they came from."""
    address: str = ""
    """Where readers find the archive, such as ``https://luutru.example.vn``, if a proxy stands
    before it; "" where they use the address that it listens on."""
    remember_searches: bool = True
    """Whether the matches of recent searches are held in memory (some 20 MB) until the database
    changes."""
    contact: str = ""
    """Shown in the footer: whom to ask about the archive."""

    @classmethod
    def of(cls, datasette: Any) -> FaceSettings:
        """What the owner has written for a Datasette, or the defaults.

        Raises ArchiveError as ``read`` does; a face that has started has been asked once.
        """
        return cls.read(datasette.plugin_config(PLUGIN))

    @classmethod
    def read(cls, given: object) -> FaceSettings:
        """The settings below ``plugins: congdoan-archive``, as YAML or JSON gave them.

        A key without a value is as if it were not there. Yes and no may also be words in quotes,
        as an environment variable gives them: ``"false"`` means no.

        Raises ArchiveError, which names the setting, for a value that it cannot have: whoever
        writes ``allow_indexing: "nein"`` must not get the opposite of what was meant.
        """
        if given is None:
            return cls()
        if not isinstance(given, Mapping):
            raise ArchiveError(f"plugins: {PLUGIN} in the metadata must hold settings by name.")
        chosen: dict[str, Any] = {}
        for name, default in ((field.name, field.default) for field in fields(cls)):
            value = given.get(name)
            if value is not None:
                yes_or_no = isinstance(default, bool)
                chosen[name] = _yes_or_no(name, value) if yes_or_no else _text(name, value)
        for name in _ORIGINS & chosen.keys():
            chosen[name] = _origin(name, chosen[name])
        for name in _PATHS & chosen.keys():
            _check_path(name, chosen[name])
        return cls(**chosen)


_ORIGINS = {"replay_origin", "address"}
_PATHS = {"replay_path", "replay_picture_path"}
_FILLED = {"capture", "timestamp", "url"}
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _wrong(name: str, value: object, wanted: str) -> ArchiveError:
    return ArchiveError(f"{name} in the metadata must be {wanted}, not {str(value)[:80]!r}.")


def _yes_or_no(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    meant = _WORDS.get(value.strip().lower()) if isinstance(value, str) else None
    if meant is None:
        raise _wrong(name, value, "true or false")
    return meant


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(name, value, "text (in quotes, where YAML takes it for something else)")
    return value


def _origin(name: str, value: str) -> str:
    """A scheme and host as they may stand in headers and links, or ""."""
    origin = value.strip().rstrip("/")
    if origin and not re.fullmatch(r"https?://[a-zA-Z0-9.:\[\]-]+", origin):
        raise _wrong(name, value, "an origin such as https://luutru.example.vn, without a path")
    return origin


def _check_path(name: str, path: str) -> None:
    wanted = "a path, with {capture}, {timestamp} and {url} as its only braces"
    try:
        parts = list(Formatter().parse(path))
    except ValueError as error:
        raise _wrong(name, path, wanted) from error
    if not path.startswith("/") or any(
        field is not None and (field not in _FILLED or form or conversion)
        for _, field, form, conversion in parts
    ):
        raise _wrong(name, path, wanted)
