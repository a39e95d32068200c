"""Which names the archive answers to.

A server on loopback is meant for this machine alone, yet any web page that a reader opens could
have its own name resolve to 127.0.0.1 and then read the archive as its own origin (DNS
rebinding). The browser tells the name in the Host header, and only names that can be meant are
answered: https://datatracker.ietf.org/doc/html/rfc9110#section-7.2.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def answers_to(host_header: str, bound_to: str, address: str) -> bool:
    """Whether a request with this Host header is meant for us.

    ``bound_to`` is the address that the connection came in on, "" where it is unknown (a socket
    file, a test's client); ``address`` the public one that the owner has set, or "". Only a
    server on loopback is asked: on any other address it is public anyway.
    """
    if not _is_loopback(bound_to):
        return True
    name = _name(host_header)
    return (
        name == "localhost"
        or name.endswith(".localhost")
        or _is_loopback(name)
        or (address != "" and name == (urlsplit(address).hostname or ""))
    )


def _name(host_header: str) -> str:
    try:
        return (urlsplit(f"//{host_header.strip()}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def bound_address(scope: Mapping[str, Any]) -> str:
    """The server's own address of an ASGI scope; "" where the server does not tell."""
    server = scope.get("server")
    return str(server[0]) if server and server[0] else ""
