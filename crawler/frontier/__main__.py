"""What lies in a frontier: ``python -m crawler.frontier data/frontier/lang_son.db``."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from .failures import FrontierError
from .looking import look


def main() -> int:
    parser = argparse.ArgumentParser(description="Tell what lies in a frontier; changes nothing.")
    parser.add_argument("path", type=Path, nargs="+")
    parser.add_argument("--failed", type=int, default=20, help="how many failures to list")
    chosen = parser.parse_args()
    for path in chosen.path:
        try:
            seen = look(path, chosen.failed)
        except FrontierError as error:
            print(error, file=sys.stderr)
            return 1
        counts = ", ".join(f"{number} {state}" for state, number in seen.counts.items()) or "empty"
        print(f"{path}: {counts}; {seen.workers} processes noted")
        for run, started, ended, reason in seen.runs:
            until = f"until {_moment(ended)} ({reason})" if ended else "not ended"
            print(f"  run {run}: from {_moment(started)}, {until}")
        for url, reason, next_try in seen.failed:
            again = f"again from {_moment(next_try)}" if next_try else "not again"
            print(f"  failed: {json.dumps(url)}: {json.dumps(reason, ensure_ascii=False)}; {again}")
    return 0


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main())
