"""WARC files out of a WACZ file, within bounds: a ZIP from elsewhere is hostile input.

Read is what WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/) puts under ``archive/``, and
the digests that its ``datapackage.json`` gives. Nothing is written to a place that the ZIP names.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from archive.database import ArchiveError
from archive.warc.file import WARC_SUFFIXES

MAX_MEMBERS = 100_000
MAX_RATIO = 50
"""Bytes that a byte of the ZIP may become. WARC members are stored, or compressed already."""
MAX_DESCRIPTION_BYTES = 50_000_000
_CHUNK = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How files in a WACZ are packed. Other unpackers are larger doors for hostile input."""


def is_wacz(path: Path) -> bool:
    """Whether a file is a WACZ by its name or its beginning.

    Raises OSError where it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04" or path.suffix.lower() == ".wacz"


def unpack_wacz(path: Path, folder: Path) -> list[tuple[Path, str]]:
    """Write the WARC files of a WACZ into ``folder`` (which must exist); where they are, and what
    they are called in it.

    Raises ArchiveError, which names the file, for what is no WACZ or damaged, for a digest that
    does not fit, for a ZIP that would become much larger than it is, and where the disk does not
    take what is unpacked.
    """
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
            if len(members) > MAX_MEMBERS:
                raise ArchiveError(f"{path} holds more than {MAX_MEMBERS} files.")
            digests = _digests(path, package)
            wanted = [member for member in members if _is_warc(member.filename)]
            for member in wanted:
                if member.compress_type not in _METHODS:
                    raise ArchiveError(
                        f"{path}: {_printable(member.filename)} is packed in a way that no WACZ"
                        f" file is (method {member.compress_type})."
                    )
            size = sum(member.file_size for member in wanted)
            if size > MAX_RATIO * max(path.stat().st_size, _CHUNK):
                raise ArchiveError(f"{path} would become {size} bytes: not unpacked.")
            if not wanted:
                raise ArchiveError(f"{path} holds no WARC file under archive/.")
            return [
                (
                    _unpack(path, package, member, folder / _name(number, member), digests),
                    _printable(member.filename),
                )
                for number, member in enumerate(wanted, 1)
            ]
    except ArchiveError:
        raise
    except Exception as error:  # zipfile and its unpackers raise a dozen kinds, OSError too.
        raise ArchiveError(f"{path} is no whole WACZ file: {_printable(str(error))}") from error


def _unpack(
    path: Path,
    package: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    target: Path,
    digests: dict[str, str],
) -> Path:
    digest, size, told = hashlib.sha256(), 0, _printable(member.filename)
    with package.open(member) as source, _writing(target) as write:
        for chunk in _chunks(source):
            size += len(chunk)
            if size > member.file_size:
                raise ArchiveError(f"{path}: {told} is larger than it says.")
            digest.update(chunk)
            write(chunk)
    wanted = digests.get(member.filename)
    if wanted is not None and wanted != f"sha256:{digest.hexdigest()}":
        raise ArchiveError(f"{path}: {told} is not what datapackage.json says.")
    return target


@contextmanager
def _writing(target: Path) -> Iterator[Callable[[bytes], None]]:
    """A function that writes into a new file. What the disk refuses is an ArchiveError: an OSError
    of a ZIP's own unpackers means something else."""

    def refused(error: OSError) -> ArchiveError:
        return ArchiveError(f"{target} cannot be written: {error.strerror or error}")

    try:
        out = target.open("wb")
    except OSError as error:
        raise refused(error) from error
    with out:

        def write(chunk: bytes) -> None:
            try:
                out.write(chunk)
                out.flush()
            except OSError as error:
                raise refused(error) from error

        yield write


def _digests(path: Path, package: zipfile.ZipFile) -> dict[str, str]:
    """SHA-256 of the files, as ``datapackage.json`` gives them; older WACZ files give none."""
    try:
        member = package.getinfo("datapackage.json")
    except KeyError:
        return {}
    if member.file_size > MAX_DESCRIPTION_BYTES:
        raise ArchiveError(f"{path}: datapackage.json is too large.")
    with package.open(member) as file:
        raw = file.read(MAX_DESCRIPTION_BYTES + 1)
    try:
        described: Any = json.loads(raw)
        resources = described["resources"] if isinstance(described, dict) else []
        return {
            str(resource["path"]): str(resource["hash"])
            for resource in resources
            if str(resource.get("hash", "")).startswith("sha256:")
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArchiveError(f"{path}: datapackage.json cannot be read.") from error


def _is_warc(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return len(parts) > 1 and parts[0] == "archive" and name.endswith(WARC_SUFFIXES)


def _name(number: int, member: zipfile.ZipInfo) -> str:
    """A name of our own in the order of the ZIP, ending as the member's."""
    suffix = ".warc.gz" if member.filename.endswith(".gz") else ".warc"
    stem = PurePosixPath(member.filename).name.removesuffix(".gz").removesuffix(".warc")
    safe = "".join(letter if letter.isalnum() and letter.isascii() else "_" for letter in stem)
    return f"{number:05}-{safe[:100]}{suffix}"


def _printable(name: str) -> str:
    """A member's name for a terminal, whatever it holds."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:200])


def _chunks(source: Any) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk
