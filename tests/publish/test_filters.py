"""Filters as they are read from an address."""

from __future__ import annotations

import pytest

from archive.publish.filters import Filters


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"year": "2023"}, Filters(year="2023")),
        ({"year": "23"}, Filters()),
        ({"month": "2023-13"}, Filters()),
        ({"month": "2023-04", "year": "2022"}, Filters(month="2023-04")),
        ({"site": " a "}, Filters(site="a")),
        ({"other": "x"}, Filters()),
    ],
)
def test_filters_from_a_query_string(given: dict[str, str], read: Filters) -> None:
    assert Filters.from_args(given) == read


def test_periods_end_where_the_next_begins() -> None:
    assert Filters(month="2023-12").period == ("2023-12", "2024-01")
    assert Filters(month="2023-04").period == ("2023-04", "2023-05")
    assert Filters(year="2023").period == ("2023", "2024")
