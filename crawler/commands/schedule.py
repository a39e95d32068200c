"""``congdoan schedule`` and ``congdoan status``: the archive that keeps itself; how it fares."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import click

from archive.crawled_web import LIVE, SAMPLE
from archive.database import ArchiveError, open_archive
from archive.health.judgement import WORDS, Health
from crawler.commands.options import (
    contact_option,
    data_option,
    json_option,
    refuse_bad_contact,
    refuse_unknown,
)
from crawler.commands.outcomes import EXIT_PARTLY, complaints, exit_codes
from crawler.display import print_table
from crawler.operation.alerts import Send, senders, tell
from crawler.operation.configuration import Config, read_config
from crawler.operation.shown_times import NEVER, ShownTimes, moment, shown_times

WHO_ASKS = (
    "A live crawl says who is asking: give --contact with an e-mail or web address, set "
    'CONGDOAN_CONTACT, or write contact = "..." into congdoan.toml.'
)

_config = click.option(
    "--config",
    "config_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="How the archive runs by itself. [default: congdoan.toml in the folder of the archive]",
)


@click.command(
    epilog=exit_codes(
        {
            0: "ended by SIGTERM or Ctrl-C in good order; with --once: every crawl that was due"
            " went well",
            1: "not begun: the message says why",
            EXIT_PARTLY: "with --once: some crawls failed",
        }
    )
)
@contact_option("Where neither says it, the configuration does.")
@click.option("--once", is_flag=True, help="Crawl what is due, then end: for cron and timers.")
@click.option("--show", is_flag=True, help="Print when each site is next, and do nothing.")
@click.option("--sample", is_flag=True, help="Crawl the sample web instead of the live one.")
@_config
@data_option
@json_option
def schedule(
    contact: str,
    once: bool,
    show: bool,
    sample: bool,
    config_path: Path | None,
    data: Path,
    as_json: bool,
) -> None:
    """Keep all sites current: crawl each at its times, until told to stop.

    Runs in the foreground and logs to standard error. Times are Vietnam's. A site is never
    crawled twice at once, whoever else crawls; times missed while this did not run are caught up
    once; SIGTERM ends all crawls in good order, and the next start goes on where they were.

    \b
    Examples:
      congdoan schedule --contact you@example.org
      congdoan schedule --once          # from cron or a systemd timer
      congdoan schedule --show          # what is next, and what is due
    """
    from crawler.catalogue import declared_sites

    with complaints():
        config = read_config(data, config_path, sites=declared_sites())
        if show:
            _show(data, config, as_json=as_json)
            return
        _keep(data, config, contact or config.contact, once=once, sample=sample)


def _show(data: Path, config: Config, *, as_json: bool) -> None:

    path = data / "archive.db"
    with open_archive(path, create=False) if path.exists() else nullcontext() as db:
        shown = shown_times(db, config.schedule, datetime.now(UTC))
    rows = []
    for name, times in shown.items():
        known = times.planned
        rows.append(
            {
                "site": name,
                "times": times.times,
                "next": times.next,
                "due": moment(known.due_at) if known and known.due_at else None,
                "why": known.cause if known else "",
                "failures": known.failures if known else 0,
            }
        )
    rows.sort(key=lambda row: (row["next"] is None, row["next"] or "", row["site"]))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print_table("Schedule", ("site", "times", "next", "due", "why", "failures"), rows)


def _keep(data: Path, config: Config, contact: str, *, once: bool, sample: bool) -> None:
    from crawler.log_lines import DATES, log_in_vietnams_time
    from crawler.operation.after_crawls import AfterCrawls
    from crawler.operation.unattended import Unattended
    from crawler.plan import Plan
    from crawler.sample_web import SITES, SampleWeb

    refuse_bad_contact(contact, missing="" if sample else WHO_ASKS)
    ways = _ways(config)
    log_in_vietnams_time()
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=form, datefmt=DATES)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)

    with SampleWeb() if sample else nullcontext() as web:
        proxy = web.proxy_url if web is not None else ""

        def plan(site: str) -> Plan:
            return Plan(
                site,
                str(data.resolve()),
                contact,
                sample_proxy=proxy,
                max_pages=config.schedule.slice_pages,
                max_minutes=config.schedule.slice_minutes,
                quiet_hours=config.schedule.quiet_hours,
            )

        unattended = Unattended(
            data,
            config,
            plan,
            once=once,
            web=SAMPLE if sample else LIVE,
            only=SITES if sample else None,
            after=AfterCrawls(data, config, ways),
        )
        unattended.run()
    outcomes = unattended.outcomes
    if once and any(word in ("failed", "crashed") for word in outcomes.values()):
        sys.exit(EXIT_PARTLY)


def _ways(config: Config) -> list[Send]:
    try:
        return senders(config.alerts)
    except ValueError as error:
        raise ArchiveError(f"The configuration of alerts: {error}") from error


@click.command(
    epilog=exit_codes(
        {word.exit_code: f"{name}: {word.meaning}" for name, word in WORDS.items()}
        | {1: "there is no archive, or it cannot be read"},
        heading="Exit codes (the gravest state counts; sites never crawled, where they are named)",
    )
)
@click.argument("names", nargs=-1, metavar="[SITE]...")
@click.option(
    "--alert", is_flag=True, help="Also send what changed to those named in the configuration."
)
@_config
@data_option
@json_option
def status(
    names: tuple[str, ...], alert: bool, config_path: Path | None, data: Path, as_json: bool
) -> None:
    """Say how every site fares, in one word and a reason.

    A site is compared with its own usual: articles a week, what its pages lack, silences. One
    failure is a note; a failure that lasts is an alarm. "Crawled at" are its times by the
    schedule; "(auto)" are those that follow how much it publishes.

    \b
    Examples:
      congdoan status
      congdoan status lang_son --json
      congdoan status --alert           # from cron: tells of every change once
    """
    from crawler.catalogue import declared_sites
    from crawler.operation.drifting import examined_health

    refuse_unknown(names, declared_sites())
    now = datetime.now(UTC)
    with complaints():
        config = read_config(data, config_path, sites=declared_sites())
        with open_archive(data / "archive.db", create=False) as db:
            states = examined_health(db, data, now)
            times = shown_times(db, config.schedule, now)
            if alert:
                known = {name for (name,) in db.conn.execute("select name from sites")}
                heard = [health for health in states if health.site in known]
                tell(db, heard, config.alerts, now, _ways(config))
    states = [health for health in states if not names or health.site in names]
    if as_json:
        told = [_with_times(health, times) for health in states]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print_states(states, times)
    # What was never crawled says nothing of the others: it counts where it was asked for.
    heard = [health for health in states if names or health.word != "never"] or states
    gravest = max((WORDS[health.word].exit_code for health in heard), default=0)
    if gravest:
        sys.exit(gravest)


def _with_times(health: Health, times: Mapping[str, ShownTimes]) -> dict[str, object]:
    found = times.get(health.site)  # A site that is declared no more is still held.
    known = {"times": found.times, "next_crawl": found.next} if found else {}
    return {**health.as_dict(), **{"times": NEVER, "next_crawl": None}, **known}


def _print_states(states: list[Health], times: Mapping[str, ShownTimes]) -> None:
    order = list(WORDS)
    rows = [
        {
            "site": health.site,
            "state": health.word,
            "reason": health.reason,
            "last success": (health.last_success or "")[:16].replace("T", " "),
            "crawled at": _with_times(health, times)["times"],
            "week": health.articles_this_week,
            "usual": f"{health.articles_usual_week:g}",
            "notes": "; ".join(health.notes),
        }
        for health in sorted(states, key=lambda health: (-order.index(health.word), health.site))
    ]
    columns = ("site", "state", "reason", "last success", "crawled at", "week", "usual", "notes")
    print_table("Status", columns, rows)


COMMANDS: list[click.Command] = [schedule, status]
"""To be added to the ``congdoan`` group."""
