"""What an archive's owner has written: Datasette's metadata, in a file beside the archive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datasette.utils import parse_metadata

from archive.database import ArchiveError
from archive.publish.settings import PLUGIN

NAMES = ("metadata.yaml", "metadata.yml", "metadata.json")


def metadata_beside(data: Path) -> Path | None:
    """The metadata file in an archive's folder; None where its owner has written none."""
    return next((data / name for name in NAMES if (data / name).exists()), None)


def read_metadata(path: Path | None) -> dict[str, Any]:
    """What a metadata file says, keys without a value left out; {} for None.

    Raises ArchiveError, which names the file, where it cannot be read, is neither JSON nor YAML,
    or is not a mapping of names to values, as it must be at the top, below ``plugins`` and below
    each plugin.
    """
    if path is None:
        return {}
    try:
        parsed: object = parse_metadata(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArchiveError(f"Cannot read the metadata file {path}: {error}") from error
    except Exception as error:
        raise ArchiveError(f"{path} is neither JSON nor YAML: {error}") from error
    found = _mapping(parsed, f"{path} must hold names and values, such as `title: ...`")
    if "plugins" in found:
        plugins = _mapping(found["plugins"], f"{path}: plugins must hold names of plugins")
        for name in plugins:
            problem = f"{path}: plugins: {name} must hold settings by name"
            plugins[name] = _mapping(plugins[name], problem)
        found["plugins"] = plugins
    return found


def with_settings(metadata: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the metadata with ``settings`` of ours, which outrank those it has."""
    copy: dict[str, Any] = json.loads(json.dumps(dict(metadata), default=str))
    if settings:
        plugins = copy.get("plugins") or {}
        copy["plugins"] = {**plugins, PLUGIN: {**(plugins.get(PLUGIN) or {}), **settings}}
    return copy


def _mapping(value: object, problem: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ArchiveError(f"{problem}, not {str(value)[:80]!r}.")
    return {str(name): inner for name, inner in value.items() if inner is not None}
