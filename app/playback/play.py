"""Lets what happens happen to the `Show` when it is due: a run that goes on, as it comes.

Events never overtake one another, and a call has ended only when its text was shown.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from app.events import CallFailed, CallFinished, CallStarted, Event, GateAnswered, GateClosed, GateOpened
from app.playback.audience import AudienceClock
from app.playback.beats import Beat
from app.playback.course import Course
from app.playback.cues import CueDesk, Placed
from app.playback.pace import PACES, Pace
from app.playback.score import Score
from app.playback.show import Show
from app.state import is_at_work

MOST = 2_000  # events in one go
LONGEST = 0.008  # seconds in one go
LAG = 20.0  # seconds that a live run may be ahead before the audience catches up
HURRY = 1.5  # and how much faster it then goes
AT_ONCE = -inf  # a moment that is due whatever the time


@dataclass(frozen=True, slots=True)
class Moved:
    """What has changed."""

    events: tuple[Event, ...] = ()
    spoke: frozenset[str] = frozenset()  # calls of which more was shown
    rebuilt: bool = False  # the past was replaced: nothing that was drawn before holds

    def __bool__(self) -> bool:
        return bool(self.events or self.spoke or self.rebuilt)


class Play:
    """A run as its audience follows it."""

    def __init__(
        self,
        show: Show,
        pace: str = "theatrical",
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.show = show
        self.live = False  # the run goes on by itself, whether or not anybody looks
        self.fits: float | None = None  # seconds that the whole show was made to take
        self._clock = AudienceClock(clock)
        self._look = clock
        self._wall = wall  # by which events are dated: so whoever attaches late waits from the same moment on
        self._pace = PACES[pace]
        self._fed: list[Event] = []
        self._position = 0  # how many of them have happened
        self._farthest = 0  # the last event that was ever seen
        self._rush = 0  # up to here everything happens at once
        self._score: Score | None = None  # of a run that is known to its end
        self._desk = CueDesk()
        self._course = self._new_course()
        self._held: Placed | None = None
        self._happened: list[Event] = []  # what was let happen since advance() last said so
        self._rebuilt = False
        self._spoke: set[str] = set()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._asking: dict[str, GateOpened] = {}  # open where the run is, wherever the audience is

    # What comes

    def feed(self, event: Event) -> None:
        """Something happened; it will be seen when it is due."""
        course = self._course
        if self._position == len(self._fed):
            course.came = self._clock.now
            course.beats.free = max(course.beats.free, course.came)
        self._know(event)

    def hear(self, call: str, text_so_far: str) -> None:
        """A call under way has said so much."""
        self._course.speeches.hear(call, text_so_far)

    def _know(self, event: Event) -> None:
        self._fed.append(event)
        self.show.know(event)
        if isinstance(event, CallFinished | CallFailed):
            self._course.speeches.end(event)
        elif isinstance(event, CallStarted):
            self._course.speeches.try_again(event.call)
        elif isinstance(event, GateOpened):
            self._asking[event.gate] = event
        elif isinstance(event, GateAnswered | GateClosed):
            self._asking.pop(event.gate, None)
        self._desk.look(event)

    # What is seen

    def advance(self) -> Moved:
        """Let happen what is due, as much as there is time for."""
        now = self._clock.settle()
        self._run(now)
        self._speak(now)
        if self.waits:
            self.show.passed = max(self.show.passed, int(self._wall() * 1000 - self.show.state.at / 1000))
        self._clock.hurry = HURRY if self.live and self._pace.stretch is not None and self.lag > LAG else 1.0
        moved = Moved(tuple(self._happened), frozenset(self._spoke), self._rebuilt)
        self._happened, self._spoke, self._rebuilt = [], set(), False
        return moved

    def due(self) -> float | None:
        """Seconds until advance() would change something; none, when nothing will until more is fed."""
        if self._rebuilt or self._spoke or self._happened:
            return 0.0
        due, now = self._due(), self._clock.now
        if due is not None and due <= now:  # also at the end of the show: there was no time for all of it
            return 0.0
        if self._clock.paused or now >= self._clock.limit:
            return None
        moments = [moment for moment in (due, self._course.speeches.next()) if moment is not None]
        if not moments:
            return None
        return max(0.0, (min(moments) - now) / self._clock.rate)

    @property
    def waits(self) -> bool:
        """Has everything been seen of a live run in which somebody is at work? Then its clock is that on the wall."""
        if not self.live or self.behind or self._clock.paused:
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
        now = self._clock.now
        going_on = self._course.beats.at(now)
        if all(beat.kind == "caption" for beat, _ in going_on):
            going_on += self._course.between(self._coming, self.show.lit, now)
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

    # Cues

    @property
    def cues(self) -> list[Placed]:
        """Those that have their place in the run, in its order."""
        return self._desk.placed

    @property
    def missing(self) -> list[str]:
        """Where those belong that have no place so far, in the words of whoever wrote them."""
        return [cue.at for cue in self._desk.missing]

    @property
    def cue(self) -> Placed | None:
        """The last that came."""
        return self._desk.last_by(self.seen)

    @property
    def standby(self) -> Placed | None:
        """The one that comes next."""
        return self._desk.first_after(self.seen)

    @property
    def standing(self) -> Placed | None:
        """The one that holds the audience."""
        return self._held

    # Inside

    def _due(self) -> float | None:
        """When the next event happens."""
        if self._position < self._rush:
            return AT_ONCE
        if self._clock.paused or self._held is not None or (coming := self._coming) is None:
            return None
        return self._course.due(coming) if self._score is None else self._score.times[self._position]

    @property
    def _coming(self) -> Event | None:
        return self._fed[self._position] if self._position < len(self._fed) else None

    @property
    def _last(self) -> Event | None:
        return self._fed[self._position - 1] if self._position else None

    def _run(self, now: float) -> None:
        """Let happen what is due, as much as there is time for; the rest comes next time."""
        begun = self._look()
        for number in range(1, MOST + 1):
            due = self._due()
            if due is None or due > now or (number % 64 == 0 and self._look() - begun > LONGEST):
                return
            self._happen(due)

    def _happen(self, due: float) -> None:
        event = self._fed[self._position]
        self._let_pass(event)
        if due == AT_ONCE:
            if self._position == self._rush:
                self._arrive(self._clock.now)
        else:
            self._course.begin(event, due)
            self._stand()
        if self._waiting:
            self._tell()

    def _let_pass(self, event: Event) -> None:
        self._position += 1
        self.show.apply(event)
        self._happened.append(event)
        self._farthest = max(self._farthest, event.seq)
        if caption := self._course.captions.get(event.seq):
            self.show.cue(event.seq, caption)

    def _speak(self, now: float) -> None:
        for call, text in self._course.speeches.speak(now):
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

    def _new_course(self, pace: Pace | None = None) -> Course:
        """One that has not begun, to see how long a show takes."""
        course = Course(pace or self._pace, self.show.words)
        course.captions, course.paces = self._desk.captions, {} if self.fits is not None else self._desk.paces
        return course

    def _heed_cues(self) -> None:
        fresh = self._new_course()
        self._course.captions, self._course.paces = fresh.captions, fresh.paces

    # Cues that hold

    def _stand(self) -> None:
        """A cue may hold the audience where it is now."""
        self._held = self._desk.holding(self.seen, every=self._pace.name == "keynote")
        if self._held is not None:
            self._limit()

    def _limit(self) -> None:
        """How far the clock may go: to the end of what is shown at a cue that holds, or to the end of the show."""
        self._clock.settle()
        if self._held is not None:
            self._clock.limit = self._course.beats.free
        else:
            self._clock.limit = inf if self._score is None else self._score.length

    def _arrive(self, moment: float) -> None:
        """The audience has come to where it wanted to be."""
        self._settle_at(moment)
        for call in self.show.state.calls.values():
            if call.status == "speaking":
                self._course.speeches.come_upon(call, self.show.state.mono, moment)
                self._spoke.add(call.id)
        self._stand()
        self._limit()

    def _settle_at(self, moment: float) -> None:
        self._rush = 0
        self._clock.go_to(moment)
        self._course.stand_at(self._last, moment)
        said = next((placed for placed in reversed(self.cues) if placed.seq <= self.seen and placed.cue.caption), None)
        self.show.cue(*((said.seq, said.cue.caption) if said is not None else (0, "")))
