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
        source, allowed = str(self.source), {str(self.source), *map(str, self.only)}  # type: ignore[call-overload]
        if self.standard_library:
            allowed |= sys.stdlib_module_names
        found = [
            (importer, imported)
            for importer in sorted({source, *graph.find_descendants(source)})
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not any(imported == name or imported.startswith(f"{name}.") for name in allowed)
        ]
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["found"]:
            output.print_error(f"{importer} imports {imported}")
