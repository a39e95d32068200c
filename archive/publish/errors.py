"""Errors as pages in the reader's language, or as JSON in Datasette's shape.

What went wrong inside is for the log, not for the reader.
"""

from __future__ import annotations

import errno
import sqlite3
import sys
import traceback
from typing import Any

from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError

from archive.broken_database import is_damage
from archive.publish.face import language_of
from archive.publish.language import Speaker
from archive.publish.result_size import TOO_LARGE

BAD_PARAMETER = "A parameter in the address cannot be understood."
KNOWN = {
    "Database not found": "no_database",
    "No such database": "no_database",
    "Table not found": "no_table",
    "Record not found": "no_row",
    "Statement must be a SELECT": "only_select",
    "Time limit exceeded": "too_slow",
    "SQL Interrupted": "too_slow",
    "Invalid SQL": "bad_sql",
    "Nothing to look for": "error_no_words",
    BAD_PARAMETER: "bad_parameter",
    TOO_LARGE: "too_large",
    "No such month": "no_month",
    "The owner of this archive does not publish a sitemap": "no_sitemap",
}
"""Messages and titles of Datasette and our own -> key of the words that say the same."""


DAMAGED = {
    "vi": "Cơ sở dữ liệu của kho bị hỏng một phần. Các tệp WARC không bị ảnh hưởng; người quản lý"
    " kho có thể kiểm tra bằng `congdoan verify`, dựng lại bằng `congdoan rebuild` hoặc lấy lại bản"
    " sao lưu bằng `congdoan restore`.",
    "en": "The archive's database is damaged. The WARC files are not touched by that: its owner can"
    " look with `congdoan verify`, make it anew with `congdoan rebuild`, or bring back a backup"
    " with `congdoan restore`.",
}
"""What is said where a page cannot be made since the database is damaged, by language."""


_READERS = ("datasette.filters", "datasette.facets", "datasette.views.table")
"""Where Datasette reads what a request asks for (``_through``, ``_facet``, ``id__in``, ...) without
looking whether it can be read."""
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
_NO_VALUES = ("null character", "binding parameter", "too large to convert to SQLite")
"""What sqlite3 says of values that no query and no table can hold."""


def _unread_by_datasette(exception: BaseException) -> bool:
    """Whether Datasette stumbled over a parameter that makes no sense: the asker's mistake."""
    if any(words in str(exception) for words in _NO_VALUES):
        return isinstance(exception, ValueError | OverflowError | sqlite3.Error)
    reading = False
    for frame, _ in traceback.walk_tb(exception.__traceback__):
        module = str(frame.f_globals.get("__name__", ""))
        # What a reader calls of ours may be at fault itself.
        reading = (reading or module in _READERS) and not module.startswith("archive.")
    return isinstance(exception, _UNREADABLE) and reading


async def error_response(datasette: Any, request: Request, exception: Exception) -> Response:
    """The answer to a request that failed: a page, or JSON where the address ends in ``.json``.

    Mistakes of the asker are 4xx. What went wrong inside goes to standard error.
    """
    status, message, title, more = 500, "Internal error", None, {}
    if isinstance(exception, DatasetteError):
        status, message, title = exception.status, str(exception.message), exception.title
        more = dict(exception.error_dict or {})
        if exception.message_is_html:  # written for Datasette's own page
            message = str(title or "")
        if status == 500 and message.startswith(("Cannot ", "Invalid _through")):
            status = 400  # what was asked for is wrong (a column that is not there), not we
    elif isinstance(exception, Base400):
        status = exception.status
        message = str(exception.args[0]) if exception.args else ""
    elif isinstance(exception, sqlite3.OperationalError) and "interrupted" in str(exception):
        status, message = 503, "Time limit exceeded"
    elif isinstance(exception, OSError) and exception.errno == errno.ENAMETOOLONG:
        status, message = 404, ""
    elif _unread_by_datasette(exception):
        status, message = 400, BAD_PARAMETER
    elif is_damage(exception):
        message = DAMAGED["en"]
        print(f"{request.path}: {exception}: see `congdoan verify`", file=sys.stderr)
    else:
        traceback.print_exception(exception, file=sys.stderr)
    if request.path.endswith(".json"):
        body = {**more, "ok": False, "error": message, "status": status, "title": title}
        return Response.json(body, status=status)
    t = Speaker(language_of(request))
    said = t(KNOWN[message]) if message in KNOWN else message
    if message == DAMAGED["en"]:
        said = DAMAGED[language_of(request)]
    heading = t(KNOWN[title]) if title in KNOWN else title
    context = {"status": status, "error": "" if said == heading else said, "title": heading}
    html = await datasette.render_template("error.html", context, request=request)
    return Response.html(html, status=status)
