"""The one web service that a node has beside scrapyd's own: ``lease.json``.

A POST with a field ``message``, JSON::

    {"boot": "...", "until": 123.5,          of this node's clock; see node_lease
     "renew": {"lang_son": 17}, "revoke": {"hai_phong": 12},
     "reports": ["lang_son-17"], "hosts": ["congdoan.vn"]}

Every key may be missing. The answer tells the node's clock, which leases it refused, the reports
that it has of the jobs, and for how many seconds the hosts are still to be left alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from scrapyd.webservice import WsResource, param

from crawler.nodes.node_lease import NodeLeases, boot, clock
from crawler.nodes.node_settings import NodeSettings
from crawler.nodes.reports import read_report
from crawler.politeness.pacing import SharedPace


class LeaseService(WsResource):  # type: ignore[misc]
    """Renews and revokes leases, and tells how jobs fare."""

    @param("message")  # type: ignore[untyped-decorator]
    def render_POST(self, txrequest: Any, message: str) -> dict[str, Any]:
        """What scrapyd answers with; what is raised becomes its error message."""
        node = NodeSettings(**json.loads(os.environ["CONGDOAN_NODE"]))
        answer = answered(node, json.loads(message))
        return answer | {"slots": self.root.launcher.max_proc}


def answered(node: NodeSettings, said: dict[str, Any]) -> dict[str, Any]:
    """Do what a message asks for, and answer it. Raises ValueError for what is no message.

    The clock is read first: what the dispatcher reckons from it is then never too late.
    """
    now = clock()
    leases = NodeLeases(node.leases)
    refused = []
    same_run = said.get("boot") == boot()
    for site, token in said.get("renew", {}).items():
        if not same_run or not leases.renew(site, int(token), float(said["until"])):
            refused.append(site)
    for site, token in said.get("revoke", {}).items():
        leases.revoke(site, int(token))
    reports = {job: read_report(node.reports, job) for job in said.get("reports", ())}
    pace = SharedPace(Path(node.data) / "locks" / "hosts")
    rests = {host: pace.reserve(host, 0.0) for host in said.get("hosts", ())}
    return {
        "clock": now,
        "boot": boot(),
        "refused": refused,
        "reports": {job: report for job, report in reports.items() if report is not None},
        "rests": {host: rest for host, rest in rests.items() if rest > 0},
    }
