"""What the processes of a rebuild need is loaded here once, in the one that they are forked from.

That takes more than a second of CPU, and memory that they then share. Loaded by name, when
processes are to be forked or a fork server starts (``crawler.intake.readers``), and by nobody else.
"""

from __future__ import annotations

import crawler.intake.building  # noqa: F401
from archive.stories.keys import band_keys
from archive.stories.text import telling
from archive.workers import begin_worker
from crawler.extract import extract
from crawler.extractor import HARMLESS
from crawler.garbage import collect_seldom
from crawler.intake.edition import edition

edition()
extract(HARMLESS)
band_keys(telling("Công đoàn " * 40))


def begin() -> None:
    """To be called first in each process that is forked."""
    begin_worker()
    collect_seldom()
