"""An archive that only some may see shows nothing to others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.publish.serve import make_face
from tests.publish.conftest import close
from tests.publish.pages import PAGES


@pytest.mark.parametrize("path", [page for page in PAGES if "no" not in page[:4]])
async def test_a_private_archive_shows_nothing(
    sample: tuple[Path, dict[str, int]], private_face: Any, path: str
) -> None:
    response = await private_face.client.get(path.format(**sample[1]))
    assert response.status_code in (403, 404)
    assert "Công đoàn Hải Phòng" not in response.text


@pytest.mark.parametrize(
    "path",
    ["/search.json?q=cong", "/feed.atom", "/download/articles.csv", "/sites.json",
     "/articles/{nha_o}.json", "/articles/{nha_o}.bib", "/archive.json?sql=select+1"],
)  # fmt: skip
async def test_a_private_archive_tells_machines_nothing(
    sample: tuple[Path, dict[str, int]], private_face: Any, path: str
) -> None:
    response = await private_face.client.get(path.format(**sample[1]))
    assert response.status_code == 403


@pytest.fixture(scope="module")
def private_face(sample: tuple[Path, dict[str, int]]) -> Any:
    made = make_face(sample[0], {"allow": {"id": "editor"}})
    yield made
    close(made)
