"""Addresses as strangers write them, in pages and after ``/web/``: read without ever raising.

What captures hold and readers ask for need not be addresses at all (``http://[``, a port that is
no number, a host that no name system takes). The libraries that read addresses raise on such;
here they give "" or stay as they were written.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from w3lib.url import safe_url_string

_SPACES = re.compile(r"[\t\n\r\f\x00-\x1f]+")
_ENCODED_WHOLE = re.compile(r"https?%3A", re.IGNORECASE)
_SLASHES = re.compile(r"^(https?):/+")
_AS_WRITTEN = "%/:=&?~#+!$,;@()*[]-._|"
"""Characters besides letters and digits that an address keeps within a path of ours."""


def without_spaces(written: str) -> str:
    """As browsers read an address in a page: no space around it, no line end or tab within.

    >>> without_spaces(" /tin\\n-1.html ")
    '/tin-1.html'
    """
    return _SPACES.sub("", written.strip())


def joined(base: str, written: str) -> str:
    """An address made absolute; "" for what is no http address.

    >>> joined("http://a.vn/tin/", "1.html"), joined("http://a.vn/", "//b.vn:x/")
    ('http://a.vn/tin/1.html', '')
    """
    try:
        target = urljoin(base, without_spaces(written))
        parts = urlsplit(target)
        parts.port  # noqa: B018  (raises where it is no number)
    except ValueError:
        return ""
    return target if parts.scheme in ("http", "https") else ""


def absolute(base: str, written: str, charset: str = "utf-8") -> str:
    """The same, escaped as browsers do before they ask for it; ``charset`` is the page's.

    >>> absolute("http://a.vn/", "anh tin.jpg"), absolute("http://a.vn/", "http://[")
    ('http://a.vn/anh%20tin.jpg', '')
    """
    target = joined(base, written)
    try:
        return safe_url_string(target, charset) if target else ""
    except (ValueError, LookupError):  # UnicodeError is a ValueError, an unknown charset the other
        return ""


def asked_for(written: str) -> str:
    """The address that stands in a path of ours; a form or a person may have encoded it whole.

    One that cannot be read stays as it is: it was captured under that name, or not at all.

    >>> asked_for("http%3A%2F%2Fa.vn%2Ftin"), asked_for("http:/a.vn"), asked_for("http://[")
    ('http://a.vn/tin', 'http://a.vn', 'http://[')
    """
    if _ENCODED_WHOLE.match(written):
        written = unquote_to_bytes(written).decode("utf-8", "replace")
    written = _SLASHES.sub(r"\1://", written)
    if "://" not in written:
        written = f"http://{written}"
    try:
        return safe_url_string(written)
    except ValueError:
        return written


def in_path(address: str) -> str:
    """The address as it may stand in a path of ours: ASCII, safe in a header and in quotes.

    >>> in_path('http://a.vn/đ"')
    'http://a.vn/%C4%91%22'
    """
    return quote(address.encode("utf-8", "replace"), safe=_AS_WRITTEN)


def last_part(address: str) -> str:
    """What stands behind the last slash of an address's path; "" where there is nothing.

    >>> last_part("http://a.vn/tep/so-lieu.xls?ban=1"), last_part("http://[")
    ('so-lieu.xls', '')
    """
    try:
        return urlsplit(address).path.rpartition("/")[2]
    except ValueError:
        return ""
