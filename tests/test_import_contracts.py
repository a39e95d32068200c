"""The contract of our own sees what a room imports that it may not."""

from __future__ import annotations

import pytest
from grimp import ImportGraph

from tests.import_contracts import ImportsOnly


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
    contract = ImportsOnly(
        name="a room",
        session_options={},
        contract_options={
            "source": "room",
            "only": ["lib", "house.hall"],
            "standard_library": "true",
        },
    )
    assert contract.check(graph, verbose=False).kept == kept
    strict = ImportsOnly("a room", {}, {"source": "room", "only": ["lib", "house.hall"]})
    assert strict.check(graph, verbose=False).kept == (kept and imported != "json")
