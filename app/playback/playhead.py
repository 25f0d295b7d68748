"""Lets what happened happen again, at the audience's pace.

Sources feed events as they come, in their order; the playhead lets them happen to the `Show` when they are due. Between
them it keeps its own time, the audience's: it stands still while the audience pauses, and runs faster or slower with
the speed. Events never overtake one another, and a call has ended only when its text was shown.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from app.events import CallFailed, CallFinished, CallSpeaking, Event, Handoff
from app.playback.beats import Beat, Beats, caption_of
from app.playback.pace import PACES, STAGGER
from app.playback.show import Show
from app.playback.speech import Speeches
from app.state import is_at_work

__all__ = ["HURRY", "LAG", "MOST", "Beat", "Moved", "Playhead"]

MOST = 2_000  # events in one go
LONGEST = 0.008  # seconds in one go
LAG = 20.0  # seconds that a live run may be ahead before the audience catches up
HURRY = 1.5  # and how much faster it then goes


@dataclass(frozen=True, slots=True)
class Moved:
    """What has changed."""

    events: tuple[Event, ...] = ()
    spoke: frozenset[str] = frozenset()  # calls of which more was shown
    rebuilt: bool = False  # the show was seen from its start again: nothing that was drawn before holds

    def __bool__(self) -> bool:
        return bool(self.events or self.spoke or self.rebuilt)


class Playhead:
    """Where the audience is in a run."""

    def __init__(
        self,
        show: Show,
        pace: str = "theatrical",
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.show = show
        self.live = False  # the run goes on by itself, whether or not anybody looks
        self._clock = clock
        self._wall = wall  # by which events are dated: so whoever attaches late waits from the same moment on
        self._pace = PACES[pace]
        self._speed = 1.0
        self._paused = False
        self._fed: list[Event] = []
        self._position = 0  # how many of them have happened
        self._farthest = 0  # the last event that was ever seen
        self._rush = 0  # up to here everything happens at once
        self._happened: list[Event] = []  # what was let happen since advance() last said so
        self._rebuilt = False
        self._spoke: set[str] = set()
        self._looked = clock()
        self._now = 0.0  # the audience's time
        self._hurry = 1.0
        self._came = 0.0  # when something came that was waited for
        self._beats = Beats()
        self._speeches = Speeches(self._pace, show.words)
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    # What comes

    def feed(self, event: Event) -> None:
        """Something happened; it will be seen when it is due."""
        if self._position == len(self._fed):
            self._came = self._time()
            self._beats.free = max(self._beats.free, self._came)
        self._fed.append(event)
        if isinstance(event, CallFinished | CallFailed):
            self._speeches.end(event)

    def hear(self, call: str, text_so_far: str) -> None:
        """A call under way has said so much."""
        self._speeches.hear(call, text_so_far)

    # What is seen

    def advance(self) -> Moved:
        """Let happen what is due, as much as there is time for."""
        self._now = self._time()
        self._looked = self._clock()
        self._run()
        self._speak(self._now)
        if self.waits:
            self.show.passed = max(self.show.passed, int(self._wall() * 1000 - self.show.state.at / 1000))
        self._hurry = HURRY if self.live and self._pace.stretch is not None and self.lag > LAG else 1.0
        moved = Moved(tuple(self._happened), frozenset(self._spoke), self._rebuilt)
        self._happened, self._spoke, self._rebuilt = [], set(), False
        return moved

    def due(self) -> float | None:
        """Seconds until advance() would change something; none, when nothing will until more is fed."""
        if self._rebuilt or self._spoke or self._happened:
            return 0.0
        due = self._due()
        if due == _AT_ONCE:
            return 0.0
        if self._paused:
            return None
        moments = [moment for moment in (due, self._speeches.next()) if moment is not None]
        if not moments:
            return None
        return max(0.0, (min(moments) - self._time()) / self._rate)

    @property
    def waits(self) -> bool:
        """Has everything been seen of a live run in which somebody is at work? Then its clock is that on the wall."""
        if not self.live or self.behind or self._paused:
            return False
        start = self.show.state.start
        return start is not None and start.asks_models and is_at_work(self.show.state, self.show.now)

    async def shown(self, seq: int) -> None:
        """Wait until the audience has seen an event."""
        if self._farthest >= seq:
            return
        seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((seq, seen))
        await seen

    @property
    def beat(self) -> Beat | None:
        """What is being shown right now; the latest, where several things are."""
        moments = self.beats()
        return moments[-1][0] if moments else None

    def progress(self) -> float:
        """How far it is, from 0 to 1."""
        moments = self.beats()
        return moments[-1][1] if moments else 0.0

    def beats(self) -> list[tuple[Beat, float]]:
        """Everything that is being shown, and how far each is: several handoffs may be on their way at once."""
        now = self._time()
        going_on = self._beats.at(now)
        if all(beat.kind == "caption" for beat, _ in going_on):
            going_on += self._in_between(now)
        return going_on

    @property
    def seen(self) -> int:
        """The number of the last event that happened."""
        return self._fed[self._position - 1].seq if self._position else 0

    @property
    def head(self) -> int:
        """The number of the last event there is."""
        return self._fed[-1].seq if self._fed else 0

    @property
    def behind(self) -> int:
        """How many events have yet to happen."""
        return len(self._fed) - self._position

    @property
    def lag(self) -> float:
        """How far the run is ahead of its audience, in seconds of the run."""
        if not self.behind:
            return 0.0
        return max(0, self._fed[-1].mono - self._fed[max(0, self._position - 1)].mono) / 1000

    # How it goes on

    @property
    def pace(self) -> str:
        """The name of the pace."""
        return self._pace.name

    @pace.setter
    def pace(self, name: str) -> None:
        self._settle_time()
        self._pace = PACES[name]
        self._beats.end(self._now)
        self._speeches.change(self._pace, self._now)
        if self._pace.speech == "none":
            self._spoke.update(self.show.heard)
            self.show.hush()

    @property
    def speed(self) -> float:
        """How many times faster than its pace it goes."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._settle_time()
        self._speed = speed

    @property
    def paused(self) -> bool:
        """Does the audience stand still?"""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._settle_time()
        self._paused = paused

    def forward(self) -> None:
        """Let one event happen, and stand still."""
        self.paused = True
        if self._position < len(self._fed):
            self._go_to(self._position + 1)

    def back(self) -> None:
        """Go back by one event, and stand still."""
        self.paused = True
        self._go_to(max(0, self._position - 1))

    def seek(self, seq: int) -> None:
        """Go to the moment after an event."""
        self._settle_time()
        self._go_to(self._count_up_to(seq))

    def find(self, kinds: tuple[type[Event], ...], by: int) -> int | None:
        """The number of the next event of some kinds, or with -1 of the one before; none, when there is none."""
        ahead = range(self._position, len(self._fed)) if by > 0 else range(self._position - 2, -1, -1)
        return next((self._fed[at].seq for at in ahead if isinstance(self._fed[at], kinds)), None)

    def to_start(self) -> None:
        """Go to before the first event."""
        self.seek(0)

    def to_head(self) -> None:
        """Go to the last event there is."""
        self.seek(self.head)

    # Inside

    @property
    def _rate(self) -> float:
        """The audience's seconds in a second."""
        return self._speed * self._hurry

    def _time(self) -> float:
        """The audience's time."""
        if self._paused:
            return self._now
        return self._now + max(0.0, self._clock() - self._looked) * self._rate

    def _settle_time(self) -> None:
        """What passed until now passed as it was; from here on it may be otherwise."""
        self._now = self._time()
        self._looked = self._clock()
        self._speak(self._now)

    def _due(self) -> float | None:
        """When the next event happens."""
        if self._position < self._rush:
            return _AT_ONCE
        if self._paused or self._position == len(self._fed):
            return None
        event = self._fed[self._position]
        beats = self._beats
        due = max(beats.free, beats.then + self._pace.gap(self._last, event))
        if isinstance(event, CallFinished | CallFailed):
            due = max(due, self._speeches.arrives(event, beats.free))
        elif isinstance(event, Handoff) and isinstance(self._last, Handoff) and self._pace.stretch is not None:
            due = max(self._came, beats.then + STAGGER)
        elif caption_of(event) is not None:
            due = max(due, beats.read)
        return due

    @property
    def _last(self) -> Event | None:
        return self._fed[self._position - 1] if self._position else None

    def _run(self) -> None:
        """Let happen what is due, as much as there is time for; the rest comes next time."""
        begun = self._clock()
        for number in range(1, MOST + 1):
            due = self._due()
            if due is None or due > self._now or (number % 64 == 0 and self._clock() - begun > LONGEST):
                return
            self._happen(due)

    def _happen(self, due: float) -> None:
        event = self._fed[self._position]
        self._position += 1
        self.show.apply(event)
        self._happened.append(event)
        self._farthest = max(self._farthest, event.seq)
        if isinstance(event, CallFinished | CallFailed):
            self._speeches.over(event.call)
        if due == _AT_ONCE:
            if self._position == self._rush:
                self._arrive()
        else:
            caption = caption_of(event)
            self._beats.begin(self._pace, event, due, 0 if caption is None else len(self.show.words(caption)))
            if isinstance(event, CallSpeaking):
                self._speeches.begin(event, due)
        if self._waiting:
            self._tell()

    def _arrive(self) -> None:
        """The audience has come to where it wanted to be."""
        self._rush = 0
        self._beats.end(self._now)
        state = self.show.state
        for call in state.calls.values():
            if call.status == "speaking":
                self._speeches.come_upon(call, state.mono, self._now)
                self._spoke.add(call.id)

    def _in_between(self, now: float) -> list[tuple[Beat, float]]:
        """While no event is being shown: what is said, or that somebody thinks."""
        if (said := self._speeches.beat(self.show.lit)) is not None:
            kind, event, seconds, progress = said
            return [(Beat(kind, event, seconds), progress)]
        last = self._last
        if self._position < len(self._fed) and isinstance(self._fed[self._position], CallSpeaking) and last is not None:
            seconds = self._pace.gap(last, self._fed[self._position])
            if seconds > 0 and self._pace.stretch is not None:
                return [(Beat("think", last, seconds), min(1.0, (now - self._beats.then) / seconds))]
        return []

    def _speak(self, now: float) -> None:
        for call, text in self._speeches.speak(now):
            self.show.hear(call, text)
            self._spoke.add(call)

    def _tell(self) -> None:
        for seq, seen in self._waiting:
            if seq <= self._farthest and not seen.done():
                seen.set_result(None)
        self._waiting = [(seq, seen) for seq, seen in self._waiting if not seen.done()]

    def _count_up_to(self, seq: int) -> int:
        """How many events there are up to a number."""
        return bisect_right(self._fed, seq, key=lambda event: event.seq)

    def _go_to(self, position: int) -> None:
        if position < self._position:
            self.show.start_again()
            self._position = 0
            self._happened.clear()
            self._rebuilt = True
        self._speeches.forget()
        self._spoke.update(self.show.heard)
        self.show.hush()
        self._rush = position
        if self._position == position:
            self._arrive()
        for _ in range(min(MOST, position - self._position)):
            self._happen(_AT_ONCE)


_AT_ONCE = float("-inf")
