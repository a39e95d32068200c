"""Every form of paging that union sites use, and links that only look like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import Page
from crawler.extraction.document import Document, parse_page
from crawler.extraction.paging import next_page, place_of

FORMS = [
    ("http://a.test/vi/news/tin/", "http://a.test/vi/news/tin/page-{}/", 1),
    ("http://a.test/tin-tuc", "http://a.test/tin-tuc/page-{}", 1),
    ("http://a.test/category/tin/", "http://a.test/category/tin/page/{}/", 1),
    ("http://a.test/", "http://a.test/?paged={}", 1),
    ("http://a.test/index.php/tin", "http://a.test/index.php/tin?start={}", 10),
    ("http://a.test/index.php/tin?x=1", "http://a.test/index.php/tin?x=1&limitstart={}", 5),
    ("https://a.test/tin", "https://a.test/tin?page={}", 1),
    ("http://a.test/d/categoryid/0_tp", "http://a.test/d/categoryid/0_tp/pg/{}", 1),
    ("https://a.test/cong-doan", "https://a.test/cong-doan&s_cond=&BRSR={}", 15),
    ("https://a.test/cong-doan.htm", "https://a.test/cong-doan/trang-{}.htm", 1),
    ("http://a.test/l.aspx?CatID=1", "http://a.test/l.aspx?CatID=1&page={}", 1),
]


def page(url: str, *links: tuple[str, str], head: str = "") -> Document:
    anchors = "".join(f'<a href="{link}">{text}</a>' for link, text in links)
    body = f"<html><head>{head}</head><body><div>{anchors}</div></body></html>".encode()
    document = parse_page(Page(url, body, datetime(2025, 1, 1, tzinfo=UTC)))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize(("first", "form", "step"), FORMS, ids=[form for _, form, _ in FORMS])
def test_pages_are_walked_one_after_the_other(first: str, form: str, step: int) -> None:
    second, third = form.format(2 * step), form.format(3 * step)
    pager = [(form.format(n * step), str(n)) for n in (2, 3, 4, 9)]
    assert next_page(first, page(first, ("http://a.test/khac/page-2/", "2"), *pager)) == second
    assert next_page(second, page(second, (first, "1"), *pager)) == third


@pytest.mark.parametrize(
    ("form", "step"), [(form, step) for _, form, step in FORMS if "trang-" not in form]
)
def test_all_pages_of_a_listing_have_one_place(form: str, step: int) -> None:
    places = [place_of(form.format(n * step)) for n in (2, 3, 17)]
    assert len({place.listing for place in places}) == 1
    assert [place.number for place in places] == [2 * step, 3 * step, 17 * step]


@pytest.mark.parametrize(("first", "form", "step"), FORMS[:9])
def test_the_first_page_is_of_the_same_listing(first: str, form: str, step: int) -> None:
    assert place_of(first).listing == place_of(form.format(2 * step)).listing
    assert place_of(first).number is None


def test_timelines_of_one_zone_are_one_listing() -> None:
    one, two = (f"https://a.test/timelinelist/1960{zone}/3.htm" for zone in (1, 2))
    assert place_of(one).number == 3
    assert place_of(one).listing != place_of(two).listing


def test_a_marked_link_decides() -> None:
    url = "http://a.test/tin/"
    marked = page(url, ("/tin/page-3/", "3"), head='<link rel="next" href="/tin/page-2/">')
    assert next_page(url, marked) == "http://a.test/tin/page-2/"


@pytest.mark.parametrize("words", ["Trang sau", "Trang tiếp »", "Xem thêm", "Các tin cũ hơn", "›"])
def test_words_serve_where_there_are_no_numbers(words: str) -> None:
    url = "http://a.test/tin"
    assert next_page(url, page(url, ("/tin/cu-hon/9f3", words))) == "http://a.test/tin/cu-hon/9f3"


def test_an_article_is_no_next_page() -> None:
    url = "http://a.test/"
    document = page(url, ("/?p=9157", "Xem tiếp"), ("/bai-2.html", "»"))
    assert next_page(url, document, r"[?&]p=\d+$|\.html$") == ""


def test_the_last_page_has_no_next() -> None:
    url = "http://a.test/tin/page-9/"
    document = page(url, ("/tin/", "1"), ("/tin/page-8/", "8"), (url, "9"), (url, "Trang sau"))
    assert next_page(url, document) == ""


@given(st.text(max_size=80))
def test_any_text_has_a_place(text: str) -> None:
    place = place_of("http://a.test/" + text)
    assert place.number is None or place.number >= 0
