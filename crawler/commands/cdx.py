"""``congdoan import-captures``: what other web archives kept of a site, taken into this one."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import click

from crawler.commands.options import (
    contact_option,
    data_option,
    json_option,
    refuse_bad_contact,
)
from crawler.commands.outcomes import EXIT_PARTLY, complaints, exit_codes
from crawler.display import print_table
from crawler.stopping import first_asks

if TYPE_CHECKING:
    from crawler.cdx.fetch import Asker
    from crawler.cdx.importing import Imported
    from crawler.cdx.lists import Ways

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command(
    name="import-captures",
    epilog=exit_codes(
        {
            0: "the lists were gone through to their end",
            1: "not begun: the message says why",
            EXIT_PARTLY: "stopped before the end of a list, or some captures could not be had; the"
            " same command goes on",
        }
    ),
)
@click.argument("sources", nargs=-1, required=True, metavar="CDX-URL-or-FILE...")
@click.option(
    "--replay",
    default="",
    metavar="TEMPLATE",
    help="Where captures are had as they were, with {timestamp} and {url}. Known for the Wayback "
    "Machine and for pywb; a list in a file needs it (or --records).",
)
@click.option(
    "--records",
    default="",
    metavar="PREFIX",
    help="Take parts of WARC files instead, by the list's names and offsets, under this address. "
    "Known for Common Crawl.",
)
@contact_option("Not needed for an archive on this machine.", owner="the archive's owner")
@click.option(
    "--delay",
    type=click.FloatRange(0, 3600),
    default=4.0,
    show_default=True,
    help="Seconds between requests, at least; no less than 1 for an archive elsewhere.",
)
@click.option("--limit", type=click.IntRange(1), help="Fetch at most so many captures now.")
@click.option("--every", is_flag=True, help="Also fetch captures whose content is held already.")
@click.option("--again", is_flag=True, help="Ask for the list anew; what is held is passed over.")
@data_option
@json_option
def import_captures(
    sources: tuple[str, ...],
    replay: str,
    records: str,
    contact: str,
    delay: float,
    limit: int | None,
    every: bool,
    again: bool,
    data: Path,
    as_json: bool,
) -> None:
    """Take in captures that another web archive holds, at their original dates.

    The list comes from a CDX server (the Wayback Machine, Common Crawl, pywb) or a file. Each
    capture is fetched once, politely, written into a WARC file of this archive with its date and
    a record of where it came from, and read like any page. Broken off, the same command goes on.

    \b
    Examples:
      congdoan import-captures "https://web.archive.org/cdx/search/cdx?url=congdoan.example/*" \\
          --contact you@example.org
      congdoan import-captures "http://127.0.0.1:8080/coll/cdx?url=congdoan.example/*"
      congdoan import-captures list.cdxj --replay "http://127.0.0.1:8080/coll/{timestamp}id_/{url}"
    """
    from crawler.cdx.importing import import_captures as take_captures

    ways = _ways(sources, replay, records)
    refuse_bad_contact(contact)
    asker = _asker(sources, ways, contact, delay, data)
    reports: list[Imported] = []
    asked_to_stop = threading.Event()
    with complaints(), first_asks(asked_to_stop.set, then=_end_now):
        for source in sources:
            reports.append(
                take_captures(
                    source,
                    data,
                    asker,
                    ways[source],
                    every=every,
                    again=again,
                    limit=limit or 0,
                    operator=contact,
                    stop=asked_to_stop.is_set,
                )
            )
            if asked_to_stop.is_set():
                break
    _tell(reports, as_json=as_json)
    if any(report.stopped or report.failed for report in reports):
        sys.exit(EXIT_PARTLY)


def _ways(sources: Sequence[str], replay: str, records: str) -> dict[str, Ways]:
    """How the captures of each source are had. Raises click.UsageError for what makes no sense."""
    from crawler.cdx.lists import Ways, ways_of

    if replay and ("{url}" not in replay or "{timestamp}" not in replay):
        raise click.UsageError("--replay must contain {timestamp} and {url}.")
    if records and not (records.startswith(("http://", "https://")) and records.endswith("/")):
        # Without its end a list could go on with it, and so choose the host that is asked.
        raise click.UsageError("--records must be a web address that ends with /.")
    for source in sources:
        if not source.startswith(("http://", "https://")) and not Path(source).is_file():
            raise click.UsageError(f"There is no file {source}, and it is no web address either.")
    return {
        source: Ways(replay, records) if replay or records else ways_of(source)
        for source in sources
    }


def _asker(
    sources: Sequence[str], ways: Mapping[str, Ways], contact: str, delay: float, data: Path
) -> Asker:
    """Who asks the hosts of all sources. Raises click.UsageError where one lies elsewhere and
    nobody says who asks."""
    from crawler.cdx.fetch import Asker
    from crawler.politeness.pacing import SharedPace
    from crawler.settings import USER_AGENT_FORM

    asked = [
        text for source in sources for text in (source, ways[source].replay, ways[source].records)
    ]
    hosts = {urlsplit(text).hostname for text in asked if text.startswith(("http:", "https:"))}
    elsewhere = sorted(host for host in hosts if host and host not in LOOPBACK)
    if elsewhere and not contact:
        raise click.UsageError(
            f"{elsewhere[0]} is to be asked: say who asks, with --contact (or CONGDOAN_CONTACT)."
        )
    return Asker(
        USER_AGENT_FORM.format(contact=contact or "local"),
        SharedPace(data / "locks" / "hosts"),
        delay=max(delay, 1.0) if elsewhere else delay,
    )


def _tell(reports: Sequence[Imported], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([report.as_dict() for report in reports], ensure_ascii=False))
    else:
        columns = ("source", "entries", "fetched", "known", "passed_over", "failed", "new_articles")
        print_table("Imported", columns, [report.as_dict() for report in reports])
        for report in reports:
            for line in [report.stopped, *report.problems]:
                if line:
                    click.echo(line, err=True)


def _end_now(number: int) -> NoReturn:
    raise KeyboardInterrupt


COMMANDS = (import_captures,)
"""What ``crawler.cli`` adds to its group."""
