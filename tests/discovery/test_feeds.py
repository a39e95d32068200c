"""RSS, RDF and Atom as sites write them, and as attackers do."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.feeds import MAX_ENTRIES, moment_of, parse_feed
from crawler.extraction.xml_stream import NotXml

SITE = "http://congdoan.hopban.test/"
ITEM = (
    "<item><title><![CDATA[LĐLĐ huyện Hợp Bản trao nhà]]></title>"
    "<link>http://congdoan.hopban.test/tin/trao-nha-12.html</link>"
    '<guid isPermaLink="false">12</guid><pubDate>Tue, 31 Dec 2019 17:16:00 +0700</pubDate></item>'
)


def rss(*items: str, head: str = "") -> bytes:
    return f"{head}<rss version='2.0'><channel>{''.join(items)}</channel></rss>".encode()


def test_rss() -> None:
    (entry,) = parse_feed(rss(ITEM), SITE).entries
    assert entry.url == "http://congdoan.hopban.test/tin/trao-nha-12.html"
    assert entry.title == "LĐLĐ huyện Hợp Bản trao nhà"
    assert entry.published is not None
    assert entry.published.isoformat() == "2019-12-31T17:16:00+07:00"


def test_atom_with_a_next_page_and_relative_links() -> None:
    body = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
        '<link rel="self" href="/atom"/><link rel="next" href="/atom?page=2"/>'
        '<entry><title>Hội nghị</title><link rel="edit" href="/sua/7"/>'
        '<link href="/tin/hoi-nghi-7.html"/><id>urn:uuid:7</id>'
        "<updated>2024-05-01T08:00:00Z</updated></entry></feed>"
    ).encode()
    feed = parse_feed(body, SITE)
    assert [entry.url for entry in feed.entries] == [SITE + "tin/hoi-nghi-7.html"]
    assert feed.next_page == SITE + "atom?page=2"


def test_rdf_names_items_by_attribute() -> None:
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<item rdf:about="{SITE}a-1.html"><title>A</title><dc:date>2011-02-03</dc:date></item>'
        "</rdf:RDF>"
    ).encode()
    (entry,) = parse_feed(body, SITE).entries
    assert entry.url == SITE + "a-1.html"
    assert entry.published is not None


@pytest.mark.parametrize(
    "head",
    ["\ufeff", "\n\n  ", "<br />\n<b>Warning</b>: mysql_connect() in <b>db.php</b><br />\n"],
    ids=["byte order mark", "blank lines", "a warning of PHP"],
)
def test_what_stands_before_a_feed_is_passed_over(head: str) -> None:
    assert len(parse_feed(rss(ITEM, head=head), SITE).entries) == 1


def test_broken_markup_gives_what_is_whole() -> None:
    body = rss(ITEM, ITEM.replace("-12.html", "-13.html").replace("LĐLĐ", "A & B < C"))
    assert len(parse_feed(body[:-60], SITE).entries) >= 1
    assert len(parse_feed(body[: len(rss(ITEM)) - 20], SITE).entries) == 1


def test_utf_16_is_read() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + rss(ITEM).decode()
    assert len(parse_feed(text.encode("utf-16"), SITE).entries) == 1


def test_entries_without_an_address_and_repeated_ones_are_left_out() -> None:
    bad = "<item><link>javascript:alert(1)</link></item><item><title>x</title></item>"
    assert len(parse_feed(rss(bad, ITEM, ITEM), SITE).entries) == 1


def test_a_feed_of_100_000_entries_is_bounded() -> None:
    items = (f"<item><link>{SITE}bai-{number}.html</link></item>" for number in range(100_000))
    began = time.process_time()
    feed = parse_feed(rss(*items), SITE)
    assert len(feed.entries) == MAX_ENTRIES
    assert feed.cut
    assert time.process_time() - began < 5


def test_an_xml_bomb_is_refused_at_once() -> None:
    lines = ['<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">']
    lines += [
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    body = (
        "".join(lines) + "]><rss><channel><item><title>&i;</title></item></channel></rss>"
    ).encode()
    with pytest.raises(NotXml, match="entities"):
        parse_feed(body, SITE)


def test_an_outside_entity_is_never_fetched() -> None:
    body = (
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b"<rss><channel><item><link>http://a.vn/</link><title>&x;</title></item></channel></rss>"
    )
    with pytest.raises(NotXml):
        parse_feed(body, SITE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Trang kh\xc3\xb4ng t\xe1\xbb\x93n t\xe1\xba\xa1i</body></html>",
        b"{}",
        b"\x1f\x8b\x08",
    ],
    ids=["nothing", "a page", "JSON", "broken gzip"],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(NotXml):
        parse_feed(body, SITE)


def test_deep_nesting_is_bounded() -> None:
    body = b"<rss><channel>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</channel></rss>"
    assert parse_feed(body, SITE).entries == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_feed_or_refused(body: bytes) -> None:
    for whole in (body, b"<rss><channel><item>" + body, b"<feed>" + body + b"</feed>"):
        try:
            feed = parse_feed(whole, SITE)
        except NotXml:
            continue
        assert all(entry.url.startswith(("http://", "https://")) for entry in feed.entries)


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    moment = moment_of(text)
    assert moment is None or moment.tzinfo is not None
