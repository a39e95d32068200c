"""``python -m tests.crawl.sampled PROXY COMMAND...``: congdoan, over a sample web that outlives it.

The command is the program's own to the last line; only the sample web that it would start is
replaced by one that runs already, so that what is asked of it can be counted over many commands.
"""

from __future__ import annotations

import sys

import crawler.sample_web
from crawler.cli import congdoan


class RunningSampleWeb:
    """Stands where the command would start a SampleWeb."""

    proxy_url = sys.argv[1] if len(sys.argv) > 1 else ""

    def __init__(self, **options: object) -> None:
        pass

    def __enter__(self) -> RunningSampleWeb:
        return self

    def __exit__(self, *error: object) -> None:
        pass


if __name__ == "__main__":
    crawler.sample_web.SampleWeb = RunningSampleWeb  # type: ignore[assignment,misc]
    congdoan(sys.argv[2:])
