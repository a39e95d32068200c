"""The contract of our own sees what a room imports that it may not."""

from __future__ import annotations

import pytest
from grimp import ImportGraph

from tests.import_contracts import imports_beyond


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("room.a", "room.b", True),
        ("room", "lib", True),
        ("room.a", "house.hall.chair", True),
        ("room.a", "json", True),
        ("room.a", "house.hallway", False),
        ("room.a.deep", "house.other", False),
        ("room", "library", False),
        ("roommate", "house.other", True),
    ],
)
def test_what_is_not_named_is_forbidden(importer: str, imported: str, kept: bool) -> None:
    graph = ImportGraph()
    for name in {"room", "room.a", "room.a.deep", "roommate", importer, imported}:
        graph.add_module(name)
    graph.add_import(importer=importer, imported=imported)
    only = {"lib", "house.hall"}
    found = imports_beyond(graph, "room", only, standard_library=True)
    assert found == ([] if kept else [(importer, imported)])
    strict = imports_beyond(graph, "room", only, standard_library=False)
    assert strict == ([] if kept and imported != "json" else [(importer, imported)])
