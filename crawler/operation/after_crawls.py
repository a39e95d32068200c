"""What the schedule does once crawls have ended, and every hour: derive, judge, tell.

One failing or slow part never keeps another from its turn: whoever relies on alerts must hear of a
site that broke also on the day on which something else broke too, and the beat of the schedule
must not wait for the attachments of a stranger.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from archive.database import open_archive
from crawler.old_logs import remove_old_logs
from crawler.operation.alerts import Send, tell
from crawler.operation.configuration import Config
from crawler.operation.drifting import examined_health
from crawler.operation.errands import Errand, end_with_starter, module_run

MODULE = "crawler.operation.after_crawls"
"""Whose ``main`` works out what follows from articles."""
DERIVE_SECONDS = 3600.0
"""At a time; what is then left is done after the next crawl, or within the hour."""
PATIENCE_SECONDS = 30.0
"""For an alert that is under way when all is to end; what did not arrive is sent again."""
NICENESS = 10


class AfterCrawls:
    """What follows from articles is worked out by a process of its own, for ``DERIVE_SECONDS`` at
    most; health is looked at and told in a thread, and old logs are removed.

    ``ways``: as in ``crawler.operation.alerts.tell``. What fails is in the log.
    """

    def __init__(
        self,
        data: Path,
        config: Config,
        ways: Sequence[Send],
        *,
        seconds: float = DERIVE_SECONDS,
    ) -> None:
        self._data, self._config, self._ways = data, config, ways
        self._owed = False
        self._module = module_run(MODULE, [str(data)], seconds)
        self._derive = Errand("What follows from all articles", self._deriving)
        self._tell = Errand("The health of the sites", self._telling)

    def ask(self, sites: Sequence[str]) -> None:
        """Have all of it done for the sites whose crawls have ended, none where only the hour has;
        returns at once."""
        if sites or self._owed:
            self._derive.ask()
        self._tell.ask()

    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._derive.idle() and self._tell.idle()

    def stop(self) -> None:
        """End what is under way: it is safe to break off, and done again. Returns at once."""
        self._derive.stop()
        self._tell.stop()

    def wait(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait, after ``stop``, for what is under way, but not for long."""
        self._derive.wait(seconds)
        if not self._tell.wait(seconds):
            logging.getLogger(__name__).warning("An alert was under way and may be sent again")

    def _deriving(self, stopping: threading.Event) -> None:
        self._owed = True  # Until it is through: what was broken off is taken up within the hour.
        self._module(stopping)
        self._owed = stopping.is_set()

    def _telling(self, stopping: threading.Event) -> None:
        now = datetime.now(UTC)
        with open_archive(self._data / "archive.db", create=False) as db:
            tell(db, examined_health(db, self._data, now), self._config.alerts, now, self._ways)
        remove_old_logs(self._data, self._config.logs, now)


def main(data: Path) -> None:
    """Work out what follows from all articles of an archive. Raises what that raises."""
    from crawler.intake.derived import update_derived
    from crawler.log_lines import DATES, log_in_vietnams_time

    log_in_vietnams_time()
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form, datefmt=DATES)
    os.nice(NICENESS)  # A crawl that waits for a host must not wait for this too.
    begun = time.monotonic()
    with open_archive(data / "archive.db", create=False) as db:
        update_derived(db, data)
    if (took := time.monotonic() - begun) > 60:
        logging.info("What follows from all articles took %d s", took)


if __name__ == "__main__":
    end_with_starter()
    main(Path(sys.argv[1]))
