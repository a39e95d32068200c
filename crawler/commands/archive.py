"""The commands that look after what is kept: verify, backup, restore, export and the rest.

``COMMANDS`` lists them for the ``congdoan`` group.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from crawler.commands.options import data_option, jobs_option, json_option
from crawler.commands.outcomes import EXIT_DAMAGED, EXIT_PARTLY, complaints, exit_codes

if TYPE_CHECKING:
    from archive.exchange.formats import Format
    from archive.exchange.selection import Selection

Decorated = Callable[..., Any]

_FOLDER = click.Path(file_okay=False, path_type=Path)


def _selecting(command: Decorated) -> Decorated:
    """The options that choose a part of the archive."""
    options = (
        click.option("--site", "sites", multiple=True, metavar="SITE", help="Only this site."),
        click.option(
            "--province",
            "provinces",
            multiple=True,
            metavar="NAME",
            help="Only this province, by its name before or since July 2025.",
        ),
        click.option("--since", default="", metavar="DAY", help="From this day on, as 2023-10-04."),
        click.option("--until", default="", metavar="DAY", help="Up to this day, included."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _selection(
    sites: tuple[str, ...], provinces: tuple[str, ...], since: str, until: str, query: str = ""
) -> Selection:
    from archive.exchange.selection import Selection

    return Selection(sites, provinces, since, until, query)


def _said(value: object, as_json: bool, text: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


@click.command(
    epilog=exit_codes(
        {
            0: "everything is whole",
            1: "there is no archive to look at",
            EXIT_DAMAGED: "damage was found and named",
        }
    )
)
@data_option
@click.option("--quiet", is_flag=True, help="Name damage only, not what is merely worth knowing.")
@json_option
def verify(data: Path, quiet: bool, as_json: bool) -> None:
    """Check every file, digest, offset and row of the archive.

    Reads all WARC files from end to end and the whole database, names what is damaged with the
    place where it lies, and repairs nothing. A crawl may go on meanwhile.

    \b
    Examples:
      congdoan verify
      congdoan verify --json | jq -r '.findings[] | select(.severity == "damage") | .where'
    """
    from archive.verification.verify import Checked
    from archive.verification.verify import verify as verify_archive

    checked = Checked()

    def watch(what: str) -> None:
        if not as_json and sys.stderr.isatty():
            click.echo(f"\r\x1b[K{what}", nl=False, err=True)

    findings: list[dict[str, Any]] = []
    with complaints():
        for finding in verify_archive(data, checked=checked, watch=watch):
            if quiet and finding.severity == "note":
                continue
            if as_json:
                findings.append(asdict(finding))
                continue
            if sys.stderr.isatty():
                click.echo("\r\x1b[K", nl=False, err=True)
            click.echo(str(finding))
    watch("")
    if as_json:
        told = {"whole": checked.ok, **asdict(checked), "findings": findings}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(
            f"{checked.files} WARC files with {checked.records} records"
            f" ({checked.digests} digests), {checked.captures} captures,"
            f" {checked.articles} articles: "
            + (f"{checked.damaged} damaged" if checked.damaged else "all whole")
            + (f", {checked.notes} notes." if checked.notes else ".")
        )
    if not checked.ok:
        sys.exit(EXIT_DAMAGED)


@click.command(epilog=exit_codes({EXIT_PARTLY: "done, but for files that are damaged: named"}))
@click.argument("target", type=_FOLDER, metavar="FOLDER")
@data_option
@json_option
def backup(target: Path, data: Path, as_json: bool) -> None:
    """Copy the archive into FOLDER, consistent even while crawls write.

    FOLDER is laid out as an archive is, with a manifest of checksums. Given the folder of an
    earlier backup, only what is new is copied. congdoan.toml and metadata.yaml come along: keep
    FOLDER as private as the passwords that may stand in them.

    \b
    Examples:
      congdoan backup /media/disk/congdoan
      congdoan verify --data /media/disk/congdoan
    """
    from archive.backup import backup as back_up

    with complaints():
        made = back_up(data, target)
    for problem in made.problems:
        click.echo(f"Not whole in the backup: {problem}", err=True)
    said = {
        "folder": str(target),
        "taken_at": made.taken_at,
        "files": len(made.files),
        "bytes": made.bytes,
        "copied": made.copied,
        "reused": made.reused,
        "captures": made.captures,
        "articles": made.articles,
        "problems": made.problems,
    }
    _said(
        said,
        as_json,
        f"Backed up {made.articles} articles and {made.captures} captures to {target}: "
        f"{len(made.files)} files, {made.bytes:,} bytes, {made.copied:,} of them copied now.",
    )
    if made.problems:
        sys.exit(EXIT_PARTLY)


@click.command(epilog=exit_codes({EXIT_DAMAGED: "with --check: the backup is not whole"}))
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@data_option
@click.option("--check", is_flag=True, help="Only check the backup against its manifest.")
@json_option
def restore(source: Path, data: Path, check: bool, as_json: bool) -> None:
    """Put the backup SOURCE in place as the archive, which must not be there yet.

    Every file is checked while it is copied; the archive appears only when all are right. Its
    settings come along: read them before you serve or schedule what a stranger gave you.

    \b
    Examples:
      congdoan restore /media/disk/congdoan --check
      congdoan restore /media/disk/congdoan --data data
    """
    from archive.backup import check_backup
    from archive.backup import restore as put_back

    with complaints():
        if check:
            problems = list(check_backup(source))
            _said({"problems": problems}, as_json, "\n".join(problems) or "The backup is whole.")
            if problems:
                sys.exit(EXIT_DAMAGED)
            return
        made = put_back(source, data)
    _said(
        {
            "data": str(data),
            "articles": made.articles,
            "captures": made.captures,
            "settings": made.settings,
        },
        as_json,
        f"Restored {made.articles} articles and {made.captures} captures of {made.taken_at} "
        f"to {data}" + (f", with {', '.join(made.settings)}." if made.settings else "."),
    )


@click.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="TARGET")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv", "parquet", "wacz"]),
    default="csv",
    show_default=True,
    help="wacz: the pages as captured, one file; else a folder of tables.",
)
@_selecting
@click.option(
    "--query", default="", metavar="SQL", help="Only articles whose ids this query gives."
)
@click.option("--sql", default="", metavar="SQL", help="Export the rows of this query instead.")
@click.option(
    "--spreadsheet", is_flag=True, help="CSV that Excel opens right; formulas are defused."
)
@data_option
@json_option
def export(
    target: Path,
    form: str,
    sites: tuple[str, ...],
    provinces: tuple[str, ...],
    since: str,
    until: str,
    query: str,
    sql: str,
    spreadsheet: bool,
    data: Path,
    as_json: bool,
) -> None:
    """Write articles, or pages as captured, for use without this program.

    Tables come with a data dictionary, checksums and a citation file. Days are those of
    publication; with wacz, those of capture.

    \b
    Examples:
      congdoan export out --format csv --spreadsheet --province "Hải Dương"
      congdoan export out --format parquet --since 2024-01-01 --until 2024-12-31
      congdoan export counts --sql "select site, count(*) n from articles group by 1"
      congdoan export pages.wacz --format wacz --site lang_son
    """
    from archive.exchange.export import export_query, export_tables
    from archive.exchange.wacz import write_wacz

    if spreadsheet and form != "csv":
        raise click.UsageError("--spreadsheet goes with --format csv.")
    chosen = any((sites, provinces, since, until, query))
    if sql and (chosen or form == "wacz"):
        raise click.UsageError("--sql stands alone: put the conditions into the query.")
    with complaints():
        selection = _selection(sites, provinces, since, until, query)
        if form == "wacz":
            made = write_wacz(data, target, selection)
            said = asdict(made) | {"path": str(made.path)}
            text = f"{made.pages} pages, {made.captures} captures, {made.bytes:,} bytes: {target}"
            _said(said, as_json, text)
            return
        table_format = cast("Format", form)
        if sql:
            done = export_query(data, target, table_format, sql, spreadsheet=spreadsheet)
        else:
            done = export_tables(data, target, table_format, selection, spreadsheet=spreadsheet)
    files = [{"path": file.path, "rows": file.rows, "bytes": file.bytes, "sha256": file.sha256}
             for file in done.files]  # fmt: skip
    told = ", ".join(f"{file.rows} {file.path.partition('.')[0]}" for file in done.files)
    _said({"folder": str(target), "files": files}, as_json, f"{told}: {target}")


@click.command()
@_selecting
@click.option("-o", "--output", type=click.Path(path_type=Path), help="[default: standard output]")
@data_option
def cdxj(
    sites: tuple[str, ...],
    provinces: tuple[str, ...],
    since: str,
    until: str,
    output: Path | None,
    data: Path,
) -> None:
    """Write the CDXJ index of the captures, for pywb and other replay tools.

    \b
    Example:
      congdoan cdxj -o index.cdxj
    """
    from archive.exchange.cdxj import cdxj_lines
    from archive.read_only import reading

    if output is not None and not output.absolute().parent.is_dir():
        raise click.ClickException(f"There is no folder {output.absolute().parent}.")
    with complaints(), reading(data) as db:
        selection = _selection(sites, provinces, since, until)
        selection.check(db)
        closed = {path.relative_to(data / "warc").as_posix() for path in
                  (data / "warc").rglob("*.warc*") if not path.name.endswith(".open")}  # fmt: skip

        def filename(name: str) -> str | None:
            return name if name in closed else None

        with click.open_file(str(output or "-"), "w", encoding="utf-8", atomic=bool(output)) as out:
            for line in cdxj_lines(db, selection, filename=filename):
                out.write(line)


@click.command()
@data_option
@json_option
def stories(data: Path, as_json: bool) -> None:
    """Join the copies of each story, and say which was probably first.

    Looks only at articles that are new or changed since. Crawls, imports and rebuilds do this
    by themselves.

    \b
    Examples:
      congdoan stories
      congdoan stories --json
    """
    from archive.database import open_archive
    from archive.stories.copies import update_stories

    with complaints(), open_archive(data / "archive.db", create=False) as db:
        found = update_stories(db)
    text = (
        f"{found.compared} articles compared; told more than once: {found.stories} stories,"
        f" in {found.copies} articles."
    )
    _said(asdict(found), as_json, text)


@click.command()
@data_option
@jobs_option("Documents at a time.")
@json_option
def attachments(data: Path, jobs: int | None, as_json: bool) -> None:
    """Read the text of captured attachments (PDF, Word, Excel), for searching.

    Each document is read in a process with limits; what cannot be read leaves its reason. Crawls,
    imports and rebuilds do this by themselves.

    \b
    Examples:
      congdoan attachments
      congdoan attachments --jobs 1
    """
    from archive.attachments.texts import read_attachments
    from archive.database import open_archive

    with complaints(), open_archive(data / "archive.db", create=False) as db:
        done = read_attachments(db, data, jobs=jobs)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.outcomes.items()))
    text = f"{done.documents} documents read{': ' if told else ''}{told}."
    _said({"documents": done.documents, "outcomes": dict(done.outcomes)}, as_json, text)


COMMANDS: list[click.Command] = [verify, backup, restore, export, cdxj, stories, attachments]
"""To be added to the ``congdoan`` group."""
