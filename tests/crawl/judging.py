"""What other people's tools say of WARC files."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from threading import Lock

from warcio.checker import Checker

_one_at_a_time = Lock()
"""What the checker says goes to the standard output of the whole process."""


def warcio_complaints(files: Iterable[Path]) -> list[str]:
    """What ``warcio check`` has against each of them; [] where nothing."""

    class Command:
        verbose = False
        inputs = tuple(map(str, files))

    said = StringIO()
    checker = Checker(Command())
    with _one_at_a_time, redirect_stdout(said):
        checker.process_all()
    return [f"warcio: {said.getvalue()}"] if checker.exit_value else []
