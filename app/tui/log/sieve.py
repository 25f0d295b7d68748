"""Which events of a growing log are shown: found out a few at a time, the latest first, so that nothing ever waits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Literal

from app.events import (
    BreakerChanged,
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    Event,
    ExpectationChecked,
    GateClosed,
    MemoryRead,
    RunFinished,
    StepFailed,
    StepRetrying,
    ToolFailed,
    kind_of,
)

Level = Literal["all", "story", "errors"]

LEVELS: tuple[Level, ...] = ("all", "story", "errors")
_CALLS = (CallRouted, CallWaiting, CallStarted, CallSpeaking, CallFinished, MemoryRead)
_ERRORS = (
    CallFailed, StepFailed, ToolFailed, StepRetrying, BudgetWarned, BudgetExceeded, BreakerChanged, GateClosed,
)  # fmt: skip


class Sieve:
    """Keeps the places of the events that `keeps` wants; without it, of all."""

    def __init__(self, keeps: Callable[[Event], bool] | None = None) -> None:
        self._keeps = keeps
        self._newer: list[int] = []  # kept, from the first look onwards
        self._older: list[int] = []  # kept, from there back to the beginning
        self._from = self._to = -1  # what was looked at

    def look(self, events: Sequence[Event], most: int) -> None:
        """Look at some more events: new ones first, then older and older ones."""
        if self._from < 0 or len(events) < self._to:
            self._from = self._to = len(events)
            self._newer.clear()
            self._older.clear()
        if self._keeps is None:
            self._to = len(events)
            return
        end = min(len(events), self._to + most)
        self._newer += [place for place in range(self._to, end) if self._keeps(events[place])]
        start = max(0, self._from - max(0, most - (end - self._to)))
        self._older += [place for place in range(self._from - 1, start - 1, -1) if self._keeps(events[place])]
        self._from, self._to = start, end

    def is_through(self, events: Sequence[Event]) -> bool:
        """Was everything looked at?"""
        return self._keeps is None or (self._from == 0 and self._to == len(events))

    def __len__(self) -> int:
        return max(0, self._to) if self._keeps is None else len(self._older) + len(self._newer)

    def place(self, rank: int) -> int:
        """Where in the log the kept event with this rank is."""
        if self._keeps is None:
            return rank
        if rank < len(self._older):
            return self._older[len(self._older) - 1 - rank]
        return self._newer[rank - len(self._older)]

    def rank(self, place: int) -> int:
        """How many kept events are before a place."""
        if self._keeps is None:
            return min(max(0, place), len(self))
        if self._newer and place > self._newer[0]:
            return len(self._older) + bisect_left(self._newer, place)
        return len(self._older) - bisect_left(self._older, -place + 1, key=lambda older: -older)


def keeps(level: Level, query: str, text: Callable[[Event], str]) -> Callable[[Event], bool] | None:
    """What is wanted at a level, of which the text holds every word of a query; None: everything is."""
    terms = query.lower().split()
    if not terms:
        return None if level == "all" else lambda event: belongs(event, level)

    def wanted(event: Event) -> bool:
        if not belongs(event, level):
            return False
        said = f"{text(event)} {kind_of(event)}".lower()
        return all(term in said for term in terms)

    return wanted


def belongs(event: Event, level: Level) -> bool:
    """Is an event told at a level? The story is everything but calls that go well."""
    if level == "all":
        return True
    if level == "story":
        return not isinstance(event, _CALLS)
    if isinstance(event, RunFinished):
        return event.outcome != "succeeded" or not event.expected
    return isinstance(event, _ERRORS) or (isinstance(event, ExpectationChecked) and not event.met)
