"""Shapes of Datasette's JSON (``?_shape=``): one that there is not is refused with status 400.

Datasette says so in the body of its answer, but under status 200 wherever a query was run.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs

SHAPES = ("arrays", "arrayfirst", "objects", "object", "array")
_QUERY = re.compile(r"/[^/]+\.json")


def wrong_shape(path: str, query_string: str) -> str:
    """What is wrong with the shape that a request for JSON asks for; "" where nothing is.

    >>> wrong_shape("/archive/articles.json", "_shape=round")
    'Invalid _shape: round'
    >>> wrong_shape("/archive/articles.json", "_shape=object")
    ''
    >>> wrong_shape("/archive.json", "sql=select+1&_shape=object")
    '_shape=object is only available on tables'
    """
    if not path.endswith(".json") or "_shape" not in query_string:
        return ""
    shape = parse_qs(query_string, keep_blank_values=True).get("_shape", ["arrays"])[0]
    if shape not in SHAPES:
        return f"Invalid _shape: {shape[:80]}"
    if shape == "object" and _QUERY.fullmatch(path):
        return "_shape=object is only available on tables"
    return ""
