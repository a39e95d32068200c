"""How a command ends: its exit code, and what is said where something stood in its way."""

from __future__ import annotations

import signal
import sqlite3
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from archive.broken_database import is_damage
from archive.database import ArchiveError
from crawler.stopping import on_stop

if TYPE_CHECKING:
    from crawler.crawling import SiteRun

EXIT_FAILED = 1
EXIT_PARTLY = 3
EXIT_DAMAGED = 4
EXIT_INTERRUPTED = 130
_MEANINGS = {
    0: "done",
    EXIT_FAILED: "not done: the message says why, and the archive is as it was",
    2: "the command was given wrongly",
}


def exit_codes(meanings: Mapping[int, str], heading: str = "Exit codes") -> str:
    """What stands below a command's help: its exit codes, those it shares with all included.

    >>> print(exit_codes({3: "done in part"}))
    \b
    Exit codes:
      0    done
      1    not done: the message says why, and the archive is as it was
      2    the command was given wrongly
      3    done in part
    """
    lines = [
        textwrap.fill(meaning, 96, initial_indent=f"  {code:<4} ", subsequent_indent=" " * 7)
        for code, meaning in sorted((_MEANINGS | dict(meanings)).items())
    ]
    return "\n".join(["\b", f"{heading}:", *lines])


CRAWL_EXIT_CODES = exit_codes(
    {
        EXIT_FAILED: "every site failed (what was fetched before is kept, and errors are noted), or"
        " nothing was begun: the message says why",
        EXIT_PARTLY: "done in part: some sites failed or were not walked to their end",
        EXIT_INTERRUPTED: "stopped by Ctrl-C; the same command goes on",
    }
)

_WAYS_OUT = (
    ". The WARC files are not touched by that: `congdoan verify` names what is damaged,"
    " `congdoan rebuild` makes the database anew from them, `congdoan restore` takes a backup."
)


def _way_out(error: BaseException | None) -> str:
    """What to do about a damaged database, "" where it is not damaged."""
    return _WAYS_OUT if error is not None and is_damage(error) else ""


@contextmanager
def complaints(*told: type[Exception]) -> Iterator[None]:
    """Turns what is wrong with the archive, its database or a disk into a message and exit 1.

    ``told``: further errors, whose text is the message.
    """
    worded: tuple[type[Exception], ...] = (ArchiveError, *told)
    try:
        yield
    except worded as error:
        hint = _way_out(error.__cause__) if isinstance(error.__cause__, sqlite3.Error) else ""
        raise click.ClickException(f"{error}{hint}") from error
    except BrokenPipeError:
        raise  # Whoever read the output has heard enough: that is no complaint.
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise click.ClickException(f"{error.strerror or error}{where}") from error
    except (sqlite3.Error, UnicodeDecodeError) as error:
        hint = _way_out(error) or ". What was fetched before is kept."
        raise click.ClickException(f"The database cannot be used: {error}{hint}") from error


@contextmanager
def stoppable(how_to_go_on: str) -> Iterator[None]:
    """Ends in good order at Ctrl-C and SIGTERM, with a message and exit code 130."""

    def stop(number: int) -> NoReturn:
        raise KeyboardInterrupt

    try:
        with on_stop(stop, (signal.SIGTERM,)):
            yield
    except KeyboardInterrupt:
        click.echo(f"Stopped. {how_to_go_on}", err=True)
        sys.exit(EXIT_INTERRUPTED)


def exit_as(runs: Sequence[SiteRun]) -> None:
    """End the command with the code that crawls deserve; returns where all have ended well."""
    if any(run.outcome == "interrupted" for run in runs):
        sys.exit(EXIT_INTERRUPTED)
    well = [run.ended_well for run in runs]
    if not all(well):
        sys.exit(EXIT_PARTLY if any(well) else EXIT_FAILED)
