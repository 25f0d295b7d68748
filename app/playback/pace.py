"""How long the audience is given for what happens: five paces, and the beats of one event at each of them.

Nothing here knows the time: each function says how long something lasts, in seconds of the audience's clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from app.events import (
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallSpeaking,
    CallStarted,
    DebateDecided,
    DebateVoted,
    Event,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    LoopIterated,
    Narration,
    RunFinished,
    StepFailed,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
)
from app.state.sentences import sentence_end

Kind = Literal[
    "cue-in", "think", "headline", "fill", "settle", "tool", "handoff-lift", "handoff-move", "handoff-land", "caption",
    "question", "answer", "error", "bow",
]  # fmt: skip
Speech = Literal["none", "written", "as it came"]

HEADLINE = 90  # characters of a first sentence, at most
STAGGER = 0.25  # seconds between two handoffs that are made together


@dataclass(frozen=True, slots=True)
class Length:
    """How long something may last, in seconds: at least, ideally, at most."""

    floor: float
    ideal: float
    ceiling: float

    def at(self, stretch: float) -> float:
        """Its length: 0 is the floor, 1 the ideal, 2 the ceiling, and anything between."""
        if stretch <= 1:
            return self.floor + stretch * (self.ideal - self.floor)
        return self.ideal + (stretch - 1) * (self.ceiling - self.ideal)


CUE_IN = Length(0.15, 0.35, 0.8)
SETTLE = Length(0.15, 0.4, 1.2)
TOOL_START = Length(0.25, 0.4, 0.8)
TOOL_RESULT = Length(0.4, 0.8, 2.0)
ERROR = Length(1.5, 2.5, 4.0)
LIFT, MOVE, LAND = Length(0.2, 0.35, 0.6), Length(0.35, 0.6, 1.0), Length(0.25, 0.5, 1.0)
QUESTION, ANSWER = Length(1.2, 2.5, 5.0), Length(0.5, 1.2, 2.5)
BOW = Length(1.0, 2.0, 3.0)
THINK = Length(0.1, 0.9, 1.5)  # a real wait, and how much of it is shown at most
CAPTION_HOLD = Length(0.85, 1.2, 2.0)
TOOL_WAIT = Length(0.15, 1.2, 2.5)

_BEATS: dict[type[Event], tuple[tuple[Kind, Length], ...]] = {
    CallStarted: (("cue-in", CUE_IN),),
    CallFinished: (("settle", SETTLE),),
    CallFailed: (("error", ERROR),),
    StepFailed: (("error", ERROR),),
    ToolStarted: (("tool", TOOL_START),),
    ToolFinished: (("tool", TOOL_RESULT),),
    ToolFailed: (("error", ERROR),),
    Handoff: (("handoff-lift", LIFT), ("handoff-move", MOVE), ("handoff-land", LAND)),
    LoopIterated: (("settle", SETTLE),),
    DebateVoted: (("settle", SETTLE),),
    DebateDecided: (("settle", SETTLE),),
    GateOpened: (("question", QUESTION),),
    GateAnswered: (("answer", ANSWER),),
    GateClosed: (("answer", ANSWER),),
    BudgetWarned: (("settle", SETTLE),),
    BudgetExceeded: (("error", ERROR),),
    RunFinished: (("bow", BOW),),
}
_WAITS: dict[type[Event], Length] = {CallSpeaking: THINK, ToolFinished: TOOL_WAIT, ToolFailed: TOOL_WAIT}


@dataclass(frozen=True, slots=True)
class Pace:
    """One way to let a run happen."""

    name: str
    stretch: float | None  # of the beats; None: there are none
    longest_gap: float  # how much of a real wait is shown where it is shown as it was
    speech: Speech

    def beats(self, event: Event, characters: int = 0) -> tuple[tuple[Kind, float], ...]:
        """What is shown when an event has happened, and how long; `characters` counts those of its caption."""
        stretch = self.stretch
        if stretch is None:
            return ()
        shown = tuple((kind, length.at(stretch)) for kind, length in _BEATS.get(type(event), ()))
        if characters or isinstance(event, Narration) or (isinstance(event, StepStarted) and event.caption is not None):
            return (("caption", caption_length(characters).at(stretch)), *shown)
        return shown

    def gap(self, before: Event | None, after: Event) -> float:
        """How long the wait between two events is."""
        if before is None or self.longest_gap == 0:
            return 0.0
        waited = max(0, after.mono - before.mono) / 1000
        if self.stretch is None:
            return min(self.longest_gap, waited)
        length = _WAITS.get(type(after))
        if length is None:
            return 0.0
        return min(max(length.floor, waited), self.longest_gap, length.at(max(1.0, self.stretch)))

    def headline(self, characters: int) -> float:
        """How long a first sentence takes."""
        return headline_length(characters).at(self.stretch or 0.0)

    def fill(self, characters: int) -> float:
        """How long the rest of a text takes."""
        return fill_length(characters).at(self.stretch or 0.0) if characters else 0.0

    def held(self, kind: Kind, seconds: float) -> float:
        """How long what comes next waits for a beat: a caption may still be read while somebody begins to act."""
        return min(seconds, CAPTION_HOLD.at(self.stretch or 0.0)) if kind == "caption" else seconds

    @property
    def rate(self) -> float:
        """Characters of a long first sentence in a second."""
        return HEADLINE / self.headline(HEADLINE)


FLOOR, CEILING = 0.0, 2.0  # of the stretch


def stretched(name: str, stretch: float) -> Pace:
    """A pace by the stretch of its beats; the longer these are, the more of a real wait is shown."""
    return Pace(name, stretch, 0.4 + 1.6 * min(1.0, stretch) + 5 / 3 * max(0.0, stretch - 1.0), "written")


PACES = {
    pace.name: pace
    for pace in (
        Pace("instant", None, 0.0, "none"),
        stretched("brisk", FLOOR),
        Pace("real", None, 2.0, "as it came"),
        stretched("theatrical", 1.0),
        stretched("keynote", 1.3),
    )
}


def headline_length(characters: int) -> Length:
    """A first sentence: read at 60, 28 or 14 characters a second."""
    return Length(max(0.8, characters / 60), max(1.2, characters / 28), max(1.5, characters / 14))


def fill_length(characters: int) -> Length:
    """The rest of a text: it is not read, it is seen to come."""
    return Length(0.25, min(1.2, max(0.25, characters / 100)), min(2.5, max(0.5, characters / 50)))


def caption_length(characters: int) -> Length:
    """A line for the audience: 20 characters a second, but never longer than anybody reads."""
    return Length(0.85, min(7.0, max(1.2, characters / 20)), 7.0)


def headline_of(text: str) -> int:
    """How many characters of a text its first sentence has, up to `HEADLINE`; a text without one is cut at a word."""
    line = _LINE_ENDS.search(text, 0, HEADLINE)
    ends = [end for end in (sentence_end(text, HEADLINE), line.end() if line is not None else 0) if end]
    if ends:
        return min(ends)
    if len(text) <= HEADLINE:
        return len(text)
    return text.rfind(" ", HEADLINE // 2, HEADLINE) + 1 or HEADLINE


_LINE_ENDS = re.compile(r"(?<=[^\n]{16})\n")
