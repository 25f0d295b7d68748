"""The course of a show: when each event happens, one after the other, and what is being shown meanwhile.

It is told the events in their order, and each only when it happens. Moments are those of the audience's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.events import CallFailed, CallFinished, CallSpeaking, Event, Handoff, Ref
from app.playback.beats import Beat, Beats, caption_of
from app.playback.pace import PACES, STAGGER, Pace
from app.playback.speech import Speeches


class Course:
    """How far a show has come, and what comes when."""

    def __init__(self, pace: Pace, words: Callable[[Ref | None], str]) -> None:
        self.pace = pace
        self.beats = Beats()
        self.speeches = Speeches(pace, words)
        self.came = 0.0  # when something came that was waited for
        self.captions: Mapping[int, str] = {}  # what cues say, by the event with which they come
        self.paces: Mapping[int, str] = {}  # and the pace that they set
        self._words = words
        self._last: Event | None = None

    def due(self, event: Event) -> float:
        """When the next event happens."""
        beats, last = self.beats, self._last
        due = max(beats.free, beats.then + self.pace.gap(last, event))
        if isinstance(event, CallFinished | CallFailed):
            return max(due, self.speeches.arrives(event, beats.free))
        if isinstance(event, Handoff) and isinstance(last, Handoff) and self.pace.stretch is not None:
            return max(self.came, beats.then + STAGGER)
        if caption_of(event) is not None or event.seq in self.captions:
            return max(due, beats.read)
        return due

    def begin(self, event: Event, moment: float) -> None:
        """It happens now."""
        if event.seq in self.paces:
            self.change(PACES[self.paces[event.seq]], moment)
        self._last = event
        self.show(event, moment)
        if isinstance(event, CallFinished | CallFailed):
            self.speeches.over(event.call)
        elif isinstance(event, CallSpeaking):
            self.speeches.begin(event, moment)

    def show(self, event: Event, moment: float) -> None:
        """Let its beats begin."""
        self.beats.begin(self.pace, event, moment, self._characters(event))

    def change(self, pace: Pace, moment: float) -> None:
        """From here on at another pace."""
        self.pace = pace
        self.speeches.change(pace, moment)

    def stand_at(self, last: Event | None, moment: float) -> None:
        """The audience is elsewhere: this event has happened just now, and nothing of it is shown any more."""
        self._last = last
        self.beats.end(moment)
        self.speeches.forget()

    def between(self, coming: Event | None, lit: str, moment: float) -> list[tuple[Beat, float]]:
        """While no event is being shown: what is said, or that somebody thinks."""
        if (said := self.speeches.beat(lit)) is not None:
            kind, event, seconds, progress = said
            return [(Beat(kind, event, seconds), progress)]
        last = self._last
        if isinstance(coming, CallSpeaking) and last is not None and self.pace.stretch is not None:
            seconds = self.pace.gap(last, coming)
            if seconds > 0:
                return [(Beat("think", last, seconds), min(1.0, (moment - self.beats.then) / seconds))]
        return []

    def _characters(self, event: Event) -> int:
        """How much there is to read for the audience when it happens."""
        caption = caption_of(event)
        written = "" if caption is None else self._words(caption)
        return len(self.captions.get(event.seq, "") or written)
