"""Which texts may be alike: an index that finds the few articles worth comparing with one.

Every article's text is reduced to MinHash values (datasketch), and bands of them are its keys in
the database (locality-sensitive hashing): articles that share keys are compared by their texts.
What is compared is a function of the set of keys, not of the order in which they came.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from sqlite_utils import Database

from archive.stories.run_hashes import numpy
from archive.stories.text import MIN_SYLLABLES, Telling

BANDS = 32
ROWS = 2
"""MinHash values in a band."""
CROWD = 32
"""Articles that may share a key before it tells little, as those of template sentences do."""
BANDS_SHARED = 2
"""Bands that two texts must share to be compared. Of a Jaccard similarity of s they share two of
32 with probability 0.04 for s = 0.1, 0.37 for 0.2, 0.80 for 0.3, 0.97 for 0.4, 0.999 for 0.5."""
MIN_TELLING = 12
"""Phrases with a fact in them that a text must have to be found by these alone."""
_LARGEST = 2**63 - 1
_NUMBERS = 2048
"""Numbers of which MinHash values are worked out at a time: what fast memory holds."""


def _last_of(key: str) -> str:
    """SQL for the last spokesman of a key, the ``CROWD``th article that has it; null: all are."""
    return (
        f"(select article_id from copy_keys where key = {key}"
        f" order by article_id limit 1 offset {CROWD - 1})"
    )


def reindex(db: Database, stale: Sequence[int], keys_of: Callable[[int], list[int]]) -> list[int]:
    """Put the keys of articles into the index in place of those that they had.

    ``keys_of`` gives an article's keys, none of one that has vanished. Returns the others that
    became spokesmen of a key by it, or are no longer: what they are compared with has changed.
    """
    marks = ", ".join("?" * len(stale))
    before: dict[int, int | None] = dict(
        db.conn.execute(
            f"select distinct key, {_last_of('a.key')} from copy_keys a"
            f" where article_id in ({marks})",
            stale,
        )
    )
    fresh = {article: keys_of(article) for article in stale}
    for key in {key for keys in fresh.values() for key in keys} - before.keys():
        before[key] = db.conn.execute(f"select {_last_of('?')}", (key,)).fetchone()[0]
    db.conn.execute(f"delete from copy_keys where article_id in ({marks})", stale)
    db.conn.executemany(
        "insert into copy_keys values (?, ?)",
        ((key, article) for article, keys in fresh.items() for key in keys),
    )
    moved: set[int] = set()
    for key, last in before.items():
        now = db.conn.execute(f"select {_last_of('?')}", (key,)).fetchone()[0]
        if now != last:
            bounds = sorted((_LARGEST if now is None else now, _LARGEST if last is None else last))
            rows = db.conn.execute(
                "select article_id from copy_keys where key = ? and article_id > ?"
                " and article_id <= ?",
                (key, *bounds),
            )
            moved.update(row[0] for row in rows)
    return sorted(moved.difference(stale))


def band_keys(told: Telling) -> list[int]:
    """The keys of a text in the index, 48-bit numbers; texts that share some are compared.

    Those of a short text stand for all its phrases together; a text without words has none.
    """
    return band_keys_of([told])[0]


def band_keys_of(texts: Sequence[Telling]) -> list[list[int]]:
    """``band_keys`` of each text: of many at once in a third of the time."""
    keys: list[list[int]] = [[] for _ in texts]
    sets: list[Any] = []
    whose: list[tuple[int, int]] = []
    for at, told in enumerate(texts):
        if told.syllables < MIN_SYLLABLES:
            if len(told.shingles):
                phrases = told.shingles.astype(">u4").tobytes()
                keys[at] = [_key(-1 - copy, phrases) for copy in range(BANDS_SHARED)]
            continue
        # By the phrases with a fact in them: template sentences would bring every report of a
        # kind together with every other, and comparing would never end.
        if len(told.telling):
            sets.append(told.telling)
            whose.append((at, 1))
        if len(told.telling) < MIN_TELLING:
            sets.append(told.shingles)
            whose.append((at, 1 + BANDS))
    for (at, first), values in zip(whose, min_hashes(sets), strict=True):
        keys[at] += _bands(values, first)
    return [sorted(set(each)) for each in keys]


def _bands(values: bytes, first: int) -> Iterator[int]:
    size = 4 * ROWS
    return (_key(first + band, values[band * size : (band + 1) * size]) for band in range(BANDS))


def _key(band: int, data: bytes) -> int:
    hashed = _salted(band).copy()
    hashed.update(data)
    return int.from_bytes(hashed.digest(), "big")


@cache
def _salted(band: int) -> blake2b:
    """To be copied: made anew it would take three times as long."""
    return blake2b(digest_size=6, salt=band.to_bytes(4, "big", signed=True))


@cache
def _permutations() -> tuple[Any, Any]:
    """What each MinHash value is worked out with: by datasketch, for its scheme "affine32"."""
    factors, terms = (
        _min_hash_module().MinHash(num_perm=BANDS * ROWS, seed=1, scheme="affine32").permutations
    )
    return factors[:, None].copy(), terms[:, None].copy()


def _min_hash_module() -> ModuleType:
    """datasketch's module of MinHash alone.

    The package loads all its modules, and for others of them SciPy, which takes every process a
    second: so this one is loaded as a part of a package that has not been loaded.
    """
    found = find_spec("datasketch") if "datasketch" not in sys.modules else None
    if found is None or found.submodule_search_locations is None:
        return importlib.import_module("datasketch")
    package = ModuleType("datasketch")
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["datasketch"] = package
    try:
        return importlib.import_module("datasketch.minhash")
    finally:
        # Whoever wants the package gets it whole.
        for name in [name for name in sys.modules if name.partition(".")[0] == "datasketch"]:
            del sys.modules[name]


def min_hashes(sets: Sequence[Any]) -> list[bytes]:
    """The MinHash values of sets of 32-bit numbers, none empty: each in four bytes, lowest first.

    The same as datasketch's ``MinHash.update_batch`` gives, set by set, for numbers that are their
    own hashes; its work for each set is ten times that of the values themselves.
    """
    np = numpy()
    if not sets:
        return []
    factors, terms = _permutations()
    numbers = _mixed(np.concatenate(sets))
    ends = np.cumsum([len(each) for each in sets])
    starts = ends - [len(each) for each in sets]
    values = np.full((len(factors), len(sets)), 0xFFFFFFFF, np.uint32)
    for at in range(0, len(numbers), _NUMBERS):
        piece = numbers[at : at + _NUMBERS]
        first = int(np.searchsorted(ends, at, "right"))
        last = int(np.searchsorted(starts, at + len(piece)))
        permuted = factors * piece
        permuted += terms
        begins = np.maximum(starts[first:last] - at, 0)
        least = np.minimum.reduceat(permuted, begins, axis=1)
        np.minimum(values[:, first:last], least, out=values[:, first:last])
    return [each.tobytes() for each in values.T.astype("<u4")]


def _mixed(numbers: Any) -> Any:
    """Each number as the end of MurmurHash3 leaves it (fmix32 of its source), as datasketch does
    before it permutes numbers."""
    np = numpy()
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        numbers = (numbers ^ numbers >> np.uint32(shift)) * np.uint32(factor)
    return numbers ^ numbers >> np.uint32(16)


def candidates(db: Database, article: int) -> list[int]:
    """The articles to compare with: those that share ``BANDS_SHARED`` keys.

    A key brings only pairs together of which one article is among its first ``CROWD``, its
    spokesmen, by their ids. So the work grows with the number of articles, however many share a
    template; of a story with more copies than that every one still meets the same spokesmen.
    """
    rows = db.conn.execute(
        f"""with shared as (select key, {_last_of("a.key")} as last from copy_keys a
              where article_id = :article)
            select b.article_id from shared join copy_keys b on b.key = shared.key
              and b.article_id <= case when shared.last >= :article
                then {_LARGEST} else coalesce(shared.last, {_LARGEST}) end
            where b.article_id <> :article
            group by 1 having count(*) >= {BANDS_SHARED} order by 1""",
        {"article": article},
    )
    return [row[0] for row in rows]


def later_candidates(db: Database, article: int) -> list[int]:
    """Of ``candidates`` those with a higher id: so each pair is named once."""
    rows = db.conn.execute(
        f"""select b.article_id from copy_keys a join copy_keys b
              on b.key = a.key and b.article_id > a.article_id
            where a.article_id = ? and a.article_id <= coalesce({_last_of("a.key")}, {_LARGEST})
            group by 1 having count(*) >= {BANDS_SHARED} order by 1""",
        (article,),
    )
    return [row[0] for row in rows]
