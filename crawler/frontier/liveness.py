"""Whether a process is still there: told by the kernel where it can be, else by its heartbeat."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def place() -> str:
    """Names what process ids are counted in: host, boot and, where there are any, namespace."""
    return "|".join((platform.node(), _boot(), _namespace()))


def birth(pid: int) -> str:
    """When the process began, in the kernel's own count; "" where it is gone or untold.

    A process id is used again, its birth is not.
    """
    try:
        words = (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    state, started = words[0], words[19]
    return "" if state in "ZX" else started


def is_dead(where: str, pid: int, born: str) -> bool:
    """True only if the process is known to be gone; False where nobody can tell."""
    if where != place() or not born:
        return False
    return birth(pid) != born


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""
