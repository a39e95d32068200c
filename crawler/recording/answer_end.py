"""Where an HTTP/1.x answer ends, found while its bytes come."""

from __future__ import annotations

import re

from archive.warc.http import MAX_HEAD, HttpHead, body_length, is_chunked, parse_head

_LONGEST_LINE = 1 << 16
"""Bytes of a line of chunk framing; and of all trailers together."""
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")


class BrokenAnswer(Exception):
    """What came is no HTTP/1.x answer, or its chunk framing broke."""


class AnswerEnd:
    """Told of every piece that comes (``look``), knows the head and where the answer ends.

    Interim (1xx) answers before it are passed over. Reads no byte of a body twice, however small
    the pieces are.
    """

    def __init__(self, *, head_only: bool = False) -> None:
        self.head: HttpHead | None = None
        self.start = 0
        """Where the head begins: behind interim answers."""
        self.length: int | None = None
        """Bytes of the body, as the head says; None for chunks, or until the connection ends."""
        self.by_connection = False
        """Whether nothing but the end of the connection ends it."""
        self._head_only = head_only
        self._next = 0
        """Where the next line of chunk framing begins, or the search for the head's end goes on."""

    @property
    def body_start(self) -> int:
        """Where the body begins, framing and all; for an answer whose head is known."""
        assert self.head is not None
        return self.start + self.head.size

    def look(self, data: bytearray) -> int:
        """Where in all that has come the answer ends, -1 where its end has not come.

        Raises BrokenAnswer.
        """
        while self.head is None:
            if not self._find_head(data):
                return -1
        if self.by_connection:
            return -1
        if self.length is None:
            return self._chunks_end(data)
        end = self.body_start + self.length
        return end if len(data) >= end else -1

    def _find_head(self, data: bytearray) -> bool:
        """Take one head, an interim one or that of the answer; False where it is not whole yet."""
        begun = bytes(data[self.start : self.start + 5])
        if begun != b"HTTP/"[: len(begun)]:
            raise BrokenAnswer(f"no HTTP answer: it begins with {bytes(data[self.start :][:40])!r}")
        # The empty line may have come in pieces.
        end = _EMPTY_LINE.search(data, max(self.start, self._next - 2))
        if (end.end() if end else len(data)) - self.start > MAX_HEAD:
            raise BrokenAnswer(f"a head of more than {MAX_HEAD} bytes")
        if end is None:
            self._next = len(data)
            return False
        head_bytes = data[self.start : end.end()]
        head = parse_head(head_bytes)
        if not head.status:
            raise BrokenAnswer(f"no HTTP answer: it begins with {bytes(head_bytes[:40])!r}")
        if 100 <= head.status < 200 and head.status != 101:
            self.start = self._next = self.start + head.size
            if self.start > MAX_HEAD:
                raise BrokenAnswer("interim answers without end")
            return self.start < len(data)
        self.head = head
        self._next = self.body_start
        self.length = 0 if self._head_only else body_length(head)
        self.by_connection = self.length is None and not is_chunked(head)
        return True

    def _chunks_end(self, data: bytearray) -> int:
        while True:
            line = _SIZE.match(data, self._next)
            if line is None:
                if len(data) - self._next > _LONGEST_LINE or data.find(b"\n", self._next) >= 0:
                    raise BrokenAnswer("its chunk framing breaks off")
                return -1
            size = int(line[1], 16)
            if not size:
                return self._trailers_end(data, line.end())
            behind = line.end() + size
            if data[behind : behind + 1] == b"\n":
                self._next = behind + 1
            elif data[behind : behind + 2] == b"\r\n":
                self._next = behind + 2
            elif len(data) > behind + 1:
                raise BrokenAnswer("a chunk is longer than it says")
            else:
                return -1

    def _trailers_end(self, data: bytearray, at: int) -> int:
        while True:
            end = data.find(b"\n", at)
            if end < 0:
                if len(data) - self._next > _LONGEST_LINE:
                    raise BrokenAnswer("trailers without end")
                return -1
            if data[at:end].strip(b"\r") == b"":
                return end + 1
            at = end + 1
