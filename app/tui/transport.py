"""Moving through a run on the stage: in time, by event, cue, handoff, error; how fast it goes, what is kept of it."""

from __future__ import annotations

from functools import partial

from app.events import CallFailed, Event, Handoff, StepFailed, ToolFailed
from app.playback.moments import Target
from app.playback.pace import PACES
from app.playback.show import Show
from app.tui.frames import Frames
from app.tui.intake import Intake
from app.tui.place import Place
from app.tui.sources import Source
from app.tui.widgets.bar import Bar
from app.tui.widgets.ending import EndingCard

SPEEDS = (0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0)
ERRORS = (StepFailed, CallFailed, ToolFailed)
AGAIN = 2.0  # seconds after a cue in which its key leads to the one before it
_ON = ("seek", "seek_share", "to_end")


class Transport(Place):
    """What the keys of the transport do; the stage has the playhead that they move."""

    show: Show
    playhead: Intake
    source: Source
    ending: EndingCard
    frames: Frames

    def action_pause(self) -> None:
        """The audience stands still, or goes on; at a cue that holds, GO; from the end of what is over, once more."""
        playhead = self.playhead
        playhead.arrive()
        if playhead.standing is not None:
            playhead.go()
            playhead.paused = False
        elif self.show.state.over and not playhead.behind:
            playhead.paused = False
            playhead.to_start()
            if playhead.pace == "instant":
                playhead.pace = "theatrical"
        else:
            playhead.paused = not playhead.paused
        self._go_on()

    # In time

    def action_seek(self, seconds: float) -> None:
        """So many seconds on, or back."""
        self._aim(self.playhead.place + seconds, f"seek({seconds})")

    def action_seek_share(self, percent: float) -> None:
        """So many hundredths of the whole on, or back."""
        self._aim(self.playhead.place + percent / 100 * self.playhead.reach, f"seek_share({percent})")

    def action_to_tenth(self, tenth: int) -> None:
        """To a tenth of the whole."""
        self._aim(tenth / 10 * self.playhead.reach, "to_tenth")

    def action_to_start(self) -> None:
        """To the beginning."""
        self.playhead.to_start()
        self._go_on()

    def action_to_end(self) -> None:
        """To the end, or to where a live run is now."""
        self.playhead.paused = self.playhead.paused and self.playhead.length is not None
        self.playhead.to_head()
        self._go_on()

    def on_bar_sought(self, message: Bar.Sought) -> None:
        """Somebody pointed at a moment on the bar."""
        message.stop()
        if message.seconds is not None:
            self.playhead.aim(message.seconds)
        else:
            self.playhead.paused = True
            self.playhead.seek(message.seq)
        self._go_on()

    def _aim(self, place: float, action: str) -> None:
        if why := self.why_not(action):
            self.house.say(why)
            return
        self.playhead.aim(place)
        self._go_on()

    # From one thing to another

    def action_event(self, by: int) -> None:
        """One event on or back, and stay there."""
        self.playhead.arrive()
        (self.playhead.forward if by > 0 else self.playhead.back)()
        self._go_on()

    def action_cue(self, by: int) -> None:
        """To the next cue or the previous one."""
        playhead = self.playhead
        playhead.arrive()
        ahead = [each for each in self._cues if each > playhead.seen]
        gone = [each for each in self._cues if each < playhead.seen and not self._is_just_after(each)]
        if found := ahead[:1] if by > 0 else gone[-1:]:
            playhead.seek(found[0])
            self._go_on()
        else:
            self.house.say(f"there is no cue {_side(by)} this" if self._cues else "this run has no cues; m adds one")

    @property
    def _cues(self) -> list[int]:
        """The events that have a cue; of a live run only as far as its audience has come."""
        known = self.playhead.head if self.source.performed == "nowhere" else self.playhead.farthest
        return [placed.seq for placed in self.playhead.cues if placed.seq <= known]

    def _is_just_after(self, seq: int) -> bool:
        playhead = self.playhead
        return playhead.length is not None and not playhead.paused and playhead.now - playhead.time_of(seq) < AGAIN

    def action_handoff(self, by: int) -> None:
        """To the next or the previous handoff."""
        self._to_next((Handoff,), by)

    def action_error(self, by: int) -> None:
        """To the next or the previous error."""
        self._to_next(ERRORS, by)

    def _to_next(self, kinds: tuple[type[Event], ...], by: int) -> None:
        self.playhead.arrive()
        found = self.playhead.find(kinds, by)
        if found is None:
            self.ending.put_away()
            self.house.say(f"no {'handoff' if Handoff in kinds else 'error'} {_side(by)} this")
            return
        self.playhead.paused = True
        self.playhead.seek(found)
        self._go_on()

    def action_go_to(self) -> None:
        """Ask where to, and go there."""
        from app.tui.screens.going import go_to

        self.run_worker(partial(go_to, self.house, self), group="go to", exclusive=True)  # type: ignore[arg-type]

    def go_to(self, target: Target) -> None:
        """Go to an event or to a moment, and on from there."""
        self.playhead.go_to(target)
        self._go_on()

    # How fast

    def action_speed(self, by: int) -> None:
        """Slower or faster."""
        at = min(range(len(SPEEDS)), key=lambda number: abs(SPEEDS[number] - self.playhead.speed))
        if not 0 <= at + by < len(SPEEDS):
            self.house.say(f"{'8 times is the fastest' if by > 0 else 'a quarter is the slowest'}")
            return
        self.playhead.speed = SPEEDS[at + by]
        self._go_on()

    def action_next_pace(self) -> None:
        """The next pace."""
        names = [name for name in PACES if name != "instant"]
        at = names.index(self.playhead.pace) if self.playhead.pace in names else -1
        self.playhead.pace = names[(at + 1) % len(names)]
        self.house.say(f"pace: {self.playhead.pace}")
        self._go_on()

    # What is kept of it

    def action_fork(self) -> None:
        """Begin a run of its own from here."""
        from app.tui.forking import fork_here

        self.playhead.arrive()
        self.run_worker(partial(fork_here, self.house, self), group="fork", exclusive=True)  # type: ignore[arg-type]

    def action_add_cue(self) -> None:
        """Give this moment a name, in the file of cues of the play."""
        from app.tui.cueing import add_cue_here

        self.playhead.arrive()
        self.run_worker(partial(add_cue_here, self.house, self), group="cue", exclusive=True)  # type: ignore[arg-type]

    def action_export(self) -> None:
        """Have a film, a page or a table made of it."""
        from app.tui.exporting import export

        self.run_worker(partial(export, self.house, self.source), group="export", exclusive=True)  # type: ignore[arg-type]

    def action_blank(self) -> None:
        """Show nothing, until a key is pressed."""
        from app.tui.screens.blank import Blank

        self.house.push_screen(Blank())

    def action_lock(self) -> None:
        """Let few keys count, until somebody unlocks them."""
        from app.tui.lock import Lock

        self.house.lock = Lock(LOCKED, clock=self.house.clock)
        self.house.say(f"the keyboard is locked: {self.house.lock.opens_with}", stays=True)

    def why_not(self, action: str) -> str:
        """Why a key of the transport does nothing now."""
        name, _, by = action.partition("(")
        if name not in _ON:
            return ""
        playhead = self.playhead
        if by.startswith("-"):
            return "" if playhead.place > 0 else "this is the beginning"
        if playhead.behind or (playhead.length is not None and playhead.place < playhead.reach):
            return ""
        if name == "to_end" and playhead.paused:
            return ""
        return "this is the end" if self.source.performed == "nowhere" else "the run is no farther yet"

    def _go_on(self) -> None:
        """Somebody moves through the run: what stood at its end is in their way."""
        self.ending.put_away()
        self.frames.wake()


LOCKED = ("space", "k", "n", "p", "pagedown", "pageup")  # keys that count while the others are locked


def _side(by: int) -> str:
    return "after" if by > 0 else "before"
