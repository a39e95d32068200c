"""What every page of our own shares: language, addresses, rendering."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import quote, unquote

from datasette.utils.asgi import Request, Response

from archive.publish.language import COOKIE, PARAMETER, Speaker, choose_language
from archive.publish.settings import FaceSettings
from archive.publish.snapshot import archive_database


def language_of(request: Request | None) -> str:
    """The language of the answer, "vi" or "en": as the address says, else the cookie, else the
    browser."""
    if request is None:
        return "vi"
    return choose_language(
        request.args.get(PARAMETER) or "",
        request.cookies.get(COOKIE, ""),
        request.headers.get("accept-language", ""),
    )


class Addresses:
    """Paths of the archive's own pages, whatever Datasette's base_url is."""

    def __init__(self, datasette: Any, request: Request | None = None) -> None:
        self._datasette = datasette
        self._request = request
        self.database: str = archive_database(datasette).name

    def path(self, path: str) -> str:
        """A path of the archive (``/search``) below Datasette's base_url."""
        return str(self._datasette.urls.path(path))

    def article(self, key: int) -> str:
        """The page of the article with this id."""
        return self.path(f"/{quote(self.database)}/articles/{key}")

    def province(self, name: str) -> str:
        """The page of a province as it was until 2025."""
        return self.path(f"/provinces/{quote(name, safe='')}")

    def province_2025(self, name: str) -> str:
        """The page of a province since 2025."""
        return self.path(f"/provinces-2025/{quote(name, safe='')}")

    def site(self, name: str) -> str:
        """The page of a site, by its short name."""
        return self.path(f"/sites/{quote(name, safe='')}")

    def month(self, month: str) -> str:
        """The page of a month, as ``2024-05``."""
        return self.path(f"/months/{month}")

    def static(self, name: str) -> str:
        """A style sheet, script or picture of the face."""
        return self.path(f"/static/{name}")

    def absolute(self, path: str) -> str:
        """A path with the owner's public address before it, else with that of the request."""
        address = FaceSettings.of(self._datasette).address
        return address + path if address else str(self._datasette.absolute_url(self._request, path))


def path_value(request: Request, name: str) -> str:
    """A value of the route, percent-decoded and NFC."""
    return unicodedata.normalize("NFC", unquote(request.url_vars[name]))


def common_context(datasette: Any, request: Request | None) -> dict[str, Any]:
    """What templates, ours and Datasette's, find besides their own variables."""
    language = language_of(request)
    speaker = Speaker(language)
    context: dict[str, Any] = {
        "t": speaker,
        "language": language,
        "face": FaceSettings.of(datasette),
    }
    try:
        context["to"] = Addresses(datasette, request)
    except Exception:  # an error page must not fail for want of a database
        context["to"] = None
    if request is not None:
        other = "en" if language == "vi" else "vi"
        kept = [part for part in request.query_string.split("&") if part]
        kept = [part for part in kept if not part.startswith(PARAMETER + "=")]
        context["other_language"] = other
        context["switch_url"] = request.path + "?" + "&".join([*kept, f"{PARAMETER}={other}"])
    return context


async def page(
    datasette: Any,
    request: Request,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> Response:
    """A page made from one of our templates."""
    html = await datasette.render_template(template, context, request=request)
    return Response.html(html, status=status)
