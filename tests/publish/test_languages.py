"""Everything is said in Vietnamese and in English, and the reader's language is found."""

from __future__ import annotations

import re
from typing import Any

import pytest

from archive.publish.language import Speaker, choose_language
from archive.publish.reasons import UNREAD_VI, failure_words, unread_words
from archive.publish.serve import TEMPLATES
from archive.publish.words import WORDS
from archive.records import REASONS
from crawler.failures import KINDS
from tests.publish.pages import get, tree


def test_every_word_has_both_languages_and_the_same_places() -> None:
    for key, (vi, en) in WORDS.items():
        assert vi.strip() and en.strip(), key
        assert set(re.findall(r"\{(\w*)\}", vi)) == set(re.findall(r"\{(\w*)\}", en)), key
    used = set()
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        used |= set(re.findall(r"\bt\(\s*[\"'](\w+)[\"']\s*[,)]", text))
    assert used <= set(WORDS)
    assert {"search", "provenance", "run_sql"} <= used


@pytest.mark.parametrize(
    ("parameter", "cookie", "accept", "language"),
    [
        ("en", "vi", "vi", "en"),
        ("", "en", "vi", "en"),
        ("", "", "en-US,en;q=0.9", "en"),
        ("", "", "fr,vi;q=0.2,en;q=0.1", "vi"),
        ("", "", "", "vi"),
        ("xx", "yy", "en;q=high", "vi"),
    ],
)
def test_the_language_is_the_readers(
    parameter: str, cookie: str, accept: str, language: str
) -> None:
    assert choose_language(parameter, cookie, accept) == language


async def test_the_switch_is_remembered(face: Any) -> None:
    response = await get(face, "/search?q=abc&_lang=en", **{"accept-language": "vi"})
    assert "archive_lang=en" in response.headers["set-cookie"]
    assert 'lang="en"' in response.text
    page = tree(response.text)
    assert page.xpath("//a[@class='switch']/@href") == ["/search?q=abc&_lang=vi"]
    again = await face.client.get("/", cookies={"archive_lang": "en"})
    assert "Newest articles" in again.text


def test_every_failure_and_every_unread_page_has_words_in_both_languages() -> None:
    assert set(UNREAD_VI) == set(REASONS)
    for kind in KINDS:
        vietnamese, english = failure_words(kind)
        assert kind not in (vietnamese, english) and vietnamese != english
    assert failure_words("máy lạ") == unread_words("máy lạ") == ("máy lạ", "máy lạ")


def test_dates_and_numbers_are_said_as_people_say_them() -> None:
    vi, en = Speaker("vi"), Speaker("en")
    stamp = "2023-10-04T15:42:00+07:00"
    assert (vi.date(stamp), en.date(stamp)) == ("04/10/2023 15:42", "4 October 2023, 15:42")
    assert (vi.date(stamp, "day"), en.date(stamp, "month")) == ("04/10/2023", "October 2023")
    assert (vi.date(None), en.date("")) == ("không rõ ngày", "undated")
    assert (vi.number(1234567), en.number(1234567)) == ("1.234.567", "1,234,567")
    assert vi.about(187654) == "190.000"
    assert vi.month("2023-99") == "2023-99"
