"""Atom (RFC 4287): what all feeds of the archive have in common."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from datasette.utils.asgi import Response

from archive.crawled_web import SAMPLE
from archive.publish.words import WORDS
from archive.xml_text import FORBIDDEN

ENTRIES = 50
"""Entries of one feed, the newest."""
_SAMPLE_CATEGORY = f'<category term="{SAMPLE}" label="{WORDS["sample_title"][0]}"/>'
"""Says of an entry that its article is invented, also where it is read alone."""
NEVER = "2000-01-01T00:00:00+07:00"
"""When a feed without entries changed last: it must say something."""


def text(value: object) -> str:
    """A value as it may stand between tags, without what XML cannot hold."""
    return escape(FORBIDDEN.sub("", str(value)))


def attribute(value: object) -> str:
    """A value in quotes, as it may stand in a tag, without what XML cannot hold."""
    return quoteattr(FORBIDDEN.sub("", str(value)))


def permanent(address: str) -> str:
    """An id that stays when the archive moves to another host (RFC 4287, 4.2.6)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, address).urn


def entry(
    *,
    identity: str,
    title: str,
    address: str,
    source: str,
    published: str,
    updated: str,
    authors: Sequence[str],
    categories: Sequence[str],
    told: str,
    sample: bool,
) -> str:
    """An entry of a feed, as XML. ``identity`` is what its permanent id is made from; ``address``
    the page here and ``source`` that of the site; ``published`` may be ""; ``told`` is its summary
    or content, as XML; ``sample``: it tells of an invented article, and says so."""
    dated = f"<published>{text(published)}</published>" if published else ""
    names = "".join(f"<author><name>{text(name[:200])}</name></author>" for name in authors)
    terms = "".join(f"<category term={attribute(name)}/>" for name in categories)
    return (
        f"<entry><id>{permanent(identity)}</id><title>{text(title)}</title>"
        f'<link rel="alternate" type="text/html" href={attribute(address)}/>'
        f'<link rel="via" href={attribute(source)}/>'
        f"{dated}<updated>{text(updated)}</updated>"
        f"{names}{terms}{_SAMPLE_CATEGORY if sample else ''}{told}</entry>"
    )


def document(
    *,
    title: str,
    identity: str,
    updated: str,
    own: str,
    html: str,
    entries: Sequence[str],
    sample: bool,
    language: str = "vi",
) -> Response:
    """A feed. ``identity`` is what its permanent id is made from; ``own`` its address and ``html``
    that of the page that shows the same; ``entries`` are XML; ``sample``: it tells of invented
    articles, and says so."""
    said = ""
    if sample:
        title = f"{WORDS['sample_title'][0]}: {title}"
        said = f"<subtitle>{text(' '.join(WORDS['sample_data']))}</subtitle>"
    told = "\n".join(entries)
    xml = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">'
        f"<id>{permanent(identity)}</id>"
        f"<title>{text(title)}</title>{said}<updated>{text(updated)}</updated>"
        f'<link rel="self" type="application/atom+xml" href={attribute(own)}/>'
        f'<link rel="alternate" type="text/html" href={attribute(html)}/>\n{told}\n</feed>\n'
    )
    return Response(xml, content_type="application/atom+xml; charset=utf-8")
