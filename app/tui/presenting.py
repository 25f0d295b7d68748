"""What whoever presents does to a show, from the keys of the presenter or from a speaker's terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.errors import FootlightsError, UsageError
from app.events import RunStarted, definition
from app.playback.cues import Cue, CueSheet, Placed
from app.playback.moments import moment_in
from app.safety import clean, one_line
from app.state.words import short_id
from app.tui.left_off import LeftOff
from app.tui.podium import Line, Order, Prompt
from app.tui.refused import in_words

if TYPE_CHECKING:
    from app.playback.show import Show
    from app.tui.intake import Intake
    from app.tui.sources import Source

_JUST = 2.0  # seconds after a cue in which "back" means the one before it
_LATER = 12  # cues that a speaker is told of


@dataclass(slots=True)
class Manner:
    """How whoever presents wants it to look."""

    blank: bool = False
    standby: bool = False  # the next cue is named in the room's own view


@dataclass(slots=True)
class Presenting:
    """One talk over one show."""

    show: Show
    source: Source
    playhead: Intake
    sheet: CueSheet = field(default_factory=CueSheet)
    manner: Manner = field(default_factory=Manner)
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    viewers: Callable[[], int] = lambda: -1
    lock: Callable[[], None] = lambda: None  # or unlock
    begun: float | None = None  # when the first GO was given
    _looked: int = 0  # cues of which was asked whether the engine waits for them
    _holding: Placed | None = None  # the cue for which it does
    _written: tuple[RunStarted, dict[str, str]] | None = None  # the notes of the play itself, by step

    # What can be done

    def go(self) -> None:
        """GO: what was blank is seen again, what is held goes on, else the next cue comes."""
        if self.begun is None:
            self.begun = self.clock()
        if self.manner.blank:
            self.manner.blank = False
            return
        if self._holding is not None and self.playhead.standing is self._holding:
            self._holding = None
            self.source.go()
        held = self.playhead.standing is not None
        self.playhead.go()
        if held:
            self.playhead.paused = False
        self.playhead.wake()

    def back(self) -> None:
        """To the cue that came last, or just after it, to the one before."""
        self.manner.blank = False
        playhead = self.playhead
        came = [placed for placed in playhead.cues if placed.seq <= playhead.seen]
        if came and self._is_just_after(came[-1]):
            came.pop()
        playhead.seek(came[-1].seq if came else 0)
        playhead.paused = not came

    def _is_just_after(self, placed: Placed) -> bool:
        playhead = self.playhead
        if playhead.length is None:  # nobody knows the times of a run that goes on
            return playhead.seen == placed.seq
        return playhead.now - playhead.time_of(placed.seq) < _JUST

    def skip(self) -> None:
        """To the next cue, whatever holds."""
        if (following := self.playhead.standby) is not None:
            self.playhead.seek(following.seq)

    def blank(self) -> None:
        """Nothing is to be seen, or all of it again."""
        self.manner.blank = not self.manner.blank

    def pause(self) -> None:
        """The audience stands still, or goes on."""
        self.playhead.paused = not self.playhead.paused
        self.playhead.wake()

    def hold(self) -> None:
        """Hold or release the engine; raises FootlightsError where nobody performs the run."""
        if self.show.state.held:
            self.source.go()
        else:
            self.source.hold()

    def go_to(self, said: str) -> None:
        """To Q3, 1:47, #410 or 50%; raises UsageError where there is no such moment."""
        self.playhead.go_to(self.playhead.target_of(moment_in(said)))

    def wrong_place(self, said: str) -> str:
        """Why nobody can go there."""
        try:
            self.playhead.target_of(moment_in(said))
        except UsageError as refused:
            return in_words(refused)
        return ""

    def obey(self, order: Order) -> None:
        """Do what a speaker wants; raises FootlightsError."""
        match order.do:
            case "go":
                self.go()
            case "back":
                self.back()
            case "blank":
                self.blank()
            case "hold":
                self.hold()
            case "goto":
                self.go_to(order.to)
            case "lock":
                self.lock()

    def heed(self) -> None:
        """Hold the engine for every cue that wants it and came just now; raises FootlightsError."""
        cues = self.playhead.cues
        fresh, self._looked = cues[self._looked :], len(cues)
        if self.source.performed == "nowhere":
            return
        for placed in fresh:
            if placed.cue.hold == "engine" and placed.seq >= self.playhead.seen:
                self._holding = placed
                self.source.hold()

    # What the next one takes up, if this one is killed

    def left_off(self, *, locked: bool) -> LeftOff:
        """Where it is."""
        begun = 0.0 if self.begun is None else round(self.wall() - (self.clock() - self.begun), 1)
        return LeftOff(self.playhead.seen, begun, self.manner.blank, locked)

    def take_up(self, left: LeftOff) -> None:
        """Go on where another was; the place itself is where the show was begun."""
        self.manner.blank = left.blank
        if left.begun:
            self.begun = self.clock() - max(0.0, self.wall() - left.begun)

    # What is told

    def prompt(self, *, locked: bool = False) -> Prompt:
        """Where the show is, for a speaker."""
        playhead, state = self.playhead, self.show.state
        following = [placed for placed in playhead.cues if placed.seq > playhead.seen]
        return Prompt(
            title=one_line(self.sheet.title or self.source.title),
            run=one_line(short_id(self.source.run)),
            cue=self._line(playhead.cue) if playhead.cue is not None else None,
            standby=self._line(following[0]) if following else None,
            later=tuple(self._line(placed, with_notes=False) for placed in following[1 : 1 + _LATER]),
            now=int(playhead.now),
            length=int(playhead.length or 0),
            talk=-1 if self.begun is None else int(self.clock() - self.begun),
            planned=int(self.sheet.talk),
            pace=playhead.pace,
            speed=playhead.speed,
            paused=playhead.paused,
            standing=playhead.standing is not None,
            blank=self.is_blank,
            locked=locked,
            over=state.over and not playhead.behind,
            live=self.source.performed != "nowhere",
            held=state.held,
            asks=bool(playhead.asking) and self.source.performed != "nowhere",
            ahead=playhead.behind if self.source.performed != "nowhere" else 0,
            viewers=self.viewers(),
        )

    @property
    def is_blank(self) -> bool:
        """Is nothing to be seen: because somebody wanted it so, or because a cue does?"""
        standing = self.playhead.standing
        return self.manner.blank or (standing is not None and standing.cue.blank)

    def _line(self, placed: Placed, *, with_notes: bool = True) -> Line:
        cue, playhead = placed.cue, self.playhead
        inside = None if playhead.length is None else max(0.0, round(playhead.time_of(placed.seq) - playhead.now))
        return Line(
            cue.name, one_line(cue.label or cue.at), one_line(cue.caption),
            clean(self._notes_of(cue)) if with_notes else "", self._does(cue), inside,
        )  # fmt: skip

    def _notes_of(self, cue: Cue) -> str:
        """What the file of cues says; without one, the cues are those of the play, and so are the notes."""
        begun = self.show.start
        if cue.notes or self.sheet.cues or begun is None:
            return cue.notes
        if self._written is None or self._written[0] is not begun:
            from app.playback.cue_draft import speaker_notes

            try:
                self._written = (begun, speaker_notes(begun, self.show.value))
            except FootlightsError:  # its archive is closed: a talk goes on without notes
                self._written = (begun, {})
        return self._written[1].get(definition(cue.at), "")

    def _does(self, cue: Cue) -> str:
        if cue.blank:
            return "blank"
        if cue.hold == "engine" and self.source.performed != "nowhere":
            return "holds the engine"
        return "holds" if cue.hold or self.playhead.pace == "keynote" else cue.pace
