"""Drift: article pages that suddenly lack what they had. Pure arithmetic over readings.

A template change shows within one crawl, because all its pages change at once; single odd pages
do not count. The usual share of what is lacking is the lower quartile over blocks of earlier
readings, so that a change which nobody mends stays visible until it is most of what is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from archive.health.sentences import say

RECENT = 3
"""The newest crawls are looked at until they have this many readings together."""
BLOCK = 20
LEAST_BEFORE = 5
"""Earlier readings without which nothing is usual yet. A crawl that reads nearly all known pages
again leaves few of them, and is the very one that would show a change."""
UNLIKELY = 1e-4
JUMP = 0.3
"""The least rise of a share that counts, whatever its probability."""

MEANINGS: dict[str, str] = {
    name: say(f"lacks_{name}") for name in ("unread", "no_title", "no_body", "no_date", "generic")
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One article page as it was read: what it lacked (keys of MEANINGS, or ``field:<name>`` for
    a field that the layout's selectors did not find)."""

    crawl: str
    lacks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Drift:
    """Something that article pages now lack and usually do not."""

    lacks: str
    now: int
    of: int
    usual: float
    """Share, 0 to 1."""
    selectors: tuple[str, ...] = ()
    """The selectors that died, where the site's layout is known."""

    def __str__(self) -> str:
        field = self.lacks.removeprefix("field:")
        what = MEANINGS.get(self.lacks) or say("lacks_field", field=field)
        text = say("drift", now=self.now, of=self.of, what=what, usual=f"{self.usual:.0%}")
        dead = say("dead_selectors", selectors=", ".join(self.selectors))
        return f"{text}; {dead}" if self.selectors else text


def find_drifts(
    readings: Sequence[Reading],
) -> tuple[list[Drift], dict[str, tuple[float, float]]]:
    """Drifts between the newest readings and those before, and all shares (now, usual).

    ``readings`` are in order, the newest first.
    """
    recent, before = _split(readings)
    lacking = frozenset[str]().union(*{reading.lacks for reading in readings})
    names = sorted(lacking | set(MEANINGS))
    drifts: list[Drift] = []
    shares: dict[str, tuple[float, float]] = {}
    for name in names:
        if name not in lacking:
            if recent:
                shares[name] = (0.0, 0.0)
            continue
        times = sum(name in reading.lacks for reading in recent)
        usual = _usual([name in reading.lacks for reading in before])
        if recent:
            shares[name] = (times / len(recent), usual)
        if len(before) < LEAST_BEFORE or len(recent) < RECENT:
            continue
        # One page more than was seen may always be lacking: a usual share of zero is not known.
        expected = max(usual, 0.5 / (len(before) + 1))
        if times / len(recent) >= usual + JUMP and (
            at_least(times, len(recent), expected) < UNLIKELY
        ):
            drifts.append(Drift(name, times, len(recent), usual))
    return drifts, shares


def at_least(times: int, trials: int, share: float) -> float:
    """Probability of ``times`` or more in ``trials`` when each has the probability ``share``.

    >>> round(at_least(3, 3, 0.1), 6), at_least(0, 5, 0.2)
    (0.001, 1.0)
    """
    if times <= 0:
        return 1.0
    chances = (
        comb(trials, n) * share**n * (1 - share) ** (trials - n) for n in range(times, trials + 1)
    )
    return min(1.0, sum(chances))


def _split(readings: Sequence[Reading]) -> tuple[Sequence[Reading], Sequence[Reading]]:
    """The readings of the newest crawls, whole crawls, and all before them."""
    end = 0
    while end < len(readings) and end < RECENT:
        crawl = readings[end].crawl
        while end < len(readings) and readings[end].crawl == crawl:
            end += 1
    return readings[:end], readings[end:]


def _usual(lacking: Sequence[bool]) -> float:
    if not lacking:
        return 0.0
    blocks = [lacking[start : start + BLOCK] for start in range(0, len(lacking), BLOCK)]
    if len(blocks) > 1 and len(blocks[-1]) < BLOCK // 2:
        blocks[-2:] = [[*blocks[-2], *blocks[-1]]]
    shares = sorted(sum(block) / len(block) for block in blocks)
    return shares[len(shares) // 4]
