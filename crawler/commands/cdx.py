"""``congdoan import-captures``: what other web archives kept of a site, taken into this one."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import click

from archive.database import ArchiveError
from crawler.display import print_table

EXIT_PARTLY = 3
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command(
    name="import-captures",
    epilog="""\b
Exit codes:
  0    the lists were gone through to their end
  1    not begun: the message says why
  2    the command was given wrongly
  3    stopped before the end of a list, or some captures could not be had; the same command
       goes on""",
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
@click.option(
    "--contact",
    envvar="CONGDOAN_CONTACT",
    default="",
    metavar="ADDRESS",
    help="E-mail or web address by which the archive's owner reaches you; part of the User-Agent. "
    "Also read from CONGDOAN_CONTACT. Not needed for an archive on this machine.",
)
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
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data"),
    show_default=True,
    metavar="DIR",
    help="Folder of the archive: archive.db and warc/.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
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
    from crawler.cdx.fetch import Asker
    from crawler.cdx.importing import Imported
    from crawler.cdx.importing import import_captures as take_captures
    from crawler.cdx.lists import Ways, ways_of
    from crawler.politeness.pacing import SharedPace
    from crawler.settings import USER_AGENT_FORM

    if replay and ("{url}" not in replay or "{timestamp}" not in replay):
        raise click.UsageError("--replay must contain {timestamp} and {url}.")
    if not contact.isascii() or not contact.isprintable() or len(contact) > 200:
        raise click.UsageError("The contact must be plain ASCII, without line breaks, and short.")
    ways = {
        source: Ways(replay, records) if replay or records else ways_of(source)
        for source in sources
    }
    asked = [text for source in sources for text in (source, *_addresses(ways[source]))]
    hosts = {urlsplit(text).hostname for text in asked if text.startswith(("http:", "https:"))}
    elsewhere = sorted(host for host in hosts if host and host not in LOOPBACK)
    if elsewhere and not contact:
        raise click.UsageError(
            f"{elsewhere[0]} is to be asked: say who asks, with --contact (or CONGDOAN_CONTACT)."
        )
    asker = Asker(
        USER_AGENT_FORM.format(contact=contact or "local"),
        SharedPace(data / "locks" / "hosts"),
        delay=max(delay, 1.0) if elsewhere else delay,
    )
    reports: list[Imported] = []
    with _asked_to_stop() as asked_to_stop:
        for source in sources:
            try:
                report = take_captures(
                    source,
                    data,
                    asker,
                    ways[source],
                    every=every,
                    again=again,
                    limit=limit or 0,
                    operator=contact,
                    stop=lambda: bool(asked_to_stop),
                )
            except ArchiveError as error:
                raise click.ClickException(str(error)) from error
            reports.append(report)
            if asked_to_stop:
                break
    if as_json:
        click.echo(json.dumps([report.as_dict() for report in reports], ensure_ascii=False))
    else:
        columns = ("source", "entries", "fetched", "known", "passed_over", "failed", "new_articles")
        print_table("Imported", columns, [report.as_dict() for report in reports])
        for report in reports:
            for line in [report.stopped, *report.problems]:
                if line:
                    click.echo(line, err=True)
    if any(report.stopped or report.failed for report in reports):
        sys.exit(EXIT_PARTLY)


def _addresses(ways: object) -> tuple[str, ...]:
    from crawler.cdx.lists import Ways

    assert isinstance(ways, Ways)
    return (ways.replay, ways.records)


@contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """A list that is no longer empty after SIGINT or SIGTERM."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


COMMANDS = (import_captures,)
"""What ``crawler.cli`` adds to its group."""
