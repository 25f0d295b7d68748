"""Home: the plays there are, and the playbill of the chosen one. The first thing anybody sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Input, Static

from app.state.words import plural
from app.tui.keys import bindings
from app.tui.library import Play, read_library
from app.tui.place import Place
from app.tui.playbill import NO_HISTORY, History, Playbill, look, read_history
from app.tui.preflight import Terminal, checks
from app.tui.widgets.foot import Foot
from app.tui.widgets.library import Library
from app.tui.widgets.playbill import PAN, READ_ON, Poster
from app.tui.widgets.table import Search

if TYPE_CHECKING:
    from textual.timer import Timer

Begin = Callable[[Playbill], Awaitable[None]]
REST = 0.12  # seconds on one play before it is checked: whoever passes by is not held up


class Home(Place):
    """The launcher."""

    NAME: ClassVar[str] = "home"
    SPOTS: ClassVar = ("home", "lists", "places")
    BINDINGS: ClassVar = bindings(*SPOTS)
    CSS_PATH: ClassVar = "home.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (110, "-wide"), (170, "-roomy")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.library = Library()
        self.poster = Poster()
        self._bills: dict[str, Playbill] = {}
        self._histories: dict[str, History] = {}  # by the scenario's own name
        self._outdated: set[str] = set()
        self._given: dict[str, dict[str, Any]] = {}  # what was given to a play last, while the app is open
        self._wished: dict[str, Mapping[str, str]] = {}  # the same for a batch of it, by the names of the fields
        self._wanted: tuple[str, Begin] | None = None  # with a play that is not yet read; "": with the first there is
        self._resting: Timer | None = None
        self._is_looking = False

    def body(self) -> ComposeResult:
        """The list, and beside it the playbill."""
        with Container(id="home"):
            with Vertical(id="plays"):
                with Horizontal(id="search"):
                    yield Static(" / ", id="prompt", markup=False)
                    yield Search(placeholder="name, title, tag, agent")
                yield self.library
            yield self.poster

    def on_mount(self) -> None:
        """Read the library once the first frame is seen."""
        self.call_after_refresh(self.run_worker, self._read_library, group="library")

    def seen_again(self) -> None:
        """Runs may have ended, and files may have changed."""
        self._outdated.update(self._histories)
        self._look_soon()

    async def _read_library(self) -> None:
        from app.settings import project_root

        catalogue = await asyncio.to_thread(lambda: read_library(project_root(Path.cwd())))
        self.library.fill(catalogue, self.house.remembered.scenario)

    # The chosen play

    @property
    def play(self) -> Play | None:
        """What the cursor stands on."""
        return self.library.chosen

    @property
    def bill(self) -> Playbill | None:
        """All about it, as soon as it is known."""
        known = self._bills.get(self.play.name) if self.play is not None else None
        return known if known is not None and known.is_fresh else None

    def on_library_chosen(self, message: Library.Chosen) -> None:
        """Show at once what is known, and find out the rest."""
        if message.play is not None:
            self.house.remembered.scenario = message.play.name
        self._show()
        self._look_soon()

    def on_library_opened(self, message: Library.Opened) -> None:
        """A second click is enter."""
        self.action_rehearse()

    def _show(self) -> None:
        play, bill = self.play, self.bill
        history = self.history
        size = self.app.size
        terminal = Terminal(size.width, size.height, self.house.has_colour, self.house.glyphs.done != "+")
        self.poster.show(play, bill, history, checks(bill, history, terminal) if bill is not None else ())
        for foot in self.query(Foot):  # none, when somebody left while it was read
            foot.redraw()
        self._begin_what_waits()

    def _look_soon(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._look, name="rest")

    def _look(self) -> None:
        if not self._is_looking and self.play is not None:
            self._is_looking = True
            self.run_worker(self._look_on, group="look")  # type: ignore[arg-type]

    async def _look_on(self) -> None:
        """Find out all about the chosen play; and once more, if another was chosen meanwhile."""
        try:
            while (play := self.play) is not None:
                if self.bill is None:
                    self._keep(await asyncio.to_thread(self._prepared, play))
                    self._show_if(play)
                name = self._bills[play.name].name
                if name not in self._histories or name in self._outdated:
                    self._outdated.discard(name)
                    self._histories[name] = await asyncio.to_thread(read_history, name, self.house.workspace)
                    self._show_if(play)
                if play == self.play:
                    return
        finally:
            self._is_looking = False

    def _prepared(self, play: Play) -> Playbill:
        bill = look(play)
        self.poster.prepare(bill)
        return bill

    def _keep(self, bill: Playbill) -> None:
        name = bill.play.name
        self._bills[name] = bill
        (self.library.broken.discard if bill.checked is not None else self.library.broken.add)(name)
        self.library.redraw()

    def _show_if(self, play: Play) -> None:
        if play == self.play:
            self._show()

    # Begin

    def action_rehearse(self) -> None:
        """Perform it without models."""
        self._begin(rehearse=True)

    def action_play(self) -> None:
        """Perform it with real models."""
        self._begin(rehearse=False)

    def action_step(self) -> None:
        """Rehearse it one effect at a time."""
        self._begin(rehearse=True, stepping=True)

    def _begin(self, *, rehearse: bool, stepping: bool = False) -> None:
        self._begin_with(partial(self._raise_the_curtain, rehearse=rehearse, stepping=stepping))

    def _begin_with(self, begin: Begin) -> None:
        """With the chosen play; with one that is still being read a little later. One thing at a time."""
        if self.bill is None and (self.play is not None or self.library.catalogue is None):
            self._wanted = (self.play.name if self.play is not None else "", begin)
            self._look()
            return
        if said := self._why_not_begin():
            self.house.say(said, severity="warning")
            return
        if any(each.node is self and each.group == "begin" and not each.is_finished for each in self.workers):
            return  # it was asked for before, and is about to open
        assert self.bill is not None
        self.run_worker(partial(begin, self.bill), group="begin")

    def _begin_what_waits(self) -> None:
        """Unless somebody went on to another play, or elsewhere."""
        wanted, self._wanted = self._wanted, None
        if wanted is None or self.play is None or wanted[0] not in ("", self.play.name) or not self.is_current:
            return
        if self.bill is None:
            self._wanted = (self.play.name, wanted[1])
        else:
            self._begin_with(wanted[1])

    async def _raise_the_curtain(self, bill: Playbill, *, rehearse: bool, stepping: bool) -> None:
        from app.tui.beginning import raise_the_curtain

        last = self._given.get(bill.play.name, {})
        given = await raise_the_curtain(self.house, bill, last, rehearse=rehearse, stepping=stepping)
        if given is not None:
            self._given[bill.play.name] = given.inputs

    def action_batch(self) -> None:
        """Perform it many times."""
        self._begin_with(self._begin_batch)

    async def _begin_batch(self, bill: Playbill) -> None:
        from app.tui.batches.beginning import begin_batch

        name = bill.play.name
        given = await begin_batch(self.house, bill, self._given.get(name, {}), self._wished.get(name, {}))
        if given is not None:
            self._given[name], self._wished[name] = given.inputs, given.texts

    def _why_not_begin(self) -> str:
        bill = self.bill
        if self.play is None:
            return "there is no play to begin"
        if bill is None:
            return "it is being read; one moment"
        return "it has errors: mend the file first" if bill.checked is None else ""

    # Earlier runs

    @property
    def history(self) -> History:
        """The earlier runs of the chosen play, as far as they are known."""
        return self._histories.get(self.bill.name, NO_HISTORY) if self.bill is not None else NO_HISTORY

    async def action_open_last(self) -> None:
        """Open the last run of this play."""
        if said := self.why_not("open_last"):
            self.house.say(said, severity="warning")
            return
        await self.house.open_run(self.history.runs[0].run)

    def action_open_one(self) -> None:
        """Choose one of the earlier runs."""
        if said := self.why_not("open_one"):
            self.house.say(said, severity="warning")
            return
        self.run_worker(self._choose_run, group="begin")  # type: ignore[arg-type]

    async def _choose_run(self) -> None:
        from app.tui.paint.programme import run_option
        from app.tui.screens.choosing import Choosing

        now = int(time.time() * 1_000_000)
        options = [run_option(past, now) for past in self.history.runs]
        chosen = await self.house.push_screen_wait(Choosing("Earlier runs", options))
        if chosen is not None:
            await self.house.open_run(chosen)

    # The list and the playbill

    def action_down(self) -> None:
        self.library.move(1)

    def action_up(self) -> None:
        self.library.move(-1)

    def action_first(self) -> None:
        self.library.first()

    def action_last(self) -> None:
        self.library.last()

    def action_page_down(self) -> None:
        self.library.move(self.library.page)

    def action_page_up(self) -> None:
        self.library.move(-self.library.page)

    def action_read_on(self) -> None:
        self.poster.read_on(READ_ON)

    def action_read_back(self) -> None:
        self.poster.read_on(-READ_ON)

    def action_pan(self, by: int) -> None:
        self.poster.pan(PAN * by)

    def action_next_view(self) -> None:
        """The playbill, the graph alone; where there is room for one thing only, the list comes first."""
        narrow = self.has_class("-narrow")
        if narrow and not self.has_class("-turned"):
            self.add_class("-turned")
        elif self.poster.page == "programme":
            self.poster.turn_to("graph")
        else:
            self.poster.turn_to("programme")
            self.remove_class("-turned")

    def action_search(self) -> None:
        self.add_class("-searching")
        self.query_one(Search).open()

    def action_choose_tag(self) -> None:
        """Show only one company, or what has one tag."""
        if self.library.catalogue is not None:
            self.run_worker(self._choose_tag, group="choose")  # type: ignore[arg-type]

    async def _choose_tag(self) -> None:
        from app.tui.paint.options import Option
        from app.tui.screens.choosing import Choosing

        assert self.library.catalogue is not None
        counts = self.library.catalogue.counts()
        options = [
            Option(words, words.rstrip("/"), f"{what}, {plural(count, 'play')}") for words, what, count in counts
        ]
        chosen = await self.house.push_screen_wait(Choosing("Show only", options))
        if chosen is not None:
            self._search_for(chosen)

    def action_company(self, by: int) -> None:
        self.library.to_company(by)

    async def action_clear(self) -> None:
        """Show all plays again; when all are shown, go back."""
        if self.library.words:
            self._search_for("")
        elif self.poster.page == "graph" or self.has_class("-turned"):
            self.poster.turn_to("programme")
            self.remove_class("-turned")
        else:
            await self.house.action_back()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find while somebody types."""
        event.stop()
        self.library.find(event.value)

    def on_search_left(self, message: Search.Left) -> None:
        """Put the row away that the line stood in."""
        self.remove_class("-searching")

    def _search_for(self, words: str) -> None:
        self.query_one(Search).value = words
        self.library.find(words)

    # What the house asks of a place

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        if action in ("rehearse", "step", "batch"):
            return self._why_not_begin()
        if action == "play":
            return self._why_not_begin() or (self.bill.cannot_play if self.bill is not None else "")
        if action in ("open_last", "open_one"):
            return "" if self.history.runs else "it was never performed here"
        return ""

    def copied(self) -> str:
        """The command that rehearses the chosen play."""
        return f"footlights play {self.play.name} --rehearse" if self.play is not None else ""
