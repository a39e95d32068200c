"""A kind of import contract: what a room may import, all else being forbidden.

import-linter's own kinds name what is forbidden, and a module that is written tomorrow is not
among it.
"""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class ImportsOnly(Contract):
    """``source``: a package. ``only``: what it may import beside itself, packages with all in them;
    of libraries the first name alone is seen. ``standard_library``: all of Python's own, too."""

    type_name = "imports_only"

    source = fields.StringField()
    only = fields.SetField(subfield=fields.StringField())
    standard_library = fields.BooleanField(required=False, default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        only = set(map(str, self.only))  # type: ignore[call-overload]
        found = imports_beyond(graph, str(self.source), only, bool(self.standard_library))
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}")


def imports_beyond(
    graph: ImportGraph, source: str, only: set[str], standard_library: bool
) -> list[tuple[str, str]]:
    """What ``source`` and all within it import beyond themselves, ``only``, and what is in those;
    and, if it is allowed, the standard library. Pairs of importer and imported, by name."""
    allowed = {source, *only, *(sys.stdlib_module_names if standard_library else ())}
    return [
        (importer, imported)
        for importer in sorted({source, *graph.find_descendants(source)})
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if not any(imported == name or imported.startswith(f"{name}.") for name in allowed)
    ]
