"""A site's lease as its node keeps it: a small file, measured by the node's own clock.

The dispatcher says until when a site is leased, in seconds of the clock that the node told it in
an earlier answer. So no two clocks have to agree, and a message that was long under way, or lay
in a machine that stood still, grants nothing: the moment that it names is past. A lease carries
a token that only grows; a job with an older one than the file's has been overtaken.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

MAX_LEASE_SECONDS = 3600.0
"""The longest lease that a node grants, whatever it is told."""
REVOKED = -1.0
_NAME = re.compile(r"[a-z0-9_]{1,100}")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_LOCK_SECONDS = 5.0


def clock() -> float:
    """Seconds of a clock that is never set, and goes on while the machine sleeps."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if number is None else time.clock_gettime(number)


def boot() -> str:
    """Names the run of the machine that ``clock`` counts from; "" where nothing tells."""
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class NodeLease:
    """Until when a node may crawl a site, by its own clock."""

    token: int
    until: float
    boot: str

    def remaining(self, token: int, now: float) -> float:
        """Seconds that are left to the job with this token; 0.0 where it has no lease."""
        if self.token != token or self.boot != boot():
            return 0.0
        return max(0.0, self.until - now)


class NodeLeases:
    """The leases of a node, a file each in ``folder``, written whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, site: str) -> NodeLease | None:
        """The lease of a site, None where there is none or its file cannot be read."""
        try:
            said: Any = json.loads(self._path(site).read_text("ascii"))
            return NodeLease(int(said["token"]), float(said["until"]), str(said["boot"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def remaining(self, site: str, token: int) -> float:
        """Seconds for which the job with this token may go on asking."""
        lease = self.of(site)
        return 0.0 if lease is None else lease.remaining(token, clock())

    def renew(self, site: str, token: int, until: float) -> bool:
        """Lease a site until then; False where a later token is known, or this one was revoked.

        A renewal that arrives late never shortens one that came before it. Raises ValueError for
        a name that is none of a site, or a moment that is no number or too far off.
        """
        if not math.isfinite(until) or until > clock() + MAX_LEASE_SECONDS:
            raise ValueError(f"no lease until {until}: at most {MAX_LEASE_SECONDS:.0f} s from now")
        return self._change(site, token, until)

    def revoke(self, site: str, token: int) -> None:
        """End the lease of a job for good; a later token is left alone. ValueError as above."""
        self._change(site, token, REVOKED)

    def _change(self, site: str, token: int, until: float) -> bool:
        path = self._path(site)
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=_LOCK_SECONDS):
            known = self.of(site)
            if known is not None and known.token > token:
                return False
            if known is not None and known.token == token and known.boot == boot():
                if known.until == REVOKED:
                    return False
                until = until if until == REVOKED else max(until, known.until)
            part = path.with_suffix(".part")
            part.write_text(json.dumps(asdict(NodeLease(token, until, boot()))), "ascii")
            os.replace(part, path)
        return True

    def _path(self, site: str) -> Path:
        if not _NAME.fullmatch(site):
            raise ValueError(f"{site[:100]!r} is no name of a site")
        return self._folder / f"{site}.json"
