"""An archived article's HTML made fit to be shown: cleaned again, nothing loaded from elsewhere.

Extraction has cleaned it once. It is cleaned again here, last of all steps, since whoever can
write to the database must still not be able to run a script in a reader's browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import lxml.html
import nh3
from lxml import etree
from markupsafe import Markup, escape

TAGS = {
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "blockquote",
    "pre",
    "em",
    "strong",
    "b",
    "i",
    "u",
    "sub",
    "sup",
    "br",
    "hr",
    "a",
    "figure",
    "figcaption",
    "span",
    "dl",
    "dt",
    "dd",
    "div",
}
ATTRIBUTES = {
    "a": {"href"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "div": {"tabindex"},
}
CLASSES = {"p": {"lead"}, "span": {"picture", "held"}, "div": {"table-scroll"}}
LARGEST = 1_500_000
"""Characters of HTML that are still parsed; of a longer article the plain text is shown."""
DEEPEST = 250
"""Elements inside each other; parsers take time with the square of the depth."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_SHALLOW = {"p", "li", "td", "th", "tr", "dt", "dd", "thead", "tbody", "tfoot", "br", "hr", "img"}
"""Elements that close themselves, or each other."""


def safe_link(url: str) -> str:
    """The address if it leads to the web, else "". ``javascript:`` and ``data:`` lead nowhere."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        return ""
    return url.strip()


def shown_host(url: str) -> str:
    """The host of an address as a browser would resolve it, so that look-alikes show themselves.

    >>> shown_host("https://cоngdoan.vn/tin"), shown_host("https://congdoan.vn/tin")
    ('xn--cngdoan-9ig.vn', 'congdoan.vn')
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    if host.isascii():
        return host[:100]
    try:
        return host.encode("idna").decode("ascii")[:100]
    except UnicodeError:
        return "?"


def article_html(
    body_html: str,
    body: str,
    lead: str,
    picture_word: str,
    pictures: Mapping[str, str] | None = None,
) -> Markup:
    """The article's text as HTML that is safe on any page.

    ``pictures`` says where a captured picture is shown, by its address at the source; the others
    become links to where they were, since these pages load nothing from other sites. Wide tables
    can scroll; the lead is marked as such, or added where the HTML lacks it.
    ``body`` serves where there is no HTML or it is larger than ``LARGEST``.
    """
    if not body_html.strip() or len(body_html) > LARGEST or _too_deep(body_html):
        return _plain(body[:LARGEST], lead)
    try:
        root = lxml.html.fragment_fromstring(
            nh3.clean(
                body_html,
                tags=TAGS | {"img"},
                attributes={**ATTRIBUTES, "img": {"src", "alt"}},
                clean_content_tags={"script", "style"},
                url_schemes={"http", "https"},
            ),
            create_parent="div",
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _plain(body, lead)
    held = pictures or {}
    for image in root.xpath(".//img"):
        _replace_image(image, picture_word, held.get((image.get("src") or "").strip(), ""))
    for table in root.xpath(".//table[not(ancestor::table)]"):
        _wrap(table)
    _mark_lead(root, lead)
    inner = escape(root.text or "") + Markup("").join(
        Markup(lxml.html.tostring(child, encoding="unicode")) for child in root
    )
    return Markup(
        nh3.clean(
            str(inner),
            tags=TAGS | {"img"},
            attributes={**ATTRIBUTES, "img": {"src", "alt", "loading"}},
            allowed_classes=CLASSES,
            clean_content_tags={"script", "style"},
            url_schemes={"http", "https"},
            link_rel="noopener noreferrer nofollow",
            attribute_filter=_filter(frozenset(held.values())),
        )
    )


def _filter(shown: frozenset[str]) -> Callable[[str, str, str], str | None]:
    """The last word on attributes: a picture comes from the archive's own captures or nowhere."""

    def filtered(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("img", "src"):
            return value if value in shown else None
        if (tag, attribute) == ("div", "tabindex"):
            return "0"
        return value

    return filtered


def _too_deep(html: str) -> bool:
    depth = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _SHALLOW:
            depth = max(depth - 1, 0) if closing else depth + 1
            if depth > DEEPEST:
                return True
    return False


def _plain(body: str, lead: str) -> Markup:
    parts = [Markup('<p class="lead">{}</p>').format(lead)] if lead else []
    parts += [Markup("<p>{}</p>").format(line) for line in body.split("\n") if line.strip()]
    return Markup("\n").join(parts)


def _replace_image(image: lxml.html.HtmlElement, picture_word: str, shown: str) -> None:
    address = safe_link(image.get("src") or "")
    label = " ".join((image.get("alt") or "").split())[:200]
    picture = lxml.html.Element("span")
    picture.set("class", "picture")
    inner = lxml.html.Element("a" if address else "span")
    if address:
        inner.set("href", address)
    if shown:
        picture.set("class", "picture held")
        photo = lxml.html.Element("img")
        photo.set("src", shown)
        photo.set("alt", label or picture_word)
        photo.set("loading", "lazy")
        inner.append(photo)
    else:
        # What the caption below says already is not said twice.
        told = not label or label in _caption(image)
        inner.text = picture_word if told else f"{picture_word}: {label}"
    picture.append(inner)
    picture.tail = image.tail
    image.getparent().replace(image, picture)


def _caption(image: lxml.html.HtmlElement) -> str:
    for figure in image.iterancestors("figure"):
        captions = figure.xpath(".//figcaption")
        return " ".join(captions[0].text_content().split()) if captions else ""
    return ""


def _wrap(table: lxml.html.HtmlElement) -> None:
    wrapper = lxml.html.Element("div")
    wrapper.set("class", "table-scroll")
    wrapper.set("tabindex", "0")  # what scrolls must be reachable by keyboard
    parent = table.getparent()
    parent.replace(table, wrapper)
    wrapper.tail, table.tail = table.tail, None
    wrapper.append(table)


def _mark_lead(root: lxml.html.HtmlElement, lead: str) -> None:
    if not lead:
        return
    wanted = " ".join(lead.split())
    for child in list(root)[:4]:
        if child.tag == "p" and " ".join(child.text_content().split()) == wanted:
            child.set("class", "lead")
            return
    whole = " ".join(root.text_content().split())
    if wanted[:200] in whole[: len(wanted) + 600]:
        return
    paragraph = lxml.html.Element("p")
    paragraph.set("class", "lead")
    paragraph.text = lead
    paragraph.tail, root.text = root.text, None
    root.insert(0, paragraph)
