"""How an item of a batch stands, in one word: the same for progress, reports and exit codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from app.events import Outcome

Verdict = Literal["passed", "unmet", "failed", "exhausted", "paused", "running", "waiting"]

OVER: tuple[Verdict, ...] = ("passed", "unmet", "failed", "exhausted")  # it has one final result
OFF: tuple[Verdict, ...] = ("unmet", "failed", "exhausted")  # it has one, and not the one that was wished
OPEN: tuple[Verdict, ...] = ("paused", "running", "waiting")
SAID: dict[Verdict, str] = {
    "passed": "passed: it ended as was expected",
    "unmet": "unmet: it ended, and not as was expected",
    "failed": "failed: it ended before its end",
    "exhausted": "exhausted: a limit of its own ended it",
    "paused": "paused: it waits for a person, for room in a budget, or to be gone on with",
    "running": "running: it is under way",
    "waiting": "waiting: it has not begun",
}

# Why a run is paused, by the reason in its log.
PAUSED = {
    "gate": "it waits for a person's answer",
    "person": "a person paused it",
    "signal": "it was stopped",
    "budget": "a limit of its own is used up",
    "batch": "there is no room left in the budget of the batch",
    "disk": "the disk is full",
    "crash": "it was cut off again and again",
    "interrupted": "it was cut off",
    "erased": "what it was given is erased, so it is performed no more",
}


def verdict_of(outcome: Outcome | None, *, expected: bool, excused: bool) -> Verdict:
    """What a run that is over has come to; the first that applies."""
    if outcome != "succeeded" and not excused:
        return "exhausted" if outcome == "exhausted" else "failed"
    return "passed" if expected else "unmet"


def score_of(marks: Iterable[float | None]) -> float | None:
    """The mean of the marks that agents gave a run; none, when nobody judged."""
    known = [mark for mark in marks if mark is not None]
    return sum(known) / len(known) if known else None
