"""The launcher of demos: nine ways to see a show, what will be seen, and whether everything is in order for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.events import Click

from app.errors import FootlightsError
from app.safety import one_line
from app.tui.billing import Billing, billed
from app.tui.canvas import Canvas
from app.tui.filed import TOUR_TAKES, Filed, Found, found
from app.tui.keys import bindings
from app.tui.launcher import BY_NAME, MODES, Launch, Mode, Setting
from app.tui.paint.launcher import Look, launcher, mode_at
from app.tui.paint.rows import Row
from app.tui.place import Place
from app.tui.preflight import Check, Terminal, stage_checks
from app.tui.refused import in_words
from app.tui.screens.choosing import Choosing
from app.tui.shelf import bill_of, latest, others
from app.tui.text import clock
from app.tui.widgets.foot import Foot
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.tui.playbill import Playbill

_TAKES = {"play": "live", "step": "your GO", "dashboard": "live", "kiosk": "loop", "export": "files"}
NOTHING_GOES_ON = "no run goes on now; footlights play NAME --rehearse in another terminal begins one"
_OFFLINE = Check("good", "needs", "no key, no network, nobody")


class Launcher(Place):
    """Choose, set, start."""

    NAME: ClassVar[str] = "launcher"
    SPOTS: ClassVar = ("launcher",)
    BINDINGS: ClassVar = bindings(*SPOTS)

    def __init__(self) -> None:
        super().__init__()
        self.board = Board(self)
        self.cursor = 0
        self.setting: Setting | None = None
        self.times = False
        self._subjects: dict[str, str] = {}
        self._found: dict[str, Found] = {}  # recordings, by what they were asked for as
        self._bills: dict[str, Playbill] = {}
        self._rehearsed: dict[str, Found] = {}  # dry runs, by scenario
        self._billings: dict[tuple[object, ...], Billing] = {}
        self._wrong = ""  # why nothing is known of the chosen one

    def body(self) -> ComposeResult:
        """One board."""
        yield self.board

    def on_mount(self) -> None:
        """Look at what is chosen; start it, where that was said already."""
        launch = self.launch
        self.settings = launch.settings
        self.settings.captions = self.house.remembered.captions and launch.settings.captions
        self.settings.motion = self.house.moves and launch.settings.motion
        self.cursor = MODES.index(BY_NAME[launch.mode])
        if launch.subject:
            self._subjects[self.mode.of] = launch.subject
        if launch.at_once:
            self.board.display = False  # what is started at once is not announced
            self.run_worker(self._start, group="start")  # type: ignore[arg-type]
        self._look()

    def seen_again(self) -> None:
        """Back from a show: runs may have come."""
        self.board.display = True
        self._look()

    # What is chosen

    @property
    def launch(self) -> Launch:
        """What it began with."""
        if self.house.launch is None:
            self.house.launch = Launch()
        return self.house.launch

    @property
    def mode(self) -> Mode:
        """What the cursor stands on."""
        return MODES[self.cursor]

    @property
    def subject(self) -> str:
        """The scenario or the run that it is about; empty for the recording that ships."""
        usual = self.house.remembered.scenario if self.mode.of == "play" else ""
        return self._subjects.get(self.mode.of, usual)

    @property
    def bill(self) -> Playbill | None:
        """What is known of the chosen scenario."""
        return self._bills.get(self.subject) if self.mode.of == "play" else None

    @property
    def recording(self) -> Found | None:
        """What is known of the chosen run; of a scenario, its dry run; of a run that goes on nothing is known yet."""
        if self.mode.of == "going":
            return None
        return (self._rehearsed if self.mode.of == "play" else self._found).get(self.subject)

    @property
    def fit(self) -> float | None:
        """How long it shall take, if that was said: the tour takes as long as its panels need."""
        if "fit" not in self.mode.settings:
            return None
        is_tour = not self.subject and self.settings.pace == "theatrical"
        return TOUR_TAKES if self.settings.fit is None and is_tour else self.settings.fit

    @property
    def billing(self) -> Billing | None:
        """The show as it is announced."""
        return self._billings.get(self._billed_as)

    @property
    def _billed_as(self) -> tuple[object, ...]:
        return (self.mode.of == "play", self.subject, self.settings.pace, self.fit)

    def _look(self) -> None:
        """Show at once what is known, and find out the rest."""
        self.redraw()
        self.run_worker(self._look_on, group="look", exclusive=True)  # type: ignore[arg-type]

    def redraw(self) -> None:
        """Something has changed."""
        self.board.redraw()
        for foot in self.query(Foot):
            foot.redraw()

    async def _look_on(self) -> None:
        try:
            await self._find()
            if (known := self.recording) is not None and self.billing is None:
                as_asked, pace, fit = self._billed_as, self.settings.pace, self.fit
                self._billings[as_asked] = await billed(known.recording, known.source, known.sheet, pace, fit)
            self._wrong = ""
        except FootlightsError as refused:
            self._wrong = in_words(refused)
        self.redraw()

    async def _find(self) -> None:
        """The scenario or the recording that is chosen."""
        wanted, of = self.subject, self.mode.of
        if of == "play" and (wanted not in self._bills or not self._bills[wanted].is_fresh):
            self._bills[wanted] = await asyncio.to_thread(bill_of, wanted)
        elif of == "run" and of not in self._subjects:
            self._subjects[of] = await latest(self.house.workspace)
            await self._find()
        elif of == "going":
            self._subjects[of] = await latest(self.house.workspace, goes_on=True)
        elif of in ("tour", "run", "show") and wanted not in self._found:
            self._found[wanted] = await found(wanted, self.house.workspace)

    # What is drawn

    def look(self, width: int, height: int) -> Look:
        """Everything that the board is drawn from."""
        return Look(
            cursor=self.cursor,
            setting=self.setting,
            settings=self.settings,
            fit=self.fit,
            billing=self.billing,
            bill=self.bill,
            takes=tuple(self._takes(mode) for mode in MODES),
            checks=self._checks,
            command=self._command,
            why_not=self._why_not_start(),
            times=self.times,
            glyphs=glyphs_of(self.board),
        )

    def _takes(self, mode: Mode) -> str:
        if mode.name in _TAKES:
            return _TAKES[mode.name]
        if mode is self.mode and self.billing is not None:
            return clock(self.billing.length)
        return clock(TOUR_TAKES) if mode.of in ("tour", "show") else ""

    @property
    def _checks(self) -> tuple[Check, ...]:
        size, house = self.app.size, self.house
        terminal = Terminal(
            size.width, size.height, house.has_colour, house.glyphs.done != "+", house.console.color_system or ""
        )
        shade = "dark" if house.current_theme.dark else "light"
        return stage_checks(terminal, f"{one_line(house.remembered.theme).capitalize()}, {shade}", self._needs)

    @property
    def _needs(self) -> tuple[Check, ...]:
        bill = self.bill
        if bill is None or self.mode.name == "rehearse":
            return (_OFFLINE,)
        people = sum(need.what == "person" for need in bill.needs)
        asks = (Check("good", "people", f"asks a person {people} times" if people > 1 else "asks a person"),)
        if self.mode.name == "play":
            reached = Check("good", "needs", "a model for everybody")
            speaks = Check("warning", "needs", bill.cannot_play, "rehearse needs none") if bill.cannot_play else reached
            return (speaks, *(asks if people else ()))
        return (_OFFLINE if not people else Check("good", "needs", "offline, no key; you answer its questions"),)

    @property
    def _command(self) -> str:
        """What one would type for the same."""
        parts = ["footlights", "demo", self.mode.name]
        parts += [self.subject] if self.subject else []
        parts += [f"--pace {self.settings.pace}"] if self.settings.pace != "theatrical" else []
        if self.settings.fit is not None and "fit" in self.mode.settings:
            parts.append(f"--fit {clock(self.settings.fit)}")
        parts += ["--loop"] if self.settings.loop and "loop" in self.mode.settings else []
        return " ".join(parts)

    def _why_not_start(self) -> str:
        if self._wrong:
            return self._wrong
        if self.mode.of == "play":
            return "it has errors: footlights check shows them" if self.bill and not self.bill.checked else ""
        if self.mode.of == "going":
            return "" if self.subject else NOTHING_GOES_ON
        if self.settings.mirror and "mirror" in self.mode.settings and not self.subject:
            return "an audience mirror shows a run of the archive: replay one"
        if self.mode.name == "export" and not self.launch.formats:
            return "footlights export RUN FORMAT makes the files"
        return ""

    # Keys

    def action_move(self, by: int) -> None:
        """To another mode."""
        self._choose((self.cursor + by) % len(MODES))

    def action_mode(self, number: int) -> None:
        """To the mode of that number."""
        self._choose(number - 1)

    def _choose(self, cursor: int) -> None:
        self.cursor, self.setting, self._wrong = cursor, None, ""
        self._look()

    def action_option(self, by: int) -> None:
        """From the modes to what can be set, and through it."""
        stops: list[Setting | None] = [None, *self.mode.settings]
        self.setting = stops[(stops.index(self.setting) + by) % len(stops)]
        self.redraw()

    def action_change(self, by: int) -> None:
        """Change what has the focus."""
        if self.setting is None:
            self.action_option(by)
            return
        known = self.billing
        possible, length = (known.possible, known.length) if known is not None else (None, 0.0)
        self.settings.turn(self.setting, by, possible, length)
        self._look()

    def action_times(self) -> None:
        """The dry run, and back; a scenario is rehearsed for it, unseen."""
        self.times = not self.times
        bill = self.bill
        if self.times and bill is not None and bill.checked is not None and self.recording is None:
            self.run_worker(partial(self._dry_run, bill), group="dry run", exclusive=True)  # type: ignore[arg-type]
        self.redraw()

    async def _dry_run(self, bill: Playbill) -> None:
        from app.tui.dry_run import dry_run

        assert bill.checked is not None
        try:
            recording = await asyncio.to_thread(dry_run, bill.checked)
        except FootlightsError as refused:
            self.house.say(in_words(refused), severity="warning")
            return
        self._rehearsed[self.subject] = Found(recording, None, "as rehearsed")
        self._look()

    def action_other(self) -> None:
        """Another play, or another run."""
        if said := self.why_not("other"):
            self.house.say(said, severity="warning")
            return
        self.run_worker(self._choose_other, group="other", exclusive=True)  # type: ignore[arg-type]

    async def _choose_other(self) -> None:
        options = await others(self.mode.of, self.house.workspace)
        if not options:
            self.house.say(f"nothing can be chosen: {NOTHING_GOES_ON}", severity="warning")
            return
        title = "Another play" if self.mode.of == "play" else "Another run"
        chosen = await self.house.push_screen_wait(Choosing(title, options))
        if chosen is not None:
            self._subjects[self.mode.of] = chosen
            self._look()

    def action_start(self) -> None:
        """Begin."""
        if said := self._why_not_start():
            self.house.say(said, severity="warning")
            return
        self.run_worker(self._start, group="start", exclusive=True)  # type: ignore[arg-type]

    async def _start(self) -> None:
        from app.tui.launching import start

        try:
            await self._find()
            await start(self)
        except FootlightsError as refused:
            self._wrong = in_words(refused)
            self.house.say(self._wrong, severity="warning")
            self.board.display = True
            self.redraw()

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        if action == "start":
            return self._why_not_start()
        if action == "other" and self.mode.of == "tour":
            return "the tour is always the same"
        return ""

    def copied(self) -> str:
        """The command that does the same."""
        return self._command

    def source(self) -> Filed:
        """The chosen recording, as the stage needs it."""
        known = self.recording
        assert known is not None
        return Filed(known.recording, known.sheet, fit=self.fit)


class Board(Canvas):
    """Draws the launcher. A click chooses a mode, and on the chosen one starts it."""

    DEFAULT_CSS = "Board { width: 100%; height: 1fr; }"

    def __init__(self, place: Launcher) -> None:
        super().__init__()
        self._place = place

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """All of it."""
        return launcher(self._place.look(width, height), width, height)

    def on_click(self, event: Click) -> None:
        """Choose, or start."""
        width, height = self.size
        at = mode_at(self._place.look(width, height), width, height, event.x, event.y)
        if at == self._place.cursor:
            self._place.action_start()
        elif at is not None:
            self._place.action_mode(at + 1)
