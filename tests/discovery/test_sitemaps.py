"""Sitemaps: indexes, gzip, news, plain lists, and broken ones."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.sitemaps import MAX_CHILDREN, MAX_ENTRIES, parse_sitemap
from crawler.extraction.xml_stream import MAX_BYTES, NotXml

SITE = "https://congdoan.hopban.test/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*entries: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS}>{"".join(entries)}</urlset>'.encode()
    )


def test_pages_with_their_change() -> None:
    body = urlset(
        "<url><loc> https://congdoan.hopban.test/a-1.html\n</loc><lastmod>2024-05-02</lastmod></url>",
        "<url><loc>https://congdoan.hopban.test/b-2.html</loc></url>",
        "<url><lastmod>2024</lastmod></url>",
    )
    sitemap = parse_sitemap(body, SITE)
    assert [page.url[-8:] for page in sitemap.pages] == ["a-1.html", "b-2.html"]
    assert sitemap.pages[0].changed is not None
    assert sitemap.pages[0].changed.isoformat() == "2024-05-02T00:00:00+07:00"
    assert sitemap.pages[1].changed is None


def test_an_index_names_sitemaps() -> None:
    body = (
        f"<sitemapindex {NS}><sitemap><loc>https://congdoan.hopban.test/tin.xml.gz</loc>"
        "<lastmod>2024-05-02T08:00:00+07:00</lastmod></sitemap></sitemapindex>"
    ).encode()
    sitemap = parse_sitemap(body, SITE)
    assert [entry.url for entry in sitemap.sitemaps] == ["https://congdoan.hopban.test/tin.xml.gz"]
    assert sitemap.pages == ()


def test_a_news_sitemap_with_pictures() -> None:
    body = (
        f'<urlset {NS} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>'
        "<image:image><image:loc>https://congdoan.hopban.test/anh.jpg</image:loc></image:image>"
        "<loc>https://congdoan.hopban.test/c-3.html</loc><news:news>"
        "<news:publication_date>2025-01-02T03:04:05+07:00</news:publication_date>"
        "<news:title>Chăm lo Tết</news:title></news:news></url></urlset>"
    ).encode()
    (page,) = parse_sitemap(body, SITE).pages
    assert page.url.endswith("/c-3.html")
    assert page.title == "Chăm lo Tết"
    assert page.changed is not None


@pytest.mark.parametrize("times", [1, 2])
def test_gzip_is_undone(times: int) -> None:
    body = urlset("<url><loc>https://congdoan.hopban.test/a-1.html</loc></url>")
    for _ in range(times):
        body = gzip.compress(body)
    assert len(parse_sitemap(body, SITE).pages) == 1


def test_a_gzip_bomb_is_refused() -> None:
    with pytest.raises(NotXml, match="larger"):
        parse_sitemap(gzip.compress(b" " * (MAX_BYTES + 10)), SITE)


def test_a_plain_list_and_a_feed_are_sitemaps_too() -> None:
    listed = b"\xef\xbb\xbfhttps://congdoan.hopban.test/a\nhttps://congdoan.hopban.test/b\r\nx\n"
    assert len(parse_sitemap(listed, SITE).pages) == 2
    feed = b"<rss><channel><item><link>https://congdoan.hopban.test/a</link></item></channel></rss>"
    assert len(parse_sitemap(feed, SITE).pages) == 1


def test_more_than_the_protocol_allows_is_cut() -> None:
    entries = (f"<url><loc>https://a.test/{number}</loc></url>" for number in range(50_010))
    sitemap = parse_sitemap(urlset(*entries), SITE)
    assert len(sitemap.pages) == MAX_ENTRIES
    assert sitemap.cut
    children = "".join(
        f"<sitemap><loc>https://a.test/{n}.xml</loc></sitemap>" for n in range(1_100)
    )
    index = parse_sitemap(f"<sitemapindex>{children}</sitemapindex>".encode(), SITE)
    assert len(index.sitemaps) == MAX_CHILDREN


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"404 not found"])
def test_what_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(NotXml):
        parse_sitemap(body, SITE)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sitemap_or_refused(body: bytes) -> None:
    for whole in (body, b"<urlset><url><loc>" + body, gzip.compress(b"<sitemapindex>" + body)):
        try:
            sitemap = parse_sitemap(whole, SITE)
        except NotXml:
            continue
        assert all(entry.url.startswith("http") for entry in sitemap.pages + sitemap.sitemaps)
