"""The score of a show: when each event of a run that is known to its end happens, and how long all of it takes.

It is worked out by the same `Course` that a live show follows, so a replay is what was seen, and a show can be made as
long as somebody wants: `fitted` finds the pace at which it takes so many seconds.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from app.errors import UsageError
from app.events import CallFailed, CallFinished, Event
from app.playback.course import Course
from app.playback.pace import CEILING, FLOOR, Pace, stretched
from app.state.words import took

EXACT = 0.05  # seconds that a fitted show may be longer or shorter than it should
_AT_A_TIME = 1000  # events
_TRIES = 40
_NAME = "theatrical"  # what the pace of a fitted show is called: it is that one, a little longer or shorter


class CannotFit(UsageError):
    """A show cannot be as long or as short as somebody wants."""

    def __init__(self, seconds: float, floor: float, ceiling: float) -> None:
        said = f"this show takes {_told(floor)} at least and {_told(ceiling)} at most: it cannot take {_told(seconds)}"
        super().__init__(said, "ask for a length between these")


@dataclass(frozen=True, slots=True)
class Score:
    """When each event happens, in seconds of the show, in the order of the events; and when the show is over."""

    times: Sequence[float] = field(default_factory=lambda: array("d"))
    length: float = 0.0

    def around(self, position: int) -> tuple[float, float]:
        """From when to when so many events have happened."""
        begun = self.times[position - 1] if position else 0.0
        return begun, self.times[position] if position < len(self.times) else self.length

    def count_by(self, seconds: float) -> int:
        """How many events have happened by then."""
        return bisect_right(self.times, seconds)


def plan(events: Sequence[Event], course: Course) -> Score:
    """The score of a run, on a course that has not begun."""
    times = array("d")
    for _ in planning(events, course, times):
        pass
    return Score(times, course.beats.free)


def planning(events: Sequence[Event], course: Course, times: array[float]) -> Iterator[int]:
    """The same little by little: adds to the times, and yields how many there are now and then."""
    for event in events:
        if isinstance(event, CallFinished | CallFailed):
            course.speeches.end(event)
    for number, event in enumerate(events, 1):
        due = course.due(event)
        times.append(due)
        course.begin(event, due)
        if number % _AT_A_TIME == 0:
            yield number


def possible(events: Sequence[Event], course_at: Callable[[Pace], Course]) -> tuple[float, float]:
    """How long the show of a run takes at least and at most."""
    return _length(events, course_at, FLOOR), _length(events, course_at, CEILING)


def fitted(events: Sequence[Event], course_at: Callable[[Pace], Course], seconds: float) -> Pace:
    """The pace at which a run takes so long; CannotFit says what is possible."""
    low, high = FLOOR, CEILING
    shortest, longest = possible(events, course_at)
    if not shortest - EXACT <= seconds <= longest + EXACT:
        raise CannotFit(seconds, shortest, longest)
    for _ in range(_TRIES):
        # The length grows with the stretch, and nearly in a line: so where the line says is a good place to look.
        share = (seconds - shortest) / (longest - shortest) if longest > shortest else 0.0
        stretch = low + (high - low) * min(0.99, max(0.01, share))
        length = _length(events, course_at, stretch)
        if abs(length - seconds) <= EXACT:
            return stretched(_NAME, stretch)
        if length < seconds:
            low, shortest = stretch, length
        else:
            high, longest = stretch, length
    return stretched(_NAME, (low + high) / 2)


def _length(events: Sequence[Event], course_at: Callable[[Pace], Course], stretch: float) -> float:
    return plan(events, course_at(stretched(_NAME, stretch))).length


def _told(seconds: float) -> str:
    return took(seconds * 1000)
