"""Canonical addresses and article keys: what is dropped, and above all what is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.urls import MAX_URL, absolute, article_key, canonical_url

KEPT = (
    "http://congdoan.vn/Default.aspx?tabid=656&Group=10&NID=1373&trao-3-suat-qua&language=en-US",
    "https://bao.vn/apicenter@/print_article&i=127648",
    "https://bao.vn/cong-doan/hoat-dong&by-date=2025-01-28T16-40&s_cond=&BRSR=20",
    "https://congdoan.vn/van-dong-hien-mau-nam-2017-",
    "https://congdoan.vn/trao-nha-mai-am-5333-5333.html",
    "http://congdoan.vn/tin/ldld-huyen-x3a-to-chuc-giai.html",
    "http://congdoan.vn/tin.php?cid=3&uid=7&source=4&id=19&sid=12&s=5&ref=9",
    "http://congdoan.vn/index.php?view=article&catid=2%3Aldld&id=2317%3All-huyn&Itemid=4",
    "http://congdoan.vn/?p=9157",
    "http://congdoan.vn/a%2Fb?x=1%262",
    "http://congdoan.vn/x?a",
    "http://congdoan.vn:8080/x",
)
SAME = (
    ("HTTP://CongDoan.VN:80/../tin-11/bai-12.html", "http://congdoan.vn/tin-11/bai-12.html"),
    ("https://congdoan.vn:443/a/./b/../c", "https://congdoan.vn/a/c"),
    ("http://congdoan.vn", "http://congdoan.vn/"),
    ("http://congdoan.vn./x", "http://congdoan.vn/x"),
    ("http://user:secret@congdoan.vn/x", "http://congdoan.vn/x"),
    ("http://congdoan.vn/x#binh-luan", "http://congdoan.vn/x"),
    ("http://congdoan.vn/x?utm_source=zalo&id=2&utm_medium=a", "http://congdoan.vn/x?id=2"),
    ("http://congdoan.vn/x?fbclid=IwAR0abc", "http://congdoan.vn/x"),
    ("http://congdoan.vn/x?zarsrc=30&gclid=1", "http://congdoan.vn/x"),
    ("http://congdoan.vn/x;jsessionid=0A1B2C?id=1", "http://congdoan.vn/x?id=1"),
    ("http://congdoan.vn/x?PHPSESSID=8a7b&id=1", "http://congdoan.vn/x?id=1"),
    ("http://congdoan.vn/x?sid=8f14e45fceea167a5a36dedd4bea2543&id=1", "http://congdoan.vn/x?id=1"),
    (
        "http://congdoan.vn/(S(lit3py55t21z5v55vlm25s55))/x.aspx?Id=3",
        "http://congdoan.vn/x.aspx?Id=3",
    ),
    ("http://congdoan.vn/x?8f14e45fceea167a5a36dedd4bea2543=1", "http://congdoan.vn/x"),
    ("http://congdoan.vn/x?a=1&amp;b=2&&", "http://congdoan.vn/x?a=1&b=2"),
    ("http://congdoan.vn/tin tức/đ", "http://congdoan.vn/tin%20t%E1%BB%A9c/%C4%91"),
    ("http://congdoan.vn/%7etin/%e1", "http://congdoan.vn/~tin/%E1"),
    ("http://congdoan.vn/50%", "http://congdoan.vn/50%25"),
    (" http://congdoan.vn/x\n", "http://congdoan.vn/x"),
    ("http://congdoan.vn\\tin\\x", "http://congdoan.vn/tin/x"),
    ("http://congđoàn.vn/x", "http://xn--congon-fua46e.vn/x"),
)


@pytest.mark.parametrize("url", KEPT)
def test_identifiers_and_odd_paths_stay(url: str) -> None:
    assert canonical_url(url) == url


@pytest.mark.parametrize(("url", "expected"), SAME)
def test_one_form(url: str, expected: str) -> None:
    got = canonical_url(url)
    if "xn--" in expected:
        assert got.startswith("http://xn--") and got.endswith(".vn/x")
    else:
        assert got == expected
    assert canonical_url(got) == got


@pytest.mark.parametrize("text", ["", "javascript:void(0)", "mailto:a@b.vn", "http://", "/tin/x"])
def test_what_is_no_address_comes_back(text: str) -> None:
    assert canonical_url(text) == text


def test_rules_turn_variants_into_the_main_address() -> None:
    rules = (
        (r"/news/(?:print|savefile)/", "/news/"),
        (r"[?&]tmpl=component&print=1(&|$)", r"?\1"),
        (r"\?&?$", ""),
    )
    main = "http://congdoan.vn/vi/news/tin/bai-12.html"
    assert canonical_url("http://congdoan.vn/vi/news/print/tin/bai-12.html", rules) == main
    assert canonical_url(main + "?tmpl=component&print=1", rules) == main
    assert canonical_url(main, rules) == main


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.congdoan.vn/tin/1.html", "https://congdoan.vn/tin/1.html#x"),
        ("http://congdoan.vn/tin/1/", "http://congdoan.vn/tin/1"),
        ("http://congdoan.vn/x?b=2&a=1", "http://congdoan.vn/x?a=1&b=2"),
        ("http://congdoan.vn/NewsDetail.aspx?Id=19", "http://congdoan.vn/newsdetail.aspx?id=19"),
        (
            "http://congdoan.vn/Default.aspx?tabid=6&NID=13&language=en-US",
            "http://congdoan.vn/Default.aspx?tabid=6&NID=13&language=vi-VN",
        ),
    ],
)
def test_same_article(one: str, other: str) -> None:
    assert article_key(one) == article_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://congdoan.vn/x?id=1", "http://congdoan.vn/x?id=2"),
        ("http://congdoan.vn/x-2017-", "http://congdoan.vn/x-2017"),
        ("http://a.congdoan.vn/x", "http://congdoan.vn/x"),
        ("http://congdoan.vn/X", "http://congdoan.vn/x"),
        ("http://congdoan.vn/p&i=1", "http://congdoan.vn/p&i=2"),
        ("http://congdoan.vn/tin?language=vi", "http://congdoan.vn/tin?language=en"),
        ("http://congdoan.vn/x?cid=1&source=2", "http://congdoan.vn/x?cid=1"),
    ],
)
def test_different_articles(one: str, other: str) -> None:
    assert article_key(one) != article_key(other)


_PATH = st.text(alphabet="abcđộZ0159-_.~&@%/; +=()", max_size=30)
_NAME = st.sampled_from(["id", "cid", "uid", "source", "NID", "tabid", "p", "sid", "bài", "x-y-z"])
_URL = st.builds(
    lambda scheme, host, port, path, query, fragment: (
        f"{scheme}://{host}{port}/{path}" + (f"?{query}" if query else "") + fragment
    ),
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["congdoan.vn", "www.A-b.org.vn", "[::1]", "127.0.0.1"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    _PATH,
    st.text(alphabet="abđ=&;%?amp12/ +utm_fbclid", max_size=30),
    st.sampled_from(["", "#", "#x"]),
)


@given(_URL)
def test_canonical_url_is_idempotent(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert once.isascii() and "#" not in once
    assert article_key(once) == article_key(url)


@given(st.text(max_size=200))
def test_wild_text_is_no_trouble(text: str) -> None:
    assert canonical_url(canonical_url(text)) == canonical_url(text)
    article_key(text)
    got = absolute("http://congdoan.vn/tin/", text)
    assert got == "" or got.startswith(("http://", "https://"))


@given(
    st.dictionaries(_NAME, st.integers(0, 10**8), min_size=1, max_size=4),
    st.integers(0, 10**8),
    st.data(),
)
def test_two_identifiers_are_never_merged(
    query: dict[str, int], other: int, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(query)))
    changed = {**query, name: other}
    urls = [
        "http://congdoan.vn/tin.php?utm_source=x&" + "&".join(f"{k}={v}" for k, v in q.items())
        for q in (query, changed)
    ]
    assert (article_key(urls[0]) == article_key(urls[1])) == (query == changed)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.sampled_from(["-{}.html", "/{}/", "&i={}"]))
def test_identifiers_in_paths_are_never_merged(one: int, other: int, form: str) -> None:
    keys = {article_key("http://congdoan.vn/tin" + form.format(n)) for n in (one, other)}
    assert len(keys) == len({one, other})


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../anh/2.jpg", "http://congdoan.vn/anh/2.jpg"),
        ("//cdn.vn/x", "http://cdn.vn/x"),
        ("?p=2", "http://congdoan.vn/tin/1.html?p=2"),
        ("\\tin\\3", "http://congdoan.vn/tin/3"),
        ("ảnh 1.jpg", "http://congdoan.vn/tin/%E1%BA%A3nh%201.jpg"),
        (" https://b.vn/a\nb ", "https://b.vn/ab"),
        ("../../../x", "http://congdoan.vn/x"),
        ("", ""),
        ("#top", ""),
        ("javascript:void(0)", ""),
        (" JavaScript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:image/png;base64,AAAA", ""),
        ("mailto:ldld@congdoan.vn", ""),
        ("tel:0912345678", ""),
        ("https://[bad", ""),
        ("http://exa mple/", ""),
        ("http://congdoan.vn:99999/", ""),
        ("x" * (MAX_URL + 1), ""),
    ],
)
def test_absolute(href: str, expected: str) -> None:
    assert absolute("http://congdoan.vn/tin/1.html", href) == expected


@given(st.text(alphabet="abđ/.?=&%;@-_~1 ", max_size=25))
def test_short_ways_and_long_ways_agree(path: str) -> None:
    base = "HTTP://User@Congdoan.VN:80/tin/1.html"
    # A fragment is never on the short way and changes nothing else.
    path = "/" + path.strip()
    assert absolute(base, path + "#x") in (absolute(base, path) + "#x", "")


def test_a_broken_base_gives_no_address() -> None:
    assert absolute("http://[bad", "x") == ""
    assert absolute("", "x") == ""
