"""A captured HTML page made fit to be shown: addresses rewritten, everything active taken out.

This is the first of two walls. The second is the Content-Security-Policy that the server sends
with it: no script runs even where the two HTML parsers, ours and the browser's, disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

import lxml.html
from lxml import etree
from w3lib.encoding import html_to_unicode

from archive.replay.addresses import absolute, joined, without_spaces
from archive.replay.stylesheets import rewrite_css

Kind = Literal["page", "image", "style", "media"]
Resolve = Callable[[str, Kind], str | None]
"""From an absolute address, and what it is wanted for, to the one to write; None: not captured."""

REMOVED = frozenset(
    ["script", "applet", "base", "portal", "fencedframe", "dialog", "template", "nextid"]
)
FRAMES = frozenset(["iframe", "frame", "object", "embed"])
RENAMED = {
    "noframes": "div",
    "noembed": "div",
    "frameset": "div",
    "plaintext": "pre",
    "xmp": "pre",
    "marquee": "div",
}
DROPPED_ATTRIBUTES = frozenset(
    ["action", "formaction", "srcdoc", "ping", "integrity", "nonce", "crossorigin", "target",
     "http-equiv", "manifest", "codebase", "classid", "archive", "usemap-src", "autofocus",
     "attributionsrc", "imagesrcset", "is", "part", "slot", "xml:base"]
)  # fmt: skip
PAGE_LINKS = frozenset(["a", "area"])
MEDIA = frozenset(["video", "audio", "source", "track"])
URL_ATTRIBUTES = frozenset(
    ["href", "src", "xlink:href", "background", "poster", "cite", "longdesc", "data", "lowsrc",
     "dynsrc", "profile", "from", "to", "values", "by"]
)  # fmt: skip
LAZY_ATTRIBUTES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-srcset")
"""Where pages keep a picture's address until a script puts it into ``src``."""
KEPT_LINKS = frozenset(["stylesheet", "icon", "apple-touch-icon"])
SAFE_DATA = re.compile(
    r"data:(image/(png|gif|jpe?g|webp|avif|bmp|x-icon|svg\+xml)|font/|application/(x-)?font)", re.I
)
_HARMLESS_SCHEMES = ("mailto:", "tel:", "sms:")
_CANDIDATE = re.compile(r"[\s,]*+([^\s,]\S*)")
"""The next address of a srcset. It gives nothing back, or spaces would be read squared times."""
_HEAD = '<meta charset="utf-8"><meta name="robots" content="noindex, noarchive">'
_DOCTYPE = re.compile(r'\s*(<!DOCTYPE [A-Za-z0-9\s"\'/:.\-+,&;()]{1,300}>)', re.IGNORECASE)
MISSING_STYLE = "outline:1px dashed #999;outline-offset:-1px"


def rewrite_html(
    body: bytes, url: str, content_type: str, resolve: Resolve, banner: str = ""
) -> str:
    """The page as HTML text for UTF-8.

    ``body``: content-decoded. ``url``: where it was captured. ``content_type``: its header, for
    the charset. ``banner``: trusted HTML to stand at the top of the page.

    Never raises on odd input; what is no HTML at all gives an empty page with the banner.
    """
    charset, text = html_to_unicode(content_type or None, body, default_encoding="utf-8")
    root = _parse(text.replace("\x00", "\ufffd"))
    page = _Page(_base(root, url), charset, resolve)
    for element in list(root.iter(etree.Element)):
        page.clean(element)
    doctype = _DOCTYPE.match(text.lstrip("\ufeff"))
    _put_first(_head_of(root), _HEAD)
    if banner:
        _put_first(root.find("body"), banner)
    html: str = lxml.html.tostring(root, encoding="unicode", method="html")
    return f"{doctype[1] if doctype else ''}{html}"


def _parse(text: str) -> lxml.html.HtmlElement:
    # Without huge_tree everything after 256 levels is lost, with it after 2048 (libxml2 2.14).
    parser = lxml.html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = lxml.html.document_fromstring(b"<html><body></body></html>", parser=parser)
    if root.find("body") is None:
        frames = root.findall("frameset")
        content = etree.SubElement(root, "body")
        for frame in frames:
            content.append(frame)
    return root


def _base(root: lxml.html.HtmlElement, url: str) -> str:
    for element in root.iter("base"):
        href = str(element.get("href") or "").strip()
        if href:
            return joined(url, href) or url
    return url


def _head_of(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    head = root.find("head")
    if head is None:
        head = root.makeelement("head")
        root.insert(0, head)
    return head


def _put_first(into: lxml.html.HtmlElement, html: str) -> None:
    """Our own HTML at the beginning of an element: in the tree, for in its text a style, a title
    or an attribute may hold what looks like the element's tag."""
    elements = lxml.html.fragments_fromstring(html)
    elements[-1].tail, into.text = into.text, None
    for place, element in enumerate(elements):
        into.insert(place, element)


def candidates(srcset: str) -> Iterator[tuple[str, str]]:
    """Each address in a ``srcset``, and what it is for (``2x``, ``640w``, or ""), as browsers
    read it: https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute.

    >>> list(candidates("/1.jpg, /2,5.jpg 2x , , /3.jpg 640w"))
    [('/1.jpg', ''), ('/2,5.jpg', '2x'), ('/3.jpg', '640w')]
    """
    at = 0
    while found := _CANDIDATE.match(srcset, at):
        at, address = found.end(), found[1]
        if address.endswith(","):
            yield address.rstrip(","), ""
            continue
        end = srcset.find(",", at)
        end = len(srcset) if end < 0 else end
        yield address, " ".join(srcset[at:end].split())
        at = end + 1


class _Page:
    """The rewriting of one page: its base address and what answers for other addresses."""

    def __init__(self, base: str, charset: str, resolve: Resolve) -> None:
        self._base = base
        self._charset = charset
        self._resolve = resolve

    def clean(self, element: lxml.html.HtmlElement) -> None:
        tag = str(element.tag).lower()
        if element.getparent() is None and tag != "html":
            return  # It stood inside something that was taken out.
        if tag in REMOVED or (
            tag == "meta" and {"http-equiv", "charset", "itemprop"} & set(element.attrib)
        ):
            _drop(element)
        elif tag == "link":
            self._link_element(element)
        elif tag in FRAMES:
            self._frame(element)
        else:
            if tag == "style":
                element.text = self._css(element.text or "")
                for child in list(element):
                    element.remove(child)
            self._attributes(element, tag)
            if tag in RENAMED:
                element.tag = RENAMED[tag]

    def _attributes(self, element: lxml.html.HtmlElement, tag: str) -> None:
        picture = self._picture(element) if tag in ("img", "input", "source") else None
        for name in list(element.attrib):
            low = str(name).lower()
            value = str(element.get(name) or "")
            if low.startswith("on") or low in DROPPED_ATTRIBUTES or "{" in low:
                del element.attrib[name]
            elif low == "style":
                element.set(name, self._css(value))
            elif low == "srcset":
                self._set(element, name, self._srcset(value))
            elif low in URL_ATTRIBUTES:
                if low in ("from", "to", "values", "by") and ":" not in value:
                    continue
                self._set(element, name, self._url(value, _kind(tag, low)))
        if picture:
            element.set("src", picture)
        elif tag == "img" and not element.get("src") and not element.get("srcset"):
            element.set("style", f"{element.get('style') or ''};{MISSING_STYLE}")
            element.set("title", "Ảnh không có trong kho lưu trữ / Image not archived")

    @staticmethod
    def _set(element: lxml.html.HtmlElement, name: str, value: str | None) -> None:
        if value:
            element.set(name, value)
        else:
            del element.attrib[name]

    def _picture(self, element: lxml.html.HtmlElement) -> str | None:
        """The picture that a script would have put in, where that was captured."""
        for name in LAZY_ATTRIBUTES:
            written = element.get(name)
            if written:
                first = next(candidates(written), (written, ""))
                found = self._url(first[0], "image")
                if found and not found.startswith("data:"):
                    return found
        return None

    def _url(self, written: str, kind: Kind) -> str | None:
        value = without_spaces(written)
        if not value:
            return None
        if value.startswith("#"):
            return value
        if kind == "page" and value.lower().startswith(_HARMLESS_SCHEMES):
            return value
        if kind == "image" and SAFE_DATA.match(value):
            return value
        return self._absolute(value, kind)

    def _absolute(self, value: str, kind: Kind) -> str | None:
        address, mark, fragment = absolute(self._base, value, self._charset).partition("#")
        if not address:
            return None
        found = self._resolve(address, kind)
        return f"{found}{mark}{fragment}" if found else None

    def _css(self, css: str) -> str:
        return rewrite_css(
            css, lambda url: self._url(url, "image"), lambda url: self._url(url, "style")
        )

    def _srcset(self, value: str) -> str | None:
        kept = []
        for address, size in candidates(value[:20_000]):
            url = self._url(address, "image")
            if url:
                # A comma at an address's end would be read as the end of the candidate.
                kept.append(f"{url.replace(',', '%2C')} {size}".rstrip())
        return ", ".join(kept)

    def _link_element(self, element: lxml.html.HtmlElement) -> None:
        rels = set(str(element.get("rel") or "").lower().split())
        href = str(element.get("href") or "")
        wanted = rels & KEPT_LINKS
        kind: Kind = "style" if "stylesheet" in wanted else "image"
        found = self._url(href, kind) if wanted else None
        if not found or (kind == "style" and "alternate" in rels):
            _drop(element)
            return
        media = str(element.get("media") or "")
        element.attrib.clear()
        element.set("rel", "stylesheet" if kind == "style" else "icon")
        element.set("href", found)
        if media:
            element.set("media", media)

    def _frame(self, element: lxml.html.HtmlElement) -> None:
        written = str(element.get("src") or element.get("data") or "").strip()
        note = etree.Element("a")
        found = self._url(written, "page") if written else None
        if found and not found.startswith("data:"):
            note.set("href", found)
        shown = (joined(self._base, written) or "").strip()
        note.set("style", f"display:inline-block;padding:.5em;font:14px sans-serif;{MISSING_STYLE}")
        note.text = f"[Khung nhúng / Embedded: {shown}]" if shown else ""
        note.tail = element.tail
        parent = element.getparent()
        if parent is not None:
            parent.replace(element, note)


def _drop(element: lxml.html.HtmlElement) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _kind(tag: str, attribute: str) -> Kind:
    if tag in PAGE_LINKS or attribute in ("cite", "longdesc", "profile"):
        return "page"
    if tag in MEDIA and attribute == "src":
        return "media"
    return "image"
