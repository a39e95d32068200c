"""A process of ``benchmarks.site_job`` of its own, for one site of a generated origin."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.generated_origin import Origin
from benchmarks.generated_pages import GeneratedSite


def plan_of(
    origin: Origin, site: GeneratedSite, data: Path | str, name: str = "site", **more: Any
) -> dict[str, Any]:
    """What ``benchmarks.site_job.Job`` takes; ``more``: further fields of it."""
    return {
        "name": name,
        "family": site.make,
        "host": site.host,
        "home": site.home,
        "data": str(data),
        "proxy": origin.url,
        **more,
    }


def command_of(plan: dict[str, Any]) -> list[str]:
    """The command that crawls by the plan."""
    return [sys.executable, "-m", "benchmarks.site_job", json.dumps(plan)]


def told_by(plan: dict[str, Any]) -> dict[str, Any]:
    """Crawl by the plan; what the process tells at its end.

    Raises CalledProcessError where it fails.
    """
    done = subprocess.run(command_of(plan), capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
