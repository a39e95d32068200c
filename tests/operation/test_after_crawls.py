"""After crawls: one part that fails keeps no other from its turn."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.operation.after_crawls import after_crawls
from crawler.operation.configuration import AlertConfig

ALERTS = AlertConfig(words=("never",))


def sent_by(letters: list[str], db: Database, data: Path, sites: list[str]) -> None:
    def send(title: str, body: str) -> bool:
        letters.append(body)
        return True

    after_crawls(data, ALERTS, [send])(db, sites)


@pytest.mark.parametrize("broken", ["attachment_texts", "article_copies"])
def test_alerts_are_sent_though_something_else_broke(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    db.execute(f"alter table {broken} rename to was_{broken}")
    letters: list[str] = []
    with caplog.at_level(logging.ERROR):
        sent_by(letters, db, tmp_path, ["lang_son"])
    assert "What follows from all articles could not be worked out" in caplog.text
    assert len(letters) == 1 and "lang_son: never" in letters[0]


def test_health_that_cannot_be_told_raises_nothing(
    db: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    db.execute("alter table health_states rename to was_health_states")
    letters: list[str] = []
    with caplog.at_level(logging.ERROR):
        sent_by(letters, db, tmp_path, [])
    assert "could not be worked out and told" in caplog.text
    assert letters == []
