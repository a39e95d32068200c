"""``congdoan import``: WARC and WACZ files of any origin, and other archives of this project."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.database import ArchiveError
from crawler.commands.rebuild import WorkDisplay, stoppable
from crawler.display import print_table, told_now_and_then

if TYPE_CHECKING:
    from crawler.intake.merging import Merged

EXIT_PARTLY = 3
EXIT_CODES = """\b
Exit codes:
  0    done
  1    not done: the message says why, and the archive is as it was
  2    the command was given wrongly
  3    done, but for files that are damaged or contradict the archive
  130  stopped by Ctrl-C or SIGTERM; the same command goes on"""
COLUMNS = ("file", "captures", "new", "changed", "unchanged", "gone", "unreadable")


@click.command(name="import", epilog=EXIT_CODES)
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE.warc.gz|FOLDER...",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data"),
    show_default=True,
    metavar="DIR",
    help="Folder of the archive: archive.db and warc/.",
)
@click.option(
    "--leave-damaged",
    is_flag=True,
    help="Of another archive, leave out damaged files instead of refusing it whole.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 64), help="Processes for extraction. [default: cores]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def import_(
    sources: tuple[Path, ...], data: Path, leave_damaged: bool, jobs: int | None, as_json: bool
) -> None:
    """Take WARC and WACZ files of any origin, or another archive, into the archive.

    The files are copied into the archive's folder; pages keep the dates of their capture. Pages
    of hosts that no site declares are read too: their CMS is recognised by the page, and the
    site is then the host's name.

    A FOLDER is another archive of this program, or a backup of one: its WARC files and its log of
    crawls are taken over, and all is read anew, as if both had been crawled into one archive.
    Importing anything twice changes nothing.

    \b
    Examples:
      congdoan import old-site.warc.gz
      congdoan import --data elsewhere crawls/*.warc.gz
      congdoan import /media/disk/congdoan-of-a-colleague
    """
    from crawler.intake.importing import import_files
    from crawler.intake.merging import merge_archive

    folders = [path for path in sources if path.is_dir()]
    files = [path for path in sources if not path.is_dir()]
    report: dict[str, Any] = {"files": [], "archives": []}
    merged: list[Merged] = []
    try:
        with stoppable("The same command goes on."):
            if files:
                report |= import_files(files, data, jobs=jobs, watch=told_now_and_then())
            for folder in folders:
                with WorkDisplay(quiet=as_json) as display:
                    merged.append(
                        merge_archive(
                            folder,
                            data,
                            leave_damaged=leave_damaged,
                            jobs=jobs,
                            watch=display.show,
                        )
                    )
    except ArchiveError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{error.strerror or error}: {error.filename or ''}") from error
    report["archives"] = [asdict(each) for each in merged]
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        if files:
            print_table("Imported", COLUMNS, report["files"])
        for each in merged:
            _tell(each)
    if not all(each.whole for each in merged):
        sys.exit(EXIT_PARTLY)


def _tell(merged: Merged) -> None:
    changes = ", ".join(f"{count} {change}" for change, count in merged.changes.items() if count)
    click.echo(
        f"{merged.archive}: {merged.files} WARC files with {merged.captures} captures taken over"
        f"{f' ({changes})' if changes else ''}, {merged.known} known already."
    )
    if merged.joined:
        click.echo(f"  {merged.joined} captures were here in another record.")
    logs = ", ".join(f"{count} {table}" for table, count in merged.logs.items() if count)
    if logs:
        click.echo(f"  Logs: {logs} new.")
    for kind, lines in (
        ("Conflict", merged.conflicts),
        ("Left out", merged.damaged),
        ("Note", merged.notes),
    ):
        for line in lines:
            click.echo(f"  {kind}: {line}", err=kind != "Note")
