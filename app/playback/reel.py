"""A run that is known to its end, as a show that can be entered anywhere: keyframes, and when who speaks.

Going to a moment means to take up the keyframe before it and to let happen what is between: a few thousand events at
most, however long the run is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from app.events import CallSpeaking, Event
from app.playback.show import Kept, Show
from app.state.copying import Settling

EVERY = 2_000  # events between two keyframes
MOST = 24  # keyframes: a long run has its own farther apart, or they would take more memory than the run
_AT_A_TIME = 500  # events


class Reel:
    """The keyframes of a run."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.settling = Settling.of(events)
        self._events = events
        self._kept: list[tuple[int, Kept]] = []  # by how many events had happened
        self._spoken: dict[str, list[int]] = {}  # where in the run each call begins to speak

    def making(self) -> Iterator[int]:
        """See the whole run once, little by little."""
        show = Show(lambda ref: None)
        every = max(EVERY, len(self._events) // MOST)
        for number, event in enumerate(self._events, 1):
            show.apply(event)
            if isinstance(event, CallSpeaking):
                self._spoken.setdefault(event.call, []).append(number - 1)
            if number % every == 0:
                self._kept.append((number, show.keep(self.settling)))
            if number % _AT_A_TIME == 0:
                yield number

    def before(self, position: int) -> tuple[int, Kept | None]:
        """The nearest keyframe when so many events have happened, and how many had; or the very beginning."""
        at = bisect_right(self._kept, position, key=lambda kept: kept[0]) - 1
        return self._kept[at] if at >= 0 else (0, None)

    def spoke(self, call: str, position: int) -> int:
        """Where among so many events a call that is speaking began to speak."""
        places = self._spoken[call]
        return places[bisect_right(places, position - 1) - 1]
