"""One sample archive and one face of it for all tests of this folder."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.publish.serve import make_face
from tests.publish.sample import build_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    path = tmp_path_factory.mktemp("sample") / "archive.db"
    return path, build_sample(path)


@pytest.fixture(scope="session")
def ids(sample: tuple[Path, dict[str, int]]) -> dict[str, int]:
    return sample[1]


@pytest.fixture
def data(sample: tuple[Path, dict[str, int]], tmp_path: Path) -> Path:
    """A folder with a copy of the sample archive, for tests that serve or change it."""
    source = sqlite3.connect(sample[0])
    target = sqlite3.connect(tmp_path / "archive.db")
    with contextlib.closing(source), contextlib.closing(target):
        source.backup(target)
        target.execute("pragma journal_mode = wal")
    return tmp_path


def close(face: Any) -> None:
    if face.executor is not None:
        face.executor.shutdown()
    for database in face.databases.values():
        database.close()


@pytest.fixture(scope="session")
def face(sample: tuple[Path, dict[str, int]]) -> Iterator[Any]:
    made = make_face(sample[0], replay_origin="http://127.0.0.1:9")
    yield made
    close(made)
