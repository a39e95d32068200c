"""How often Python looks for garbage in cycles."""

import gc

_YOUNG = 20_000
_ROUNDS = 5
"""After how many looks at what is new, what outlived one is looked at; and again of that."""


def collect_seldom() -> None:
    """Look for it seldom, and never among what is loaded by now; forked processes do as this one.

    By its own measure Python looks several times a page, at all that a page is made of: a tenth of
    a crawl. What a page leaves behind in cycles are some hundred objects, none of them large.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, _ROUNDS, _ROUNDS)
