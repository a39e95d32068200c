"""Hostile XML, read as a stream: no entities, no network, bounded size, broken markup mended.

Feeds and sitemaps of real sites begin with blank lines, byte order marks or PHP's warnings, hold
bare ampersands, and end where the server's time limit cut them. What is whole is read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

MAX_BYTES = 52_428_800
"""Bytes of a document after decompression: the limit of the sitemap protocol (50 MiB)."""
MAX_ELEMENTS = 1_000_000
"""Elements read of one document; 50,000 entries of a news sitemap have about 500,000."""

_ROOT = re.compile(
    rb"<(?:\?xml\b|!--|!DOCTYPE\b|(?:[\w.-]+:)?(?:rss|feed|RDF|urlset|sitemapindex)\b)"
)
_ENTITY = re.compile(rb"<!ENTITY\b", re.I)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
"""How a document in UTF-16 begins."""


class NotXml(ValueError):
    """The document cannot be read as XML of the kind that was asked for; the text says why."""


def unpacked(body: bytes, limit: int = MAX_BYTES) -> bytes:
    """``body``, gunzipped where it is gzip (also twice), cut off at ``limit`` bytes.

    Raises NotXml where the compression is broken from its beginning, or the result too large.
    """
    for _ in range(2):
        if not body.startswith(b"\x1f\x8b"):
            break
        reader = zlib.decompressobj(wbits=31)
        try:
            body = reader.decompress(body, limit + 1)
        except zlib.error as error:
            raise NotXml(f"broken gzip: {error}") from error
    if len(body) > limit:
        raise NotXml(f"larger than {limit} bytes")
    return body


def closed_elements(body: bytes, wanted: frozenset[str]) -> Iterator[tuple[str, etree._Element]]:
    """Every element of a ``wanted`` name (lower case, without namespace), when it has been read.

    First comes the root, under its own name, with its attributes alone. An element and what
    stands before it are emptied when the next one is asked for. The stream ends quietly where
    the document breaks off.

    Raises NotXml for what declares entities, is too large, or has no root of its own.
    """
    body = _from_root(unpacked(body))
    source = etree.iterparse(
        BytesIO(body),
        events=("start", "end"),
        recover=True,
        huge_tree=False,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    count = 0
    root: etree._Element | None = None
    try:
        for event, element in source:
            if root is None:
                root = element
                yield local_name(element), element
            if event == "start":
                count += 1
                if count > MAX_ELEMENTS:
                    return
                continue
            name = local_name(element)
            if name in wanted:
                yield name, element
                _forget(element)
    except etree.XMLSyntaxError as error:
        if root is None:
            raise NotXml(f"no XML: {error}"[:200]) from error
    if root is None:
        raise NotXml("no XML element")


def local_name(element: etree._Element) -> str:
    """Name in lower case, without namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while (before := element.getprevious()) is not None:
            parent.remove(before)


def _from_root(body: bytes) -> bytes:
    if body.startswith(_WIDE):
        try:
            body = body.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise NotXml(f"broken UTF-16: {error}"[:200]) from error
        body = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", body, count=1)
    found = _ROOT.search(body[:20_000])
    if found is None:
        raise NotXml("neither a feed nor a sitemap")
    body = body[found.start() :]
    if _ENTITY.search(body[:100_000]):
        # An entity in a feed is a mistake or an attack (billion laughs); neither is worth a page.
        raise NotXml("declares entities")
    return body
