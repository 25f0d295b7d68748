"""Moving through a run on the stage: pause, one event on or back, to a handoff or an error, speed and pace."""

from __future__ import annotations

from app.events import CallFailed, Event, Handoff, StepFailed, ToolFailed
from app.playback.pace import PACES
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.tui.frames import Frames
from app.tui.place import Place
from app.tui.widgets.bar import Bar
from app.tui.widgets.ending import EndingCard

SPEEDS = (0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0)


class Intake(Playhead):
    """A playhead that wakes the frame clock when something comes."""

    wake = staticmethod(lambda: None)

    def feed(self, event: Event) -> None:
        super().feed(event)
        self.wake()

    def hear(self, call: str, text_so_far: str) -> None:
        super().hear(call, text_so_far)
        self.wake()


class Transport(Place):
    """What the keys of the transport do; the stage has the playhead that they move."""

    show: Show
    playhead: Intake
    ending: EndingCard
    frames: Frames

    def action_pause(self) -> None:
        """The audience stands still, or goes on; from the end of what is over, it is seen again."""
        playhead = self.playhead
        if self.show.state.over and not playhead.behind:
            playhead.paused = False
            playhead.to_start()
            if playhead.pace == "instant":
                playhead.pace = "theatrical"
        else:
            playhead.paused = not playhead.paused
        self._go_on()

    def action_event(self, by: int) -> None:
        """One event on or back."""
        (self.playhead.forward if by > 0 else self.playhead.back)()
        self._go_on()

    def action_handoff(self, by: int) -> None:
        """To the next or the previous handoff."""
        self._to_next((Handoff,), by)

    def action_next_error(self) -> None:
        """To the next error."""
        self._to_next((StepFailed, CallFailed, ToolFailed), 1)

    def _to_next(self, kinds: tuple[type[Event], ...], by: int) -> None:
        found = self.playhead.find(kinds, by)
        if found is None:
            what = "handoff" if Handoff in kinds else "error"
            self.ending.put_away()
            self.house.say(f"no {what} {'after' if by > 0 else 'before'} this")
            return
        self.playhead.paused = True
        self.playhead.seek(found)
        self._go_on()

    def action_speed(self, by: int) -> None:
        """Slower or faster."""
        at = min(range(len(SPEEDS)), key=lambda number: abs(SPEEDS[number] - self.playhead.speed))
        self.playhead.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, at + by))]
        self._go_on()

    def action_next_pace(self) -> None:
        """The next pace."""
        names = [name for name in PACES if name != "instant"]
        at = names.index(self.playhead.pace) if self.playhead.pace in names else -1
        self.playhead.pace = names[(at + 1) % len(names)]
        self.house.say(f"pace: {self.playhead.pace}")
        self._go_on()

    def action_to_start(self) -> None:
        """To the beginning."""
        self.playhead.to_start()
        self._go_on()

    def action_to_end(self) -> None:
        """To the end, or to where a live run is now."""
        self.playhead.paused = False
        self.playhead.to_head()
        self._go_on()

    def _go_on(self) -> None:
        """Somebody moves through the run: what stood at its end is in their way."""
        self.ending.put_away()
        self.frames.wake()

    def on_bar_sought(self, message: Bar.Sought) -> None:
        """Somebody pointed at a moment on the bar."""
        message.stop()
        self.playhead.paused = True
        self.playhead.seek(message.seq)
        self._go_on()
