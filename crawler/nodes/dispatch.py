"""The dispatcher: gives each site to one node at a time, and to another when a node is lost.

What it promises: as long as the clocks of the machines run at the same speed (to 2 in 100), no
two nodes ask one site's hosts at the same time. A lease is reckoned from the clock that the node
told *before* it was renewed, so it ends on the node before this book lets go of it, however
long the message was under way; a node that cannot be reached ends its crawls by itself; and a
job that comes too late finds its lease over, or overtaken by a later token. What stays possible
is one request that a process, stopped by its machine between its last look at the lease and the
wire, sends when it goes on. That host's own pause is kept too: a node tells how long its hosts
are still to be left alone, and no other node asks them before.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from archive.database import ArchiveError
from crawler.crawling import SiteRun
from crawler.nodes.errand import Beat, Errand, run_errand
from crawler.nodes.ledger import Held, Ledger
from crawler.nodes.placing import Memory, Place, place_sites
from crawler.nodes.remote import Node
from crawler.nodes.reports import job_name

logger = logging.getLogger(__name__)

MAX_TRIES = 5
"""Times that a site is given out in one run before it counts as failed."""
CRASHES_ON_A_NODE = 2
"""Crashes of a site's crawl on one node after which it is not given to that node again."""
BEGUN_AT_ONCE = 4
"""Jobs posted in one round: a node that takes its time must not miss the renewals of others."""
FINAL = ("finished", "incomplete", "limited", "failed")
"""Outcomes that end a site's run; what was interrupted or has crashed is tried again."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Times of a dispatcher, in seconds."""

    lease: float = 120.0
    """After so long without the dispatcher a node's crawls have ended."""
    poll: float = 10.0
    patience: float = 600.0
    """How long sites may wait for a node while nothing runs."""

    @property
    def margin(self) -> float:
        """For clocks that do not run alike."""
        return max(1.0, self.lease * 0.02)

    @property
    def timeout(self) -> float:
        """Of one call: a renewal that takes longer comes too late to be of use."""
        return min(10.0, self.lease / 4)


@dataclass(slots=True)
class _Peer:
    node: Node
    begun_at: float
    beat: Beat = field(default_factory=Beat)
    """The last answer in which the node told its clock."""
    complaint: str = ""
    """Why it is silent now."""
    talk: Future[Beat] | None = None
    errand: Errand | None = None
    next_talk: float = 0.0
    to_begin: list[Held] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    """Tokens of jobs that had ended, or were not there, when no last report was known yet."""
    to_revoke: set[int] = field(default_factory=set)
    alive: set[int] = field(default_factory=set)
    """Tokens of the jobs that the node was known to have at its last answer."""
    cancelled: set[int] = field(default_factory=set)

    def silence(self, now: float) -> float:
        """Seconds since the node was heard."""
        return now - (self.beat.heard_at or self.begun_at)


class Dispatcher:
    """Runs sites on nodes until each has ended; see the module for what it promises."""

    def __init__(
        self,
        nodes: Sequence[Node],
        ledger: Ledger,
        hosts: Mapping[str, Collection[str]],
        rhythm: Rhythm,
        arguments: dict[str, str] | None = None,
    ) -> None:
        """``hosts``: of every declared site. ``arguments``: of every job; see ``nodes.job``."""
        now = time.monotonic()
        self._peers = {node.url: _Peer(node, now) for node in nodes}
        self._ledger = ledger
        self._hosts = hosts
        self._rhythm = rhythm
        self._arguments = arguments or {}
        self._held = ledger.leases()
        self._runs: dict[str, SiteRun] = {}
        self._tries: Counter[str] = Counter()
        self._crashes: Counter[tuple[str, str]] = Counter()
        self._barred: dict[str, dict[str, str]] = {}
        self._moved_at = now
        self._stopping = False

    def stop(self) -> None:
        """Give out nothing more, and ask the crawls under way to end."""
        self._stopping = True
        for peer in self._peers.values():
            peer.next_talk = 0.0

    def run(
        self, sites: Sequence[str], watch: Callable[[Sequence[SiteRun]], None]
    ) -> list[SiteRun]:
        """Crawl the sites and return how each ended; ``watch`` is called after every change.

        Leases that an earlier dispatcher left are taken up where their site is asked for, and
        respected where not. Raises ArchiveError for an address that is no node of ours.
        """
        self._runs = {site: SiteRun(site) for site in sites}
        for site in set(self._held) & set(self._runs):
            self._runs[site].outcome = "running"
        pool = ThreadPoolExecutor(len(self._peers), thread_name_prefix="node")
        try:
            while not self._through():
                self._tick(pool)
                watch(list(self._runs.values()))
                talks = [peer.talk for peer in self._peers.values() if peer.talk is not None]
                pause = min(0.5, self._rhythm.poll / 4)
                if talks:
                    wait(talks, timeout=pause, return_when=FIRST_COMPLETED)
                else:
                    time.sleep(pause)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        watch(list(self._runs.values()))
        return list(self._runs.values())

    def _through(self) -> bool:
        if self._stopping:
            for run in self._runs.values():
                if run.outcome == "waiting":
                    run.outcome, run.detail = "interrupted", "not begun"
            now = time.monotonic()
            spoken = [p for p in self._peers.values() if p.silence(now) < self._rhythm.lease / 2]
            names = {peer.node.url for peer in spoken}
            left = [site for site in self._ours() if self._held[site].node not in names]
            if len(left) == len(self._ours()):
                for site in left:
                    self._set(site, "interrupted", "its node is silent; its lease runs out")
                return True
            return False
        return all(run.outcome not in ("waiting", "running") for run in self._runs.values())

    def _ours(self) -> list[str]:
        return [site for site in self._held if site in self._runs]

    def _tick(self, pool: ThreadPoolExecutor) -> None:
        for peer in self._peers.values():
            if peer.talk is not None and peer.talk.done():
                talk, peer.talk = peer.talk, None
                self._heard(peer, talk.result())
        now = time.monotonic()
        for lease in [lease for lease in self._held.values() if lease.expires_at <= now]:
            self._let_go(lease)
            self._again(lease, "interrupted", f"{lease.node} was lost, and its lease ran out")
        if not self._stopping:
            self._place(now)
            self._lose_patience(now)
        for peer in self._peers.values():
            if peer.talk is None and (peer.next_talk <= now or peer.to_begin):
                self._talk(peer, pool, now)

    # What a node is told

    def _place(self, now: float) -> None:
        waiting = [site for site, run in self._runs.items() if run.outcome == "waiting"]
        waiting = [site for site in waiting if site not in self._held]
        if not waiting:
            return
        taken = Counter(lease.node for lease in self._held.values())
        fresh = self._rhythm.lease / 3
        places = [
            Place(
                url,
                peer.beat.heard_at > 0 and peer.silence(now) < fresh,
                peer.beat.slots - taken[url],
            )
            for url, peer in self._peers.items()
        ]
        if not any(place.up and place.free > 0 for place in places):
            return
        known = self._ledger.hosts()
        memory = Memory(
            self._ledger.homes(),
            {host: node for host, (node, _) in known.items()},
            {host: rest for host, (_, rest) in known.items()},
            {u for u, peer in self._peers.items() if peer.silence(now) > self._rhythm.lease},
        )
        held = {site: lease.node for site, lease in self._held.items()}
        for site, url in place_sites(waiting, held, places, self._hosts, memory, self._barred):
            peer = self._peers[url]
            lease = self._ledger.grant(site, url, self._end_of(peer))
            self._ledger.note_hosts(
                {host: memory.rests.get(host, 0.0) for host in self._hosts[site]}, url
            )
            self._held[site] = lease
            peer.to_begin.append(lease)
            self._tries[site] += 1
            self._moved_at = now
            self._set(site, "running", "")
            logger.info("%s goes to %s", site, url)

    def _end_of(self, peer: _Peer) -> float:
        """Latest end, here, of a lease that ends ``lease`` seconds after the clock told last."""
        return peer.beat.heard_at + self._rhythm.lease + self._rhythm.margin

    def _talk(self, peer: _Peer, pool: ThreadPoolExecutor, now: float) -> None:
        mine = [lease for lease in self._held.values() if lease.node == peer.node.url]
        unknown = {lease.token for lease in peer.to_begin}
        begin, peer.to_begin = peer.to_begin[:BEGUN_AT_ONCE], peer.to_begin[BEGUN_AT_ONCE:]
        errand = Errand(
            peer.beat.boot,
            peer.beat.clock + self._rhythm.lease,
            watched=[lease for lease in mine if lease.token not in unknown],
            renew=[x for x in mine if x.token in peer.alive and x.token not in peer.to_revoke],
            begin=begin,
            revoke=[lease for lease in mine if lease.token in peer.to_revoke],
            hosts=sorted({host for lease in mine for host in self._hosts.get(lease.site, ())}),
        )
        if self._stopping:
            errand.cancel = [
                x for x in mine if x.site in self._runs and x.token not in peer.cancelled
            ]
        for lease in [*errand.renew, *begin]:
            lease.expires_at = max(lease.expires_at, self._end_of(peer))
        self._ledger.prolong([*errand.renew, *begin])
        peer.errand = errand
        peer.next_talk = now + self._rhythm.poll
        timeout = self._rhythm.timeout
        peer.talk = pool.submit(run_errand, peer.node, errand, self._arguments, timeout)

    # What a node says

    def _heard(self, peer: _Peer, beat: Beat) -> None:
        errand, peer.errand = peer.errand, None
        assert errand is not None
        url = peer.node.url
        if not beat.heard_at:
            if beat.refuses and not peer.beat.heard_at:
                raise ArchiveError(f"{url}: {beat.complaint}.")
            if peer.complaint != beat.complaint:
                logger.warning("%s is silent: %s", url, beat.complaint)
            peer.complaint = beat.complaint
            return
        if peer.complaint:
            logger.warning("%s answers again", url)
        peer.complaint = ""
        first = not peer.beat.heard_at
        peer.beat = beat
        if first:
            peer.next_talk = 0.0
        if beat.jobs is not None:
            peer.cancelled |= {lease.token for lease in errand.cancel}
        hosts = {host: beat.rests.get(host, 0.0) for host in errand.hosts}
        self._ledger.note_hosts(hosts, url)
        revoked = {lease.token for lease in errand.revoke}
        for lease in [*errand.watched, *errand.begin]:
            if self._held.get(lease.site) is lease:
                self._judge(peer, beat, lease, revoked)

    def _judge(self, peer: _Peer, beat: Beat, lease: Held, revoked: Collection[int]) -> None:
        """What has become of a lease, by what its node says of its job."""
        job = job_name(lease.site, lease.token)
        if lease.site in beat.not_begun:
            self._let_go(lease)
            if why := beat.not_begun[lease.site]:
                self._barred.setdefault(lease.site, {})[lease.node] = why
            self._again(
                lease, "failed", f"{lease.node} does not take it: {why or 'it was started anew'}"
            )
            return
        report = beat.reports.get(job, {})
        if lease.site in self._runs and isinstance(report.get("counters"), dict):
            self._runs[lease.site].counters = _counted(report["counters"])
        if beat.jobs is None:
            return
        state = beat.jobs.get(job)
        if state in ("pending", "running"):
            peer.alive.add(lease.token)
            peer.gone.discard(lease.token)
            self._moved_at = time.monotonic()
            return
        peer.alive.discard(lease.token)
        outcome = str(report.get("outcome", ""))
        if outcome not in ("", "running"):
            self._let_go(lease)
            self._ended(lease, outcome, report)
        elif lease.token not in peer.gone:
            # The reports are asked for before the list: its last one may have been written since.
            peer.gone.add(lease.token)
            peer.next_talk = 0.0
        elif state == "finished":
            self._let_go(lease)
            self._crashes[lease.site, lease.node] += 1
            if self._crashes[lease.site, lease.node] >= CRASHES_ON_A_NODE:
                self._barred.setdefault(lease.site, {})[lease.node] = "it crashed there"
            self._again(lease, "crashed", f"its process on {lease.node} died")
        elif lease.token in revoked:
            # The node has struck the lease: what may be left of the job can ask nothing more.
            self._let_go(lease)
            self._again(lease, "crashed", f"{lease.node} knows nothing of its job any more")
        else:
            peer.to_revoke.add(lease.token)
            peer.next_talk = 0.0

    def _ended(self, lease: Held, outcome: str, report: dict[str, Any]) -> None:
        detail = f"{report.get('detail', '')} (on {lease.node})".strip()
        if outcome not in FINAL and not self._stopping:
            self._again(lease, outcome, detail)
            return
        self._set(lease.site, outcome, detail)
        if lease.site in self._runs:
            self._runs[lease.site].complete = report.get("complete") is True
            self._runs[lease.site].crawl = str(report.get("crawl", ""))

    def _again(self, lease: Held, outcome: str, detail: str) -> None:
        """Let a site whose crawl did not come to its end wait for a node again, within bounds."""
        logger.warning("%s: %s", lease.site, detail)
        barred = self._barred.get(lease.site, {})
        if self._stopping:
            self._set(lease.site, "interrupted", detail)
        elif self._tries[lease.site] >= MAX_TRIES or len(barred) == len(self._peers):
            self._set(lease.site, outcome, detail)
        else:
            self._set(lease.site, "waiting", detail)

    def _let_go(self, lease: Held) -> None:
        self._ledger.release(lease)
        del self._held[lease.site]
        self._moved_at = time.monotonic()
        peer = self._peers.get(lease.node)
        if peer is not None:
            for tokens in (peer.alive, peer.gone, peer.to_revoke, peer.cancelled):
                tokens.discard(lease.token)
            if lease in peer.to_begin:
                peer.to_begin.remove(lease)

    def _lose_patience(self, now: float) -> None:
        if now - self._moved_at < self._rhythm.patience:
            return
        why = "; ".join(f"{u}: {p.complaint or 'no room'}" for u, p in self._peers.items())
        for site, run in self._runs.items():
            if run.outcome == "waiting":
                self._set(
                    site, "failed", f"no node took it for {now - self._moved_at:.0f} s: {why}"
                )

    def _set(self, site: str, outcome: str, detail: str) -> None:
        run = self._runs.get(site)
        if run is not None:
            run.outcome, run.detail = outcome, detail


def _counted(said: dict[str, Any]) -> dict[str, int]:
    return {str(name): value for name, value in said.items() if isinstance(value, int)}
