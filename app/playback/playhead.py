"""Lets what happened happen again, at the audience's pace.

A run that goes on is fed as it comes, and can be gone back in. One that is known to its end is loaded: then the score
says when everything happens, and the audience may go to any moment of the show.
"""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Iterable

from app.errors import UsageError
from app.events import Event
from app.playback.beats import LONGEST_BEAT
from app.playback.cues import OfTheScenario, Placing
from app.playback.moments import Moment, Target
from app.playback.pace import PACES, Pace
from app.playback.play import AT_ONCE, MOST, Play
from app.playback.reel import Reel
from app.playback.score import CannotFit, Score, fitted, plan, planning, possible
from app.state.words import took


class Playhead(Play):
    """Where the audience is in a run."""

    _reel: Reel | None = None

    async def load(self, events: Iterable[Event] = ()) -> None:
        """Nothing comes after what was fed and these: from now on any moment of the show can be gone to."""
        for event in events:
            self._know(event)
        self.show.whole = self._fed
        self._reel = Reel(self._fed)
        for _ in self._reel.making():
            await asyncio.sleep(0)
        times, pace = array("d"), self._pace
        course = self._new_course()
        for _ in planning(self._fed, course, times):
            await asyncio.sleep(0)
        self._follow(Score(times, course.beats.free) if pace is self._pace else plan(self._fed, self._new_course()))

    # How it goes on

    @property
    def pace(self) -> str:
        """The name of the pace."""
        return self._pace.name

    @pace.setter
    def pace(self, name: str) -> None:
        self.fits = None
        self._go_on_at(PACES[name])

    def fit(self, seconds: float) -> None:
        """Make the whole show take so long; CannotFit says what is possible."""
        if self._score is None:
            raise UsageError("a run that goes on has no length that could be fitted", "replay it when it is over")
        before, self.fits = self.fits, seconds
        try:
            pace = fitted(self._fed, self._new_course, seconds)
        except CannotFit:
            self.fits = before
            raise
        self._go_on_at(pace)

    @property
    def possible(self) -> tuple[float, float] | None:
        """How long the whole show can be made to take, at least and at most; none, while the run goes on."""
        return None if self._score is None else possible(self._fed, self._new_course)

    @property
    def speed(self) -> float:
        """How many times faster than its pace it goes."""
        return self._clock.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._clock.speed = speed

    @property
    def paused(self) -> bool:
        """Does the audience stand still?"""
        return self._clock.paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._clock.paused = paused

    # Where in the show

    @property
    def now(self) -> float:
        """Seconds of the show."""
        return self._clock.now

    @property
    def length(self) -> float | None:
        """Seconds that the whole show takes; none, while the run goes on."""
        return None if self._score is None else self._score.length

    def time_of(self, seq: int) -> float:
        """When in the show an event happens; while the run goes on, nobody knows, and it is now."""
        if self._score is None:
            return self.now
        return self._score.times[max(0, self._count_up_to(seq) - 1)] if self._fed else 0.0

    def at_time(self, seconds: float) -> int:
        """The number of the last event that has happened by then."""
        position = self._position if self._score is None else self._score.count_by(seconds)
        return self._fed[position - 1].seq if position else 0

    @property
    def reach(self) -> float:
        """The last place that there is: in seconds of the show where its length is known, else of the run."""
        if self._score is not None:
            return self._score.length
        return self._fed[-1].mono / 1000 if self._fed else 0.0

    def target_of(self, moment: Moment) -> Target:
        """Where a moment is that somebody names; UsageError, when it is nowhere in this run."""
        if moment.kind == "share":
            return Target(seconds=moment.value / 100 * self.reach)
        if moment.kind == "time":
            if moment.value > self.reach:
                what = "the show" if self._score is not None else "the run so far"
                raise UsageError(f"{what} is shorter than that", f"it takes {took(self.reach * 1000)}")
            return Target(seconds=moment.value)
        if moment.kind == "event":
            if moment.value > self.head:
                raise UsageError(f"there is no event #{moment.value:.0f}", f"the last one is #{self.head}")
            return Target(seq=int(moment.value))
        found = next((placed.seq for placed in self.cues if placed.cue.name == moment.cue), None)
        if found is None:
            known = ", ".join(placed.cue.name for placed in self.cues[:12])
            raise UsageError(f"there is no {moment.cue}", f"there are {known}" if known else "this run has no cues")
        return Target(seq=found)

    def seconds_of(self, moment: Moment) -> float:
        """When in a show that is known to its end that is."""
        target = self.target_of(moment)
        return target.seconds if target.seq is None else self.time_of(target.seq)

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
        self._go_to(self._count_up_to(seq))

    def seek_time(self, seconds: float) -> None:
        """Go to a moment of the show, which may be in the middle of a sentence."""
        if self._score is None:
            return
        moment = min(max(0.0, seconds), self._score.length)
        self._go_to(self._score.count_by(moment), moment)

    def find(self, kinds: tuple[type[Event], ...], by: int) -> int | None:
        """The number of the next event of some kinds, or with -1 of the one before; none, when there is none."""
        ahead = range(self._position, len(self._fed)) if by > 0 else range(self._position - 2, -1, -1)
        return next((self._fed[at].seq for at in ahead if isinstance(self._fed[at], kinds)), None)

    def to_start(self) -> None:
        """Go to before the first event."""
        self.seek(0)

    def to_head(self) -> None:
        """Go to the last event there is; in a run that is known to its end, to when all of it has been shown."""
        if self._score is None:
            self.seek(self.head)
        else:
            self._go_to(len(self._fed), self._score.length)

    def due(self) -> float | None:
        """The same; a show that is known to its end is over when the last of it has been shown."""
        due = super().due()
        if due is not None or self._score is None or self.paused or self.now >= self._clock.limit:
            return due
        return (self._clock.limit - self.now) / self._clock.rate

    # Cues

    def set_cues(self, placing: Placing | OfTheScenario) -> None:
        """From now on these are the cues."""
        self._desk.change(placing, self._fed)
        if self._score is not None:
            self._follow(plan(self._fed, self._new_course()))

    def go(self) -> None:
        """GO: end a hold, else play on, else go to the next cue."""
        if self._held is not None:
            self._desk.released, self._held = self._held, None
            self._limit()
        elif self.paused:
            self.paused = False
        elif (cue := self.standby) is not None:
            self.seek(cue.seq)

    # Elsewhere in the show

    def _go_to(self, position: int, moment: float | None = None) -> None:
        """Go to where so many events have happened; in a run that is known to its end, at a moment after the last."""
        self._clock.settle()
        self._course.speeches.forget()
        self._spoke.update(self.show.heard)
        self.show.hush()
        self._desk.released = None
        if self._reel is not None and self._score is not None:
            self._take_up(self._reel, position)
            times = self._score.times
            self._arrive(moment if moment is not None else times[position - 1] if position else 0.0)
            return
        if position < self._position:
            self._start_again()
        self._rush = position
        if self._position == position:
            self._arrive(self._clock.now)
        for _ in range(min(MOST, position - self._position)):
            self._happen(AT_ONCE)

    def _take_up(self, reel: Reel, position: int) -> None:
        """From the keyframe before, where that is nearer than where the audience is."""
        begin, kept = reel.before(position)
        if position < self._position or begin > self._position:
            self.show.start_again(kept, self._fed[:begin])
            self._position = begin
            self._farthest = max(self._farthest, self.seen)
            self._happened.clear()
            self._rebuilt = True
        for event in self._fed[self._position : position]:
            self._let_pass(event)
        self._tell()

    def _start_again(self) -> None:
        self.show.start_again()
        self._position = 0
        self._happened.clear()
        self._rebuilt = True

    def _arrive(self, moment: float) -> None:
        if self._score is None:
            super()._arrive(moment)
            return
        self._settle_at(moment)
        self._pick_up(self._score, moment)
        self._stand()
        self._limit()
        self._speak(moment)

    def _pick_up(self, score: Score, moment: float) -> None:
        """Show what would be shown by now, had the audience been there all the time: the last beats, and who speaks."""
        course, times, position = self._course, score.times, self._position
        course.change(self._pace_in_force(), moment)
        begin = min(bisect_left(times, moment - LONGEST_BEAT, 0, position), max(0, position - 1))
        for at in range(begin, position):
            course.show(self._fed[at], times[at])
        speaking = [call.id for call in self.show.state.calls.values() if call.status == "speaking"]
        for at, call in sorted((self._reel.spoke(call, position), call) for call in speaking if self._reel is not None):
            course.speeches.begin(self._fed[at], times[at])
            self._spoke.add(call)

    def _pace_in_force(self) -> Pace:
        set_by_cues = [name for seq, name in self._course.paces.items() if seq <= self.seen]
        return PACES[set_by_cues[-1]] if set_by_cues else self._pace

    # At another pace

    def keep_to(self, pace: Pace, seconds: float) -> None:
        """Go at a pace at which the whole show is known to take so long."""
        self.fits = seconds
        self._go_on_at(pace)

    def _go_on_at(self, pace: Pace) -> None:
        self._speak(self._clock.settle())
        self._pace = pace
        self._heed_cues()
        if self._score is not None:
            self._follow(plan(self._fed, self._new_course()))
            return
        now = self._clock.now
        self._course.beats.end(now)
        self._course.change(pace, now)
        if pace.speech == "none":
            self._spoke.update(self.show.heard)
            self.show.hush()

    def _follow(self, score: Score) -> None:
        """Go on by another score, as far between two events as by the one before."""
        before, position, then = self._score, self._position, self._course.beats.then
        share = 0.0
        if before is not None:
            begun, end = before.around(position)
            share = (self._clock.settle() - begun) / (end - begun) if end > begun else 0.0
        begun, end = score.around(position)
        moment = begun + min(1.0, share) * (end - begun)
        if before is None:  # it went on by itself until now: so many seconds ago something happened
            moment = min(end, begun + max(0.0, self._clock.settle() - then))
        self._score = score
        self._spoke.update(self.show.heard)
        self.show.hush()
        if position < self._rush:  # the audience is on its way to there
            self._go_to(self._rush)
        else:
            self._arrive(moment)
