"""Models: who answers for the agents; what it costs, what it may see, how it stands with it just now; and a test."""

from __future__ import annotations

import time
from asyncio import to_thread
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

from app.engine.endpoints import Standing, of_this_process
from app.errors import FootlightsError
from app.safety import one_line
from app.tui.endpoints import REHEARSAL, Model, Service, listed, models, services
from app.tui.history import Books, Ledger, gathered
from app.tui.keys import bindings
from app.tui.listed import ListPlace
from app.tui.paint.models import called, columns_of, group_of, whole, words_of
from app.tui.paint.options import Option
from app.tui.paint.rows import Row, Span
from app.tui.refused import in_words
from app.tui.screens.choosing import Choosing
from app.tui.screens.sheet import Sheet
from app.tui.sounding import Sounding, about, most
from app.tui.table import Listing
from app.tui.text import money
from app.tui.widgets.table import Pane, Table
from providers.catalogue import insist_on_sound_file

if TYPE_CHECKING:
    from app.tui.app import Theatre


class Models(ListPlace[Model]):
    """The services and their models."""

    NAME = "models"
    SPOTS = ("models", "lists", "tables", "places")
    BINDINGS: ClassVar = bindings("models", "lists", "tables", "places")

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing[Model] = Listing((), lambda model: model.use, words_of, group_of)
        self.table = Table(self.listing, "Models", id="models")
        self.pane = Pane(self._told, id="model")
        self._books = Books()
        self._ledger: Ledger | None = None
        self._services: dict[str, Service] = listed()
        self._is_told = False

    def on_mount(self) -> None:
        """What the catalogue knows is there at once."""
        self.listing.columns = columns_of(_standing, self.house.glyphs)
        self._show()
        super().on_mount()

    @property
    def _tests(self) -> dict[str, Sounding]:
        """The last of each model. A test goes on while somebody is elsewhere."""
        return _TESTS.setdefault(self.house, {})

    def seen_again(self) -> None:
        """A key may have come, or gone."""
        self._is_told = False
        super().seen_again()

    async def look(self) -> None:
        """Who is ready, and what was spent."""
        if not self._is_told:
            self._is_told = True
            self._services = await to_thread(services)
            self._show()
            self._tell_of_own_file()
        self._ledger = await gathered(self.house.workspace, self._books.read, Ledger())
        self._show()
        self.tick()

    def _tell_of_own_file(self) -> None:
        """A person's own file that is wrong changes nothing, and that is said."""
        try:
            insist_on_sound_file()
        except FootlightsError as refused:
            self.house.say(in_words(refused), severity="warning")

    def _show(self) -> None:
        found = self._services
        ready = sum(service.is_ready for service in found.values())
        told = f"{ready} of {len(found)} services ready" if self._is_told else "looking who is ready"
        self.table.right = (Span(told, "muted"),)
        self.listing.put(models(found, self._ledger or Ledger(), time.time()))
        self.table.changed()

    def _told(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        model = self.listing.chosen
        if model is None:
            return "", ()
        title: Row = (Span(called(model), "text bold"), Span(f"  {one_line(model.service.title)}", "muted"))
        now, tested = time.time_ns() // 1000, self._tests.get(model.use)
        return title, whole(model, _standing(model), self._ledger, width, now, self.house.glyphs, tested)

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        model = self.listing.chosen
        if action not in ("details", "test"):
            return ""
        if model is None:
            return "there is no model here"
        return _why_no_test(model, self._tests.get(model.use)) if action == "test" else ""

    def copied(self) -> str:
        """The model as a scenario names it."""
        model = self.listing.chosen
        return f"use: {model.use}" if model is not None and model.is_named else ""

    def action_details(self) -> None:
        """All that is known of it, on a sheet of its own."""
        if self.listing.chosen is not None:
            self.house.push_screen(Sheet(self._told))

    def action_test(self) -> None:
        """Ask it for one word, once a person has agreed to pay for it."""
        if why := self.why_not("test"):
            self.house.say(why, severity="warning")
        elif (model := self.listing.chosen) is not None:
            self.run_worker(partial(self._test, model), group="ask")  # type: ignore[arg-type]

    async def _test(self, model: Model) -> None:
        house = self.house
        says = f"It is asked for one word, for real: {_cost_of_test(model)}. The run is kept like any other."
        answers = (Option("yes", "Test it", "", "t"), Option("no", "Back", "", "b"))
        if await house.push_screen_wait(Choosing(f"Test {one_line(model.use)}", answers, says=says)) != "yes":
            return

        def changed() -> None:
            if isinstance(house.screen, Models):
                house.screen.tick()

        tested = self._tests[model.use] = Sounding(model.use, changed)
        house.run_worker(partial(tested.perform, house.workspace), group=f"test {model.use}")  # type: ignore[arg-type]
        self.tick()


_TESTS: WeakKeyDictionary[Theatre, dict[str, Sounding]] = WeakKeyDictionary()


def _standing(model: Model) -> Standing:
    return of_this_process().standing(model.service.name)


def _why_no_test(model: Model, tested: Sounding | None) -> str:
    if tested is not None and tested.is_performing:
        return f"{model.use} is being tested"
    if model.service.name == REHEARSAL:
        return "a rehearsal needs no test: no model is asked"
    if not model.is_named:
        return f"which one? footlights models test {model.service.name}/NAME"
    if not model.service.is_ready:
        hint = f"; {model.service.standing.hint}" if model.service.standing.hint else ""
        return f"{one_line(model.service.name)} is not ready: {one_line(model.service.why + hint)}"
    return ""


def _cost_of_test(model: Model) -> str:
    cost = about(model.facts)
    if cost is None:
        return "nobody knows what it costs"
    if not cost:
        return "no money, as it runs on your own machine"
    return f"about {money(cost)}, at most {money(most())}"
