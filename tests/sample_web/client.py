"""A plain client of the sample web, and what is true of a page."""

from __future__ import annotations

import gzip
import http.client
import re
import ssl
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from lxml import html

from crawler.sample_web import SITES, ExpectedArticle, SampleWeb, expected_articles
from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    """Content-decoded."""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def words(self) -> str:
        """All that a reader sees, white space folded."""
        tree = self.tree()
        for hidden in list(tree.iter("script", "style", "head")):
            hidden.drop_tree()
        return " ".join(tree.text_content().split())

    def tree(self, base: str = "") -> html.HtmlElement:
        tree = cast(html.HtmlElement, html.fromstring(self.body))
        if base:
            tree.make_links_absolute(base)
        return tree

    def links(self, base: str) -> set[str]:
        return {link for _, name, link, _ in self.tree(base).iterlinks() if name == "href"}


class Client:
    """A plain HTTP client that knows nothing but a proxy."""

    def __init__(self, web: SampleWeb) -> None:
        self.web = web

    def get(self, url: str, method: str = "GET", body: str = "", **headers: str) -> Reply:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.web.port, context=context, timeout=PATIENCE
            )
            connection.set_tunnel(parts.netloc, 443)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=PATIENCE)
            target = url
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, target, body or None, named)
            with connection.getresponse() as response:
                content = response.read()
        finally:
            connection.close()
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        return Reply(response.status, response.headers, content)


def truth(site: str, url: str, edition: int = 1) -> ExpectedArticle:
    return next(a for a in expected_articles(site, edition) if url in (a.url, *a.aliases))


def listed(client: Client, site: str) -> set[str]:
    """Every link on the pages of the listing of everything."""
    start = SITES[site].start_urls[0]
    pages = {start} | pages_of(client, start)
    return {link for page in pages for link in client.get(page).links(page)}


def pages_of(client: Client, listing: str) -> set[str]:
    marks = re.compile(r"Page=\d|/page-\d|start=\d|\?page=\d|BRSR=\d")
    return {link for link in client.get(listing).links(listing) if marks.search(link)}
