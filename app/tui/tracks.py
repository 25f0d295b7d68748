"""What a run was like at any of its moments, without reading it again: each event is read once.

An audience goes back and comes again, and what a log said stays what it was. So whatever is derived from events is kept
by the number of the event that made it so, and asked for by the number that the audience has come to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Generic, TypeVar

from app.events import Event

T = TypeVar("T")
D = TypeVar("D")


class Bookmark:
    """How far a log was read."""

    def __init__(self) -> None:
        self._read: list[Event] = []

    @property
    def count(self) -> int:
        """How many events were read."""
        return len(self._read)

    def fits(self, events: Sequence[Event]) -> bool:
        """Is it the log that was read so far, or a beginning of it?"""
        last = min(len(self._read), len(events)) - 1
        return last < 0 or self._read[last] is events[last]

    def unread(self, events: Sequence[Event]) -> Sequence[Event]:
        """What comes after everything that was read; from now on it was."""
        new = events[len(self._read) :]
        self._read += new
        return new


class Track(Generic[T]):
    """Something that changed, or was added to, while a run went on."""

    def __init__(self) -> None:
        self._seqs: list[int] = []
        self._values: list[T] = []

    def put(self, seq: int, value: T) -> None:
        """From this event on it is so."""
        self._seqs.append(seq)
        self._values.append(value)

    def at(self, seq: int, default: D) -> T | D:
        """What it was after an event."""
        count = self.count(seq)
        return self._values[count - 1] if count else default

    def since(self, seq: int) -> int:
        """Which event made it what it was after an event; 0, when none had."""
        count = self.count(seq)
        return self._seqs[count - 1] if count else 0

    def last(self, seq: int, most: int) -> list[T]:
        """The last of all that was put by an event."""
        count = self.count(seq)
        return self._values[max(0, count - most) : count]

    def count(self, seq: int) -> int:
        """How often it had changed by an event."""
        if not self._seqs or self._seqs[-1] <= seq:
            return len(self._seqs)
        return bisect_right(self._seqs, seq)
