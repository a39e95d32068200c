"""Commands for several machines: ``node``, ``dispatch`` and ``collect``."""

from __future__ import annotations

import ipaddress
import json
import logging
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from crawler.commands.options import (
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
    EXIT_FAILED,
    EXIT_PARTLY,
    complaints,
    exit_as,
    exit_codes,
)
from crawler.display import CrawlDisplay, print_summary, print_table, told_now_and_then
from crawler.stopping import first_asks

WHO_ASKS = (
    "A node says who is asking: give --contact with an e-mail or web address (or set "
    "CONGDOAN_CONTACT)."
)
USER, PASSWORD = "CONGDOAN_NODE_USER", "CONGDOAN_NODE_PASSWORD"


def _credentials() -> tuple[str, str]:
    """User and password of nodes, from the environment: a command line is seen by everybody."""
    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    if bool(user) != bool(password) or ":" in user:
        raise click.UsageError(f"Set both {USER} (without a colon) and {PASSWORD}, or neither.")
    return user, password


@click.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=6800, show_default=True)
@jobs_option("Sites at a time.", default=4)
@contact_option()
@click.option(
    "--segment-megabytes",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="Close a WARC file at this size: only closed ones can be collected.",
)
@click.option(
    "--sample-proxy",
    default="",
    metavar="URL",
    help="Crawl the sample web that this proxy serves (python -m crawler.sample_web).",
)
@click.option(
    "--sample-delay",
    type=click.FloatRange(0, 60),
    default=0.0,
    metavar="SECONDS",
    help="Pause between two requests to a host of the sample web.",
)
def node(
    data: Path,
    host: str,
    port: int,
    jobs: int,
    contact: str,
    segment_megabytes: int,
    sample_proxy: str,
    sample_delay: float,
) -> None:
    """Crawl on this machine what a dispatcher on another one asks for.

    Runs scrapyd in the foreground, with this program's sites and nothing else: no code can be
    sent to it. What is fetched stays in this machine's data folder until it is collected. On
    another address than loopback, user and password are wanted, in CONGDOAN_NODE_USER and
    CONGDOAN_NODE_PASSWORD; they travel unencrypted, so let the connection go through a private
    network, SSH or TLS.

    \b
    Examples:
      congdoan node --contact you@example.org
      congdoan node --host 10.0.0.2 --jobs 16 --contact you@example.org
    """
    from crawler.nodes.node_settings import NodeSettings
    from crawler.nodes.serving import serve_node

    refuse_bad_contact(contact, missing="" if sample_proxy else WHO_ASKS)
    user, password = _credentials()
    if not _is_loopback(host) and not password:
        raise click.UsageError(
            f"Whoever reaches {host} could command this node: set {USER} and {PASSWORD}."
        )
    for name in (USER, PASSWORD):
        os.environ.pop(name, None)  # The crawls' processes need not know them.
    settings = NodeSettings(
        str(data.resolve()), contact, sample_proxy, sample_delay, segment_megabytes * 1_000_000
    )
    with complaints():
        serve_node(settings, host, port, jobs, user, password)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@click.command(epilog=CRAWL_EXIT_CODES)
@click.argument("names", nargs=-1, metavar="SITE...")
@click.option("--all", "every", is_flag=True, help="Every declared site.")
@click.option(
    "--node",
    "nodes",
    multiple=True,
    required=True,
    metavar="URL",
    help="A node, as http://host:6800; give one for each.",
)
@max_pages_option
@click.option(
    "--max-minutes",
    type=click.IntRange(1),
    help="End each site's crawl after so long; the next one goes on.",
)
@recheck_option
@click.option(
    "--walk-all", is_flag=True, help="Follow every listing to its end, also through known news."
)
@click.option(
    "--lease",
    type=click.FloatRange(3, 3000),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="After so long without word from here a node's crawls have ended.",
)
@click.option(
    "--poll",
    type=click.FloatRange(0.2, 1000),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How often nodes are asked; at most a quarter of the lease.",
)
@click.option(
    "--patience",
    type=click.FloatRange(1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long sites wait for a node while none takes any.",
)
@data_option
@json_option
def dispatch(
    names: tuple[str, ...],
    every: bool,
    nodes: tuple[str, ...],
    max_pages: int | None,
    max_minutes: int | None,
    recheck: bool,
    walk_all: bool,
    lease: float,
    poll: float,
    patience: float,
    data: Path,
    as_json: bool,
) -> None:
    """Crawl sites on several machines, each site on one at a time.

    Each machine runs `congdoan node`. A site stays on the node that crawled it last; sites that
    share a host go to the same one. When a node is lost, its crawls end by themselves, and after
    the lease has run out its sites are given to others. Ctrl-C asks all crawls to end. User and
    password of the nodes: CONGDOAN_NODE_USER and CONGDOAN_NODE_PASSWORD. Afterwards, fetch the
    nodes' folders and `congdoan collect` them.

    \b
    Examples:
      congdoan dispatch --node http://10.0.0.2:6800 --node http://10.0.0.3:6800 --all
      congdoan dispatch --node http://127.0.0.1:6800 lang_son hai_phong
    """
    from crawler.catalogue import declared_sites
    from crawler.locks import locked
    from crawler.nodes.dispatch import Dispatcher, Rhythm
    from crawler.nodes.ledger import Ledger
    from crawler.nodes.remote import checked_node

    declared = declared_sites()
    chosen = chosen_sites(names, list(declared) if every else None)
    refuse_unknown(chosen, declared)
    if poll > lease / 4:
        raise click.UsageError("--poll must be at most a quarter of --lease.")
    user, password = _credentials()
    try:
        peers = [checked_node(url, user, password) for url in dict.fromkeys(nodes)]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    limits = (("max_pages", max_pages), ("max_minutes", max_minutes))
    arguments = {name: str(limit) for name, limit in limits if limit}
    arguments |= {name: "1" for name, on in (("recheck", recheck), ("walk_all", walk_all)) if on}
    hosts = {name: {*spider.hosts, *spider.file_hosts} for name, spider in declared.items()}
    rhythm = Rhythm(lease, poll, patience)
    with complaints(), locked(data, "dispatch", doing="Another dispatcher"):
        ledger = Ledger(data / "dispatch.db", lease + rhythm.margin)
        try:
            dispatcher = Dispatcher(peers, ledger, hosts, rhythm, arguments)
            with first_asks(dispatcher.stop, _end_now), CrawlDisplay(quiet=as_json) as display:
                runs = dispatcher.run(chosen, display.show)
        finally:
            ledger.close()
    print_summary(runs, as_json=as_json)
    exit_as(runs)


def _end_now(number: int) -> NoReturn:
    os._exit(128 + number)  # The leases run out by themselves.


@click.command(epilog=exit_codes({EXIT_PARTLY: "done, but for files that are not taken in"}))
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER...",
)
@data_option
@jobs_option("Processes for extraction.")
@json_option
def collect(folders: tuple[Path, ...], data: Path, jobs: int | None, as_json: bool) -> None:
    """Take what nodes have fetched into this archive.

    A FOLDER is a node's data folder, or a copy of its warc/. Closed WARC files that the archive
    does not have are taken in, whatever their names; those that a crawl still writes are left
    for the next time. Collecting twice changes nothing.

    \b
    Examples:
      rsync -a --include='*/' --include='*.warc.gz' --exclude='*' 10.0.0.2:data/warc/ from-2/
      congdoan collect from-2
    """
    from crawler.nodes.collecting import collect as collect_folders

    with complaints():
        report = collect_folders(folders, data, jobs=jobs, watch=told_now_and_then())
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        columns = ("file", "captures", "new", "changed", "unchanged", "gone", "unreadable")
        print_table("Collected", columns, report["files"])
        click.echo(f"{report['known']} files were here already.")
    for row in report["refused"]:
        click.echo(f"Not taken in: {row['reason']}", err=True)
    if report["refused"]:
        sys.exit(EXIT_PARTLY if report["files"] or report["known"] else EXIT_FAILED)


COMMANDS: list[click.Command] = [node, dispatch, collect]
"""To be added to the ``congdoan`` group."""
