"""Starting a real crawl for a test, and reading what it left."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.records import Capture
from archive.warc.reader import WarcRecord, read_records
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Crawled:
    """A finished crawl: what the spider saw, what the sink got, and the WARC files."""

    folder: Path
    report: dict[str, Any]
    log: str

    @property
    def captures(self) -> list[Capture]:
        """In the order in which the sink got them."""
        return [as_capture(fields) for fields in self.report["captures"]]

    def body(self, url: str) -> bytes:
        found = next(seen for seen in self.report["responses"] if seen["url"] == url)
        return base64.b64decode(found["body"])

    def failure(self, url: str) -> dict[str, Any]:
        found: dict[str, Any] = next(seen for seen in self.report["failures"] if seen["url"] == url)
        return found

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.exists() else []

    def records(self, *types: str) -> list[WarcRecord]:
        return [
            record
            for file in self.files()
            for record in read_records(file)
            if not types or record.type in types
        ]


def as_capture(fields: dict[str, Any]) -> Capture:
    return Capture(**{**fields, "fetched_at": datetime.fromisoformat(fields["fetched_at"])})


def crawl(tmp_path: Path, requests: list[dict[str, Any]], **plan: Any) -> Crawled:
    """Run one crawl in a process of its own; fails the test when that process fails."""
    folder, report = tmp_path / "warc", tmp_path / "report.json"
    settings = {"WARC_FOLDER": str(folder), **plan.pop("settings", {})}
    plan = {"requests": requests, "settings": settings, "report": str(report), **plan}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/warc/crawl_once.py")],
        input=json.dumps(plan),
        text=True,
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Crawled(folder, json.loads(report.read_text("utf-8")), done.stderr)
