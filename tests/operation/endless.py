"""Stands in for what works out what follows from articles: it never ends, nor does its child.

Arguments: the archive's folder, into which the ids of both processes are written.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from crawler.operation.errands import end_with_starter

FILE = "endless.txt"


def main(data: Path) -> None:
    end_with_starter()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(9999)"])
    written = data / "endless.part"
    written.write_text(f"{os.getpid()} {child.pid}", encoding="utf-8")
    written.rename(data / FILE)
    while True:
        time.sleep(999)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
