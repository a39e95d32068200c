"""What a node was told when it was started; its jobs and its web service read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SEGMENT_BYTES = 100_000_000
"""A WARC file of a node is closed at this size: what is closed can be fetched while it crawls."""


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """Settings of a node, passed on in the environment as JSON (CONGDOAN_NODE)."""

    data: str
    """Absolute path of the node's data folder."""
    contact: str = ""
    sample_proxy: str = ""
    sample_delay: float = 0.0
    """Seconds between two requests to a host of the sample web."""
    segment_bytes: int = SEGMENT_BYTES

    @property
    def leases(self) -> Path:
        return Path(self.data) / "node" / "leases"

    @property
    def reports(self) -> Path:
        return Path(self.data) / "node" / "reports"
