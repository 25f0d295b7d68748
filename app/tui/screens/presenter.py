"""The presenter: the view for the room over the show of the stage, for a clicker, and followed by speakers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from textual.app import ComposeResult

from app.errors import FootlightsError
from app.playback.cues import CueSheet
from app.tui.frames import LONGEST, MOTION, SECOND, SPEECH, Frames
from app.tui.intake import Intake
from app.tui.keys import BY_ID, bindings, with_own
from app.tui.left_off import LeftOff, Notebook
from app.tui.lock import Lock
from app.tui.place import Place
from app.tui.podium import NoPodium, Order, Podium, podium_of
from app.tui.presenting import Presenting
from app.tui.refused import in_words
from app.tui.widgets.presenter import PresenterView

if TYPE_CHECKING:
    from app.playback.show import Show
    from app.tui.sources import Source

CLICKER = ("presenter.go", "presenter.back", "presenter.blank")  # what counts while the other keys are locked
_TALKS: WeakKeyDictionary[Intake, Presenting] = WeakKeyDictionary()


def talk_over(show: Show, source: Source, playhead: Intake) -> Presenting:
    """The talk over a show; there is one, however often somebody looks elsewhere meanwhile."""
    return _TALKS.setdefault(playhead, Presenting(show, source, playhead))


class Presenter(Place):
    """Nothing but the slide."""

    NAME = "presenter"
    SPOTS = ("presenter",)
    BINDINGS: ClassVar = bindings("presenter")
    DEFAULT_CSS = "Presenter { PresenterView { width: 1fr; height: 1fr; } }"

    def __init__(
        self,
        show: Show,
        source: Source,
        playhead: Intake,
        sheet: CueSheet | None = None,
        left: LeftOff | None = None,
    ) -> None:
        super().__init__()
        self.talk = talk_over(show, source, playhead)
        if sheet is not None:
            self.talk.sheet = sheet
        self.talk.lock = self.action_lock
        self.view = PresenterView(self.talk)
        self._was_blank = False
        self._notebook: Notebook | None = None  # none, where another presents the same
        self._left = left

    def compose(self) -> ComposeResult:
        """One picture."""
        yield self.view

    async def on_mount(self) -> None:
        """Begin to draw, and let speakers come."""
        self.talk.clock = self.house.clock
        if self._left is not None:
            self._take_up(self._left)
        self.frames = Frames(self.app, self._frame)
        self.podium = Podium(self._meeting_place(), self._obey)
        try:
            await self.podium.open()
            self._notebook = Notebook(self.podium.path, self.house.clock)
        except NoPodium as refused:
            self.house.say(in_words(refused), severity="warning")
        self.frames.start()

    def _meeting_place(self) -> Path:
        return podium_of(self.talk.source.run, self.house.workspace)

    def _take_up(self, left: LeftOff) -> None:
        self.talk.take_up(left)
        if left.locked and self.house.lock is None:
            self.action_lock()
        self.house.say("it goes on where it was; present --from 0:00 begins anew", stays=True)

    async def on_unmount(self) -> None:
        """Nobody looks any more. Whoever was ended by a signal did not mean to."""
        self.frames.stop()
        if self._notebook is not None and self.house.signal is None:
            self._notebook.close()
        await self.podium.close()

    def seen_again(self) -> None:
        """Catch up."""
        if hasattr(self, "frames"):
            self.frames.wake()

    # One frame

    def _frame(self) -> float | None:
        """Draw what changed, tell the speakers, and say when to look again."""
        talk = self.talk
        try:
            talk.heed()
        except FootlightsError as refused:
            self.house.say(in_words(refused), severity="warning")
        if talk.is_blank and not self._was_blank:
            self.app.clear_notifications()
        self._was_blank = talk.is_blank
        self.view.redraw()
        self.podium.publish(talk.prompt(locked=self.house.lock is not None))
        self._note()
        return self._next_look()

    def _note(self) -> None:
        playhead = self.talk.playhead
        if self._notebook is not None and playhead.length is not None:
            left = self.talk.left_off(locked=self.house.lock is not None)
            self._notebook.note(left, at_once=playhead.due() is None)  # nothing moves: no frame may come soon

    def _next_look(self) -> float | None:
        playhead = self.talk.playhead
        due, beat = playhead.due(), playhead.beat
        if beat is not None and beat.kind.startswith("handoff") and self.house.moves and due is not None:
            return MOTION
        if self._holds_engine:
            return SPEECH  # the engine is held soon after it gets there, wherever the audience is
        if due is not None:
            return min(SECOND / 2, max(SPEECH, due))
        if self.podium.speakers and (self.talk.begun is not None or self.house.lock is not None):
            return SECOND / 2  # their talk clock goes on, and whoever unlocks the keys tells nobody
        return LONGEST if self.talk.source.performed != "nowhere" else None

    @property
    def _holds_engine(self) -> bool:
        """Is there a cue that the engine may come to?"""
        performed = self.talk.source.performed != "nowhere"
        return performed and any(cue.hold == "engine" for cue in self.talk.sheet.cues)

    def _obey(self, order: Order) -> None:
        self._do(lambda: self.talk.obey(order))

    # Keys

    def action_give_go(self) -> None:
        """GO."""
        self._do(self.talk.go)

    def action_back_a_cue(self) -> None:
        """One cue back."""
        self._do(self.talk.back)

    def action_skip(self) -> None:
        """To the next cue, whatever holds."""
        self._do(self.talk.skip)

    def action_pause(self) -> None:
        """Stand still, or go on."""
        self._do(self.talk.pause)

    def action_blank(self) -> None:
        """Show nothing, or all again."""
        self._do(self.talk.blank)

    def action_hold(self) -> None:
        """Hold or release the engine."""
        self._do(self.talk.hold)

    def action_standby(self) -> None:
        """Name the next cue in the corner, or do not."""
        self.talk.manner.standby = not self.talk.manner.standby
        self.frames.wake()

    def action_go_to(self) -> None:
        """Ask where to, and go there."""
        self.run_worker(self._go_to, group="go to", exclusive=True)  # type: ignore[arg-type]

    async def _go_to(self) -> None:
        from app.tui.screens.writing import Writing

        said = await self.house.push_screen_wait(
            Writing("Go to", says="A cue, a time, or an event.", hint="Q3   1:47   #410", wrong=self.talk.wrong_place)
        )
        if said is not None:
            self._do(lambda: self.talk.go_to(said))

    def action_lock(self) -> None:
        """Let only the clicker's keys count, or all again."""
        if self.house.lock is not None:
            self.house.lock = None
        else:
            self.house.lock = Lock(clicker_keys(self.house.own_keys), clock=self.house.clock)
            self.house.say(f"locked: {self.house.lock.opens_with}")
        self.frames.wake()

    def action_next_view(self) -> None:
        """Back to the stage."""
        self.dismiss()

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        from app.tui.directing import why_not_act

        return why_not_act(self.talk.show, self.talk.source) if action == "hold" else ""

    def _do(self, act: Callable[[], None]) -> None:
        try:
            act()
        except FootlightsError as refused:
            self.house.say(in_words(refused), severity="warning")
        self.talk.playhead.wake()
        self.frames.wake()


def clicker_keys(own: Mapping[str, str]) -> tuple[str, ...]:
    """Those that count while the others are locked."""
    known = with_own([BY_ID[name] for name in CLICKER], own)
    return tuple(key for each in known for key in each.keys.split(","))
