"""Closing the WARC files that a crash left open."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.warc.file import OPEN_SUFFIX
from archive.warc.framing import RawRecord, WarcError
from archive.warc.salvage import Damage, salvage


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a file that was left open.

    ``path`` is its final name; the file is there unless ``removed``, which happens when it held
    no whole record. ``cut_bytes`` were taken off its end. ``damaged`` names stretches before the
    end that cannot be read: they are left as they are, since whole records follow them.
    """

    path: Path
    kept_records: int
    cut_bytes: int
    removed: bool = False
    damaged: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.removed:
            text = f"{self.path.name}: removed, no whole record in {self.cut_bytes} bytes"
        elif self.cut_bytes:
            text = f"{self.path.name}: {self.kept_records} whole records kept, "
            text += f"{self.cut_bytes} bytes of an unfinished one cut"
        else:
            text = f"{self.path.name}: {self.kept_records} whole records, nothing lost"
        return "; ".join([text, *self.damaged])


def recover(folder: Path) -> list[Recovered]:
    """Close every ``.warc.gz.open`` file under ``folder`` whose writer is gone.

    Each is cut after its last whole record (a complete gzip member that holds a complete WARC
    record), brought to the disk and given its final name. A file whose writer still lives, which
    its lock shows, is left alone. A recovery that is itself broken off can be repeated.

    Raises WarcError for a file that cannot be read, cut or renamed.
    """
    results = []
    for path in sorted(Path(folder).rglob(f"*.warc.gz{OPEN_SUFFIX}")):
        try:
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # Closed, or recovered by another process, since the folder was listed.
        except OSError as error:
            raise WarcError(path, 0, f"cannot be opened for recovery: {error}") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(fd), os.stat(path)):
                results.append(_recover(path, fd))
        except (BlockingIOError, FileNotFoundError):
            continue
        except OSError as error:
            raise WarcError(path, 0, f"cannot be recovered: {error}") from error
        finally:
            os.close(fd)
    return results


def _recover(path: Path, fd: int) -> Recovered:
    final = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    if final.exists():
        raise WarcError(
            path,
            0,
            f"cannot be closed: {final.name} is there already. If that file is whole (`congdoan"
            " verify` tells), move the open one out of the archive's folder and keep it.",
        )
    size = os.fstat(fd).st_size
    kept = end = 0
    damages: list[Damage] = []
    for part in salvage(path, _pass_over):
        if isinstance(part, Damage):
            damages.append(part)
        elif part.record.closed and part.record.length:
            kept += 1
            end = part.record.offset + part.record.length
    if not kept:
        path.unlink()
        return Recovered(final, 0, size, removed=True)
    os.ftruncate(fd, end)
    os.fsync(fd)
    path.rename(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    damaged = tuple(str(part) for part in damages if part.end <= end)
    return Recovered(final, kept, size - end, damaged=damaged)


def _pass_over(record: RawRecord, block: Iterator[bytes]) -> None:
    for _ in block:
        pass
