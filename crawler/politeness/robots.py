"""robots.txt is obeyed by every request, also by those that wait while it is being read.

Scrapy 2.19 lets the requests of a host wait on one Deferred. Where asyncio runs, turning it into a
future leaves it without its result, so that from the third request on none sees the rules, and
all are sent. Here each waits as before and then looks the rules up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from scrapy.http import Request
    from scrapy.robotstxt import RobotParser


class ObeyedRobots(RobotsTxtMiddleware):
    """In the place of Scrapy's own middleware."""

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host; None where it gave none."""
        await super().robot_parser(request)
        rules = self._parsers[urlparse_cached(request).netloc]
        return None if isinstance(rules, Deferred) else rules
