"""Redirects that a page's head asks for, looked for only in pages whose head could ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware

if TYPE_CHECKING:
    from scrapy.http import Request, Response

_LOOKED_AT = 4 * 4096
"""Bytes that hold the characters in which Scrapy looks, in any encoding."""


class MetaRefresh(MetaRefreshMiddleware):
    """In the place of Scrapy's own, which decodes every page whole to look at its beginning."""

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        if not may_ask_for_refresh(response.body):
            return response
        found: Request | Response = super().process_response(request, response)
        return found


def may_ask_for_refresh(body: bytes) -> bool:
    """Whether a page may redirect by ``<meta http-equiv="refresh">``; True wrongly does no harm.

    >>> may_ask_for_refresh(b'<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL=/vi/">')
    True
    >>> may_ask_for_refresh(b'<html><head><title>Tin</title>')
    False
    """
    # In UTF-16, letters stand between zeros.
    return b"refresh" in body[:_LOOKED_AT].replace(b"\0", b"").lower()
