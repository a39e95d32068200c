"""No site can hold a crawl for ever: what is bounded, and that real listings are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.walk import MAX_BARREN, MAX_LISTINGS, MAX_REPEATS, Walk, malformed


def test_paging_that_never_ends_is_left_when_it_repeats_itself() -> None:
    walk = Walk()
    asked = 0
    for number in range(1, 500):
        url = f"http://a.test/tin/page-{number}/"
        if not walk.admits_listing(url):
            break
        asked += 1
        real = range(number * 10, number * 10 + 10) if number <= 7 else range(70, 80)
        walk.saw_listing(url, [f"a.test/bai-{n}" for n in real])
    assert asked == 7 + MAX_REPEATS
    assert "repeat" in next(iter(walk.stopped.values()))


def test_a_long_listing_is_walked_to_its_end() -> None:
    walk = Walk()
    for number in range(1, 400):
        url = f"http://a.test/tin?start={number * 10}"
        assert walk.admits_listing(url)
        assert walk.saw_listing(url, [f"a.test/{number}-{n}" for n in range(10)])
    assert walk.stopped == {}


def test_deep_pages_of_a_section_are_walked_although_another_listing_showed_them() -> None:
    walk = Walk()
    articles = [[f"a.test/{page}-{n}" for n in range(10)] for page in range(100)]
    for section in ("tat-ca", "hoat-dong"):
        for number, keys in enumerate(articles):
            url = f"http://a.test/{section}/page-{number}/"
            assert walk.admits_listing(url)
            assert walk.saw_listing(url, keys)


def test_a_calendar_is_left_when_its_days_bring_nothing() -> None:
    walk = Walk()
    asked = 0
    for day in range(2_000):
        url = f"http://a.test/lich/{2000 + day // 336}/{day // 28 % 12 + 1}/{day % 28 + 1}"
        if not walk.admits_listing(url):
            break
        asked += 1
        walk.saw_listing(url, ["a.test/moi-nhat"])
    assert asked == MAX_BARREN + 1


def test_sections_without_end_are_bounded() -> None:
    walk = Walk()
    admitted = sum(
        walk.admits_listing(f"http://a.test/the/{'abc'[n % 3]}-x{n}y/") for n in range(3000)
    )
    assert admitted == MAX_LISTINGS
    assert any("listings" in what for what in walk.stopped)


def test_variants_of_an_article_are_bounded_but_ids_are_not() -> None:
    walk = Walk()
    words = [f"http://a.test/bai-12.html?mau={'x' * n}" for n in range(1, 50)]
    assert sum(map(walk.admits_article, words)) == 5
    assert all(walk.admits_article(f"http://a.test/tin.aspx?id={n}") for n in range(200))


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/" + "tin/" * 4,
        "http://a.test/" + "a/b/" * 3,
        "http://a.test/" + "/".join(f"s{n}" for n in range(20)),
        "http://a.test/?" + "&".join(f"p{n}=1" for n in range(12)),
        "http://a.test/?loc=1&loc=2&loc=3",
        "http://a.test/" + "x" * 1200,
    ],
)
def test_broken_addresses_are_refused(url: str) -> None:
    assert malformed(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/index.php/hoat-dong/ldld-huyen/item/657-ldld-huy-n?tmpl=component&print=1",
        "http://a.test/2024/05/05/05-bai/",
        "http://a.test/Default.aspx?tabid=656&Group=10&NID=1373&ldld-tinh-trao-qua&language=en-US",
        "https://a.test/cong-doan/hoat-dong-cong-doan&by-date=2025-01-28T16-40&s_cond=&BRSR=20",
    ],
)
def test_real_addresses_are_not(url: str) -> None:
    assert malformed(url) == ""


@given(st.lists(st.tuples(st.text(max_size=30), st.lists(st.text(max_size=5), max_size=3))))
def test_any_walk_is_survived(pages: list[tuple[str, list[str]]]) -> None:
    walk = Walk()
    for text, articles in pages:
        url = "http://a.test/" + text
        if walk.admits_listing(url):
            walk.saw_listing(url, articles)
        walk.admits_article(url)
    assert len(walk.stopped) <= 50


def test_what_was_met_elsewhere_is_not_asked_for_again_by_a_listing() -> None:
    walk = Walk()
    assert walk.meets("http://a.test/bai-2")
    urls = ["http://a.test/bai-1", "http://a.test/bai-2", "http://a.test/bai-3"]
    assert list(walk.first_met(urls, "abc")) == [(urls[0], "a"), (urls[2], "c")]
    assert list(walk.first_met(urls, "abc")) == []


def test_a_page_that_every_page_of_its_listing_links_to_is_asked_for_and_counted_once() -> None:
    walk = Walk()
    pages = [f"http://a.test/tin?page={number}" for number in range(2, 200)]
    assert all(map(walk.admits_listing, pages))
    for _ in range(30):
        assert not any(map(walk.admits_listing, pages))
    assert walk.admits_listing("http://a.test/tin?page=200")
    assert not walk.stopped
