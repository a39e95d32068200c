"""What several tests of the unattended run start from."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.database import open_archive
from tests.operation.newsroom import Newsroom


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_archive(tmp_path / "archive.db")


@pytest.fixture
def room(db: Database) -> Newsroom:
    """A site that has been crawled for 60 days and publishes three articles a day."""
    newsroom = Newsroom(db)
    for _ in range(60):
        newsroom.crawl_day()
    newsroom.later(hours=1)
    return newsroom
