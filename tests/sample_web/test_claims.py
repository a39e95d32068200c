"""Each claim of the sample web's README holds on a page that it names."""

from __future__ import annotations

import http.client
import re
import time
import unicodedata
import urllib.robotparser
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from urllib.parse import urlencode, urlsplit

import pytest
from lxml import html

from archive.records import VIETNAM
from crawler.sample_web import SITES, ExpectedArticle, SampleWeb, expected_articles
from crawler.sample_web.stories import site_texts
from tests.sample_web.client import Client, Reply, listed, truth

README = resources.files("crawler.sample_web").joinpath("README.md").read_text("utf-8")
CLAIMS = [
    (match[1], match[2], match[3])
    for match in re.finditer(r"^\| ([^|]+) \| (\w+) \| (https?://\S+) \|$", README, re.M)
]
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
    before, words, after = datetime.now(VIETNAM), client.get(url).words, datetime.now(VIETNAM)
    assert any(
        way in words
        for today in (before, after)  # It may strike midnight in between.
        for way in (
            today.strftime("%d/%m/%Y"),
            f"{today.day}.{today.month}.{today.year}",
            f"{today:%d} Tháng {today.month} {today.year}",
        )
    )


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
    assert url in listed(client, site)


@claim("404 linked from a listing")
def check_dead(client: Client, site: str, url: str) -> None:
    assert client.get(url).status == 404
    assert url in client.get(SITES[site].start_urls[0]).links(SITES[site].start_urls[0])


@claim("soft 404")
def check_soft(client: Client, site: str, url: str) -> None:
    reply, front = client.get(url), client.get(SITES[site].front_url)
    assert reply.status == 200
    assert url in listed(client, site)
    assert reply.tree().findtext(".//title") == html.fromstring(front.body).findtext(".//title")


@claim("404 for an unknown article")
def check_hard(client: Client, site: str, url: str) -> None:
    assert client.get(url).status == 404
    assert url in listed(client, site)


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
