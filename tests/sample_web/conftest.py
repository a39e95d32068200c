"""The sample web as a client sees it, now and some months later."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crawler.sample_web import SampleWeb
from tests.sample_web.client import Client


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with SampleWeb(slow_seconds=0.1) as web:
        yield Client(web)


@pytest.fixture(scope="module")
def later() -> Iterator[Client]:
    with SampleWeb(edition=2, slow_seconds=0) as web:
        yield Client(web)
