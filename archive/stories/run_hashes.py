"""CRC-32 of every run of three words in a text, all at once.

What ``zlib.crc32`` gives for the words of a run with spaces between, ten times as fast: CRC-32 is
linear, so that of a run follows from those of its words (as in zlib's ``crc32_combine``).
"""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import Any

RUN = 3
"""Words in a run."""
_LONGEST = 64
"""Bytes of a word, with the space before it, up to which there are tables."""


WORD = struct.Struct("=IIII")
"""A word: its CRC-32, its CRC-32 with a space before it, its bytes with that space, a note."""


def packed_word(text: str, note: int = 0) -> bytes:
    """What has to be known of a word, as ``WORD``; ``note`` is the caller's own.

    >>> WORD.unpack(packed_word("yen"))
    (383867248, 1758916672, 4, 0)
    """
    raw = text.encode()
    return WORD.pack(zlib.crc32(raw), zlib.crc32(b" " + raw), len(raw) + 1, note)


def run_hashes(packed_words: bytes) -> tuple[Any, Any, Any]:
    """Arrays of 32-bit numbers: the hash of each word, its note, and the hash of the run that
    begins at each; the last two begin none. Of several texts end to end, runs go across their ends.

    >>> _, _, runs = run_hashes(b"".join(map(packed_word, "cong doan viet nam".split())))
    >>> runs.tolist() == [zlib.crc32(run) for run in (b"cong doan viet", b"doan viet nam")]
    True
    """
    np = numpy()
    words = np.frombuffer(packed_words, dtype=np.uint32).reshape(-1, 4).T.copy()
    count = words.shape[1] - RUN + 1
    if count < 1:
        return words[0], words[3], words[0][:0]
    run = words[0][:count]
    for at in range(1, RUN):
        run = _lengthened(run, words[2][at : at + count]) ^ words[1][at : at + count]
    return words[0], words[3], run


def _lengthened(crcs: Any, lengths: Any) -> Any:
    """The part that text with these CRCs has in the CRC of itself and ``lengths`` bytes more."""
    np = numpy()
    # Longer ones are rare, but no text may make those beside it dear.
    longer = np.flatnonzero(lengths >= _LONGEST)
    at = np.minimum(lengths, np.uint32(_LONGEST - 1)) * np.uint32(1024)
    found = np.take(_tables(), at + (crcs & np.uint32(255)))
    for byte in range(1, 4):
        of_byte = crcs >> np.uint32(8 * byte) & np.uint32(255)
        found ^= np.take(_tables(), at + np.uint32(256 * byte) + of_byte)
    pairs = zip(crcs[longer].tolist(), lengths[longer].tolist(), strict=True)
    found[longer] = [_lengthened_one(*pair) for pair in pairs]
    return found


def _lengthened_one(crc: int, length: int) -> int:
    # From 0 without a text before, CRC-32 begins and ends with all bits turned over.
    zeros = bytes(length)
    return zlib.crc32(zeros, crc) ^ zlib.crc32(zeros)


@cache
def _tables() -> Any:
    """For each length below ``_LONGEST`` four tables, one for each byte of the CRC, end to end."""
    np = numpy()
    by_one = np.array([_lengthened_one(byte, 1) for byte in range(256)], dtype=np.uint32)
    crcs = [byte << 8 * place for place in range(4) for byte in range(256)]
    tables = [np.array(crcs, dtype=np.uint32)]
    while len(tables) < _LONGEST:
        # One byte more than the table before, as CRC-32 is worked out byte by byte.
        before = tables[-1]
        tables.append(before >> np.uint32(8) ^ by_one[before & np.uint32(255)])
    return np.concatenate(tables)


@cache
def numpy() -> Any:
    # Loaded where texts are compared only: it takes a fifth of a second.
    import numpy

    return numpy
