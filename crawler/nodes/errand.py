"""One round of talk between the dispatcher and a node: leases first, then jobs.

It runs in a thread of its own, so that a node that hangs holds up no other's renewals, and
touches nothing that the dispatcher keeps.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from crawler.nodes.ledger import Held
from crawler.nodes.remote import Node, NodeRefuses, NodeSilent
from crawler.nodes.reports import job_name


@dataclass(slots=True)
class Errand:
    """What is to be told to a node and asked of it."""

    boot: str
    until: float
    """End of the leases, by the clock that the node told last."""
    watched: list[Held] = field(default_factory=list)
    """Leases whose jobs are asked about."""
    renew: list[Held] = field(default_factory=list)
    begin: list[Held] = field(default_factory=list)
    """Leases whose jobs are to be posted; they are renewed too."""
    revoke: list[Held] = field(default_factory=list)
    cancel: list[Held] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Beat:
    """What a node answered."""

    heard_at: float = 0.0
    """When the node's clock had come, in seconds of ``time.monotonic``; 0.0 where it is silent."""
    clock: float = 0.0
    boot: str = ""
    slots: int = 0
    rests: dict[str, float] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[str, str] | None = None
    """Job -> state; None where the list could not be had."""
    not_begun: dict[str, str] = field(default_factory=dict)
    """Site -> why the node will not take it."""
    complaint: str = ""
    """Why it is silent, or refuses to talk at all."""
    refuses: bool = False


def run_errand(node: Node, errand: Errand, arguments: dict[str, str], timeout: float) -> Beat:
    """Talk to a node, each call for at most ``timeout`` seconds. Raises nothing of the net."""
    beat = Beat()
    try:
        _lease(node, errand, beat, timeout)
    except NodeRefuses as error:
        beat.complaint, beat.refuses = str(error), True
        return beat
    except NodeSilent as error:
        beat.complaint = str(error)
        return beat
    try:
        for lease in errand.begin:
            if lease.site in beat.not_begun:
                continue
            try:
                node.schedule(lease.site, lease.token, arguments, timeout)
            except NodeRefuses as error:
                beat.not_begun[lease.site] = str(error)
        for lease in errand.cancel:
            node.cancel(job_name(lease.site, lease.token), timeout)
        beat.jobs = node.jobs(timeout)
    except (NodeSilent, NodeRefuses) as error:
        beat.complaint = str(error)
    return beat


def _lease(node: Node, errand: Errand, beat: Beat, timeout: float) -> None:
    named = [*errand.watched, *errand.begin]
    said = node.lease(
        {
            "boot": errand.boot,
            "until": errand.until,
            "renew": {lease.site: lease.token for lease in [*errand.renew, *errand.begin]},
            "revoke": {lease.site: lease.token for lease in errand.revoke},
            "reports": [job_name(lease.site, lease.token) for lease in named],
            "hosts": errand.hosts,
        },
        timeout,
    )
    heard_at = time.monotonic()
    try:
        beat.clock, beat.boot, beat.slots = (
            float(said["clock"]),
            str(said["boot"]),
            int(said["slots"]),
        )
        beat.rests = {str(host): float(rest) for host, rest in said["rests"].items()}
        beat.reports = {
            str(job): report for job, report in said["reports"].items() if isinstance(report, dict)
        }
        refused = set(said["refused"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise NodeSilent(f"its answer lacks what it should have: {error!r}") from error
    if not math.isfinite(beat.clock) or not all(map(math.isfinite, beat.rests.values())):
        raise NodeSilent("its clock cannot be read")
    beat.heard_at = heard_at
    for lease in errand.begin:
        if lease.site in refused:
            # Its machine was started anew since it told its clock; the next round knows better.
            beat.not_begun[lease.site] = ""
