"""``congdoan import``: WARC and WACZ files of any origin, and other archives of this project."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.commands.options import data_option, jobs_option, json_option
from crawler.commands.outcomes import (
    EXIT_INTERRUPTED,
    EXIT_PARTLY,
    complaints,
    exit_codes,
    stoppable,
)
from crawler.display import print_table, told_now_and_then
from crawler.work_display import WorkDisplay

if TYPE_CHECKING:
    from crawler.intake.merging import Merged

EXIT_CODES = exit_codes(
    {
        EXIT_PARTLY: "done, but for files that are damaged or contradict the archive",
        EXIT_INTERRUPTED: "stopped by Ctrl-C or SIGTERM; the same command goes on",
    }
)
COLUMNS = ("file", "captures", "new", "changed", "unchanged", "gone", "unreadable")


@click.command(name="import", epilog=EXIT_CODES)
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FILE.warc.gz|FOLDER...",
)
@data_option
@click.option(
    "--leave-damaged",
    is_flag=True,
    help="Take what is whole of a damaged file, and of another archive the files that are whole,"
    " instead of refusing all.",
)
@jobs_option("Processes for extraction.")
@json_option
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
    with complaints(), stoppable("The same command goes on."):
        if files:
            report |= import_files(
                files,
                data,
                leave_damaged=leave_damaged,
                jobs=jobs,
                watch=told_now_and_then(),
            )
        for folder in folders:
            with WorkDisplay(quiet=as_json) as display:
                merged.append(
                    merge_archive(
                        folder, data, leave_damaged=leave_damaged, jobs=jobs, watch=display.show
                    )
                )
    report["archives"] = [asdict(each) for each in merged]
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        if files:
            print_table("Imported", COLUMNS, report["files"])
        for each in merged:
            _tell(each)
    damaged = [row for row in report["files"] if row["damage"]]
    for row in damaged:
        for found in row["damage"]:
            click.echo(f"Left out of {row['file']}: {found}", err=True)
    if damaged or not all(each.whole for each in merged):
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
