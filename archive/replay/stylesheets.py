"""Addresses in CSS, rewritten by a CSS tokenizer: what it does not understand stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tinycss2
from tinycss2.bytes import decode_stylesheet_bytes

MAX_CSS = 4 << 20
"""Bytes of a stylesheet beyond which it is left out rather than rewritten."""
_STRING_TAKERS = {"url", "src", "image", "image-set", "-webkit-image-set"}

Link = Callable[[str], str | None]
"""From an address as written to the one to write; None where nothing was captured there."""

NOTHING = "data:,"
"""An address that loads nothing, for what was not captured."""


def rewrite_css(css: str, link: Link, imported: Link | None = None) -> str:
    """A stylesheet, or the value of a style attribute, with every address passed through ``link``.

    ``imported`` is asked for the addresses of ``@import`` (default: ``link``). An address for
    which they return None becomes one that loads nothing. Never raises on odd input.

    >>> rewrite_css("a { background: URL( 'b.png' ) }", lambda url: "/x/" + url)
    'a { background: url("/x/b.png") }'
    >>> rewrite_css('@import "c.css" screen; i{background:url(d)}', lambda url: None)
    '@import url("data:,") screen; i{background:url("data:,")}'
    """
    if len(css) > MAX_CSS:
        return "/* left out: too large */"
    try:
        nodes = tinycss2.parse_component_value_list(css)
        _rewrite(nodes, link, imported or link)
        text: str = tinycss2.serialize(nodes)
    except RecursionError:
        return "/* left out: nested too deeply */"
    # Inside a style element only this could end it; a backslash there changes no meaning.
    return text.replace("</", "<\\/")


def decode_css(body: bytes, charset: str) -> str:
    """The text of a stylesheet by the rules of CSS Syntax 3 (BOM, protocol, @charset, UTF-8)."""
    text: str
    text, _ = decode_stylesheet_bytes(body, protocol_encoding=charset or None)
    return text


def _rewrite(nodes: list[Any], link: Link, imported: Link) -> None:
    lists: list[tuple[list[Any], bool]] = [(nodes, False)]
    while lists:
        siblings, strings_are_urls = lists.pop()
        after_import = False
        for at, node in enumerate(siblings):
            kind = node.type
            if kind in ("whitespace", "comment"):
                continue
            if kind == "url" or (kind == "string" and (after_import or strings_are_urls)):
                siblings[at] = _url_token((imported if after_import else link)(node.value))
            elif kind == "function" and node.lower_name in ("url", "src"):
                written = [child for child in node.arguments if child.type == "string"]
                if written:
                    ask = imported if after_import else link
                    siblings[at] = _url_token(ask(written[0].value))
                else:  # var() and the like: unknown before a browser works it out.
                    siblings[at] = _url_token(None)
            elif kind == "function":
                lists.append((node.arguments, node.lower_name in _STRING_TAKERS))
            elif kind in ("{} block", "() block", "[] block"):
                lists.append((node.content, False))
            after_import = kind == "at-keyword" and node.lower_value == "import"


def _url_token(url: str | None) -> Any:
    text = NOTHING if url is None else url
    escaped = "".join(
        f"\\{ord(letter):x} " if letter in '"\\<>' or letter < " " or letter == "\x7f" else letter
        for letter in text
    )
    return tinycss2.ast.URLToken(0, 0, text, f'url("{escaped}")')
