"""Reads rows straight off the pages of a database that SQLite itself cannot read any more.

Only the leaves of tables are looked at, wherever they are in the file or in its write-ahead log: what leads to them may
be gone. The format is described at https://www.sqlite.org/fileformat2.html. Nothing that is read here is believed:
whoever calls compares each row with its digest or its chain.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from mmap import mmap

_FILE_HEADER, _LOG_HEADER, _FRAME_HEADER = 100, 32, 24
_TABLE_LEAF = 0x0D
_SIZES = (4096, 8192, 16384, 32768, 65536, 2048, 1024, 512)  # the usual one first
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # the bytes of an integer, by its serial type
_MOST_PAGES = 100_000  # of one row; a damaged chain may go round for ever

Value = int | float | bytes | None
Record = tuple[Value, ...]


class Pages:
    """A database as pages: those of its file, and the newer ones in its write-ahead log."""

    def __init__(self, file: bytes | mmap, log: bytes = b"") -> None:
        named = (int.from_bytes(file[16:18], "big"), int.from_bytes(log[8:12], "big"))
        self.size = next((size for size in named if size in _SIZES), _SIZES[0])
        self._file = file
        self._frames = list(_frames(log, self.size))
        self._newest = dict(self._frames)

    @property
    def frames(self) -> int:
        """How many pages there are in the log."""
        return len(self._frames)

    def records(self) -> Iterator[Record]:
        """Yield every row of every table that can still be read: some more than once, some deleted long ago."""
        for number in range(1, -(-len(self._file) // self.size) + 1):
            yield from self._records_on(number, self._in_file(number))
        for number, page in self._frames:
            yield from self._records_on(number, page)

    def _in_file(self, number: int) -> bytes:
        return self._file[(number - 1) * self.size : number * self.size].ljust(self.size, b"\0")

    def _records_on(self, number: int, page: bytes) -> Iterator[Record]:
        start = _FILE_HEADER if number == 1 else 0
        if page[start] != _TABLE_LEAF:
            return
        cells = int.from_bytes(page[start + 3 : start + 5], "big")
        pointers = range(start + 8, min(start + 8 + 2 * cells, self.size - 1), 2)
        for pointer in pointers:
            try:
                yield _record(self._payload(page, int.from_bytes(page[pointer : pointer + 2], "big")))
            except (IndexError, ValueError, struct.error):
                continue  # this cell is damaged; its neighbours may not be

    def _payload(self, page: bytes, place: int) -> bytes:
        """Return the bytes of a row, those that overflowed to other pages with them."""
        length, place = _varint(page, place)
        _, place = _varint(page, place)  # the number of the row
        if length > len(self._file) + len(self._frames) * self.size:
            raise ValueError("longer than the database")
        here = _local(length, self.size)
        parts = [page[place : place + here]]
        if here == length:
            return parts[0]
        following = int.from_bytes(page[place + here : place + here + 4], "big")
        left = length - here
        for _ in range(_MOST_PAGES):
            if left <= 0 or following == 0:
                break
            overflow = self._newest.get(following) or self._in_file(following)
            parts.append(overflow[4 : 4 + left])
            left -= len(parts[-1])
            following = int.from_bytes(overflow[:4], "big")
        return b"".join(parts)


def _frames(log: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of a log with their numbers; those of before its last reset only when nothing else is there."""
    step = _FRAME_HEADER + size
    starts = range(_LOG_HEADER, len(log) - step + 1, step)
    salt = log[16:24]
    current = [start for start in starts if log[start + 8 : start + 16] == salt]
    for start in current or starts:
        yield int.from_bytes(log[start : start + 4], "big"), log[start + _FRAME_HEADER : start + step]


def _local(length: int, size: int) -> int:
    """How many bytes of a row of that length stand on the leaf itself."""
    if length <= size - 35:
        return length
    least = (size - 12) * 32 // 255 - 23
    kept = least + (length - least) % (size - 4)
    return kept if kept <= size - 35 else least


def _record(payload: bytes) -> Record:
    end, place = _varint(payload, 0)
    kinds = []
    while place < end:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    values: list[Value] = []
    for kind in kinds:
        value, place = _value(payload, place, kind)
        values.append(value)
    return tuple(values)


def _value(payload: bytes, place: int, kind: int) -> tuple[Value, int]:
    if kind == 0:
        return None, place
    if kind in (8, 9):
        return kind - 8, place
    if kind == 7:
        return struct.unpack_from(">d", payload, place)[0], place + 8
    length = _INTEGERS[kind] if kind in _INTEGERS else (kind - 12) // 2
    value = payload[place : place + length]
    if kind in (10, 11) or len(value) < length:
        raise ValueError("no such value")
    return int.from_bytes(value, "big", signed=True) if kind in _INTEGERS else value, place + length


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        byte = data[place]
        place += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place
    return value << 8 | data[place], place + 1
