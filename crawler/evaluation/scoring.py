"""How right an extraction is: scores of one page and of many.

Text is compared by shingles of four tokens, as scrapinghub's article-extraction-benchmark does:
precision and recall are averaged over pages, F1 is taken from the averages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archive.records import Article, Unreadable
from crawler.evaluation.gold import Case, GoldArticle
from crawler.extraction.judge import key
from crawler.extraction.text import clean_line
from crawler.extraction.urls import article_key

SHINGLE = 4

_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What some extractor made of a page, in the terms that are scored."""

    text: str = ""
    title: str = ""
    published: str = ""
    persons: tuple[str, ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    url: str = ""
    day_only: bool = False
    """The extractor knows no hours, so only the day is compared."""
    found: bool = True
    reason: str = ""

    @classmethod
    def of(cls, outcome: Article | Unreadable) -> Reading:
        """An ``extract`` result as a reading."""
        if isinstance(outcome, Unreadable):
            return cls(found=False, reason=f"{outcome.reason}: {outcome.detail}")
        return cls(
            text="\n".join(part for part in (outcome.lead, outcome.body) if part),
            title=outcome.title,
            published=outcome.published.iso() if outcome.published else "",
            persons=outcome.byline.persons,
            images=tuple((image.url, image.caption) for image in outcome.images),
            url=outcome.url,
        )


@dataclass(slots=True)
class PageScore:
    """One page against its gold."""

    case: Case
    reading: Reading
    precision: float = 0.0
    recall: float = 0.0
    aliens: tuple[str, ...] = ()
    """Lines that stand nowhere in the gold: boilerplate that leaked."""
    title: bool = False
    date: bool = False
    byline: bool = False
    invented: bool = False
    """An author is given whom the gold does not know."""
    images: tuple[int, int, int] = (0, 0, 0)
    """Right with caption, expected, not expected."""
    address: bool = True
    """Duplicates and print views lead to the article's own address."""

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class Scores:
    """Pages of one family or of all, summed up. Shares are between 0 and 1."""

    name: str
    pages: list[PageScore] = field(default_factory=list)
    """Articles that were found."""
    missed: list[PageScore] = field(default_factory=list)
    false: list[PageScore] = field(default_factory=list)
    """Pages that are no articles and became one."""
    others: int = 0
    """Pages that are no articles."""

    @property
    def articles(self) -> int:
        return len(self.pages) + len(self.missed)

    @property
    def precision(self) -> float:
        return _mean(page.precision for page in self.pages)

    @property
    def recall(self) -> float:
        return _mean(page.recall for page in [*self.pages, *self.missed])

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def title(self) -> float:
        return _share(page.title for page in self.pages)

    @property
    def date(self) -> float:
        return _share(page.date for page in self.pages)

    @property
    def byline(self) -> float:
        return _share(page.byline for page in self.pages)

    @property
    def invented(self) -> int:
        return sum(page.invented for page in self.pages)

    @property
    def aliens(self) -> int:
        return sum(len(page.aliens) for page in self.pages)

    @property
    def images(self) -> float:
        right = sum(page.images[0] for page in self.pages)
        wanted = sum(page.images[1] for page in self.pages)
        return right / wanted if wanted else 1.0

    @property
    def extra_images(self) -> int:
        return sum(page.images[2] for page in self.pages)

    @property
    def addresses(self) -> float:
        return _share(page.address for page in self.pages)

    def floors(self) -> dict[str, float]:
        """The values that a floors file holds: higher is better for every one of them."""
        return {
            "f1": round(self.f1, 4),
            "title": round(self.title, 4),
            "date": round(self.date, 4),
            "byline": round(self.byline, 4),
            "images": round(self.images, 4),
            "addresses": round(self.addresses, 4),
            "found": round(len(self.pages) / self.articles, 4) if self.articles else 1.0,
            "not_invented": -float(self.invented),
            "not_leaked": -float(self.aliens),
            "not_false": -float(len(self.false)),
        }


def score(case: Case, reading: Reading) -> PageScore:
    """Compare a reading with the gold of an article page."""
    gold = case.article
    if gold is None:
        raise ValueError(f"{case.name} has no article to compare with")
    result = PageScore(case, reading)
    if not reading.found:
        return result
    result.precision, result.recall = compare(gold.text, reading.text)
    result.aliens = tuple(alien_lines(gold, reading))
    result.title = clean_line(reading.title) == clean_line(gold.title)
    wanted_date = gold.published[:10] if gold.published and reading.day_only else gold.published
    result.date = _same_date(wanted_date, reading.published)
    wanted = {name.casefold() for name in gold.persons or ()}
    given = {name.casefold() for name in reading.persons}
    result.byline = gold.persons is None or wanted == given
    result.invented = gold.persons is not None and bool(given - wanted)
    result.images = _images(gold, reading)
    result.address = article_key(reading.url) == article_key(gold.url)
    return result


def compare(gold: str, text: str) -> tuple[float, float]:
    """Precision and recall of ``text`` by shingles."""
    wanted, given = _shingles(gold), _shingles(text)
    right = sum((wanted & given).values())
    precision = right / sum(given.values()) if given else 0.0
    recall = right / sum(wanted.values()) if wanted else 1.0
    return precision, recall


def alien_lines(gold: GoldArticle, reading: Reading) -> Iterable[str]:
    """Lines of a reading that are found neither in the gold's text nor beside it."""
    known = key(gold.title) + "|" + key(gold.text) + "|" + key(gold.beside)
    for line in reading.text.splitlines():
        letters = key(line)
        if letters and letters not in known:
            precision, _ = compare(gold.text, line)
            if precision < 0.5:
                yield line


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text.lower())
    if len(tokens) < SHINGLE:
        return Counter([tuple(tokens)] if tokens else [])
    return Counter(tuple(tokens[i : i + SHINGLE]) for i in range(len(tokens) - SHINGLE + 1))


def _same_date(gold: str | None, given: str) -> bool:
    if gold is None:
        return not given
    return given[: len(gold)] == gold if len(gold) <= 10 else given == gold


def _images(gold: GoldArticle, reading: Reading) -> tuple[int, int, int]:
    if gold.images is None:
        return (0, 0, 0)
    given = {url: clean_line(caption) for url, caption in reading.images}
    right = sum(1 for image in gold.images if given.get(image.url) == clean_line(image.caption))
    wanted = {image.url for image in gold.images}
    return right, len(gold.images), len(set(given) - wanted)


def _mean(values: Iterable[float]) -> float:
    numbers: Sequence[float] = list(values)
    return sum(numbers) / len(numbers) if numbers else 1.0


def _share(values: Iterable[bool]) -> float:
    return _mean(float(value) for value in values)
