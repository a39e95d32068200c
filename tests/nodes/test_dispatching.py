"""The dispatcher against nodes that are played in memory: every way in which a site can be lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.database import ArchiveError
from crawler.crawling import SiteRun
from crawler.nodes.dispatch import MAX_TRIES, Dispatcher, Rhythm
from crawler.nodes.ledger import Ledger
from crawler.nodes.remote import Node, NodeRefuses, NodeSilent

RHYTHM = Rhythm(lease=3.0, poll=0.05, patience=60.0)
HOSTS = {"paper": {"paper.example"}, "album": {"album.example"}, "page": {"paper.example"}}
FINISHED = {"outcome": "finished", "complete": True, "detail": "", "crawl": "c-1"}


class PlayedNode(Node):
    """A node as the dispatcher sees it, with a clock that has nothing to do with others'."""

    def __init__(self, url: str, script: Callable[[PlayedNode, str], str], slots: int = 4) -> None:
        super().__init__(url)
        self.__dict__.update(
            script=script,
            slots=slots,
            posted=[],
            leases={},
            revoked=set(),
            states={},
            ended={},
            cancelled=[],
            deaf=False,
            boot="first",
            ahead=hash(url) % 100_000,
        )

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def clock(self) -> float:
        return time.monotonic() + float(self.ahead)

    def leased(self, site: str, token: int) -> bool:
        """Whether a job with this token may ask the site's hosts at this moment."""
        known, until = self.leases.get(site, (0, 0.0))
        return bool(known == token and token not in self.revoked and self.clock() < until)

    def lease(self, message: dict[str, Any], timeout: float) -> dict[str, Any]:
        if self.deaf:
            raise NodeSilent("played deaf")
        now, refused = self.clock(), []
        for site, token in message["renew"].items():
            if message["boot"] != self.boot:
                refused.append(site)
            else:
                self.leases[site] = (token, message["until"])
        self.revoked.update(message["revoke"].values())
        reports = {job: self.ended[job] for job in message["reports"] if job in self.ended}
        return {
            "clock": now,
            "boot": self.boot,
            "slots": self.slots,
            "refused": refused,
            "reports": reports,
            "rests": {},
        }

    def schedule(
        self, site: str, token: int, arguments: dict[str, str], timeout: float
    ) -> dict[str, Any]:
        job = f"{site}-{token}"
        assert self.leased(site, token), "a job is posted only under a lease"
        self.posted.append((site, time.monotonic(), arguments))
        what = self.script(self, site)
        if what == "refuse":
            raise NodeRefuses("spider not found")
        self.states[job] = "finished" if what in ("end", "crash") else "running"
        if what == "end":
            self.ended[job] = FINISHED
        if what == "vanish":
            del self.states[job]
        return {}

    def cancel(self, job: str, timeout: float) -> dict[str, Any]:
        self.cancelled.append(job)
        self.states[job] = "finished"
        self.ended[job] = {"outcome": "interrupted", "detail": "stopped", "complete": False}
        return {}

    def jobs(self, timeout: float) -> dict[str, str]:
        if self.deaf:
            raise NodeSilent("played deaf")
        return dict(self.states)


def always(what: str) -> Callable[[PlayedNode, str], str]:
    return lambda node, site: what


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    book = Ledger(tmp_path / "dispatch.db", RHYTHM.lease + RHYTHM.margin)
    yield book
    book.close()


def dispatched(
    ledger: Ledger, nodes: list[PlayedNode], sites: list[str], rhythm: Rhythm = RHYTHM
) -> dict[str, SiteRun]:
    dispatcher = Dispatcher(nodes, ledger, HOSTS, rhythm, {"max_pages": "9"})
    return {run.site: run for run in dispatcher.run(sites, lambda runs: None)}


def test_every_site_is_posted_once_and_its_end_is_told(ledger: Ledger) -> None:
    node = PlayedNode("http://a", always("end"))
    runs = dispatched(ledger, [node], ["paper", "album", "page"])
    assert {run.outcome for run in runs.values()} == {"finished"}
    assert runs["paper"].complete
    assert runs["paper"].crawl == "c-1"
    assert sorted(site for site, _, _ in node.posted) == ["album", "page", "paper"]
    assert node.posted[0][2] == {"max_pages": "9"}
    assert ledger.leases() == {}
    assert ledger.homes() == dict.fromkeys(HOSTS, "http://a")


def test_many_sites_are_posted_some_at_a_time_and_each_once(ledger: Ledger) -> None:
    node = PlayedNode("http://a", always("end"), slots=20)
    hosts = {f"site_{number}": {f"{number}.example"} for number in range(15)}
    runs = Dispatcher([node], ledger, hosts, RHYTHM).run(list(hosts), lambda runs: None)
    assert {run.outcome for run in runs} == {"finished"}
    assert sorted(site for site, _, _ in node.posted) == sorted(hosts)
    assert node.revoked == set()


def test_a_silent_nodes_site_is_given_on_after_its_lease_and_not_before(ledger: Ledger) -> None:
    moments: dict[str, float] = {}

    def fall_silent(node: PlayedNode, site: str) -> str:
        node.__dict__["deaf"] = True
        moments["silent"] = time.monotonic()
        return "run"

    one = PlayedNode("http://a", fall_silent)
    two = PlayedNode("http://b", always("end"), slots=1)
    ledger.release(ledger.grant("paper", "http://a", time.monotonic()))  # It was there last.
    runs = dispatched(ledger, [one, two], ["paper"])
    assert runs["paper"].outcome == "finished"
    assert "http://b" in runs["paper"].detail
    (_, begun, _) = two.posted[0]
    until = one.leases["paper"][1]
    ended_on_node = until - one.ahead
    assert begun > ended_on_node, "the first node's lease was over by its own clock"
    assert begun - moments["silent"] >= RHYTHM.lease


def test_a_node_that_comes_back_finds_its_job_overtaken(ledger: Ledger) -> None:
    one = PlayedNode("http://a", always("run"))
    two = PlayedNode("http://b", always("run"))
    overlap: list[str] = []
    over = threading.Event()

    def observe() -> None:
        while not over.wait(0.005):
            holders = [
                node.url
                for node in (one, two)
                for job, state in list(node.states.items())
                if state == "running" and node.leased(*_site_and_token(job))
            ]
            if len(holders) > 1:
                overlap.extend(holders)

    ledger.release(ledger.grant("paper", "http://a", time.monotonic()))
    dispatcher = Dispatcher([one, two], ledger, HOSTS, RHYTHM)

    def play(runs: object) -> None:
        if one.posted and not one.deaf and not two.posted:
            one.__dict__["deaf"] = True
        if two.posted and one.deaf:
            one.__dict__["deaf"] = False  # Its job still stands in its list as running.
        if two.posted and time.monotonic() > two.posted[0][1] + 2 * RHYTHM.lease:
            (job,) = two.states
            two.ended[job] = FINISHED
            two.states[job] = "finished"

    watcher = threading.Thread(target=observe)
    watcher.start()
    runs = dispatcher.run(["paper"], play)
    over.set()
    watcher.join()
    assert [run.outcome for run in runs] == ["finished"]
    assert overlap == []
    assert len(one.posted) == len(two.posted) == 1


def _site_and_token(job: str) -> tuple[str, int]:
    site, _, token = job.rpartition("-")
    return site, int(token)


def test_a_vanished_job_is_revoked_and_posted_again(ledger: Ledger) -> None:
    node = PlayedNode("http://a", lambda node, _: "end" if node.posted[1:] else "vanish")
    runs = dispatched(ledger, [node], ["paper"])
    assert runs["paper"].outcome == "finished"
    assert len(node.posted) == 2
    assert len(node.revoked) == 1, "what may be left of the first can ask nothing more"


def test_what_crashes_twice_on_a_node_goes_to_another(ledger: Ledger) -> None:
    one, two = PlayedNode("http://a", always("crash")), PlayedNode("http://b", always("end"))
    ledger.release(ledger.grant("paper", "http://a", time.monotonic()))
    runs = dispatched(ledger, [one, two], ["paper"])
    assert runs["paper"].outcome == "finished"
    assert (len(one.posted), len(two.posted)) == (2, 1)


def test_what_crashes_everywhere_is_given_up(ledger: Ledger) -> None:
    nodes = [PlayedNode(f"http://{name}", always("crash")) for name in "abcd"]
    runs = dispatched(ledger, nodes, ["paper"])
    assert runs["paper"].outcome == "crashed"
    assert sum(len(node.posted) for node in nodes) == MAX_TRIES
    assert ledger.leases() == {}


def test_a_node_without_the_site_is_passed_over(ledger: Ledger) -> None:
    one, two = PlayedNode("http://a", always("refuse")), PlayedNode("http://b", always("end"))
    ledger.release(ledger.grant("paper", "http://a", time.monotonic()))
    assert dispatched(ledger, [one, two], ["paper"])["paper"].outcome == "finished"
    alone = PlayedNode("http://c", always("refuse"))
    run = dispatched(ledger, [alone], ["album"])["album"]
    assert run.outcome == "failed"
    assert "spider not found" in run.detail


def test_a_dispatcher_that_was_killed_is_taken_up(ledger: Ledger) -> None:
    """Its lease is known to the next one, which does not post the site again."""
    node = PlayedNode("http://a", always("end"))
    held = ledger.grant("paper", "http://a", time.monotonic() + RHYTHM.lease)
    node.states[f"paper-{held.token}"] = "running"
    node.leases["paper"] = (held.token, node.clock() + RHYTHM.lease)
    dispatcher = Dispatcher([node], ledger, HOSTS, RHYTHM)
    begun = time.monotonic()

    def play(runs: object) -> None:
        if time.monotonic() > begun + 2 * RHYTHM.lease:
            assert node.leased("paper", held.token), "it was renewed meanwhile"
            node.states[f"paper-{held.token}"] = "finished"
            node.ended[f"paper-{held.token}"] = FINISHED

    assert [run.outcome for run in dispatcher.run(["paper"], play)] == ["finished"]
    assert node.posted == []


def test_an_old_dispatchers_lease_on_a_node_that_is_gone_is_waited_for(ledger: Ledger) -> None:
    node = PlayedNode("http://b", always("end"))
    until = time.monotonic() + RHYTHM.lease
    ledger.grant("page", "http://gone", until)
    runs = dispatched(ledger, [node], ["paper", "album"])
    assert {run.outcome for run in runs.values()} == {"finished"}
    moments = {site: moment for site, moment, _ in node.posted}
    assert moments["album"] < until < moments["paper"], "paper shares a host with page"


def test_a_book_of_a_wrong_clock_holds_nothing_for_ever(ledger: Ledger) -> None:
    ledger.grant("paper", "http://a", time.monotonic() + 1e9)
    (held,) = ledger.leases().values()
    assert held.expires_at <= time.monotonic() + RHYTHM.lease + RHYTHM.margin


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be taken for one", None]
)
def test_a_book_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "dispatch.db"
    path.mkdir() if content is None else path.write_bytes(content * 100)
    with pytest.raises(ArchiveError, match="Cannot use"):
        Ledger(path, 60.0)


def test_tokens_only_grow(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ledger.grant("paper", "http://a", 0.0)
    ledger.release(first)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert ledger.grant("paper", "http://a", 0.0).token > first.token


def test_asked_to_stop_it_ends_the_jobs_in_good_order(ledger: Ledger) -> None:
    node = PlayedNode("http://a", always("run"), slots=1)
    dispatcher = Dispatcher([node], ledger, HOSTS, RHYTHM)

    def play(runs: object) -> None:
        if node.posted:
            dispatcher.stop()

    runs = {run.site: run for run in dispatcher.run(["paper", "album"], play)}
    assert {run.outcome for run in runs.values()} == {"interrupted"}
    assert len(node.posted) == len(node.cancelled) == 1
    assert ledger.leases() == {}


def test_without_any_node_it_loses_patience_and_says_why(ledger: Ledger) -> None:
    node = PlayedNode("http://a", always("end"))
    node.__dict__["deaf"] = True
    run = dispatched(ledger, [node], ["paper"], Rhythm(0.4, 0.05, patience=0.5))["paper"]
    assert run.outcome == "failed"
    assert "played deaf" in run.detail


def test_an_address_that_is_no_node_is_told_at_once(ledger: Ledger) -> None:
    class Other(PlayedNode):
        def lease(self, message: dict[str, Any], timeout: float) -> dict[str, Any]:
            raise NodeRefuses("it wants another user and password")

    with pytest.raises(ArchiveError, match="http://a: it wants another user"):
        dispatched(ledger, [Other("http://a", always("end"))], ["paper"])


def test_a_machine_that_was_started_anew_gets_no_lease_of_its_old_clock(ledger: Ledger) -> None:
    node = PlayedNode("http://a", always("end"))
    real = node.lease

    def lease(message: dict[str, Any], timeout: float) -> dict[str, Any]:
        if message["renew"] and node.boot == "first":
            node.__dict__.update(boot="second", ahead=float(node.ahead) - 50_000)
        return real(message, timeout)

    node.__dict__["lease"] = lease
    run = dispatched(ledger, [node], ["paper"])["paper"]
    assert run.outcome == "finished"
    assert len(node.posted) == 1
