"""Processes that read, of which one dies: run apart, since only a process without threads forks."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

from crawler.intake.parts import Extract
from crawler.intake.readers import Readers

DEADLY = 3


def doubled(number: int) -> int:
    if number == DEADLY:
        os._exit(1)
    return 2 * number


def doubled_carefully(number: int, extract: Extract) -> int:
    return 2 * number


def is_child_of(asker: int) -> bool:
    return os.getppid() == asker


def has_loaded(module: str) -> bool:
    return module in sys.modules


def main() -> None:
    """Prints what was found, as JSON."""
    me = os.getpid()
    found: dict[str, list[tuple[Any, Any]]] = {}
    with Readers(2) as readers:
        found["forked"] = list(readers.each(is_child_of, [me, me]))
        found["loaded"] = list(readers.each(has_loaded, ["numpy", "trafilatura"]))
        found["doubled"] = list(readers.each(doubled, range(6), doubled_carefully))
        found["started anew"] = list(readers.each(is_child_of, [me, me]))
    go_on = threading.Event()
    thread = threading.Thread(target=go_on.wait)
    thread.start()
    with Readers(2) as readers:
        found["beside a thread"] = list(readers.each(is_child_of, [me, me]))
    go_on.set()
    thread.join()
    print(json.dumps({name: [result for _, result in each] for name, each in found.items()}))


if __name__ == "__main__":
    main()
