"""What is being shown right now, and until when it keeps the next event waiting."""

from __future__ import annotations

from dataclasses import dataclass

from app.events import Event, Narration, Ref, StepStarted
from app.playback.pace import Kind, Pace

LONGEST_BEAT = 10.0  # seconds: no beat of any pace is longer


@dataclass(frozen=True, slots=True)
class Beat:
    """What is being shown, of which event, and for how long."""

    kind: Kind
    event: Event
    seconds: float


class Beats:
    """Those that go on. Moments are those of the audience's clock."""

    def __init__(self) -> None:
        self.then = 0.0  # when the last event happened
        self.free = 0.0  # when the next may happen, as far as its beats go
        self.read = 0.0  # when the last caption was read
        self._going_on: list[tuple[float, Beat]] = []  # and when each began

    def begin(self, pace: Pace, event: Event, moment: float, characters: int) -> None:
        """An event has happened; `characters` counts those of its caption."""
        self.then = self.free = moment
        self._going_on = [(began, beat) for began, beat in self._going_on if began + beat.seconds > moment]
        for kind, seconds in pace.beats(event, characters):
            self._going_on.append((self.free, Beat(kind, event, seconds)))
            if kind == "caption":
                self.read = self.free + seconds
            self.free += pace.held(kind, seconds)

    def at(self, moment: float) -> list[tuple[Beat, float]]:
        """What is being shown at a moment, and how far each is, from 0 to 1."""
        return [
            (beat, (moment - began) / beat.seconds)
            for began, beat in self._going_on
            if began <= moment < began + beat.seconds
        ]

    def end(self, moment: float) -> None:
        """Whatever was being shown is over: the audience goes elsewhere, or goes on at another pace."""
        self._going_on.clear()
        self.then = self.free = self.read = moment


def caption_of(event: Event) -> Ref | None:
    """The line for the audience that an event brings."""
    if isinstance(event, Narration):
        return event.text
    return event.caption if isinstance(event, StepStarted) else None
