"""The sample web is as hard, as truthful and as well-behaved as its README says."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
import ssl
import subprocess
import sys
import time
import unicodedata
import urllib.robotparser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import cast
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from archive.records import VIETNAM
from crawler.sample_web import SITES, ExpectedArticle, SampleWeb, expected_articles
from crawler.sample_web.blocks import Heading, Paragraph, Picture, plain, read_blocks
from crawler.sample_web.connection import BadRequest
from crawler.sample_web.stories import shared_texts, site_texts

README = resources.files("crawler.sample_web").joinpath("README.md").read_text("utf-8")
CLAIMS = [
    (match[1], match[2], match[3])
    for match in re.finditer(r"^\| ([^|]+) \| (\w+) \| (https?://\S+) \|$", README, re.M)
]


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
                "127.0.0.1", self.web.port, context=context, timeout=10
            )
            connection.set_tunnel(parts.netloc, 443)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.web.port, timeout=10)
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


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with SampleWeb(slow_seconds=0.1) as web:
        yield Client(web)


@pytest.fixture(scope="module")
def later() -> Iterator[Client]:
    with SampleWeb(edition=2, slow_seconds=0) as web:
        yield Client(web)


def truth(site: str, url: str, edition: int = 1) -> ExpectedArticle:
    return next(a for a in expected_articles(site, edition) if url in (a.url, *a.aliases))


# --- what the README claims --------------------------------------------------------------------

Check = Callable[[Client, str, str], None]
CHECKS: dict[str, Check] = {}


def claim(*items: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(items, check))
        return check

    return register


@claim("counter")
def check_counter(client: Client, site: str, url: str) -> None:
    one, two = client.get(url).words, client.get(url).words
    counted = r"(?:trực tuyến|truy cập|Tất cả)\D{0,12}([\d.]+)"
    assert re.findall(counted, one) and re.findall(counted, one) != re.findall(counted, two)


@claim("page clock")
def check_clock(client: Client, site: str, url: str) -> None:
    today = datetime.now(VIETNAM)
    ways = (
        today.strftime("%d/%m/%Y"),
        f"{today.day}.{today.month}.{today.year}",
        f"{today:%d} Tháng {today.month} {today.year}",
    )
    assert any(way in client.get(url).words for way in ways)


@claim("slogan ticker")
def check_ticker(client: Client, site: str, url: str) -> None:
    slogans = {" ".join(slogan.split()) for slogan in site_texts(site).frame["slogans"]}
    pages = [client.get(url).words for _ in range(2)]
    seen = [{slogan for slogan in slogans if slogan in page} for page in pages]
    assert all(len(one) == 1 for one in seen) and seen[0] != seen[1]


@claim("listing, third page")
def check_listing(client: Client, site: str, url: str) -> None:
    articles = {a.url for a in expected_articles(site)} | {
        alias for a in expected_articles(site) for alias in a.aliases
    }
    start = SITES[site].start_urls[0]
    assert url in client.get(start).links(start)
    assert len(client.get(url).links(url) & articles) > 2


@claim("related news", "most-read list", "share link", "print link")
def check_frame(client: Client, site: str, url: str) -> None:
    words = client.get(url).words
    assert re.search(r"tin khác|liên quan|quan tâm|xem nhiều|đọc nhiều", words, re.I)
    others = [a.title for a in expected_articles(site) if a.url != url]
    assert sum(title in unicodedata.normalize("NFC", words) for title in others) > 3
    if any(url == a.url for a in expected_articles(site)):
        assert re.search(r"Facebook|Chia sẻ|Tweet", words)
        assert truth(site, url).aliases[0] in client.get(url).links(url)


@claim("print view", "second address of an article")
def check_print(client: Client, site: str, url: str) -> None:
    expected = truth(site, url)
    words = client.get(url).words
    assert url != expected.url
    assert all(" ".join(part.split()) in words for part in (expected.title, *expected.body))


@claim("body printed twice", "title printed twice", "signature printed twice")
def check_twice(client: Client, site: str, url: str) -> None:
    expected, words = truth(site, url), client.get(url).words
    assert (
        all(words.count(part) == 2 for part in expected.body)
        or words.count(expected.title) > 1
        or expected.byline * 2 in words
    )


@claim("forbidden by robots.txt", "forbidden, in the shape of an article")
def check_forbidden(client: Client, site: str, url: str) -> None:
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(client.get(SITES[site].robots_url).text.splitlines())
    assert not robots.can_fetch("congdoan-archive", url)
    assert all(robots.can_fetch("congdoan-archive", a.url) for a in expected_articles(site))
    front = SITES[site].front_url
    assert any(link.startswith(url) for link in client.get(front).links(front))
    assert client.get(url).status == 200
    assert client.web.requests[-1].url == url


@claim("redirect to an article")
def check_redirect(client: Client, site: str, url: str) -> None:
    reply = client.get(url)
    assert (reply.status, reply.headers["Location"]) == (301, truth(site, url).url)
    assert url in _listed(client, site)


def _listed(client: Client, site: str) -> set[str]:
    """Every link on the pages of the listing of everything."""
    start = SITES[site].start_urls[0]
    pages = {start} | _pages(client, start)
    return {link for page in pages for link in client.get(page).links(page)}


def _pages(client: Client, listing: str) -> set[str]:
    marks = re.compile(r"Page=\d|/page-\d|start=\d|\?page=\d|BRSR=\d")
    return {link for link in client.get(listing).links(listing) if marks.search(link)}


@claim("404 linked from a listing")
def check_dead(client: Client, site: str, url: str) -> None:
    assert client.get(url).status == 404
    assert url in client.get(SITES[site].start_urls[0]).links(SITES[site].start_urls[0])


@claim("soft 404")
def check_soft(client: Client, site: str, url: str) -> None:
    reply, front = client.get(url), client.get(SITES[site].front_url)
    assert reply.status == 200
    assert url in _listed(client, site)
    assert reply.tree().findtext(".//title") == html.fromstring(front.body).findtext(".//title")


@claim("404 for an unknown article")
def check_hard(client: Client, site: str, url: str) -> None:
    assert client.get(url).status == 404
    assert url in _listed(client, site)


@claim("cookie stub")
def check_stub(client: Client, site: str, url: str) -> None:
    stub = client.get(url)
    assert (stub.status, len(stub.body)) == (200, 177)
    assert truth(site, url).challenged
    cookie = re.search(rb'cookie="(D1N=\w{32})"', stub.body)
    assert cookie
    assert truth(site, url).title in client.get(url, Cookie=cookie[1].decode()).words


@claim("slow answer")
def check_slow(client: Client, site: str, url: str) -> None:
    start = time.monotonic()
    assert client.get(url).status == 200
    assert time.monotonic() - start >= 0.1


@claim("answer cut off")
def check_cut(client: Client, site: str, url: str) -> None:
    with SampleWeb() as web:
        fresh = Client(web)
        with pytest.raises(http.client.IncompleteRead):
            fresh.get(url)
        assert truth(site, url).title in fresh.get(url).words


@claim("article without a date")
def check_undated(client: Client, site: str, url: str) -> None:
    assert truth(site, url).published is None
    dates = (
        client.get(url)
        .tree()
        .cssselect("#lblDate, .date-detail, .date-news, .article-detail-meta .format_time")
    )
    assert dates == []


@claim(
    "taken down in edition 2: 404",
    "taken down in edition 2: 410",
    "taken down in edition 2: front page",
    "taken down in edition 2: redirect",
    "edited in edition 2",
    "new in edition 2",
)
def check_editions(client: Client, site: str, url: str) -> None:
    with SampleWeb(edition=1) as web:
        before = Client(web).get(url)
        web.edition = 2
        after = Client(web).get(url)
    known = [a for a in expected_articles(site) if a.url == url]
    now = truth(site, url, 2)
    if not known:
        assert now.title not in before.words and now.title in after.words
    elif now.status == "gone":
        front = SITES[site].front_url
        assert (before.status, known[0].body == now.body) == (200, True)
        assert after.status in (404, 410) or now.body[0] not in after.words
        assert after.headers["Location"] in (None, front)
    else:
        assert now.edited
        assert [len(now.body) - len(known[0].body), after.status] == [1, 200]
        assert now.body[-1] in after.words and now.body[-1] not in before.words


@claim("gzip", "chunks")
def check_coding(client: Client, site: str, url: str) -> None:
    plain_reply, packed = client.get(url), client.get(url, Accept_Encoding="gzip, deflate")
    coded = packed.headers["Content-Encoding"] == "gzip"
    chunked = packed.headers["Transfer-Encoding"] == "chunked"
    assert coded or chunked
    assert plain_reply.headers["Content-Encoding"] is None
    assert packed.text.endswith(("</html>", "</html>\n"))


@claim("ETag and 304")
def check_validators(client: Client, site: str, url: str) -> None:
    reply = client.get(url)
    tag, modified = reply.headers["ETag"], reply.headers["Last-Modified"]
    for again in (
        client.get(url, If_None_Match=tag),
        client.get(url, If_Modified_Since=modified),
    ):
        assert (again.status, again.body) == (304, b"")
    assert client.get(url, If_None_Match='"other"', If_Modified_Since=modified).status == 200


@claim(
    "table in the body",
    "list in the body",
    "subheading",
    "quotation",
    "embedded video",
    "picture without caption",
    "caption, form figure",
    "caption, form table",
    "caption, form plain",
    "caption, form mastercms",
    "caption, form cell",
    "attachment in a box",
    "attachment in the text",
    "link off-site in the text",
    "signature on two lines",
    "quoted words in the title",
    "decomposed Unicode (NFD)",
    "pasted from Word",
    "republished",
)
def check_article(client: Client, site: str, url: str) -> None:
    """The page says what the truth says, and has the element that the claim is about."""
    expected, reply = truth(site, url), client.get(url)
    folded = unicodedata.normalize("NFC", reply.words)
    parts = (expected.title, expected.lead, *expected.body, *expected.signature)
    assert all(" ".join(part.split()) in folded for part in parts)
    tree = reply.tree(url)
    sources = {image.get("src") for image in tree.iter("img", "iframe")}
    assert {image.url for image in expected.images} | set(expected.videos) <= sources
    assert {file.url for file in expected.attachments} <= reply.links(url)


ELEMENTS: dict[str, Callable[[ExpectedArticle, Reply], object]] = {
    "table in the body": lambda a, r: len(a.table_rows) > 2,
    "list in the body": lambda a, r: f"<li>{a.body[-2]}</li>" in r.text or "<li>" in r.text,
    "subheading": lambda a, r: re.search(r"<h3>|<b>(?:\d\. )?[^<]+</b>", r.text),
    "quotation": lambda a, r: "<blockquote>" in r.text,
    "embedded video": lambda a, r: a.videos,
    "picture without caption": lambda a, r: any(not image.caption for image in a.images),
    "caption, form figure": lambda a, r: f"<figcaption>{a.images[0].caption}" in r.text,
    "caption, form table": lambda a, r: f'"caption"><em>{a.images[0].caption}' in r.text,
    "caption, form plain": lambda a, r: any(
        f"<em>{i.caption}</em></p>" in r.text for i in a.images
    ),
    "caption, form mastercms": lambda a, r: f'"caption">{a.images[0].caption}</td>' in r.text,
    "caption, form cell": lambda a, r: f'center;">{a.images[0].caption}</td>' in r.text,
    "attachment in a box": lambda a, r: any(f.title in r.words for f in a.attachments),
    "attachment in the text": lambda a, r: any(
        f.title in line for f in a.attachments for line in (a.lead, *a.body)
    ),
    "link off-site in the text": lambda a, r: any(
        urlsplit(link).hostname not in (None, SITES[a.site].host) for link in r.links(a.url)
    ),
    "signature on two lines": lambda a, r: len(a.signature) == 2 and " / " in a.byline,
    "quoted words in the title": lambda a, r: "“" in a.title and "”" in a.title,
    "decomposed Unicode (NFD)": lambda a, r: a.title not in r.words,
    "pasted from Word": lambda a, r: "MsoNormal" in r.text and "<o:p></o:p>" in r.text,
    "republished": lambda a, r: a.source and a.source in r.words,
}


@claim("text shared with hai_phong", "text shared with lang_son")
def check_shared(client: Client, site: str, url: str) -> None:
    mine = truth(site, url)
    pairs = [
        (len(set(mine.body) & set(other.body)), other)
        for name in SITES
        for other in expected_articles(name)
        if other.site != site
    ]
    shared, other = max(pairs, key=lambda pair: pair[0])
    assert shared >= 2 and other.body != mine.body and other.title != mine.title


@claim("feed", "sitemap")
def check_feed(client: Client, site: str, url: str) -> None:
    listed = client.get(url).text
    for address in re.findall(r"<loc>(https://[^<]+/sitemaps/[^<]+)</loc>", listed):
        listed += client.get(address).text
    found = sum(f">{a.url}<" in listed for a in expected_articles(site))
    assert found == len(expected_articles(site)) or ("<rss" in listed and found == 10)


@claim("paging by postback")
def check_postback(client: Client, site: str, url: str) -> None:
    form = urlencode({"__EVENTTARGET": "ctl00$gvList", "__EVENTARGUMENT": "Page$3"})
    third = client.get(url, "POST", form, Content_Type="application/x-www-form-urlencoded")
    assert third.links(url) & {a.url for a in expected_articles(site)[12:]}


@claim("http redirected to https", "www redirected")
def check_other_host(client: Client, site: str, url: str) -> None:
    reply = client.get(url)
    assert (reply.status, reply.headers["Location"]) == (301, SITES[site].front_url)


def test_readme_claims_what_is_checked() -> None:
    assert {item for item, _, _ in CLAIMS} == set(CHECKS)
    assert {site for _, site, _ in CLAIMS} == set(SITES)


@pytest.mark.parametrize(("item", "site", "url"), CLAIMS)
def test_readme_is_right(client: Client, item: str, site: str, url: str) -> None:
    CHECKS[item](client, site, url)
    if item in ELEMENTS:
        assert ELEMENTS[item](truth(site, url), client.get(url))


# --- the truth ---------------------------------------------------------------------------------


@pytest.mark.parametrize("site", SITES)
def test_truth_is_whole(site: str) -> None:
    articles = expected_articles(site)
    assert len(articles) >= 18
    assert len({a.url for a in articles}) == len({a.title for a in articles}) == len(articles)
    assert len(expected_articles(site, 2)) == len(articles) + 1
    for article in articles:
        texts = (article.title, article.lead, *article.body, *article.signature)
        assert all(text and text == unicodedata.normalize("NFC", text) for text in texts)
        assert len(article.body) + len(article.table_rows) >= 3
        assert len(article.text) > 300
        assert article.published or article.precision is None
    dates = [a.published.at for a in articles if a.published]
    assert dates == sorted(dates, reverse=True)
    assert dates[-1].year <= 2021 and dates[0].year == 2025


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("site", SITES)
def test_every_article_is_reached_from_the_start(
    client: Client, later: Client, site: str, edition: int
) -> None:
    asked = client if edition == 1 else later
    seen = _listed(asked, site)
    missing = [
        a.url
        for a in expected_articles(site, edition)
        if a.status == "live" and not seen & {a.url, *a.aliases[1:]}
    ]
    assert missing == []


@pytest.mark.parametrize("site", SITES)
def test_pages_are_of_real_size_and_name_their_files(client: Client, site: str) -> None:
    article = next(a for a in expected_articles(site) if a.images and not a.challenged)
    reply = client.get(article.url)
    assert 28_000 < len(reply.body) < 80_000
    style = next(
        link
        for element, _, link, _ in reply.tree(article.url).iterlinks()
        if element.get("rel") == "stylesheet" and site_host(link)
    )
    assert client.get(style).headers["Content-Type"].startswith("text/css")
    image = client.get(article.images[0].url)
    assert image.headers["Content-Type"] == "image/jpeg" and image.body[:2] == b"\xff\xd8"
    files = [f for a in expected_articles(site) for f in a.attachments]
    attached = client.get(files[0].url)
    assert attached.body.startswith(b"%PDF-1.4") and attached.body.endswith(b"%%EOF\n")


def site_host(url: str) -> bool:
    return urlsplit(url).hostname in {site.host for site in SITES.values()}


# --- the proxy ---------------------------------------------------------------------------------


def test_no_host_but_its_own(client: Client) -> None:
    reply = client.get("http://example.vn/")
    assert (reply.status, "example.vn" in reply.text) == (502, True)
    with pytest.raises(OSError, match="502"):
        client.get("https://example.vn/")
    with pytest.raises(OSError, match="502"):  # a host that has no TLS in life either
        client.get(SITES["quan_1"].front_url.replace("http:", "https:"))
    assert client.get("http://ldldq1hcm.gov.vn:8080/").status == 502


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET http://[ldldq1hcm/ HTTP/1.1\r\n\r\n",
        b"POST http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
)
def test_bad_requests_are_told_so(client: Client, sent: bytes) -> None:
    assert _exchange(client, sent).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_unknown_methods_are_refused(client: Client) -> None:
    answer = _exchange(
        client, b"DELETE http://ldldq1hcm.gov.vn/ HTTP/1.1\r\nConnection: close\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 405 ")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=80).map(
            lambda path: f"GET http://laodongthudo.vn/{path} HTTP/1.1\r\n\r\n".encode()
        ),
        st.text(max_size=80).map(
            lambda path: f"GET http://ldldq1hcm.gov.vn/cps/{path} HTTP/1.1\r\n\r\n".encode()
        ),
    )
)
def test_wild_input_never_breaks_it(client: Client, sent: bytes) -> None:
    answer = _exchange(client, sent)
    assert answer == b"" or re.match(rb"HTTP/1\.1 (?!500)\d{3} ", answer)
    assert client.get(SITES["quan_1"].robots_url).status == 200


def _exchange(client: Client, sent: bytes) -> bytes:
    """Send bytes, close that side, and read all that comes back."""
    received = b""
    with socket.create_connection(("127.0.0.1", client.web.port), timeout=10) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received


def test_requests_are_recorded_in_order_with_their_headers(client: Client) -> None:
    before = len(client.web.requests)
    client.get(SITES["lang_son"].front_url, User_Agent="congdoan-archive (thu@example.org)")
    client.get(SITES["can_tho"].front_url, "HEAD")
    first, second = client.web.requests[before:]
    assert first.header("user-agent") == "congdoan-archive (thu@example.org)"
    assert [first.url, second.url] == [SITES["lang_son"].front_url, SITES["can_tho"].front_url]
    assert (second.method, second.time >= first.time) == ("HEAD", True)


def test_one_connection_serves_many_requests(client: Client) -> None:
    ask = b"GET http://ldldq1hcm.gov.vn/robots.txt HTTP/1.1\r\nHost: ldldq1hcm.gov.vn\r\n\r\n"
    assert _exchange(client, ask * 3).count(b"HTTP/1.1 200 OK") == 3


def test_the_same_requests_get_the_same_pages() -> None:
    pages = []
    for _ in range(2):
        with SampleWeb() as web:
            pages.append([Client(web).get(site.front_url).body for site in SITES.values()])
    assert pages[0] == pages[1]


def test_it_stops_with_connections_open() -> None:
    with SampleWeb() as web:
        idle = socket.create_connection(("127.0.0.1", web.port), timeout=10)
        idle.sendall(b"HEAD http://ldldq1hcm.gov.vn/robots.txt HTTP/1.1\r\n\r\n")
        answered = b""
        while not answered.endswith(b"\r\n\r\n"):
            answered += idle.recv(65536)
        port = web.port
    with idle:
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)


def test_a_taken_port_is_told() -> None:
    with SampleWeb() as web, pytest.raises(OSError, match="in use"), SampleWeb(port=web.port):
        pass


def test_served_from_the_command_line() -> None:
    command = [sys.executable, "-u", "-m", "crawler.sample_web", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        told = process.stdout.readline()
        process.terminate()
        told += process.stdout.read()
    assert re.search(r"proxy http://127\.0\.0\.1:\d+", told)
    assert all(site.start_urls[0] in told for site in SITES.values())
    assert "curl -k -x" in told


# --- the texts ---------------------------------------------------------------------------------


def test_blocks_are_read() -> None:
    blocks = read_blocks(
        "Một **hai** [ba](http://b.vn/x).\n\n## Bốn\n\n!picture a.jpg | Năm | table"
    )
    assert blocks == (
        Paragraph("Một **hai** [ba](http://b.vn/x)."),
        Heading("Bốn"),
        Picture("a.jpg", "Năm", "table"),
    )
    assert plain("Một **hai** [ba](http://b.vn/x).") == "Một hai ba."


@pytest.mark.parametrize("text", ["!sound a.mp3", "!picture a.jpg | b | nowhere"])
def test_unknown_marks_are_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"unknown"):
        read_blocks(text)


def test_unknown_sites_are_told() -> None:
    with pytest.raises(KeyError, match="lang_son"):
        expected_articles("nowhere")
    with pytest.raises(ValueError, match="edition"):
        SampleWeb(edition=0)
    with pytest.raises(ValueError, match="65535"):
        SampleWeb(port=99999)


def test_frames_share_their_lists() -> None:
    assert len(shared_texts()["provinces"]) == 34
    assert issubclass(BadRequest, Exception)
