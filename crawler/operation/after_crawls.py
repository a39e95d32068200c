"""What the schedule does once crawls have ended, and every hour: derive, judge, tell.

One failing part never keeps another from its turn: whoever relies on alerts must hear of a site
that broke also on the day on which something else broke too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.intake.derived import update_derived
from crawler.operation.alerts import Send, tell
from crawler.operation.configuration import AlertConfig
from crawler.operation.drifting import examined_health

logger = logging.getLogger(__name__)


def after_crawls(
    data: Path, alerts: AlertConfig, ways: Sequence[Send]
) -> Callable[[Database, Sequence[str]], None]:
    """What is to be called with the database and the sites whose crawls have ended, none where
    only the hour has. It raises nothing; what fails is in the log.

    ``ways``: as in ``crawler.operation.alerts.tell``.
    """

    def look(db: Database, sites: Sequence[str]) -> None:
        if sites:
            with _going_on(db, "What follows from all articles could not be worked out"):
                update_derived(db, data)
        with _going_on(db, "The health of the sites could not be worked out and told"):
            now = datetime.now(UTC)
            tell(db, examined_health(db, data, now), alerts, now, ways)

    return look


@contextmanager
def _going_on(db: Database, failed: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        logger.exception("%s", failed)
        db.conn.rollback()  # A transaction left open would keep the next part from writing.
