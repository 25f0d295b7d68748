"""What is passed on between agents, each thing told once: many results of one step together, known words not again."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from app.cli.narrating.text import compact
from app.events import Handoff, definition

MANY = 3  # results of one step that are told together


class Passed(NamedTuple):
    """One line to tell: who hands what to whom."""

    event: Handoff
    words: Any  # None where there are none, or where they were said a moment ago
    results: int = 0  # of the step they come from, where many are told together


class Handoffs:
    """Gathers what is passed on at one moment, and knows what was told before."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Handoff, Any, str]] = []
        self._told: set[tuple[str, ...]] = set()
        self._shown: set[tuple[str, str, str, str]] = set()  # arrows: from whom to whom, why, in which step of the file

    def gather(self, event: Handoff, summary: Any, said: str) -> None:
        """Keep what is passed on until the moment is over; `said` is what its giver said last."""
        self._waiting.append((event, summary, said))

    def over(self) -> list[Passed]:
        """The moment is over: what is to be told of it."""
        waiting, self._waiting = self._waiting, []
        counts = Counter(_sort(event) for event, _, _ in waiting)
        lines = [self._line(*one, counts[_sort(one[0])]) for one in waiting]
        return [line for line in lines if line is not None]

    def _line(self, event: Handoff, summary: Any, said: str, count: int) -> Passed | None:
        together = "[" in event.source and count >= MANY
        words = "" if summary is None else compact(summary)
        known = bool(words) and words.rstrip("….") in said
        told: tuple[str, ...] = ("words", words) if words else ("nothing", event.why, event.step)
        if together:
            told = ("results", definition(event.source), str(count))
        arrow = (event.giver, event.taker, event.why, definition(event.step))
        is_shown, is_told = arrow in self._shown, (*arrow[:2], *told) in self._told
        self._told.add((*arrow[:2], *told))
        if is_told or (known and is_shown and not together):
            return None
        self._shown.add(arrow)
        if together:
            return Passed(event, None, count)
        return Passed(event, None if known else summary)


def _sort(event: Handoff) -> tuple[str, ...]:
    """What results of one step for one taker have in common."""
    return (event.giver, event.taker, event.why, definition(event.source))
