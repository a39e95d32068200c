"""A hostile WACZ file is refused by name, whatever is wrong with it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.database import ArchiveError
from crawler.commands.importing import import_
from crawler.intake.unpacking import unpack_wacz

METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def package(method: int, name: str = "archive/a.warc.gz") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr(name, b"hello world" * 300)
        made.writestr("datapackage.json", b'{"resources":[]}')
    return out.getvalue()


def tried(folder: Path, data: bytes) -> str:
    """What is said against a file; "" where it is unpacked. Anything but ArchiveError raises."""
    path, out = folder / "theirs.wacz", folder / "out"
    path.write_bytes(data)
    out.mkdir(exist_ok=True)
    try:
        unpack_wacz(path, out)
    except ArchiveError as error:
        assert str(path) in str(error)
        assert str(error).isprintable()
        return str(error)
    return ""


@pytest.mark.parametrize("method", ["bzip2", "lzma"])
def test_other_ways_of_packing_are_refused(tmp_path: Path, method: str) -> None:
    assert "no WACZ file is" in tried(tmp_path, package(METHODS[method]))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", [1, 99, 255])
def test_no_byte_of_its_tables_raises_anything_else(
    tmp_path: Path, method: str, value: int
) -> None:
    data = package(METHODS[method])
    sizes = {b"PK\x03\x04": 48, b"PK\x01\x02": 64, b"PK\x05\x06": 22}
    places = sorted(
        {
            found.start() + at
            for mark, size in sizes.items()
            for found in re.finditer(re.escape(mark), data)
            for at in range(min(size, len(data) - found.start()))
        }
    )
    said = {tried(tmp_path, data[:at] + bytes([value]) + data[at + 1 :]) for at in places}
    assert len(said) > 3


@given(st.data(), st.sampled_from(sorted(METHODS)))
def test_no_damage_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject, method: str
) -> None:
    data = bytearray(package(METHODS[method]))
    for at, value in draw.draw(
        st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), max_size=6)
    ):
        data[at] = value
    tried(tmp_path_factory.getbasetemp(), bytes(data[: draw.draw(st.integers(1, len(data)))]))


def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    data = package(zipfile.ZIP_STORED, "archive/é.warc.gz").replace("é".encode(), b"\xff\xfe")
    path = tmp_path / "theirs.wacz"
    path.write_bytes(data)
    done = CliRunner().invoke(import_, [str(path), "--data", str(tmp_path / "data")])
    assert done.exit_code == 1
    assert str(path) in done.stderr and "database" not in done.stderr.lower()


def test_a_disk_that_takes_nothing_is_told_as_that(tmp_path: Path) -> None:
    path = tmp_path / "theirs.wacz"
    path.write_bytes(package(zipfile.ZIP_STORED))
    with pytest.raises(ArchiveError, match=r"cannot be written: No such file"):
        unpack_wacz(path, tmp_path / "nowhere")
