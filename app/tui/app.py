"""The app: its places, and what is performed in it. It draws what happened, and decides nothing of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.screen import Screen
from textual.worker import WorkerError, WorkerFailed

from app.errors import FootlightsError
from app.tui.building import Building
from app.tui.canvas import plain
from app.tui.place import Place
from app.tui.refused import in_words
from app.tui.remembered import Remembered

if TYPE_CHECKING:
    from rich.console import RenderableType

    from app.playback.show import Show
    from app.tui.batches.driving import Driven
    from app.tui.launcher import Launch
    from app.tui.screens.jumping import Target
    from app.tui.screens.stage import Stage
    from app.tui.sources import Entrance, Here, Source

PLACES = ("home", "runs", "cast", "models", "inbox", "batches")
HELP = "A key has another meaning while you write: press esc first. keys.yaml in the configuration folder changes keys."
How = Literal["ended", "keep", "stop", "cancel"]


@dataclass(frozen=True, slots=True)
class Left:
    """How somebody left: what becomes of the runs that were still performed here."""

    how: How = "ended"
    signal: int | None = None
    runs: tuple[Here, ...] = ()  # those that were not over
    batches: tuple[Driven, ...] = ()  # those that are still performed
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


class Theatre(Building[Left]):
    """The whole house on one screen."""

    CSS_PATH: ClassVar = [Path(__file__).with_name("app.tcss")]
    is_attended: ClassVar[bool] = True  # somebody sits there who could press a key

    def __init__(self, opening: Opening) -> None:
        self.workspace = opening.workspace
        self.launch = opening.launch
        self.performed: list[Here] = []
        self.batches: list[Driven] = []
        self.stages: dict[str, Stage] = {}  # of what is performed here, by run: they stay when somebody goes elsewhere
        self.signal: int | None = None
        self._opening = opening
        self._last = ""
        super().__init__(opening.remembered)

    # Where one is

    async def on_mount(self) -> None:
        """Raise the curtain."""
        self.make_ready()
        opening = self._opening
        if opening.source is not None:
            self.open_stage(await opening.source(), opening.pace, stepping=opening.stepping)
        elif opening.then is None:
            await self.push_screen(self.place(opening.place))
        if opening.then is not None:
            await opening.then(self)

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
        try:
            source = here or await source_of(run, self.workspace, entrance=entrance)
        except FootlightsError as error:  # somebody has removed it, or the whole archive
            self.say(in_words(error), severity="error")
            return
        self.open_stage(source, pace)

    def compare(self, first: str, second: str) -> None:
        """Hold two runs of the archive side by side."""
        from app.tui.screens.compare import Compare

        self.push_screen(Compare(first, second))

    async def fork(self, run: str, at: int) -> None:
        """Begin a run of its own from a moment of another, after asking; what comes is performed anew."""
        from app.tui.beginning import ask_and_fork

        await ask_and_fork(self, run, at)

    def open_batch(self, batch: str) -> None:
        """Show a batch, whoever performs it."""
        from app.tui.screens.batch import Batch

        self.push_screen(Batch(batch))

    def perform_batch(self, driven: Driven) -> None:
        """Perform a batch here, whatever is shown meanwhile."""
        self.batches.append(driven)
        driven.begin(self._batch_ended)

    def driven(self, batch: str) -> Driven | None:
        """How it was performed here last, also when that is over."""
        return next((each for each in reversed(self.batches) if each.batch == batch), None)

    def _batch_ended(self, driven: Driven) -> None:
        if driven.problem is not None and self.is_running:
            self.say(f"{plain(driven.title)}: {in_words(driven.problem)}", severity="error", stays=True)

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

    def action_command_palette(self) -> None:
        """Find anything by its name."""
        from app.tui.palette import Palette

        if not Palette.is_open(self):  # type: ignore[arg-type]
            self.push_screen(Palette())

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
        going, batches = self.going, self.batches_going
        if not going and not batches:
            self.exit(Left(last=self._last))
            return
        from app.tui.screens.leaving import Leaving

        def decided(how: str | None) -> None:
            if how is not None:
                self.exit(Left(how, runs=going, batches=batches, last=self._last))  # type: ignore[arg-type]

        await self.push_screen(Leaving(going, batches), decided)

    async def on_unmount(self) -> None:
        """Nothing that was begun in the house outlives it: each work ends what it began elsewhere."""
        for work in list(self.workers):
            with suppress(WorkerError):
                await work.wait()

    def leave_at_once(self, number: int) -> None:
        """A signal: what is performed here is stopped, so that it can be resumed."""
        self.exit(Left("stop", number, self.going, self.batches_going, self._last))

    def _fatal_error(self) -> None:
        """Something of ours failed outside a picture: end in order; the error is told when the runs are safe."""
        failed = self._exception
        if isinstance(failed, WorkerFailed) and isinstance(failed.error, Exception):
            failed = failed.error
        self.exit(Left("stop", None, self.going, self.batches_going, self._last, failed))

    def panic(self, *renderables: RenderableType) -> None:
        """The same, for errors that Textual would draw."""
        self._fatal_error()

    @property
    def going(self) -> tuple[Here, ...]:
        """What is still performed in this process."""
        return tuple(each for each in self.performed if each.performed == "here")

    @property
    def batches_going(self) -> tuple[Driven, ...]:
        """The batches that are still performed in it."""
        return tuple(each for each in self.batches if each.goes_on)
