"""What the processes of a rebuild need is loaded here once, in the one that they are forked from.

That takes more than a second of CPU, and memory that they then share. Loaded by name, when
processes are to be forked or a fork server starts (``crawler.intake.readers``), and by nobody else.
"""

from __future__ import annotations

from datetime import UTC, datetime

import crawler.intake.building  # noqa: F401
from archive.records import Page
from archive.stories.keys import band_keys
from archive.stories.text import telling
from archive.workers import begin_worker
from crawler.extract import extract
from crawler.garbage import collect_seldom
from crawler.intake.edition import edition

edition()
# Some things are loaded when they are used first: by a page that looks like an article, all.
_LINES = "<p>Công đoàn trao quà cho đoàn viên, người lao động có hoàn cảnh khó khăn.</p>" * 9
_PAGE = f"<html><body><h1>Trao quà</h1><p>12/05/2026</p><div>{_LINES}</div></body></html>"
extract(Page("http://localhost/trao-qua-1.html", _PAGE.encode(), datetime.now(UTC)))
band_keys(telling("Công đoàn " * 40))


def begin() -> None:
    """To be called first in each process that is forked."""
    begin_worker()
    collect_seldom()
