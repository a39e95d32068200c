"""How the C library keeps the small pieces of memory that the tree of a page is made of.

A page's tree are some thousands of them, taken and given back together. glibc keeps seven of a size
at hand; the others it joins with their neighbours and cuts anew for the next page, which is a
third of what parsing costs. How many it keeps can only be said before a program begins, by its
environment (glibc manual, "Memory Allocation Tunables"); other C libraries pass over it.

Good for pages with a layout alone. The general rules, which walk and copy whole trees, were a fifth
slower with it (docs/performance.md, Rebuild), so a rebuild does without.
"""

from __future__ import annotations

from collections.abc import Mapping

_VARIABLE = "GLIBC_TUNABLES"
_COUNT = "glibc.malloc.tcache_count"
_KEPT = 2000
"""Pieces of a size, of one thread: a page's. A megabyte or two in all."""


def keeping_pieces(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that reads pages; what it says of this already stays.

    >>> keeping_pieces({"HOME": "/"})
    {'HOME': '/', 'GLIBC_TUNABLES': 'glibc.malloc.tcache_count=2000'}
    >>> keeping_pieces({"GLIBC_TUNABLES": "glibc.malloc.tcache_count=9"})
    {'GLIBC_TUNABLES': 'glibc.malloc.tcache_count=9'}
    """
    said = environment.get(_VARIABLE, "")
    if _COUNT in said:
        return dict(environment)
    ours = f"{_COUNT}={_KEPT}"
    return {**environment, _VARIABLE: f"{said}:{ours}" if said else ours}
