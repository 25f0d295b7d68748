"""What calls are saying while the audience listens: a cursor for each, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.events import CallFailed, CallFinished, Event, Ref
from app.playback.cursor import AsItCame, AtOnce, Cursor, Written, said_by
from app.playback.pace import Kind, Pace
from app.safety import safe_text
from app.state import CallState

Ending = CallFinished | CallFailed


@dataclass(slots=True)
class Speech:
    """One call that is under way, as far as it is heard."""

    event: Event  # with which it began
    cursor: Cursor
    text: str  # as much as there is, fit for a terminal
    whole: bool  # nothing more comes
    told: int = 0  # characters


class Speeches:
    """Those that go on, and what is known of those that have yet to begin."""

    def __init__(self, pace: Pace, words: Callable[[Ref | None], str]) -> None:
        self._pace = pace
        self._words = words
        self._going_on: dict[str, Speech] = {}
        self._endings: dict[str, list[Ending]] = {}  # of each call; one that is tried again has several
        self._heard: dict[str, tuple[int, str]] = {}  # of live calls: how much came, and what can be shown of it
        self._over: set[str] = set()  # calls that are not under way: what comes of them comes late

    def __contains__(self, call: str) -> bool:
        return call in self._going_on

    def hear(self, call: str, text_so_far: str) -> None:
        """A live call has said so much."""
        length, safe = self._heard.get(call, (0, ""))
        if call in self._over or len(text_so_far) <= length:
            return
        safe += safe_text(text_so_far[length:])
        self._heard[call] = (len(text_so_far), safe)
        if (speech := self._going_on.get(call)) is not None:
            speech.text = safe

    def end(self, event: Ending) -> None:
        """A call has ended: all it said is known, though the audience may be far from it."""
        self._endings.setdefault(event.call, []).append(event)
        self._heard.pop(event.call, None)
        self._over.add(event.call)
        if (speech := self._going_on.get(event.call)) is not None and self._ending(speech.event) is event:
            speech.text, speech.whole = self._words(_text_of(event)), True

    def try_again(self, call: str) -> None:
        """A call is made, perhaps after an attempt that failed."""
        self._over.discard(call)

    def begin(self, event: Event, moment: float, shown: int = 0) -> None:
        """A call begins to speak, or is come upon while it does."""
        if self._pace.speech == "none":
            return
        ending = self._ending(event)
        text = self._heard.get(event.call, (0, ""))[1] if ending is None else self._words(_text_of(ending))
        speech = Speech(event, self._cursor(ending, moment, min(shown, len(text))), text, ending is not None)
        self._going_on[event.call] = speech

    def come_upon(self, call: CallState, mono: int, moment: float) -> None:
        """The audience arrives while a call is speaking: it hears what was said by then, and how it goes on."""
        assert call.started is not None
        ending = self._ending(call.started)
        if ending is None:
            shown = len(self._heard.get(call.id, (0, ""))[1])
        else:
            offsets = ending.offsets if isinstance(ending, CallFinished) else ""
            shown = said_by(offsets, mono - (call.spoke or 0))
        self.begin(call.started, moment, shown)

    def arrives(self, event: Ending, moment: float) -> float:
        """When all that a call said will have been heard; one that was not heard to begin begins now."""
        speech = self._going_on.get(event.call)
        if speech is None:
            if self._pace.speech == "none" or _text_of(event) is None:
                return moment
            self.begin(event, moment)
            speech = self._going_on[event.call]
        return speech.cursor.arrives(speech.text)

    def over(self, call: str) -> None:
        """A call has ended before the audience."""
        self._going_on.pop(call, None)

    def forget(self) -> None:
        """The audience goes elsewhere."""
        self._going_on.clear()

    def change(self, pace: Pace, moment: float) -> None:
        """They go on at another pace."""
        self._pace = pace
        if pace.speech == "none":
            self._going_on.clear()
        for speech in self._going_on.values():
            speech.cursor = self._cursor(self._ending(speech.event), moment, speech.cursor.shown)

    def speak(self, moment: float) -> Iterator[tuple[str, str]]:
        """Each call of which more is heard by now, with all that is."""
        for call, speech in self._going_on.items():
            cursor = speech.cursor
            cursor.move(moment, speech.text, whole=speech.whole)
            if cursor.shown > speech.told:
                speech.told = cursor.shown
                yield call, speech.text[: cursor.shown]

    def next(self) -> float | None:
        """When more will be heard of any of them."""
        moments = [speech.cursor.next(speech.text) for speech in self._going_on.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def beat(self, agent: str) -> tuple[Kind, Event, float, float] | None:
        """What is being said, best by this agent: headline or fill, since when, how long, how far."""
        speeches = list(self._going_on.values())
        speech = next((one for one in reversed(speeches) if one.event.agent == agent), None)
        if speech is None:
            speech = speeches[-1] if speeches else None
        if speech is None:
            return None
        reading = not isinstance(speech.cursor, Written) or speech.cursor.is_reading
        progress = speech.cursor.shown / len(speech.text) if speech.text else 0.0
        seconds = self._pace.headline(len(speech.text)) if reading else self._pace.fill(len(speech.text))
        return "headline" if reading else "fill", speech.event, seconds, progress

    def _ending(self, event: Event) -> Ending | None:
        """How the attempt ends that an event belongs to, where that is known."""
        return next((ending for ending in self._endings.get(event.call, ()) if ending.seq >= event.seq), None)

    def _cursor(self, ending: Ending | None, moment: float, shown: int) -> Cursor:
        if self._pace.speech == "written":
            return Written(self._pace, moment, shown)
        if isinstance(ending, CallFinished) and ending.offsets:
            return AsItCame(ending.offsets, self._pace.longest_gap, moment, shown)
        return AtOnce(moment, shown)


def _text_of(event: Ending) -> Ref | None:
    return event.text if isinstance(event, CallFinished) else event.partial
