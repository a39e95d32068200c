"""Addresses: absolute, canonical, and the key that says which addresses are one article.

Old Vietnamese CMSs put identifiers where cleaners expect rubbish (``cid``, ``uid``, ``source``,
``NID``, a bare slug as a parameter, ``&`` and ``@`` in paths), so nothing is dropped here that is
not known to be tracking or a session.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urljoin

from crawler.extraction.remembered import remembered, remembered_with

MAX_URL = 4000
"""Characters; a longer href is no address (data smuggled into a link, a broken template)."""

_SHORT = 300
"""Characters of an address up to which it is remembered."""
_PORTS = {"http": "80", "https": "443"}

_URL_RE = re.compile(r"(https?):/{2,}([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.I | re.S)
_HEAD_RE = re.compile(r"https?://[\w.:-]+(?=/)", re.A)
_SCHEME_RE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_HOST_RE = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?|\[[0-9a-f:.]+\]"
)
_BLANKS_RE = re.compile("[\t\n\r\x00]")
_PATH_UNSAFE_RE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
_QUERY_UNSAFE_RE = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# Nearly all links of a page: from the root, nothing to resolve, escape or clean.
_PLAIN_PATH_RE = re.compile(r"/(?!/)[A-Za-z0-9\-._~!$&'()*+,=:@/]*(?:\?[A-Za-z0-9\-._~&=/]+)?")
# And most others: whole, of a plain host without a port, with nothing to clean either.
_PLAIN_WHOLE_RE = re.compile(
    r"https?://(?=[a-z0-9.-]{1,253}/)(?:[a-z0-9]+(?:-+[a-z0-9]+)*+\.)++[a-z]{2,}"
    r"/(?!/)[A-Za-z0-9\-._~!$&'*+,=:@/]*+"
)
_AMP_RE = re.compile(r"&(?:amp;)+")

_TRACKING_LIST = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ymclid twclid ttclid igshid igsh mc_cid
    mc_eid zarsrc zclid zsrc gidzl _ga _gl _openstat mibextid wt_mc spm_id_from fb_action_ids
    fb_action_types fb_source fb_ref action_object_map action_type_map action_ref_map
    pk_campaign pk_kwd pk_source pk_medium hsctatracking _hsenc _hsmi mkt_tok vero_id vero_conv
    oly_anon_id oly_enc_id soc_src soc_trk
"""
_TRACKING = frozenset(_TRACKING_LIST.split())
_TRACKING_PREFIXES = ("utm_", "hsa_", "matomo_", "mtm_", "__hs")
_SESSION_LIST = """
    jsessionid phpsessid asp.net_sessionid aspsessionid cftoken sessionid session_id sessid
    phpsession phpsessionid nv_sess checkss
"""
_SESSIONS = frozenset(_SESSION_LIST.split())
_TOKEN_RE = re.compile(r"[0-9a-fA-F]{20,}|[0-9A-Za-z]{24,}")
_HEX32_RE = re.compile(r"[0-9a-f]{32}")
_PATH_SESSION_RE = re.compile(r";jsessionid=[^/;]*", re.I)
_COOKIELESS_RE = re.compile(r"/\((?:[ASFX]\([0-9A-Za-z_-]{6,}\))+\)(?=/)", re.I)


def head_of(url: str) -> str:
    """An address up to its host, by which is remembered what depends on no more; the whole of one
    that is not written plainly.

    >>> head_of("http://congdoan.vn/tin/bai-12.html")
    'http://congdoan.vn'
    """
    head = _HEAD_RE.match(url)
    return head[0] if head else url


def _origin(base: str) -> str:
    return _origin_of(head_of(base))


@lru_cache(maxsize=256)
def _origin_of(base: str) -> str:
    match = _URL_RE.fullmatch(base.strip())
    host = _host(match[2]) if match else ""
    return f"{match[1].lower()}://{host}" if match and host else ""


def absolute(base: str, href: str) -> str:
    """The http(s) address that ``href`` means on the page ``base``; "" where it means none.

    >>> absolute("http://a.vn/tin/1.html", "../anh/2.jpg"), absolute("http://a.vn/", "tel:113")
    ('http://a.vn/anh/2.jpg', '')
    """
    if _PLAIN_PATH_RE.fullmatch(href) and len(href) <= MAX_URL and "/." not in href:
        origin = _origin(base)
        return origin + href if origin else ""
    if _is_plain(href):
        return href
    href = _BLANKS_RE.sub("", href[: MAX_URL + 1]).strip()
    if not href or len(href) > MAX_URL or href.startswith("#"):
        return ""
    if _SCHEME_RE.match(href) and not href[:5].lower().startswith("http"):
        return ""
    try:
        joined = urljoin(base.strip(), href.replace("\\", "/"))
    except ValueError:
        return ""
    match = _URL_RE.fullmatch(joined)
    if match is None:
        return ""
    host = _host(match[2])
    if not host:
        return ""
    path = _quoted(_PATH_UNSAFE_RE, _without_dots(match[3]) or "/")
    query = _quoted(_QUERY_UNSAFE_RE, match[4] or "")
    fragment = (match[5] or "").replace(" ", "%20")
    return f"{match[1].lower()}://{host}{path}{query}{fragment}"


def _is_plain(url: str) -> bool:
    """Whether an address is whole and already in its one form."""
    return len(url) <= MAX_URL and _PLAIN_WHOLE_RE.fullmatch(url) is not None and "/." not in url


def canonical_url(url: str, rules: Sequence[tuple[str, str]] = ()) -> str:
    """The one form of an address under which an article is kept.

    Scheme and host in lower case, no default port, user or fragment, dot segments resolved (also
    above the root), percent-escapes in one form, tracking and session parameters gone; every
    other parameter stays, in its place. ``rules`` are (pattern, replacement) pairs for ``re.sub``
    that turn print, save, mobile or paging variants into the main address. Idempotent as long as
    the rules are. A text that is no http(s) address comes back stripped.

    >>> canonical_url("HTTP://Congdoan.VN:80/../tin/bai-12.html?utm_source=zalo&cid=3#top")
    'http://congdoan.vn/tin/bai-12.html?cid=3'
    """
    return _canonical(url, tuple(rules))


@remembered_with(count=4096, longest=_SHORT)
def _canonical(url: str, rules: tuple[tuple[str, str], ...]) -> str:
    # A page's address is asked for by its links, by itself and by what it says of itself.
    url = _normal(url)
    for pattern, replacement in rules:
        changed = re.sub(pattern, replacement, url)
        if changed != url:
            url = _normal(changed)
    return url


@remembered(count=4096, longest=_SHORT)
def article_key(url: str) -> str:
    """What decides whether two addresses are the same article; not an address itself.

    The canonical address without scheme, "www." and trailing slash, its parameters in order of
    name. On ASP.NET, whose servers ignore case and where ``language`` chooses only the frame's
    language, case is folded and ``language`` left out.

    >>> article_key("https://www.a.vn/x/?b=1&a=2") == article_key("http://a.vn/x?a=2&b=1")
    True
    """
    match = _URL_RE.fullmatch(_normal(url))
    if match is None:
        return url.strip()
    host = match[2].removeprefix("www.")
    path = match[3].rstrip("/")
    parts = match[4][1:].split("&") if match[4] else []
    if ".aspx" in path[-40:].lower():
        path = path.lower()
        named = [(name.lower(), eq, value) for name, eq, value in (p.partition("=") for p in parts)]
        parts = [n + eq + value for n, eq, value in named if not (n == "language" and value)]
    parts.sort()
    return host + path + ("?" + "&".join(parts) if parts else "")


def _normal(url: str) -> str:
    if _is_plain(url):
        return url
    url = _BLANKS_RE.sub("", url).strip()
    match = _URL_RE.fullmatch(url.replace("\\", "/") if "\\" in url else url)
    if match is None:
        return url
    scheme = match[1].lower()
    host = _host(match[2], _PORTS[scheme])
    if not host:
        return url
    path = _quoted(_PATH_UNSAFE_RE, match[3])
    if ";" in path:
        path = _PATH_SESSION_RE.sub("", path)
    if "(" in path:
        path = _COOKIELESS_RE.sub("", path)
    path = _without_dots(path) or "/"
    return f"{scheme}://{host}{path}{_query(match[4])}"


def _host(authority: str, default_port: str = "") -> str:
    """Host in lower case with its port, unless default; "" where it is no host."""
    host = authority.rpartition("@")[2].lower()
    name, colon, port = host, "", ""
    if not host.endswith("]"):
        name, colon, port = host.rpartition(":")
        if not colon:
            name, port = host, ""
    name = name.rstrip(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if len(name) > 253 or not _HOST_RE.fullmatch(name):
        return ""
    if port and (not port.isascii() or not port.isdigit() or int(port[:6]) > 65535):
        return ""
    port = port.lstrip("0")
    return name if not port or port == default_port else f"{name}:{port}"


def _quoted(unsafe: re.Pattern[str], text: str) -> str:
    return unsafe.sub(_escape, text) if text else ""


def _escape(match: re.Match[str]) -> str:
    found = match.group()
    if len(found) == 3:
        char = chr(int(found[1:], 16))
        return char if char in _UNRESERVED else found.upper()
    if found == "?":
        return "%3F"
    return "".join(f"%{byte:02X}" for byte in found.encode("utf-8", "replace"))


def _without_dots(path: str) -> str:
    """Resolve "." and ".." (RFC 3986, 5.2.4); above the root they are dropped."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _query(query: str | None) -> str:
    if not query:
        return ""
    text = _quoted(_QUERY_UNSAFE_RE, query[1:])
    if "&amp;" in text:
        text = _AMP_RE.sub("&", text)
    kept = [part for part in text.split("&") if part and not _dropped(part)]
    return "?" + "&".join(kept) if kept else ""


def _dropped(part: str) -> bool:
    name, _, value = part.partition("=")
    name = name.lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES):
        return True
    if name in _SESSIONS or name.startswith("aspsessionid"):
        return True
    if name == "sid" and _TOKEN_RE.fullmatch(value):
        return True
    # Joomla and osCommerce print a token as the parameter's name.
    return bool(_HEX32_RE.fullmatch(name)) and (value in ("", "1") or len(value) >= 26)
