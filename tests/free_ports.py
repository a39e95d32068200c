"""Ports for programs that cannot be told to take a free one themselves."""

from __future__ import annotations

import os
import random
import socket

_FIRST, _EACH = 20_000, 1_000
"""Below the ports that the system gives away by itself (32768 and above on Linux)."""


def free_port() -> int:
    """A port of loopback that nobody listens on, and that nobody else will take meanwhile.

    A port found by binding to 0 is given back before the program listens on it, and until then
    the system may give it to any connection of any test. These it gives to nobody, and tests that
    run beside these (pytest-xdist) have others.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw") or 0) % 12
    chance = random.SystemRandom()
    while True:
        port = _FIRST + worker * _EACH + chance.randrange(_EACH)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
