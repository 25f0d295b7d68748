"""What the rest of a run builds on: numbers that are taken, lines that were said, faults that were met, and costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.engine.scripts import cursor_key
from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    Event,
    GateOpened,
    Handoff,
    MemoryWritten,
    ToolFailed,
    ToolStarted,
)
from app.state.words import as_said

if TYPE_CHECKING:
    from app.engine.performance import Performance


class Recall:
    """Takes over what a resumed run did before, as far as it is not performed again."""

    def __init__(self, performance: Performance) -> None:
        self._performance = performance
        self._past = performance.log.past
        self._known: set[int] = set()

    def totals(self) -> None:
        """What the run used so far, what it remembers, and what was handed over."""
        performance = self._performance
        for event in performance.log.recorded:
            if isinstance(event, CallFinished | CallFailed):
                performance.count(event.usage, event.cost_usd, unpriced=event.basis == "unpriced")
            elif isinstance(event, MemoryWritten):
                known = performance.remembered.setdefault(event.scope, {})
                known[as_said(event.key, performance.log.value)] = performance.log.value(event.value)
            elif isinstance(event, Handoff):
                performance.handed.add((event.giver, event.taker, event.source, event.step))

    def step(self, path: str) -> None:
        """A step is over, and not performed again."""
        self._take_over(self._past.work(path))

    def tries(self, path: str) -> list[CallFinished | CallFailed]:
        """A step is in a later try: the calls of those before, which are not made again."""
        events = self._past.given_up(path)
        self._take_over(events)
        return [event for event in events if isinstance(event, CallFinished | CallFailed)]

    def give_up(self, path: str) -> None:
        """A step is tried again now: what was recorded inside it keeps its numbers, and counts no more."""
        for event in self._past.work(path):
            self._take_number(event)
        self._past.forget(path)

    def _take_over(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.seq not in self._known:
                self._known.add(event.seq)
                self._take_number(event)
                self._take_line(event)

    def _take_number(self, event: Event) -> None:
        if isinstance(event, CallRouted | CallStarted | ToolStarted):
            self._performance.take_number(event.call)
        elif isinstance(event, GateOpened):
            self._performance.gates.take_number(event.gate)

    def _take_line(self, event: Event) -> None:
        cursors, faults = self._performance.cursors, self._performance.faults
        key = cursor_key(self._past.owner(event.step), event.agent)
        if isinstance(event, CallFinished):
            for one in (key, event.agent):
                cursors[one] = cursors.get(one, 0) + 1
            faults.pop(key, None)
        elif isinstance(event, CallFailed | ToolFailed) and event.failure.error != "interrupted":
            faults[key] = faults.get(key, 0) + 1
