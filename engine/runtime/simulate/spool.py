"""Pieces of bytes one behind the other: the last of them in memory, all others in a file."""

from __future__ import annotations

import os
import tempfile
from array import array
from typing import IO

MOST = 16 * 2**20  # bytes in memory; few of them never see a file
BLOCK = 2**20


class Spool:
    """Pieces by number, from 0. After a fork both processes may read what was there before.

    One that is `lent` has its file already, so that another process can fill it.
    """

    def __init__(self, *, lent: bool = False) -> None:
        self._ends = array("q", [0])
        self._memory = bytearray()
        self._written = 0  # bytes in the file
        self._file: IO[bytes] | None = _new_file() if lent else None

    def add(self, piece: bytes) -> None:
        self._memory += piece
        self._ends.append(self._ends[-1] + len(piece))
        if len(self._memory) >= MOST:
            self._write()

    def read(self, number: int) -> bytes:
        start, end = self._ends[number], self._ends[number + 1]
        if start >= self._written:
            return bytes(self._memory[start - self._written : end - self._written])
        assert self._file is not None
        # By place: two processes have one position in a file.
        found = os.pread(self._file.fileno(), min(end, self._written) - start, start)
        return found + self._memory[: max(0, end - self._written)]

    def _write(self) -> None:
        if self._file is None:
            self._file = _new_file()
        self._written += len(self._memory)
        rest = memoryview(self._memory)
        while rest:  # a disk that is nearly full takes less than it is given, and then fails
            rest = rest[self._file.write(rest) :]
        self._memory = bytearray()

    def packed(self) -> array[int]:
        """What the process that lent it must know: where each piece in the file ends."""
        self._write()
        return self._ends

    def unpack(self, ends: array[int]) -> None:
        self._ends, self._written = ends, ends[-1]

    def extend(self, other: Spool) -> None:
        """Adds the pieces of one that was lent."""
        start, size = self._ends[-1], other._ends[-1]
        self._ends.extend(start + end for end in other._ends[1:])
        assert other._file is not None
        for place in range(0, size, BLOCK):
            self._memory += os.pread(other._file.fileno(), BLOCK, place)
            if len(self._memory) >= MOST:
                self._write()

    def close(self) -> None:
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()


def _new_file() -> IO[bytes]:
    return tempfile.TemporaryFile(prefix="jimu-events-", buffering=0)
