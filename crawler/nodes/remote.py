"""Speaking with a node: scrapyd's web services and ``lease.json``, over HTTP.

What a node answers is checked as any answer from elsewhere: its size, its form, its time.
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

from crawler.nodes.reports import job_name
from crawler.nodes.serving import PROJECT

MAX_ANSWER_BYTES = 5_000_000


class NodeSilent(Exception):
    """The node did not answer, or in no form that can be used; it may have done what was asked."""


class NodeRefuses(Exception):
    """The node answers that it will not; the text is its reason. Nothing was done."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A node does not send its dispatcher elsewhere, least of all with its password."""

    def redirect_request(
        self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Node:
    """One node, by its address."""

    url: str
    """As ``http://host:6800``, without path."""
    user: str = ""
    password: str = ""

    def lease(self, message: dict[str, Any], timeout: float) -> dict[str, Any]:
        """Send a message to ``lease.json``; see ``crawler.nodes.lease_service``."""
        return self._call("lease.json", {"message": json.dumps(message)}, timeout)

    def schedule(
        self, site: str, token: int, arguments: dict[str, str], timeout: float
    ) -> dict[str, Any]:
        """Post a site's job; it begins when a slot is free and only while its lease lasts."""
        fields = {
            "project": PROJECT,
            "spider": site,
            "jobid": job_name(site, token),
            "token": str(token),
            **arguments,
        }
        return self._call("schedule.json", fields, timeout)

    def cancel(self, job: str, timeout: float) -> dict[str, Any]:
        """Ask a job to end in good order."""
        return self._call("cancel.json", {"project": PROJECT, "job": job}, timeout)

    def jobs(self, timeout: float) -> dict[str, str]:
        """Job -> "pending", "running" or "finished", as scrapyd lists them."""
        listed = self._call(f"listjobs.json?project={quote(PROJECT)}", None, timeout)
        found: dict[str, str] = {}
        # A job that is in two lists was posted twice: what is left of it counts.
        for state in ("finished", "pending", "running"):
            rows = listed.get(state)
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict) and isinstance(row.get("id"), str):
                    found[row["id"]] = state
        return found

    def _call(self, path: str, fields: dict[str, str] | None, timeout: float) -> dict[str, Any]:
        body = None if fields is None else urlencode(fields).encode("ascii")
        request = urllib.request.Request(f"{self.url}/{path}", data=body)
        if self.user or self.password:
            pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")
            request.add_header("Authorization", f"Basic {pair}")
        # No proxy from the environment: what is meant for a node goes to it.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())
        try:
            with opener.open(request, timeout=timeout) as answer:
                raw = answer.read(MAX_ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 401:
                raise NodeRefuses("it wants another user and password") from None
            if error.code == 404:
                raise NodeRefuses(f"it knows no {path}: is it a node of this program?") from None
            raise NodeSilent(f"HTTP {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NodeSilent(str(getattr(error, "reason", error))) from error
        try:
            said: Any = json.loads(raw) if len(raw) <= MAX_ANSWER_BYTES else None
        except (ValueError, RecursionError) as error:
            raise NodeSilent("its answer is no JSON") from error
        if not isinstance(said, dict):
            raise NodeSilent("its answer is no JSON object of a usable size")
        if said.get("status") != "ok":
            raise NodeRefuses(str(said.get("message", "no reason given"))[:500])
        return said


def checked_node(url: str, user: str, password: str) -> Node:
    """The node of an address as a person writes it.

    Raises ValueError for what is none.

    >>> checked_node("http://10.0.0.2:6800/", "", "").url
    'http://10.0.0.2:6800'
    """
    parts = urlsplit(url)
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare:
        raise ValueError(f"{url}: a node's address looks like http://host:6800")
    if parts.username or parts.password:
        raise ValueError(f"{parts.hostname}: user and password come from the environment")
    return Node(f"{parts.scheme}://{parts.netloc}", user, password)
