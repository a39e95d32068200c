"""What several tests of the unattended run start from."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.database import open_archive


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_archive(tmp_path / "archive.db")
