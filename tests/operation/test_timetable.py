"""Declared times in Vietnam's time zone, with a jitter that is the same after every restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.records import VIETNAM
from crawler.operation.timetable import next_time, parse_times

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


def vn(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("times", "after", "expected"),
    [
        ("05:30", vn(21, 5, 29), vn(21, 5, 30)),
        ("05:30", vn(21, 5, 30), vn(22, 5, 30)),
        ("05:30 17:30", vn(21, 6), vn(21, 17, 30)),
        ("30 5 * * *", vn(21, 6), vn(22, 5, 30)),
        ("0 6 * * mon-fri", vn(20, 7), vn(23, 6)),  # 21 November 2026 is a Saturday
        # The numbers of crontab, where Sunday is 0 and 7.
        ("0 6 * * 1-5", vn(20, 7), vn(23, 6)),
        ("0 6 * * 0", vn(20, 7), vn(22, 6)),
        ("0 6 * * 7", vn(20, 7), vn(22, 6)),
        ("0 6 * * 2,5-6", vn(20, 7), vn(21, 6)),
        ("0 0 1 1 *", vn(21, 6), datetime(2027, 1, 1, tzinfo=VIETNAM)),
    ],
)
def test_the_next_time(times: str, after: datetime, expected: datetime) -> None:
    assert next_time(parse_times(times), "lang_son", after, timedelta(0)) == expected
    # Whatever zone the clock speaks.
    assert next_time(times, "lang_son", after.astimezone(UTC), timedelta(0)) == expected


@given(MOMENTS, st.sampled_from(["05:00", "00:00 23:59", "*/7 * * * *", "0 6 * * 0"]))
def test_times_with_jitter_move_on_and_miss_none(after: datetime, times: str) -> None:
    jitter = timedelta(minutes=50)
    moments = [after]
    for _ in range(5):
        moments.append(next_time(times, "hai_phong", moments[-1], jitter))
        assert moments[-1] > moments[-2]
    # Asking in between changes nothing: no time is skipped or invented.
    for earlier, later in pairwise(moments[1:]):
        middle = earlier + (later - earlier) / 2
        assert next_time(times, "hai_phong", middle, jitter) == later


@given(MOMENTS)
def test_jitter_is_added_within_its_bound_and_differs_between_sites(after: datetime) -> None:
    jitter = timedelta(minutes=50)
    moments = {}
    for site in ("lang_son", "hai_phong", "can_tho", "quan_1"):
        moment = next_time("05:00", site, after, jitter).astimezone(VIETNAM)
        past = moment - moment.replace(hour=5, minute=0, second=0, microsecond=0)
        assert timedelta(0) <= past < jitter
        moments[site] = moment.time()
    assert len(set(moments.values())) > 1


@pytest.mark.parametrize(
    "wrong", ["25:00", "5", "5h30", "1 2 3", "* * * * x", "0 5 * * 5-1", "99 * * * *"]
)
def test_what_are_no_times(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"times are hours|no crontab line"):
        parse_times(wrong)


def test_a_day_that_never_comes() -> None:
    with pytest.raises(ValueError, match="never come"):
        next_time(parse_times("0 0 30 2 *"), "lang_son", vn(21, 6), timedelta(0))
