"""Keeps a job within its lease: nothing is asked afterwards, and the process ends by itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.asyncio import sleep

from crawler.nodes.node_lease import NodeLeases
from crawler.politeness.manners import MannerlyDownloadHandler
from crawler.recording.handler import RecordingDownloadHandler

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

LOOK_SECONDS = 0.25
LONGEST_GRACE_SECONDS = 15.0
EXIT_LEASE_ENDED = 75


class Fence(RecordingDownloadHandler):
    """Sends a request only while the lease lasts: the last look before the wire.

    Settings: NODE_LEASES, the folder; NODE_TOKEN, the job's token.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._leases = NodeLeases(Path(str(crawler.settings["NODE_LEASES"])))
        self._token = crawler.settings.getint("NODE_TOKEN")
        self._crawl = crawler

    async def download_request(self, request: Request) -> Response:
        """As its base; without a lease it waits for the end of the process, which ``Watch`` brings.

        An error would count as the host's answer, and the frontier would give the request up.
        """
        while self._leases.remaining(self._site(), self._token) <= 0:
            await sleep(LOOK_SECONDS)
        return await super().download_request(request)

    def _site(self) -> str:
        spider = self._crawl.spider
        return spider.name if spider is not None else ""


class FencedDownloadHandler(MannerlyDownloadHandler, Fence):
    """First the manners, which may wait long; then the lease; then the wire."""


class Watch:
    """Ends this process in good order shortly before its lease does, and at once when it has.

    ``last_words`` is called before the hard end. What that loses is what a kill loses: requests
    under way, which the frontier still knows.
    """

    def __init__(
        self, leases: NodeLeases, site: str, token: int, last_words: Callable[[], None]
    ) -> None:
        self._leases, self._site, self._token = leases, site, token
        self._last_words = last_words
        left = leases.remaining(site, token)
        self._grace = min(LONGEST_GRACE_SECONDS, left / 3)
        self._over = threading.Event()
        self.asked = False
        """Whether the crawl was asked to end because its lease was about to."""
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Look no more: the crawl is over."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            left = self._leases.remaining(self._site, self._token)
            if left <= 0 and self.asked:
                self._last_words()
                os._exit(EXIT_LEASE_ENDED)
            if left <= self._grace and not self.asked:
                self.asked = True
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(LOOK_SECONDS)
