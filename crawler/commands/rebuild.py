"""``congdoan rebuild``: the database anew from the WARC files, or a part of it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import date
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
from crawler.work_display import WorkDisplay

if TYPE_CHECKING:
    from archive.rebuilding.differences import Differences, SiteDifferences
    from crawler.intake.rebuild import Rebuilt

EXIT_CODES = exit_codes(
    {
        EXIT_PARTLY: "done without what is damaged; or the new database would lose too many"
        " articles of a site, and nothing was replaced",
        EXIT_INTERRUPTED: "stopped by Ctrl-C or SIGTERM; the same command goes on",
    }
)


def _day(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value:
        return value
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError("not in the form of a day")
        date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day, such as 2026-01-01.") from None
    return value


@click.command(epilog=EXIT_CODES)
@data_option
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only captures of this site.")
@click.option(
    "--since", default="", metavar="DAY", callback=_day, help="Only captures from this day on."
)
@click.option("--dry-run", is_flag=True, help="Say how articles would differ, and replace nothing.")
@click.option(
    "--max-lost",
    type=click.FloatRange(0, 100),
    default=5.0,
    show_default=True,
    metavar="PERCENT",
    help="Replace nothing where a site would lose more of its articles than this.",
)
@click.option(
    "--from-nothing",
    is_flag=True,
    help="Write every row anew, also those that would come out the same: for a database that"
    " `congdoan verify` finds wrong where only this helps, or when almost all comes out otherwise.",
)
@click.option("--afresh", is_flag=True, help="Discard what a rebuild that was stopped has left.")
@click.option(
    "--leave-damaged",
    is_flag=True,
    help="Do without what is damaged in WARC files, instead of refusing to rebuild.",
)
@jobs_option("Processes for reading.")
@click.option(
    "--dask",
    default="",
    metavar="ADDRESS",
    help="Read with the workers of this dask scheduler, as tcp://host:8786; they must see the "
    "WARC files at the same path (docs/scale.md).",
)
@json_option
def rebuild(
    data: Path,
    sites: tuple[str, ...],
    since: str,
    dry_run: bool,
    max_lost: float,
    from_nothing: bool,
    afresh: bool,
    leave_damaged: bool,
    jobs: int | None,
    dask: str,
    as_json: bool,
) -> None:
    """Make archive.db anew from the WARC files.

    Every row about pages is derived from the WARCs: delete the database, rebuild, and the same
    rows come back. The log of crawls is kept where the old database is still there. The old
    database stays in place until the new one is whole and was compared with it.

    Stopped in whatever way, the same command goes on where it stood. With --site or --since only
    the articles of these captures are read anew; all others stay as they are.

    \b
    Examples:
      congdoan rebuild --data data
      congdoan rebuild --site lang_son --dry-run
      congdoan rebuild --since 2026-01-01 --json | jq .differences
    """
    from archive.exchange.selection import Selection
    from archive.read_only import reading
    from crawler.catalogue import refuse_broken
    from crawler.intake.rebuild import Wishes
    from crawler.intake.rebuild import rebuild as rebuild_archive

    if leave_damaged and (sites or since):
        raise click.UsageError("--leave-damaged is for rebuilding everything.")
    if from_nothing and (sites or since):
        raise click.UsageError("--from-nothing is for rebuilding everything.")
    wishes = Wishes(
        sites,
        since,
        from_nothing,
        afresh,
        dry_run,
        max_lost,
        jobs,
        leave_damaged,
        dask,
    )
    go_on = "What was read is kept; the same command goes on."
    with complaints():
        refuse_broken()
        if sites:
            with reading(data, "sites") as db:
                Selection(sites).check(db)
    with complaints(), stoppable(go_on), WorkDisplay(quiet=as_json) as display:
        made = rebuild_archive(data, wishes, watch=display.show)
    if as_json:
        click.echo(json.dumps(as_said(made), ensure_ascii=False))
    else:
        for line in told(made, data / "archive.db", wishes.max_lost):
            click.echo(line)
    if made.too_much_lost or made.left_out:
        sys.exit(EXIT_PARTLY)


def as_said(made: Rebuilt) -> dict[str, Any]:
    """What a rebuild did, for scripts."""
    return {
        "files": made.files,
        "captures": made.captures,
        "articles": made.articles,
        "reread": made.reread,
        "replaced": made.replaced,
        "kept": str(made.kept) if made.kept else None,
        "too_much_lost": list(made.too_much_lost),
        "left_out": made.left_out,
        "notes": made.notes,
        "differences": made.differences.as_json() if made.differences else None,
    }


def told(made: Rebuilt, path: Path, max_lost: float) -> Iterator[str]:
    """What a rebuild did, for people."""
    yield from made.notes
    for damage in made.left_out:
        yield f"Left out: {damage}"
    if made.differences is not None:
        yield from differences_told(made.differences)
    counts = f"{made.files} WARC files: {made.captures} captures, {made.articles} articles"
    if made.reread != made.captures:
        counts = f"{made.reread} captures read anew; {made.captures} captures, " + (
            f"{made.articles} articles"
        )
    if made.replaced:
        yield f"Rebuilt {path} from {counts}."
        return
    if made.too_much_lost:
        yield (
            f"More than {max_lost:g} % of the articles would be lost of:"
            f" {', '.join(made.too_much_lost)}."
        )
    yield f"Nothing was replaced. {made.kept} has {counts}."
    yield (
        "The same command without --dry-run puts it in place (--max-lost 100 whatever is lost);"
        " --afresh discards it."
        if not made.too_much_lost
        else "With --max-lost 100 the same command puts it in place; --afresh discards it."
    )


def differences_told(found: Differences) -> Iterator[str]:
    """How articles differ from before, a paragraph a site."""
    if found.none:
        yield "No article differs from before."
        return
    yield (
        f"Articles: {found.total('before')} before, {found.total('after')} now;"
        f" {found.total('added')} added, {found.total('lost')} lost,"
        f" {found.total('changed')} changed."
    )
    for site in found.sites:
        if site.added or site.lost or site.changed:
            yield from _site_told(site)


def _site_told(site: SiteDifferences) -> Iterator[str]:
    lost = f"{site.lost} lost"
    if site.lost:
        lost += f" ({site.lost_percent:.1f} %"
        lost += f", {site.joined} of them now part of another)" if site.joined else ")"
    yield f"  {site.site}: {site.added} added, {lost}, {site.changed} changed"
    if site.fields:
        fields = ", ".join(f"{name} {count}" for name, count in site.fields.most_common())
        yield f"    fields: {fields}"
    for kind, examples in site.examples.items():
        for example in examples:
            what = f"{example.before} -> {example.after}" if example.before else example.after
            yield f"    {kind}: {example.url}"
            yield f"      {what}"
