"""Requests come back from the frontier as they went in, or are refused in words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import Any

import pytest
import scrapy
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import FormRequest, JsonRequest, Request, Response
from scrapy.http.request import NO_CALLBACK

from crawler.frontier.failures import Unstorable
from crawler.frontier.written_request import read_request, write_request


class OddRequest(Request):
    attributes = (*Request.attributes, "weight")

    def __init__(self, *args: Any, weight: int = 0, **kwargs: Any) -> None:
        self.weight = weight
        super().__init__(*args, **kwargs)


class Word(str):
    pass


class Colour(StrEnum):
    RED = "đỏ"


class WrittenSpider(scrapy.Spider):
    name = "written"

    def parse_article(self, response: Response) -> None: ...

    def __private(self, response: Response) -> None: ...

    def failed(self, failure: object) -> None: ...

    alias = parse_article

    def request(self) -> Request:
        return Request("https://báo.example/", callback=self.__private)


SPIDER = WrittenSpider()

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    plain | st.binary() | st.datetimes() | st.dates() | st.frozensets(st.integers()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


def there_and_back(request: Request, **how: Any) -> Request:
    return read_request(write_request(request, SPIDER, **how), SPIDER)


def same(first: Any, second: Any) -> bool:
    """Equal in value and type, to the last leaf."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return list(first) == list(second) and all(same(first[k], second[k]) for k in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)


@given(meta=st.dictionaries(st.text(max_size=4), values, max_size=4), data=values)
@settings(max_examples=150, deadline=None)
def test_meta_and_arguments_keep_values_and_types(meta: dict[str, Any], data: Any) -> None:
    request = Request("https://bao.example/", meta=meta, cb_kwargs={"data": data})
    back = there_and_back(request)
    assert same(back.meta, request.meta)
    assert same(back.cb_kwargs, request.cb_kwargs)


@given(
    body=st.binary(max_size=50),
    headers=st.dictionaries(
        st.from_regex(r"\A[A-Za-z-]{1,8}\Z"),
        st.lists(st.binary(max_size=8), min_size=1, max_size=2),
    ),
    priority=st.integers(-1000, 1000),
    dont_filter=st.booleans(),
    method=st.sampled_from(["GET", "POST", "HEAD"]),
    flags=st.lists(st.text(max_size=3), max_size=2),
    cookies=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)
@settings(max_examples=80, deadline=None)
def test_every_attribute_comes_back(**attributes: Any) -> None:
    request = Request(
        "https://báo.example/tin tức?b=2&a=1#x",
        callback=SPIDER.parse_article,
        errback=SPIDER.failed,
        encoding="cp1258",
        **attributes,
    )
    assert there_and_back(request).to_dict(spider=SPIDER) == request.to_dict(spider=SPIDER)


def test_a_verbatim_address_stays_as_it_is() -> None:
    request = Request("https://bao.example/a b|c", meta={"verbatim_url": True})
    assert there_and_back(request).url == "https://bao.example/a b|c"


@pytest.mark.parametrize(
    "request_",
    [
        FormRequest("https://bao.example/", formdata={"từ": "công đoàn"}),
        JsonRequest("https://bao.example/", data={"trang": 2}),
        OddRequest("https://bao.example/", weight=7),
    ],
    ids=lambda request: type(request).__name__,
)
def test_subclasses_come_back_as_such(request_: Request) -> None:
    back = there_and_back(request_)
    assert type(back) is type(request_)
    assert back.to_dict() == request_.to_dict()


def test_callbacks_are_found_by_name() -> None:
    back = there_and_back(SPIDER.request())
    assert back.callback == SPIDER.request().callback
    back = there_and_back(Request("https://bao.example/", callback=NO_CALLBACK))
    assert back.callback is NO_CALLBACK
    back = there_and_back(Request("https://bao.example/", callback=SPIDER.alias))
    assert back.callback == SPIDER.parse_article


def test_a_kind_of_string_comes_back_as_a_string() -> None:
    back = there_and_back(Request("https://bao.example/", meta={"word": Word("tin")}))
    assert same(back.meta["word"], "tin")


def test_transient_keys_are_left_out() -> None:
    request = Request("https://bao.example/", meta={"capture": object(), "known": True})
    assert there_and_back(request, transient={"capture"}).meta == {"known": True}


def loop() -> list[Any]:
    inside: list[Any] = []
    inside.append(inside)
    return inside


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"callback": lambda response: None}, "callback .* is not a method of the spider"),
        ({"callback": partial(SPIDER.parse_article)}, "is not a method of the spider"),
        ({"callback": WrittenSpider().parse_article}, "is not a method of the spider"),
        ({"errback": print}, "errback 'print' is not a method"),
        ({"meta": {"a": {"b": [1, object()]}}}, r"meta\['a'\]\['b'\]\[1\] holds a builtins.object"),
        ({"meta": {"colour": Colour.RED}}, "Colour"),
        ({"cb_kwargs": {"when": UTC}}, r"cb_kwargs\['when'\] holds a datetime.timezone"),
        ({"meta": {"loop": loop()}}, "holds itself"),
    ],
)
def test_what_cannot_come_back_is_refused(attributes: dict[str, Any], words: str) -> None:
    with pytest.raises(Unstorable, match=words) as refusal:
        write_request(Request("https://bao.example/x", **attributes), SPIDER)
    assert "https://bao.example/x" in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"url":"no address"}',
        '{"url":"https://bao.example/","callback":"gone"}',
        '{"url":"https://bao.example/","callback":"name"}',
        '{"url":"https://bao.example/","_class":"os.system"}',
        '{"url":"https://bao.example/","_class":"no.such.thing"}',
        '{"url":"https://bao.example/","unknown":1}',
        '{"url":"https://bao.example/","meta":{"$":"pickle","v":"x"}}',
        '{"url":"https://bao.example/","meta":{"$":"bytes"}}',
        '{"url":"https://bao.example/","cb_kwargs":[1]}',
    ],
)
def test_a_text_that_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(Unstorable):
        read_request(text, SPIDER)


@given(
    st.text() | st.recursive(plain, lambda inner: st.dictionaries(st.text(), inner)).map(json.dumps)
)
@settings(max_examples=100, deadline=None)
def test_wild_texts_raise_nothing_else(text: str) -> None:
    with pytest.raises(Unstorable):
        read_request(text, SPIDER)


def test_times_keep_their_zone() -> None:
    meta = {"at": datetime(2026, 11, 21, 8, tzinfo=UTC), "on": date(2026, 11, 21)}
    assert there_and_back(Request("https://bao.example/", meta=meta)).meta == meta
