"""How every site fares, in one word and a reason.

The facts are SQL (``monitors/*.sql``), over the rows that crawls leave anyway; what they mean is
decided here, by rules with numbers. Two habits: a site is compared with its own usual, and a
failure that passes within the look-back window is a note and no alarm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from typing import Any

from sqlite_utils import Database

from archive.database import timestamp
from archive.health.drift import MEANINGS, Drift, Reading, find_drifts
from archive.health.sentences import say
from archive.records import VIETNAM
from archive.vietnamese.tet import tet_days


@dataclass(frozen=True, slots=True)
class Word:
    """A state: what it means, and the exit code of ``congdoan status`` when it is the gravest."""

    meaning: str
    meaning_vi: str
    exit_code: int
    alarming: bool = False


WORDS: dict[str, Word] = {
    "current": Word("all is well", "bình thường", 0),
    "never": Word("never crawled", "chưa thu thập lần nào", 10),
    "behind": Word("not crawled when it should have been", "chậm so với lịch", 11),
    "frozen": Word("answers, but has long published nothing", "lâu không có bài mới", 12, True),
    "changed": Word("the template has changed", "trang đã đổi giao diện", 13, True),
    "failing": Word("has failed for longer than the look-back window", "lỗi kéo dài", 14, True),
    "blocked": Word("refuses us, or asks for a bot check", "bị chặn", 15, True),
    "moved": Word("leads to another host", "đã chuyển sang địa chỉ khác", 16, True),
    "gone": Word("has not answered for two weeks", "đã mất", 17, True),
}
"""Every state, from the best to the gravest."""

_CLASSES = (
    "dns", "private", "refused", "timeout", "cut", "tls", "http", "robots", "given_up", "blocked",
    "challenge", "not_found", "server_error", "moved", "parse", "unparsable", "trap",
)  # fmt: skip
CLASSES: dict[str, str] = {
    name: say("connection_refused" if name == "refused" else name) for name in _CLASSES
}
"""Classes of failures (those of ``fetch_errors.kind`` and of captures), in a person's words."""

LOOK_BACK = timedelta(hours=24)
"""A failure that ends within this time was a passing one."""
TRIED_FOR = timedelta(hours=18)
"""How long it must have been tried in vain: of a site that is crawled once a week, a bad morning is
not yet a bad day."""
GONE_AFTER = timedelta(days=14)
BEHIND_SCHEDULE = timedelta(hours=6)
"""How long a site may be due before it is behind."""
BEHIND_UNSCHEDULED = timedelta(days=7)
REFUSED = 3
"""Answers that refuse us, from which on they are more than a page that is nobody's business."""
REFUSALS_SINCE = timedelta(days=30)
SILENCE = timedelta(days=14)
"""The shortest silence that is called frozen: the holidays of Tết are shorter."""
SILENCE_FACTOR = 1.5
ONCE_IN = 0.05
CERTIFICATE_SOON = timedelta(days=14)
UNREAD = 0.5
"""Share of the newest pages that cannot be read: a site that has them publishes, and is no frozen
one, however long ago its last article was understood."""
YEAR = timedelta(days=371)
READINGS_SINCE = timedelta(days=180)
MASS_TAKEDOWN = (5, 0.5)
"""So many known articles gone in one crawl, and this share of those looked at, is a redesign."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a site."""

    site: str
    word: str
    reason: str
    last_success: str | None = None
    articles_this_week: int = 0
    articles_usual_week: float = 0.0
    """Median of the 26 weeks before this one, as far as the archive reaches back."""
    newest_article: str | None = None
    failures: Mapping[str, int] = field(default_factory=dict)
    """By class, in the look-back window."""
    shares: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """What article pages lack: (share now, usual share). "generic": read without a layout."""
    drifts: Sequence[Drift] = ()
    robots_changes: Sequence[Mapping[str, str]] = ()
    """The latest change of robots.txt in 30 days: ``url``, ``before``, ``at``."""
    certificates: Sequence[Mapping[str, str]] = ()
    """Those that expire soon, or have: ``host``, ``expires_at``."""
    notes: Sequence[str] = ()
    """What a person may want to know and need not act upon."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@cache
def monitor(name: str) -> str:
    """The SQL of a monitor: a query with the parameters ``:site``, ``:now``, ``:since``."""
    return files("archive.health").joinpath("monitors", f"{name}.sql").read_text(encoding="utf-8")


def monitored(
    db: Database, name: str, site: str, now: datetime, since: timedelta, **more: str
) -> list[dict[str, Any]]:
    """The rows of a monitor for a site, looking back from ``now`` as far as ``since``."""
    values = {"site": site, "now": timestamp(now), "since": timestamp(now - since), **more}
    cursor = db.conn.execute(monitor(name), values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def all_health(
    db: Database, now: datetime, dead_listings: Mapping[str, Sequence[str]] | None = None
) -> list[Health]:
    """The health of every declared site, by name."""
    names = db.conn.execute("select name from sites where declared order by name").fetchall()
    dead = dead_listings or {}
    return [site_health(db, name, now, dead.get(name, ())) for (name,) in names]


def site_health(
    db: Database, site: str, now: datetime, dead_listings: Sequence[str] = ()
) -> Health:
    """The health of a site at ``now``.

    ``dead_listings``: listings that lead to no article any more, which only the site's own file
    can tell (``crawler.operation.drifting``).
    """

    def ask(name: str, since: timedelta = YEAR, **more: str) -> list[dict[str, Any]]:
        return monitored(db, name, site, now, since, **more)

    crawls = ask("crawls")[0]
    weeks = {row["week"]: row["articles"] for row in ask("pace")}
    # Who had news within the shortest silence that counts is not silent, whatever is usual.
    silence = ask("silence", SILENCE)[0]
    if not silence["days"]:
        silence = ask("silence")[0]
    drifts, shares = find_drifts(_readings(db, site, now))
    if not crawls["walked"]:
        drifts = []  # A first walk goes from template to template, back through the years.
    since = LOOK_BACK
    if crawls["failing_since"]:
        since = max(since, now - datetime.fromisoformat(crawls["failing_since"]))
    failures = {row["class"]: int(row["times"]) for row in ask("failures", since)}
    answers = ask("answers", since)[0]
    takedowns = ask("takedowns", timedelta(days=7))
    robots = ask("robots", timedelta(days=30))
    certificates = ask("certificates", soon=timestamp(now + CERTIFICATE_SOON))
    notes = _notes(crawls, failures, robots, certificates, now)
    judged = failures
    if failures.get("blocked") and not crawls["failing_since"]:
        # A refusal that passes in the midst of a crawl leaves one such crawl.
        refusals = ask("refusals", REFUSALS_SINCE)
        if len(refusals) < 2 or not all(map(_refuses, refusals)):
            judged = {name: times for name, times in failures.items() if name != "blocked"}
    unread = shares.get("unread", (0.0, 0.0))[0]
    word, reason = judge(
        now, crawls, judged, answers, drifts, unread, takedowns, silence, dead_listings
    )
    return Health(
        site=site,
        word=word,
        reason=reason,
        last_success=crawls["last_success"],
        articles_this_week=weeks.get(0, 0),
        articles_usual_week=_usual_week(weeks),
        newest_article=silence["newest"],
        failures=failures,
        shares=shares,
        drifts=drifts,
        robots_changes=robots,
        certificates=certificates,
        notes=notes,
    )


def judge(
    now: datetime,
    crawls: Mapping[str, Any],
    failures: Mapping[str, int],
    answers: Mapping[str, Any],
    drifts: Sequence[Drift],
    unread: float,
    takedowns: Sequence[Mapping[str, Any]],
    silence: Mapping[str, Any],
    dead_listings: Sequence[str],
) -> tuple[str, str]:
    """The word for what the monitors found, and the reason. The gravest that holds counts.

    ``unread``: share of the newest pages that cannot be read.
    """
    if not crawls["crawls"]:
        return "never", say("never")
    failing = crawls["failing_since"]
    failing_for = now - datetime.fromisoformat(failing) if failing else timedelta(0)
    if failing_for >= LOOK_BACK and _tried_for(crawls) >= TRIED_FOR:
        return _failing_word(crawls, failures, answers, failing_for)
    # Where crawls fail whole, the look-back window decides; a bot check does not pass by itself.
    refused = failures.get("challenge", 0)
    refused += 0 if failing else failures.get("blocked", 0)
    if refused >= REFUSED and refused > answers["useful"]:
        return "blocked", say(
            "refused", refused=refused, answers=answers["answers"], classes=_classes(failures)
        )
    if dead_listings:
        return "changed", say("dead_listing", url=dead_listings[0])
    if drifts:
        return "changed", "; ".join(str(drift) for drift in drifts)
    for row in takedowns:
        if row["gone"] >= MASS_TAKEDOWN[0] and row["gone"] >= MASS_TAKEDOWN[1] * row["looked_at"]:
            return "changed", say("mass_takedown", gone=row["gone"], looked_at=row["looked_at"])
    behind = _behind(now, crawls)
    if behind:
        return "behind", behind
    if silence["newest"] and silence["days"] >= 5:
        quiet = _silent_for(date.fromisoformat(silence["newest"]), now, crawls["last_success"])
        usual = timedelta(days=silence["longest_gap"] or 0)
        span = date.fromisoformat(silence["newest"]) - date.fromisoformat(silence["oldest"])
        if quiet > longest_quiet(silence["days"], span, usual):
            if unread >= UNREAD:
                # Its usual has left the window, so that this is no drift any more; nor silence.
                return "changed", say("unread_for_long", share=f"{unread:.0%}")
            return "frozen", say("silent", days=quiet.days, usual=usual.days)
    return "current", say("in_time")


def _refuses(crawl: Mapping[str, Any]) -> bool:
    return bool(crawl["refused"] >= REFUSED and crawl["refused"] > crawl["useful"])


def _silent_for(newest: date, now: datetime, last_success: str | None) -> timedelta:
    """For how long a site is known to have been silent: until it was last looked at, without the
    days on which nobody publishes."""
    looked = datetime.fromisoformat(last_success) if last_success else now
    quiet = looked - datetime.fromisoformat(f"{newest}T23:59:59+07:00")
    return quiet - timedelta(days=tet_days(newest, looked.astimezone(VIETNAM).date()))


def longest_quiet(days: int, span: timedelta, longest: timedelta) -> timedelta:
    """The longest silence that is no alarm, of a site that had news on so many ``days`` of a
    ``span`` and was silent for ``longest`` at most.

    Who publishes by chance twice a week is once a year silent for more than three weeks. A silence
    counts from where chance would bring it about once in twenty years such as this one.
    """
    by_chance = span / days * log(days / ONCE_IN) if days else timedelta(0)
    return max(SILENCE, longest * SILENCE_FACTOR, by_chance)


def _tried_for(crawls: Mapping[str, Any]) -> timedelta:
    """The time between the first failed crawl since the last success and the latest one."""
    first, last = crawls["failing_since"], crawls["failed_last"]
    return datetime.fromisoformat(last) - datetime.fromisoformat(first)


def _failing_word(
    crawls: Mapping[str, Any],
    failures: Mapping[str, int],
    answers: Mapping[str, Any],
    failing_for: timedelta,
) -> tuple[str, str]:
    what = _classes(failures) or crawls["last_detail"] or str(crawls["last_outcome"])
    reason = say(
        "failing", crawls=crawls["failures"], since=crawls["failing_since"][:16], what=what
    )
    if failures.get("moved") and not answers["useful"]:
        return "moved", reason
    if failing_for >= GONE_AFTER and not answers["useful"]:
        return "gone", reason
    refused = sum(failures.get(name, 0) for name in ("challenge", "blocked", "robots"))
    if refused > sum(failures.values()) / 2:
        return "blocked", reason
    return "failing", reason


def _behind(now: datetime, crawls: Mapping[str, Any]) -> str:
    if crawls["due_at"]:
        late = now - datetime.fromisoformat(crawls["due_at"])
        if late > BEHIND_SCHEDULE:
            return say("due", since=crawls["due_at"][:16])
        return ""
    if not crawls["last_success"]:
        return "" if crawls["failures"] else say("no_page_yet")
    age = now - datetime.fromisoformat(crawls["last_success"])
    if age > BEHIND_UNSCHEDULED:
        return say("last_crawled", days=age.days)
    return "" if crawls["walked"] else say("not_walked")


def _notes(
    crawls: Mapping[str, Any],
    failures: Mapping[str, int],
    robots: Sequence[Mapping[str, Any]],
    certificates: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[str]:
    notes: list[str] = []
    if crawls["failures"]:
        notes.append(say("passing", what=crawls["last_detail"] or say("no_detail")))
    if failures:
        notes.append(_classes(failures))
    notes += [
        say("robots_changed", url=row["url"], before=row["before"][:10], after=row["at"][:10])
        for row in robots
    ]
    for row in certificates:
        code = "expires" if row["expires_at"] > timestamp(now) else "expired"
        day = row["expires_at"][:10]
        notes.append(say(f"certificate_{code}", host=row["host"], day=day))
    return notes


def _readings(db: Database, site: str, now: datetime) -> list[Reading]:
    """The site's readings, the newest first. They are many, and most are alike."""
    lacks = ", ".join(MEANINGS)
    values = {"site": site, "now": timestamp(now), "since": timestamp(now - READINGS_SINCE)}
    rows = db.conn.execute(f"select crawl, fallbacks, {lacks} from ({monitor('readings')})", values)
    return [_reading(*row) for row in rows]


@lru_cache(maxsize=10_000)
def _reading(crawl: str, fallbacks: str, *lacks: int) -> Reading:
    """A reading, of the values of MEANINGS in their order."""
    fields = (f"field:{name}" for name in json.loads(fallbacks))
    flags = (name for name, is_so in zip(MEANINGS, lacks, strict=True) if is_so)
    return Reading(crawl, frozenset([*flags, *fields]))


def _classes(failures: Mapping[str, int]) -> str:
    """Failures for people, the most frequent first."""
    ordered = sorted(failures.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{CLASSES.get(name, name)} ({times})" for name, times in ordered[:4])


def _usual_week(weeks: Mapping[int, int]) -> float:
    """Median of the 26 whole weeks before this one, as far back as there are articles."""
    earlier = [week for week in weeks if week > 0]
    if not earlier:
        return 0.0
    counts = sorted(weeks.get(week, 0) for week in range(1, min(26, max(earlier)) + 1))
    middle = len(counts) // 2
    return float(counts[middle]) if len(counts) % 2 else (counts[middle - 1] + counts[middle]) / 2
