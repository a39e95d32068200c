"""Commands about sites: ``sites`` and ``new-site``, which ``crawler.cli`` adds to its group."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from archive.database import open_archive
from crawler.commands.options import (
    WHO_ASKS,
    contact_option,
    data_option,
    json_option,
    refuse_bad_contact,
)
from crawler.commands.outcomes import EXIT_PARTLY, complaints, exit_codes
from crawler.display import print_table


@click.command()
@data_option
@click.option(
    "--coverage",
    is_flag=True,
    help="Which of the 63 provinces before July 2025, and of the 34 since, have a site.",
)
@json_option
def sites(data: Path, coverage: bool, as_json: bool) -> None:
    """List the declared sites, their state, when they are crawled, and what the archive holds.

    The state is the word of ``congdoan status``, which tells more; the times are those of
    ``congdoan schedule``, "(auto)" where they follow how much a site publishes.

    \b
    Examples:
      congdoan sites
      congdoan sites --coverage
      congdoan sites --json | jq -r '.[] | select(.state == "failing") | .name'
    """
    from crawler.holdings import coverage_of, site_rows
    from crawler.operation.configuration import read_config
    from crawler.operation.drifting import examined_health
    from crawler.operation.shown_times import shown_times

    path = data / "archive.db"
    if not path.exists():
        click.echo(f"There is no archive in {data} yet: shown is what is declared.", err=True)
    with complaints():
        config, now = read_config(data), datetime.now(UTC)
        with open_archive(path, create=False) if path.exists() else nullcontext() as db:
            times = shown_times(db, config.schedule, now)
            rows = [
                row | {"times": times[row["name"]].times, "next_crawl": times[row["name"]].next}
                for row in site_rows(db, examined_health(db, data, now))
            ]
        covered = coverage_of(rows)
    if as_json:
        told = covered if coverage else rows
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if not coverage:
        columns = ("name", "state", "title", "province", "evidence", "host", "articles", "newest")
        print_table("Sites", (*columns, "last_crawl", "times"), rows)
        return
    print_table("Provinces", ("province_2025", "province", "sites", "articles"), covered)
    old = {row["province"] for row in covered if row["sites"]}
    new = {row["province_2025"] for row in covered if row["sites"]}
    click.echo(
        f"{len(old)} of {len({row['province'] for row in covered})} provinces before July 2025 "
        f"and {len(new)} of {len({row['province_2025'] for row in covered})} since then have a "
        "declared site."
    )


@click.command(
    "new-site",
    epilog=exit_codes({EXIT_PARTLY: "written, but something was not found: it is named"}),
)
@click.argument("url")
@click.option("--name", default="", help="Name of the site's file. [default: by its province]")
@contact_option("A live site is asked only with it.", owner="the site's owner")
@click.option("--sample", is_flag=True, help="Look at the sample web instead of the live one.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="DIR",
    help="Project to write to. [default: the one that this program runs from]",
)
@data_option
def new_site(
    url: str, name: str, contact: str, sample: bool, into: Path | None, data: Path
) -> None:
    """Declare a site: look at a handful of its pages and write its file.

    At most 25 pages are fetched, politely, and kept in a WARC of their own. Written are
    spiders/NAME.py and, below tests/sites/NAME/, a golden pair of an article and one of a
    listing. Shown are three articles as they were read. The tests fail until a person has
    compared the golden pairs with the site and set "reviewed" in them to true.

    \b
    Examples:
      congdoan new-site https://congdoan.example.vn/ --contact you@example.org
      congdoan new-site congdoan.example.vn --name hop_ban --contact you@example.org
    """
    from crawler.new_site.survey import SurveyPlan
    from crawler.new_site.writing import (
        NewSiteError,
        checked_address,
        leaving_nothing,
        preview_of,
        refuse_declared,
        sketch_of,
        survey_site,
        taken_names,
        write_site,
    )
    from crawler.sample_web import SampleWeb

    refuse_bad_contact(contact, missing="" if sample else WHO_ASKS)
    root = into or Path(__file__).resolve().parents[2]
    with complaints(NewSiteError):
        address = checked_address(url)
        if into is None:
            refuse_declared(address)
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        folder = data / "surveys" / f"{address.split('/')[2].replace(':', '_')}-{stamp}"
        with SampleWeb() if sample else nullcontext() as web:
            plan = SurveyPlan(
                url=address,
                folder=str(folder.resolve()),
                pace_folder=str((data / "locks" / "hosts").resolve()),
                contact=contact,
                sample_proxy=web.proxy_url if web is not None else "",
            )
            click.echo(f"Looking at {address}; a live site takes a minute or two.", err=True)
            with leaving_nothing(data, folder):
                survey, kinds, failures = survey_site(plan)
        sketch = sketch_of(survey, kinds, name=name, taken=() if into else taken_names())
        written = write_site(sketch, root)
    click.echo(preview_of(sketch))
    click.echo(f"\nFamily: {sketch.family.__name__}; {len(survey.pages)} pages were fetched.")
    for line in sketch.found:
        click.echo(f"  found    {line}")
    for line in failures:
        click.echo(f"  failed   {line}")
    for line in sketch.missing:
        click.echo(f"  MISSING  {line}")
    click.echo("\nWritten:")
    for path in (written.spider, *written.goldens):
        click.echo(f"  {path}")
    click.echo(
        "\nNow compare the preview and the golden pairs with the site, cut the pages to their\n"
        'structure and put texts of your own into them, set "reviewed" to true, run the tests.'
    )
    if sketch.missing:
        click.echo(f"Fill in what is missing in {written.spider}.")
        sys.exit(EXIT_PARTLY)
