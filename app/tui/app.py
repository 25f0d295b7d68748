"""The app: its places, its look, and what is performed in it. It draws what happened, and decides nothing of it."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import constants, events
from textual.app import App, InvalidThemeError
from textual.screen import Screen
from textual.worker import WorkerFailed

from app.errors import FootlightsError
from app.tui.canvas import Canvas, plain
from app.tui.glyphs import ASCII, Glyphs, of
from app.tui.keys import bindings
from app.tui.place import Place
from app.tui.refused import in_words
from app.tui.remembered import Remembered
from app.tui.styles import Palette
from app.tui.themes import load, names, textual_theme
from app.tui.widgets.foot import Foot

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.widget import Widget

    from app.playback.show import Show
    from app.tui.launcher import Launch
    from app.tui.lock import Lock
    from app.tui.screens.jumping import Target
    from app.tui.screens.stage import Stage
    from app.tui.sources import Entrance, Here, Source

PLACES = ("home", "runs", "cast", "models", "inbox")
HELP = "A key has another meaning while you write: press esc first. keys.yaml in the configuration folder changes keys."
AT_ONCE = 2  # lines that are said at a time
MOMENT, LONG = 4.0, 86_400.0  # seconds for which a line stays; the longer ones until the next key
How = Literal["ended", "keep", "stop", "cancel"]
Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Left:
    """How somebody left: what becomes of the runs that were still performed here."""

    how: How = "ended"
    signal: int | None = None
    runs: tuple[Here, ...] = ()  # those that were not over
    last: str = ""  # the run that was on the stage last
    error: BaseException | None = None  # a bug of ours ended the app: to be told once the runs are safe
    then: tuple[str, ...] = ()  # the command that somebody chose, for which the terminal has to be given back


@dataclass(slots=True)
class Opening:
    """What is open when the curtain rises: a place, or the stage with a run."""

    place: str = "home"
    source: Callable[[], Awaitable[Source]] | None = None
    pace: str = "theatrical"
    stepping: bool = False
    then: Callable[[Theatre], Awaitable[None]] | None = None  # opens what stands over that
    workspace: Path | None = None
    launch: Launch | None = None  # what the launcher begins with
    remembered: Remembered = field(default_factory=Remembered.read)


@dataclass(frozen=True, slots=True)
class Line:
    """What is being said to whoever sits there."""

    text: str
    severity: Severity
    until: float
    stays: bool = False  # until a key is pressed


class Theatre(App[Left]):
    """The whole house on one screen."""

    CSS_PATH: ClassVar = [Path(__file__).with_name("app.tcss")]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar = bindings("everywhere")
    TITLE = "Footlights"
    is_attended: ClassVar[bool] = True  # somebody sits there who could press a key

    def __init__(self, opening: Opening) -> None:
        self.remembered = opening.remembered
        self.workspace = opening.workspace
        self.launch = opening.launch
        self.glyphs: Glyphs = of(os.environ)
        self.has_colour = not os.environ.get("NO_COLOR")  # asked now: Textual takes it out of the environment
        self.moves = os.environ.get("FOOTLIGHTS_MOTION", "") not in ("none", "0", "reduced")
        self.clock: Callable[[], float] = time.monotonic  # of everything that moves
        self.performed: list[Here] = []
        self.stages: dict[str, Stage] = {}  # of what is performed here, by run: they stay when somebody goes elsewhere
        self.own_keys: dict[str, str] = {}
        self.mishaps: list[str] = []
        self.signal: int | None = None
        self.lock: Lock | None = None  # of the keyboard: while it is closed, few keys count
        self._opened: Lock | None = None  # the last one, whose key may still be held
        self._opening = opening
        self._last = ""
        self._said: list[Line] = []
        self._undressed = ""  # why the theme of the last time is not worn
        super().__init__(ansi_color=None if self.has_colour else True)
        self.palette = self._dress()
        self.set_class(self.glyphs is ASCII, "-ascii")

    # Its look

    def _look(self, name: str) -> Palette:
        theme = load(name if name in names(Path.cwd()) else "footlights", Path.cwd())
        told = textual_theme(theme)
        self.register_theme(told)
        try:
            self.theme = told.name
        except InvalidThemeError:  # only if Textual itself changes under us
            self.theme = "textual-dark"
        return Palette.of(theme, colour=self.has_colour)

    def _dress(self) -> Palette:
        """The theme of the last time; one whose file was broken since then keeps nobody out."""
        try:
            return self._look(self.remembered.theme)
        except FootlightsError as refused:
            self._undressed = f"theme {self.remembered.theme}: {refused}"
            return self._look("footlights")

    def wear(self, name: str) -> None:
        """Put on another theme, and remember it; one whose file is broken says so, and the old one stays."""
        try:
            self.palette = self._look(name)
        except FootlightsError as refused:
            self.say(f"theme {name}: {refused}", severity="error")
            return
        self.remembered.theme = name
        self.remembered.write()
        for screen in self.screen_stack:
            for canvas in screen.query(Canvas):
                canvas.repaint()

    def action_next_theme(self) -> None:
        known = names(Path.cwd())
        at = known.index(self.remembered.theme) if self.remembered.theme in known else -1
        self.wear(known[(at + 1) % len(known)])
        self.say(f"theme: {self.remembered.theme}")

    def action_next_density(self) -> None:
        self.remembered.density = "compact" if self.remembered.density == "comfortable" else "comfortable"
        self.remembered.write()
        for screen in self.screen_stack:
            screen.set_class(self.remembered.density == "compact", "-compact")
            screen.refresh(layout=True)

    # Where one is

    async def on_mount(self) -> None:
        """Raise the curtain."""
        self._take_keymap()
        if self._undressed:
            self.say(self._undressed, severity="error")
        opening = self._opening
        if opening.source is not None:
            self.open_stage(await opening.source(), opening.pace, stepping=opening.stepping)
        elif opening.then is None:
            await self.push_screen(self.place(opening.place))
        if opening.then is not None:
            await opening.then(self)

    def _take_keymap(self) -> None:
        from app.tui.keymap import in_words, read_keymap

        self.own_keys, problems = read_keymap()
        self.set_keymap(self.own_keys)
        if problems:
            self.say(in_words(problems), severity="warning", stays=True)

    def place(self, name: str) -> Screen[None]:
        """One of the places; each is loaded when somebody goes there."""
        from importlib import import_module

        module = import_module(f"app.tui.screens.{name}")
        screen: Screen[None] = getattr(module, name.capitalize())()
        return screen

    async def action_go(self, name: str) -> None:
        """Go to one of the places; the stage stays where it is, below."""
        if getattr(self.screen, "NAME", "") == name:
            return
        await self.push_screen(self.place(name))

    def open_stage(self, source: Source, pace: str = "theatrical", *, stepping: bool = False) -> None:
        """Show a run."""
        from app.tui.screens.stage import Stage

        self._last = source.run
        if source.performed == "here" and source not in self.performed:
            self.performed.append(source)  # type: ignore[arg-type]
        if source.run in self.stages:
            self._return_to(self.stages[source.run])
            return
        stage = Stage(source, pace, stepping=stepping, clock=self.clock)
        if source.performed == "here":
            self.stages[source.run] = stage
            self.install_screen(stage, f"stage {source.run}")
        self.push_screen(stage)

    def action_stage(self) -> None:
        """Back to a run that is performed here, as it was left."""
        others = [stage for stage in self.stages.values() if stage is not self.screen]
        if not others:
            self.say("no run is performed here" if not self.stages else "this is the only one", severity="warning")
            return
        self._return_to(others[-1])

    def _return_to(self, stage: Stage) -> None:
        self.stages[stage.source.run] = self.stages.pop(stage.source.run)  # the one that was seen last is the last
        if stage not in self.screen_stack:
            self.push_screen(stage)
            return
        while self.screen is not stage:
            self.pop_screen()

    def attend(self, place: Place) -> None:
        """Somebody looks at a place now: the stage below it is watched, or nobody watches one."""
        below = (each for each in reversed(self.screen_stack) if isinstance(each, Place))
        shown = next((each for each in below if each.NAME == "stage" or each.NAME in PLACES), place)
        for stage in self.stages.values():
            stage.watched(stage is shown)

    async def open_run(self, run: str, pace: str = "theatrical", entrance: Entrance = "now") -> None:
        """Show a run of the archive, from where it is now or from its start; what is performed here, where it is."""
        from app.tui.sources import source_of

        here = next((each for each in self.performed if each.run == run), None)
        self.open_stage(here or await source_of(run, self.workspace, entrance=entrance), pace)

    def compare(self, first: str, second: str) -> None:
        """Hold two runs of the archive side by side."""
        from app.tui.screens.compare import Compare

        self.push_screen(Compare(first, second))

    async def fork(self, run: str, at: int) -> None:
        """Begin a run of its own from a moment of another, after asking; what comes is performed anew."""
        from app.tui.beginning import fork_from
        from app.tui.paint.options import Option
        from app.tui.screens.choosing import Choosing

        sure = await self.push_screen_wait(
            Choosing(
                f"Fork at event {at}",
                (Option("yes", "Begin the fork", "what was before is taken over", "f"), Option("no", "Back", "", "b")),
                says="What comes after this moment is performed anew, by the models of the run if it was live.",
            )
        )
        if sure != "yes":
            return
        try:
            self.open_stage(await fork_from(self, run, at))
        except FootlightsError as refused:
            self.say(in_words(refused), severity="warning")

    def inspect(self, show: Show, source: Source, thing: str) -> None:
        """Show one thing whole."""
        from app.tui.screens.inspector import Inspector

        self.push_screen(Inspector(show, source, thing))

    async def action_back(self) -> None:
        """One back; from the first, to Home. A stage on which something is performed is kept."""
        left = self.screen
        if len(self.screen_stack) > 2:
            self.pop_screen()
        elif isinstance(left, Place) and left.NAME != "home":
            await self.switch_screen(self.place("home"))
        over = next((stage for stage in self.stages.values() if stage is left and stage.is_over), None)
        if over is not None and over not in self.screen_stack:
            del self.stages[over.source.run]
            self.uninstall_screen(over)
            await over.remove()

    async def action_help(self) -> None:
        """Every key that counts here."""
        from app.tui.screens.help import Help

        place = self.screen
        if isinstance(place, Help):
            return
        spots = (*place.SPOTS, *place.INNER_SPOTS) if isinstance(place, Place) else ()
        await self.push_screen(Help(f"Keys: {place.NAME}" if isinstance(place, Place) else "Keys", spots, HELP))

    async def action_jump(self) -> None:
        """A letter on everything that can be reached."""
        from app.tui.screens.jumping import Jumping

        targets = self.screen.targets() if isinstance(self.screen, Place) else ()

        def chosen(target: Target | None) -> None:
            if target is not None:
                self.call_later(target.go)

        if targets:
            await self.push_screen(Jumping(targets), chosen)
        else:
            self.say("there is nothing to jump to", severity="warning")

    def action_copy(self) -> None:
        """Copy what is in front of the person."""
        place = self.screen
        text = (place.get_selected_text() or "") or (place.copied() if isinstance(place, Place) else "")
        if not text:
            self.say("there is nothing to copy here", severity="warning")
            return
        self.copy_to_clipboard(text)
        self.run_worker(partial(self._copy, text), thread=True, name="copy")
        self.say(f"copied {len(text):,} characters")

    def _copy(self, text: str) -> None:
        from app.tui.copying import hand_to, helper

        if command := helper():
            hand_to(command, text)

    # Leaving

    async def action_leave(self) -> None:
        """Leave; while something is performed here, ask what becomes of it."""
        going = self.going
        if not going:
            self.exit(Left(last=self._last))
            return
        from app.tui.screens.leaving import Leaving

        def decided(how: str | None) -> None:
            if how is not None:
                self.exit(Left(how, runs=going, last=self._last))  # type: ignore[arg-type]

        await self.push_screen(Leaving(going), decided)

    def leave_at_once(self, number: int) -> None:
        """A signal: what is performed here is stopped, so that it can be resumed."""
        self.exit(Left("stop", number, self.going, self._last))

    def _fatal_error(self) -> None:
        """Something of ours failed outside a picture: end in order; the error is told when the runs are safe."""
        failed = self._exception
        if isinstance(failed, WorkerFailed) and isinstance(failed.error, Exception):
            failed = failed.error
        self.exit(Left("stop", None, self.going, self._last, failed))

    def panic(self, *renderables: RenderableType) -> None:
        """The same, for errors that Textual would draw."""
        self._fatal_error()

    @property
    def going(self) -> tuple[Here, ...]:
        """What is still performed in this process."""
        return tuple(each for each in self.performed if each.performed == "here")

    # What it says

    def mishap(self, widget: Widget, error: Exception) -> None:
        """A part could not be drawn: say so once, and keep what a developer needs."""
        name = type(widget).__name__
        if not any(kept.startswith(f"{name}: ") for kept in self.mishaps):
            self.mishaps.append(f"{name}: {''.join(traceback.format_exception(error))}")
            self.say(f"{name} could not be drawn; the run goes on", severity="error")

    def say(self, text: str, *, severity: Severity = "information", stays: bool = False) -> None:
        """A line for a moment, or until the next key. Of several the last ones are seen, and none of them twice."""
        now = time.monotonic()
        said = plain(text) if self.glyphs is ASCII else text
        kept = [line for line in self._said if line.until > now and line.text != said]
        self._said = [*kept, Line(said, severity, now + (LONG if stays else MOMENT), stays)][-AT_ONCE:]
        self._show_what_is_said(now)

    def _show_what_is_said(self, now: float) -> None:
        self.call_later(self.clear_notifications)  # in its turn: so are the lines
        for line in self._said:
            self.notify(line.text, severity=line.severity, markup=False, timeout=max(0.1, line.until - now))

    async def on_event(self, event: events.Event) -> None:
        """Whoever presses a key has read what waited for one; while the keyboard is locked, it may not count."""
        if self._is_locked_out(event):
            return
        if isinstance(event, events.Key) and any(line.stays for line in self._said):
            now = time.monotonic()
            self._said = [line for line in self._said if not line.stays and line.until > now]
            self._show_what_is_said(now)
        await super().on_event(event)

    def _is_locked_out(self, event: events.Event) -> bool:
        """Is the keyboard locked, and is this a key, a click or a pasted text that does not open it?"""
        if not isinstance(event, events.Key | events.MouseEvent | events.Paste):
            return False
        if self.lock is None:
            if isinstance(event, events.Key) and self._opened is not None and not self._opened.echoes(event.key):
                self._opened = None  # it was let go: this key counts, also when it comes back from the screen
            return isinstance(event, events.Key) and self._opened is not None
        verdict = self.lock.press(event.key, event.character) if isinstance(event, events.Key) else "stopped"
        if verdict == "opened":
            self._opened, self.lock = self.lock, None
            self.say("unlocked: every key counts again")
            for foot in self.screen.query(Foot):
                foot.redraw()
        return verdict != "through"

    # The terminal

    def get_driver_class(self) -> type[Driver]:
        """Ours, unless the environment names another."""
        if constants.DRIVER is not None:
            return super().get_driver_class()
        from app.tui.driver import Driver

        return Driver

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Show a picture; while the terminal has yet to read earlier ones it is left out, and shown whole later."""
        if getattr(self._driver, "is_behind", False):
            self._driver.when_drained(partial(self.call_later, self.refresh))  # type: ignore[union-attr]
            return
        super()._display(screen, renderable)

    def get_default_screen(self) -> Screen[None]:
        """An empty one below all others."""
        return Screen(id="ground")

    def action_command_palette(self) -> None:
        """Find anything by its name."""
        from app.tui.palette import Palette

        if not Palette.is_open(self):  # type: ignore[arg-type]
            self.push_screen(Palette())
