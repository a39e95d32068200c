"""Texts reduced to hashes and keys many at once: as each alone, and as databases have them."""

from __future__ import annotations

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from archive.stories import keys, text
from archive.stories.keys import band_keys, band_keys_of, min_hashes
from archive.stories.tellings import packed
from archive.stories.text import Telling, telling, tellings_of

_SCRAPS = ["Công đoàn ", "LĐLĐ ", "Yên Dũng. ", "12/5 ", "- ", "\n", " ", "“Hoà", "e" * 70, "Đ/c "]
_TEXT = st.lists(st.sampled_from(_SCRAPS), max_size=60).map("".join) | st.text(max_size=50)
_REPORT = (
    "Sáng 12/5, LĐLĐ huyện Yên Dũng trao 30 suất quà cho đoàn viên có hoàn cảnh khó khăn của Công"
    " ty Hoàng Hà. Mỗi suất trị giá 500.000 đồng. Ông Nguyễn Văn Bình mong các gia đình đón Tết"
    " vui."
)


@pytest.fixture(autouse=True)
def few_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a handful of small texts is more than what is worked out in one go."""
    monkeypatch.setattr(text, "_TOGETHER", 40)
    monkeypatch.setattr(keys, "_NUMBERS", 16)


def told_of(each: Telling) -> tuple[object, ...]:
    return *packed(0, each), each.telling.tobytes()


@given(st.lists(_TEXT, max_size=8))
def test_texts_together_are_told_as_each_alone(texts: list[str]) -> None:
    together = tellings_of(texts)
    alone = [telling(each) for each in texts]
    assert [told_of(each) for each in together] == [told_of(each) for each in alone]
    assert band_keys_of(together) == [band_keys(each) for each in alone]


@given(st.lists(st.sets(st.integers(0, 2**32 - 1), min_size=1, max_size=50), max_size=6))
def test_min_hashes_are_those_of_datasketch(sets: list[set[int]]) -> None:
    assert min_hashes([np.array(sorted(each), np.uint32) for each in sets]) == [
        of_datasketch(each) for each in sets
    ]


def of_datasketch(numbers: set[int]) -> bytes:
    made = MinHash(num_perm=64, seed=1, scheme="affine32", hashfunc=int)
    made.update_batch(numbers)
    return bytes(made.hashvalues.astype("<u4").tobytes())


@pytest.mark.parametrize(
    ("said", "count", "first"),
    [
        ("", 0, []),
        ("Trao 30 suất quà", 2, [53834044566151, 75178052705303]),
        (_REPORT, 32, [10360924188820, 22860671544211]),
        (_REPORT.casefold().replace("12/5", ""), 64, [2398333185494, 9194967946274]),
    ],
)
def test_keys_are_those_that_databases_have(said: str, count: int, first: list[int]) -> None:
    found = band_keys(telling(said))
    assert len(found) == count
    assert found[:2] == first
