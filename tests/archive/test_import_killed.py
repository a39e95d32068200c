"""An import of another archive that is killed is repeated, and the rows are the same."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.archive.import_killing import Killed, import_with_kills, other_archive, undisturbed


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes through /proc")
def test_killed_at_random_moments_it_is_repeated(tmp_path: Path) -> None:
    here = other_archive(tmp_path / "here", ("nukeviet",), 8)
    there = other_archive(tmp_path / "there", ("nukeviet", "joomla_k2", "wordpress"), 40)
    wanted, seconds = undisturbed(there, here, tmp_path / "wanted")
    assert len(wanted["articles"]) >= 40
    found = Killed()
    chance = random.Random(7)
    import_with_kills(there, here, tmp_path / "data", wanted, 3, seconds, chance, found)
    assert found.complaints == []
    assert found.kills > 0
