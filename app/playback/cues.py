"""Cues: moments of a show with a number, a name, words for the audience and notes for whoever presents it.

A cue says where it belongs by what happens there ("2nd handoff to critic"), so that it is found in another run of the
same play too. `cue_file.py` reads them from a file; without one, the cues of the scenario itself count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from app.events import Event, Narration, StepFailed, StepFinished, StepStarted

Hold = Literal["", "audience", "engine"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One moment, as somebody wrote it down."""

    number: str  # 3, or 3.5 where one was put between others
    at: str  # where it belongs, in words
    label: str = ""
    caption: str = ""  # for the audience, until the next one
    notes: str = ""  # for whoever presents
    hold: Hold = ""  # the audience stands still here until GO; with engine, the run too
    pace: str = ""  # from here on
    focus: str = ""  # the agent to look at
    blank: bool = False  # nothing is shown until GO

    @property
    def name(self) -> str:
        """How it is called: Q3."""
        return f"Q{self.number}"


@dataclass(frozen=True, slots=True)
class CueSheet:
    """All cues of a show, in their order."""

    cues: tuple[Cue, ...] = ()
    title: str = ""
    talk: float = 0.0  # seconds that the talk may take; 0: nobody said


@dataclass(frozen=True, slots=True)
class Placed:
    """A cue in a run: it comes when this event has happened."""

    cue: Cue
    seq: int


Anchor = Callable[[Event], bool]
"""Is this the event that a cue waits for? Asked once for each event, in their order, until it says yes."""


class Placing:
    """Finds the place of each cue while events come."""

    def __init__(self, waiting: Iterable[tuple[Cue, Anchor]]) -> None:
        self._waiting = list(waiting)

    def look(self, event: Event) -> list[Placed]:
        """The cues that belong to an event."""
        found = [(cue, anchor) for cue, anchor in self._waiting if anchor(event)]
        for each in found:
            self._waiting.remove(each)
        return [Placed(cue, event.seq) for cue, _ in found]

    @property
    def missing(self) -> list[Cue]:
        """Those that have no place so far."""
        return [cue for cue, _ in self._waiting]


class OfTheScenario:
    """The cues that steps of the scenario name themselves; one that comes again, in a loop, counts once."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def look(self, event: Event) -> list[Placed]:
        """The cue of an event, if it has one."""
        if not isinstance(event, StepStarted) or not event.cue or event.cue in self._known:
            return []
        self._known.add(event.cue)
        numbered = _NUMBERED.fullmatch(event.cue)
        number, label = (numbered[1], event.title) if numbered else (str(len(self._known)), event.cue)
        return [Placed(Cue(number, event.step, label), event.seq)]

    @property
    def missing(self) -> list[Cue]:
        """None can be."""
        return []


_NUMBERED = re.compile(r"[Qq](\d{1,4}(?:\.\d{1,4})?)")


def placed_in(events: Iterable[Event], placing: Placing | OfTheScenario) -> list[Placed]:
    """Every cue that has its place in a run, in the order of the run."""
    desk = CueDesk()
    desk.change(placing, events)
    return desk.placed


class CueDesk:
    """The cues of a show as they find their places, and the one that holds the audience."""

    def __init__(self) -> None:
        self.placed: list[Placed] = []  # in the order of the run
        self.captions: dict[int, str] = {}  # what they say, by the event with which they come
        self.paces: dict[int, str] = {}  # the paces that they set
        self.released: Placed | None = None  # a hold that GO has ended
        self._at: dict[int, Placed] = {}  # by event; of several that come with one event, the last
        self._unsaid: dict[str, list[Cue]] = {}  # they come with the line that a step has begun to say
        self._placing: Placing | OfTheScenario = OfTheScenario()

    def change(self, placing: Placing | OfTheScenario, events: Iterable[Event]) -> None:
        """Other cues count from now on; these events have come already."""
        self._placing = placing
        for known in (self.placed, self.captions, self.paces, self._at, self._unsaid):
            known.clear()
        for event in events:
            self.look(event)

    def look(self, event: Event) -> None:
        """One more event has come."""
        cues = [placed.cue for placed in self._placing.look(event)]
        if isinstance(event, StepStarted) and event.of == "narrate" and cues:
            self._unsaid.setdefault(event.step, []).extend(cues)  # a hold without the line would hold nothing
            return
        if isinstance(event, Narration | StepFinished | StepFailed):
            cues[:0] = self._unsaid.pop(event.step, ())
        for cue in cues:
            self._place(Placed(cue, event.seq))

    def _place(self, placed: Placed) -> None:
        self.placed.append(placed)
        self._at[placed.seq] = placed
        if placed.cue.caption:
            self.captions[placed.seq] = placed.cue.caption
        if placed.cue.pace:
            self.paces[placed.seq] = placed.cue.pace

    @property
    def missing(self) -> list[Cue]:
        """Those that have no place so far."""
        return self._placing.missing

    def last_by(self, seq: int) -> Placed | None:
        """The cue that came last when an event had happened."""
        at = bisect_right(self.placed, seq, key=lambda placed: placed.seq) - 1
        return self.placed[at] if at >= 0 else None

    def first_after(self, seq: int) -> Placed | None:
        """The one that comes next."""
        at = bisect_right(self.placed, seq, key=lambda placed: placed.seq)
        return self.placed[at] if at < len(self.placed) else None

    def holding(self, seq: int, *, every: bool) -> Placed | None:
        """The cue that holds the audience when an event has happened; where every cue holds, any that belongs to it."""
        placed = self._at.get(seq)
        if placed is None or placed is self.released:
            return None
        return placed if every or placed.cue.hold or placed.cue.blank else None
