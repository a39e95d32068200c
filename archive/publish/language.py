"""Which of the two languages a reader gets, and the words of the interface in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from archive.publish.words import WORDS

LANGUAGES = ("vi", "en")
COOKIE = "archive_lang"
PARAMETER = "_lang"

speaking: ContextVar[str] = ContextVar("speaking", default="vi")
"""The language of the request that is being answered, for Datasette hooks that get no request."""


def choose_language(parameter: str, cookie: str, accept: str) -> str:
    """The switch before the cookie, the cookie before the browser's preference, then Vietnamese.

    >>> choose_language("", "", "fr, en-GB;q=0.8, vi;q=0.3")
    'en'
    >>> choose_language("", "vi", "en"), choose_language("xx", "", "")
    ('vi', 'vi')
    """
    for wish in (parameter, cookie):
        if wish in LANGUAGES:
            return wish
    best, chosen = 0.0, "vi"
    for part in accept[:400].split(","):
        tag, _, options = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        weight = 1.0
        if options.strip().startswith("q="):
            try:
                weight = float(options.strip()[2:])
            except ValueError:
                weight = 0.0
        if language in LANGUAGES and weight > best:
            best, chosen = weight, language
    return chosen


class Speaker:
    """Says the interface's words in one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "vi"

    def __call__(self, key: str, **values: object) -> str:
        """The words for a key, with ``{name}`` filled in. Raises KeyError for an unknown key."""
        text = WORDS[key][LANGUAGES.index(self.language)]
        return text.format(**values) if values else text

    def number(self, value: int) -> str:
        """1234567 -> "1.234.567" in Vietnamese, "1,234,567" in English."""
        text = f"{value:,}"
        return text.replace(",", ".") if self.language == "vi" else text

    def about(self, value: int) -> str:
        """A number of which only two or three digits are known."""
        digits = max(len(str(value)) - 2, 0)
        return self.number(round(value, -digits) if digits else value)

    def pick(self, pair: Mapping[str, str] | tuple[str, str]) -> str:
        """One of a pair of texts (Vietnamese, English)."""
        if isinstance(pair, tuple):
            return pair[LANGUAGES.index(self.language)]
        return pair[self.language]

    def date(self, stamp: str | None, precision: str = "minute") -> str:
        """A timestamp as people write it: "04/10/2023 15:42", "4 October 2023, 15:42"."""
        if not stamp or len(stamp) < 10 or not stamp[:4].isdigit():
            return stamp or self("undated")
        year, month, day = stamp[:4], stamp[5:7], stamp[8:10]
        clock = stamp[11:16] if precision == "minute" and len(stamp) >= 16 else ""
        if precision == "month":
            return self.month(f"{year}-{month}")
        if self.language == "vi":
            return f"{day}/{month}/{year}" + (f" {clock}" if clock else "")
        named = WORDS["months"][1].split()[int(month) - 1] if month.isdigit() else month
        return f"{int(day)} {named} {year}" + (f", {clock}" if clock else "")

    def month(self, month: str) -> str:
        """ "2023-04" -> "tháng 4/2023", "April 2023"."""
        if len(month) != 7 or not month[5:].isdigit() or not 1 <= int(month[5:]) <= 12:
            return month
        if self.language == "vi":
            return f"tháng {int(month[5:])}/{month[:4]}"
        return f"{WORDS['months'][1].split()[int(month[5:]) - 1]} {month[:4]}"
