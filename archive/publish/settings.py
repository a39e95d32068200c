"""What the owner of an archive decides about its face, read from Datasette's metadata."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

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
    contact: str = ""
    """Shown in the footer: whom to ask about the archive."""

    @classmethod
    def of(cls, datasette: Any) -> FaceSettings:
        given = datasette.plugin_config(PLUGIN) or {}
        known = {field.name: field.type for field in fields(cls)}
        chosen = {name: value for name, value in given.items() if name in known}
        for name in ("replay_origin", "address"):
            chosen[name] = _origin(chosen.get(name))
        return cls(**chosen)


def _origin(value: object) -> str:
    """A scheme and host as they may stand in headers and links; "" where it is none."""
    origin = str(value or "").rstrip("/")
    return origin if re.fullmatch(r"https?://[a-zA-Z0-9.:\[\]-]+", origin) else ""
