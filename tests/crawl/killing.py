"""Crawls of the sample web that are killed again and again, and the balance drawn afterwards.

What is killed is what people run: ``congdoan crawl --sample`` with its processes, its frontier,
its WARC files (made so small that they rotate every few pages) and its database. Only the sample
web stands apart, so that it can count what it is asked over all the commands of one archive.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields
from pathlib import Path

from archive.verification.verify import verify
from archive.warc.reader import WarcError, read_records
from crawler.catalogue import declared_sites, is_listing
from crawler.sample_web import SITES, SampleRequest, SampleWeb
from tests.crawl.judging import warcio_complaints
from tests.crawl.processes import crawls_of, is_alive, kill_all

ROOT = Path(__file__).resolve().parents[2]
WARC_BYTES = 20_000
"""Size at which a WARC file is closed: three or four pages of the sample web."""
MOMENTS = ("start", "listing", "article", "redirect", "retry", "commit", "commit", "rotation")
"""What a kill waits for; committing and rotating take so little time that they are aimed at."""
PATIENCE = 6
"""Requests after which a kill waits no longer for one of its kind."""
LONGEST_COMMAND = 240.0
ARTICLE = "id, url, title, content_hash, revisions"

Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What a crawl is that nobody kills."""

    articles: dict[str, Rows]
    """By site: ``ARTICLE`` of each."""
    files: dict[str, set[str]]
    """By site: pictures and attachments of articles that were captured."""
    asked: Counter[str]
    """How often each address was asked for, robots.txt left out."""
    kinds: dict[str, str]
    """What each address is: listing, article, redirect or other."""


@dataclass(slots=True)
class Balance:
    """What became of crawls that were killed."""

    archives: int = 0
    commands: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    """By whom they hit: one of one, one of three, all."""
    found: Counter[str] = field(default_factory=Counter)
    """Kills by what they left behind; one kill may count for several."""
    in_flight: int = 0
    """Requests leased by the killed processes, summed over the kills."""
    surplus: int = 0
    """Requests beyond those of undisturbed crawls, address by address."""
    requests: int = 0
    expected: int = 0
    saved: int = 0
    doubled: int = 0
    files: int = 0
    complaints: list[str] = field(default_factory=list)
    """Everything that should not be: articles lost or different, damage, exit codes."""

    def add(self, other: Balance) -> None:
        """Add another one's numbers and complaints to this one."""
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            setattr(self, each.name, mine + theirs)


class RunningCrawl:
    """One ``congdoan crawl --sample`` and the moments at which to kill it."""

    def __init__(self, data: Path, web: SampleWeb, sites: Sequence[str], jobs: int) -> None:
        self.data = data
        self.web = web
        self.begun = len(web.requests)
        arguments = ["crawl", *sites, "--sample", "--jobs", str(jobs), "--data", str(data)]
        arguments += ["--warc-size", str(WARC_BYTES)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crawl.sampled", web.proxy_url, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def wait(self) -> tuple[int, str]:
        """Its exit code and what it said, once it has ended."""
        said, _ = self.process.communicate(timeout=LONGEST_COMMAND)
        return self.process.returncode, said.decode()

    def asked(self) -> list[str]:
        """Addresses that this command has asked for, robots.txt left out."""
        return pages_asked(self.web.requests[self.begun :])

    def workers(self) -> dict[str, int]:
        """Sites whose crawl has opened its frontier, and the crawl's process."""
        alive = set(crawls_of(self.process.pid))
        found = {}
        for path in (self.data / "frontier").glob("*.db"):
            for (process,) in _rows(path, "select pid from workers order by id desc"):
                if process in alive:
                    found[path.stem] = process
        return found

    def await_moment(
        self, kind: str, chance: random.Random, kinds: dict[str, str]
    ) -> tuple[str, int] | None:
        """Site ("" where unknown) and process to kill; None where the command came to its end."""
        begun, already = time.monotonic(), len(self.asked())
        after = chance.randint(3, 9)
        pause = chance.uniform(0, 1.5 if kind == "start" else 0.03)
        if kind in ("commit", "rotation"):
            pause /= 10
        state: object = None
        while self.process.poll() is None:
            time.sleep(0.001)
            if time.monotonic() - begun > LONGEST_COMMAND:
                kill_all(self.process.pid)
                raise AssertionError(f"a command stood still after {self.asked()[-3:]}")
            if kind == "start":
                crawls = crawls_of(self.process.pid)
                if crawls and time.monotonic() - begun > pause:
                    return "", chance.choice(crawls)
                continue
            asked = self.asked()[already:]
            if len(asked) < after:
                continue
            if kind in ("commit", "rotation"):
                before, state = state, self._state(kind)
                if before is None or before == state:
                    continue
            elif len(asked) < after + PATIENCE and kind != self._kind(asked[-1], kinds):
                continue
            time.sleep(pause)
            site = site_of(asked[-1])
            process = self.workers().get(site)
            if process is not None:
                return site, process
        return None

    def _kind(self, url: str, kinds: dict[str, str]) -> str:
        again = pages_asked(self.web.requests).count(url) > 1
        return "retry" if again else kinds.get(url, "other")

    def _state(self, kind: str) -> object:
        if kind == "rotation":
            return sorted(path.name for path in (self.data / "warc").glob("*"))
        try:
            return (self.data / "archive.db-wal").stat().st_mtime_ns
        except FileNotFoundError:
            return 0


def pages_asked(requests: Sequence[SampleRequest]) -> list[str]:
    """What was asked of a sample web, without the tunnels and robots.txt."""
    return [
        request.url
        for request in requests
        if request.method != "CONNECT" and not request.url.endswith("/robots.txt")
    ]


def site_of(url: str) -> str:
    """The sample site at whose host an address is, "" where there is none."""
    host = url.split("/")[2].removeprefix("www.")
    return next((name for name in SITES if host in declared_sites()[name].hosts), "")


def crawl_undisturbed(folder: Path) -> Undisturbed:
    """Every sample site crawled once, by the command whose killed runs are compared with it."""
    with SampleWeb(slow_seconds=0.2) as web:
        crawl = RunningCrawl(folder, web, sorted(SITES), 3)
        code, said = crawl.wait()
        if code:
            raise AssertionError(f"an undisturbed crawl ended with {code}: {said}")
        return undisturbed_of(folder, web.requests)


def undisturbed_of(folder: Path, requests: Sequence[SampleRequest]) -> Undisturbed:
    """What was crawled by a first crawl that nobody killed, which asked so."""
    asked = Counter(pages_asked(requests))
    kinds = {url: "listing" if is_listing(url) else "other" for url in asked}
    for url, outcome in _rows(folder / "archive.db", "select url, outcome from captures"):
        if outcome in ("article", "redirect"):
            kinds[str(url)] = str(outcome)
    return Undisturbed(
        {site: articles_of(folder, site) for site in SITES},
        {site: files_of(folder, site) for site in SITES},
        asked,
        kinds,
    )


def crawl_with_kills(
    folder: Path,
    sites: Sequence[str],
    way: str,
    kills: int,
    chance: random.Random,
    undisturbed: Undisturbed,
    balance: Balance,
) -> None:
    """Crawl sites into a new archive, killing up to ``kills`` times on the way.

    ``way``: "one of one", "one of three" or "all". Ends when every site is crawled to its end,
    and adds what became of it to the balance.
    """
    left, complaints = list(sites), balance.complaints
    with SampleWeb(slow_seconds=0.2) as web:
        while left:
            crawl = RunningCrawl(folder, web, left, 1 if way == "one of one" else 3)
            balance.commands += 1
            killed = 0
            while killed < kills:
                moment = crawl.await_moment(chance.choice(MOMENTS), chance, undisturbed.kinds)
                if moment is None:
                    break
                kill(crawl, way, moment[1], undisturbed.kinds, balance)
                killed += 1
            code, said = crawl.wait()
            kills -= killed
            left = [site for site in left if outcome_of(folder, site) != "finished"]
            if "Traceback" in said or (left and not killed) or (not left and not killed and code):
                complaints.append(f"a command ended with {code}, {left} unfinished: {said}")
                break
        balance.archives += 1
        draw(folder, sites, pages_asked(web.requests), undisturbed, balance)


def kill(
    crawl: RunningCrawl, way: str, process: int, kinds: dict[str, str], balance: Balance
) -> None:
    """SIGKILL, and a look at what it left behind."""
    workers = crawl.workers()
    victims = set(workers.values()) if way == "all" else {process}
    if way == "all":
        kill_all(crawl.process.pid)
    else:
        os.kill(process, signal.SIGKILL)
    while any(map(is_alive, victims)):
        time.sleep(0.0005)
    balance.kills[way] += 1
    sites = [site for site, worker in workers.items() if worker in victims]
    balance.found.update(set(left_behind(crawl.data, sites, kinds)) or {"start"})
    for site in sites:
        balance.in_flight += len(leases(crawl.data, site))


def left_behind(data: Path, sites: Sequence[str], kinds: dict[str, str]) -> Iterator[str]:
    """What killed crawls were at, by what they left."""
    database = data / "archive.db"
    for site in sites:
        for url in leases(data, site):
            truncated = "select 1 from captures where url = ? and truncated <> ''"
            again = kinds.get(url) == "article" and _rows(database, truncated, url)
            yield f"{'retry' if again else kinds.get(url, 'other')} in flight"
        rows = {row[0] for row in _rows(database, "select id from captures where site = ?", site)}
        unsettled = "select 1 from captures where site = ? and outcome is null"
        if _rows(database, unsettled, site):
            yield "between a capture's row and its outcome"
        opened = sorted((data / "warc").glob(f"{site}-*.open"))
        if rows and not opened:
            yield "between two WARC files"
        for path in opened:
            try:
                held = [record.id for record in read_records(path, types=("response", "revisit"))]
                if not held:
                    yield "between two WARC files"
                elif not rows.issuperset(held):
                    yield "between a record and its row"
            except WarcError:
                yield "inside a record"


def leases(data: Path, site: str) -> list[str]:
    """Addresses whose requests were with a process when it died."""
    sql = "select json_extract(data, '$.url') from requests where state = 'leased'"
    return [str(url) for (url,) in _rows(data / "frontier" / f"{site}.db", sql)]


def draw(
    data: Path,
    sites: Sequence[str],
    asked: Sequence[str],
    undisturbed: Undisturbed,
    balance: Balance,
) -> None:
    """Compare an archive whose crawl was killed with one whose crawl was not."""
    complaints, database = balance.complaints, data / "archive.db"
    for site in sites:
        wanted, held = undisturbed.articles[site], articles_of(data, site)
        balance.expected += len(wanted)
        balance.saved += len(held)
        balance.doubled += len(held) - len({row[1] for row in held})
        complaints += [f"lost: {row}" for row in wanted if row not in held]
        complaints += [f"not in an undisturbed crawl: {row}" for row in held if row not in wanted]
        missing = undisturbed.files[site] - files_of(data, site)
        complaints += [f"a file that was not captured: {url}" for url in sorted(missing)]
    unsettled = _rows(database, "select id, url from captures where outcome is null")
    complaints += [f"a capture without outcome: {row}" for row in unsettled]
    complaints += [f"left open: {path.name}" for path in (data / "warc").glob("*.open")]
    complaints += [str(finding) for finding in verify(data)]
    files = sorted((data / "warc").glob("*.warc.gz"))
    complaints += warcio_complaints(files)
    balance.files += len(files)
    balance.requests += len(asked)
    often = Counter(asked)
    balance.surplus += sum(max(0, times - undisturbed.asked[url]) for url, times in often.items())


def articles_of(data: Path, site: str) -> Rows:
    """``ARTICLE`` of each article of a site."""
    sql = f"select {ARTICLE} from articles where site = ? order by id"
    return _rows(data / "archive.db", sql, site)


def files_of(data: Path, site: str) -> set[str]:
    """Pictures and attachments of a site's articles that are captured whole."""
    sql = (
        "select url from captures where site = ? and status = 200 and truncated = ''"
        " and (url in (select url from images) or url in (select url from attachments))"
    )
    return {str(url) for (url,) in _rows(data / "archive.db", sql, site)}


def outcome_of(data: Path, site: str) -> str:
    """How the latest crawl of a site ended, "" where it never began."""
    sql = "select outcome from crawls where site = ? order by started_at desc, id desc limit 1"
    rows = _rows(data / "archive.db", sql, site)
    return str(rows[0][0]) if rows else ""


def _rows(path: Path, sql: str, *values: object) -> Rows:
    """What a database says, changing nothing; none where it is not there yet."""
    if not path.exists():
        return []
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=60)) as db:
            return db.execute(sql, values).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):  # Killed before its tables were made.
            return []
        raise
