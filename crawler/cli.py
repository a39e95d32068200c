"""The ``congdoan`` command: everything that a person does with the archive, one verb each."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from archive.crawled_web import LIVE, SAMPLE, refuse_other
from archive.database import open_archive
from crawler import VERSION
from crawler.commands import archive as archive_commands
from crawler.commands import cdx as cdx_commands
from crawler.commands import nodes as nodes_commands
from crawler.commands import schedule as schedule_commands
from crawler.commands.importing import import_
from crawler.commands.options import (
    WHO_ASKS,
    chosen_sites,
    contact_option,
    data_option,
    jobs_option,
    json_option,
    max_pages_option,
    recheck_option,
    refuse_bad_contact,
    refuse_unknown,
)
from crawler.commands.outcomes import (
    CRAWL_EXIT_CODES,
    EXIT_INTERRUPTED,
    complaints,
    exit_as,
    exit_codes,
)
from crawler.commands.rebuild import rebuild
from crawler.commands.sites import new_site, sites
from crawler.display import CrawlDisplay, print_summary

NO_GOLD = "the command was given wrongly, or the folder holds no gold"


class Verbs(click.Group):
    """Commands, each of which Ctrl-C ends with exit code 130, also where it has no more to say."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            ctx.exit(EXIT_INTERRUPTED)


@click.group(
    cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(VERSION, prog_name="congdoan")
def congdoan() -> None:
    """Keep the public record of Vietnam's trade unions.

    Crawls union news sites politely, keeps every page as WARC, reads the articles into SQLite,
    and shows them in Datasette.

    \b
    Begin here, without the internet (sample pages and live ones never share a folder):
      congdoan crawl --all --sample --data data-sample     crawl five sample sites
      congdoan serve --data data-sample                    browse what was found

    \b
    Then:
      congdoan sites                                       the sites that can be crawled
      congdoan crawl lang_son --contact you@example.org    crawl one, into data/
    """


@congdoan.command(epilog=CRAWL_EXIT_CODES)
@click.argument("names", nargs=-1, metavar="SITE...")
@click.option("--all", "every", is_flag=True, help="Crawl every declared site.")
@click.option(
    "--sample",
    is_flag=True,
    help="Crawl the sample web that comes with the program instead of the live one; into a folder "
    "of its own.",
)
@click.option(
    "--sample-edition",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="State of the sample web: in 2 some articles are edited, taken down or new.",
)
@contact_option("A live crawl needs it.")
@max_pages_option
@recheck_option
@click.option(
    "--walk-all",
    "--backfill",
    "walk_all",
    is_flag=True,
    help="Follow every listing to its end, also where a page holds nothing new; in slices, beside "
    "the daily crawls.",
)
@jobs_option("Sites at a time.", default=4)
@click.option(
    "--warc-size",
    type=click.IntRange(1),
    metavar="BYTES",
    help="Close a WARC file that has grown so large and begin the next.  [default: 1000000000]",
)
@data_option
@json_option
def crawl(
    names: tuple[str, ...],
    every: bool,
    sample: bool,
    sample_edition: int,
    contact: str,
    max_pages: int | None,
    recheck: bool,
    walk_all: bool,
    jobs: int,
    warc_size: int | None,
    data: Path,
    as_json: bool,
) -> None:
    """Fetch what is new on the named sites.

    The first crawl of a site walks all its listings. Later ones stop where every article is
    known, and look again at known articles when they are due (after a day, a week, a month,
    a year), so that edits and takedowns are noticed. A crawl that was broken off in any way, by
    kill -9 or a power cut too, is taken up by running the same command again: nothing is lost and
    nothing doubled.

    --backfill may take days: every quarter of an hour it makes way for whoever else would crawl the
    site, it keeps the quiet hours of congdoan.toml, and it waits where a host fails for a while.

    \b
    Examples:
      congdoan crawl --all --sample --data data-sample
      congdoan crawl lang_son hai_phong --contact you@example.org
      congdoan crawl --all --max-pages 50 --contact https://example.org/about-our-crawler
    """
    from crawler.backfill import Slices
    from crawler.catalogue import declared_sites
    from crawler.crawling import run_crawls
    from crawler.intake.derived import update_derived
    from crawler.intake.ingest import open_recovered
    from crawler.old_logs import remove_old_logs
    from crawler.operation.configuration import read_config
    from crawler.plan import Plan
    from crawler.sample_web import SITES as SAMPLE_SITES
    from crawler.sample_web import SampleWeb

    declared = declared_sites()
    # The sample web holds only some of the sites, and answers for no other.
    there = SAMPLE_SITES if sample else declared
    chosen = chosen_sites(names, sorted(set(declared) & set(there)) if every else None)
    refuse_unknown(chosen, declared)
    refuse_bad_contact(contact, missing="" if sample else WHO_ASKS)
    with complaints():
        config = read_config(data)
        with open_recovered(data, partial(click.echo, err=True)) as db:
            refuse_other(db, data, SAMPLE if sample else LIVE)
    web = SampleWeb(edition=sample_edition) if sample else nullcontext()
    with web as running:
        proxy = running.proxy_url if running is not None else ""
        plans = [
            Plan(
                site=name,
                data=str(data.resolve()),
                contact=contact,
                sample_proxy=proxy,
                max_pages=max_pages or 0,
                recheck=recheck,
                walk_all=walk_all,
                warc_max_bytes=warc_size or 0,
                by_hand=True,
            )
            for name in chosen
        ]
        with complaints():
            turns = Slices(data, config.schedule, max_pages or 0) if walk_all else None
            plans = [turns.first(plan) for plan in plans] if turns is not None else plans
        with CrawlDisplay(quiet=as_json) as display:
            runs = run_crawls(plans, jobs, display.show, turns=turns)
    print_summary(runs, as_json=as_json)
    with complaints():
        with open_archive(data / "archive.db") as db:
            update_derived(db, data)
        remove_old_logs(data, config.logs, datetime.now(UTC))
    exit_as(runs)


@congdoan.command(epilog=exit_codes({EXIT_INTERRUPTED: "ended by Ctrl-C"}))
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer; one for each core where many read at once.",
)
def serve(data: Path, host: str, port: int, workers: int) -> None:
    """Show the archive in the browser, with Datasette.

    Reading goes on while crawls write. The address is printed; Ctrl-C ends it.

    \b
    Examples:
      congdoan serve
      congdoan serve --port 8080 --data elsewhere
    """
    from archive.publish.serve import serve as serve_archive

    with complaints():
        serve_archive(data, host=host, port=port, workers=workers)


@congdoan.command(epilog=exit_codes({1: "there is no such article, or no archive"}))
@click.argument("which", metavar="URL-or-id")
@data_option
@json_option
def show(which: str, data: Path, as_json: bool) -> None:
    """Print one article, its history and where it came from.

    \b
    Examples:
      congdoan show 237973412802590 --data data-sample
      congdoan show https://congdoan.cantho.gov.vn/cai-rang-trao-von-khong-lai-cho-60-nu-doan-vien
    """
    from crawler.holdings import article_dossier, render_dossier

    with complaints(), open_archive(data / "archive.db", create=False) as db:
        dossier = article_dossier(db, which)
    if dossier is None:
        raise click.ClickException(
            f"No article with this id or address in {data / 'archive.db'}: {which}"
        )
    if as_json:
        click.echo(json.dumps(dossier, ensure_ascii=False, indent=2))
    else:
        click.echo(render_dossier(dossier))


@congdoan.command(epilog=exit_codes({1: "a score is below its floor", 2: NO_GOLD}))
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="FOLDER...",
)
@click.option("--no-layouts", is_flag=True, help="Measure the general rules alone.")
@click.option("--no-baselines", is_flag=True, help="Leave out trafilatura and readability.")
@click.option("--worst", default=10, show_default=True, help="How many faulty pages to show.")
@click.option(
    "--floors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Hold the scores to this file; exit with 1 where one has fallen.",
)
@click.option("--raise-floors", is_flag=True, help="Raise the floors to what was reached.")
def evaluate(
    paths: tuple[Path, ...],
    no_layouts: bool,
    no_baselines: bool,
    worst: int,
    floors: Path | None,
    raise_floors: bool,
) -> None:
    """Measure extraction against pages whose right reading is known.

    A folder holds either a WARC with gold.jsonl, or pages (.html) with their gold (.json).
    Printed by family: F1 of 4-token shingles, boilerplate leaked, title, date, byline and images,
    beside plain trafilatura and readability, and the worst pages with a diff.

    \b
    Examples:
      congdoan evaluate tests/sites tests/families
      congdoan evaluate recorded/ --no-layouts --worst 3
    """
    from crawler.evaluation.evaluate import main as evaluate_main

    arguments = [str(path) for path in paths] + ["--worst", str(worst)]
    arguments += ["--no-layouts"] * no_layouts + ["--no-baselines"] * no_baselines
    arguments += ["--floors", str(floors)] if floors else []
    arguments += ["--raise-floors"] * raise_floors
    sys.exit(evaluate_main(arguments))


for command in (
    *archive_commands.COMMANDS,
    *schedule_commands.COMMANDS,
    *cdx_commands.COMMANDS,
    *nodes_commands.COMMANDS,
    rebuild,
    import_,
    sites,
    new_site,
):
    command.epilog = command.epilog or exit_codes({})
    congdoan.add_command(command)


def main() -> None:
    """Entry point of the ``congdoan`` script."""
    congdoan()


if __name__ == "__main__":
    main()
