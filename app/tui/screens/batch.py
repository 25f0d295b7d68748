"""One batch: every run of it a cell that can be opened, how it comes along, and what it comes to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Container, Vertical

from app.batch.results import ItemResult
from app.batch.standing import how_performed
from app.errors import FootlightsError
from app.journal.batches import BatchNotFound
from app.safety import one_line
from app.state.words import plural
from app.tui.batches.grid import axes_of, groups_of
from app.tui.batches.reading import Reading
from app.tui.batches.watch import News
from app.tui.frames import Frames
from app.tui.gridded import ALL, NOT_PASSED, GridPlace
from app.tui.history import Pulse
from app.tui.keys import bindings
from app.tui.paint.batch import Progress
from app.tui.paint.batch_figures import (
    COMPARED,
    cell_rows,
    compared_rows,
    heat_rows,
    rate_rows,
    reason_rows,
    resume_rows,
)
from app.tui.paint.frame import INSETS
from app.tui.paint.leaf import invitation, prose
from app.tui.paint.rows import Row, Span
from app.tui.refused import in_words
from app.tui.widgets.batch import BatchHead, GridView, ItemBox
from app.tui.widgets.foot import BatchFoot, Foot
from app.tui.widgets.table import Pane, Search

if TYPE_CHECKING:
    from app.tui.batches.driving import Driven

LOOKS = 0.25  # seconds between two looks at whether anything was written
STALE = 5.0  # seconds after which one looks in any case: who performed it may have died
REST = 5  # times as long as a look took: so long it rests at least
MOST_REST = 2.0  # seconds that are enough in any case
LIGHT = 0.2  # seconds between two pictures of what is under way
READ_ON = 3  # rows of the figures that one key moves
SHORT = 8  # letters of an id


class Batch(GridPlace):
    """The grid and what belongs to it. It asks the archive alone, whoever performs the batch."""

    NAME = "batch"
    SPOTS = ("batch", "places")
    BINDINGS: ClassVar = bindings("batch", "places")
    CSS_PATH = "batch.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (160, "-roomy")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-short"), (30, "-high")]  # noqa: RUF012

    def __init__(self, wanted: str) -> None:
        self.reading = Reading(wanted)
        super().__init__(self.reading.watch)
        self.head = BatchHead(lambda: self.progress)
        self.item = ItemBox(lambda: self.chosen, lambda: self.known.plan.names if self.known.plan else None)
        self.figures = Pane(self._figures, id="figures")
        self._looked = -STALE
        self._not_before = 0.0
        self._is_looking = False

    def body(self) -> ComposeResult:
        """The bar, the grid with the chosen item below it, the figures, and the line to search in."""
        yield self.head
        with Container(id="hall"):
            with Vertical(id="floor"):
                yield self.grid
                yield self.item
            yield self.figures
        yield Search(placeholder="a value, #12, item 24, a run's id")

    def foot(self) -> Foot:
        """With the key that goes on in front, where nobody performs it."""
        return BatchFoot(*self.SPOTS)

    def on_mount(self) -> None:
        """Look at once, and then from time to time."""
        self._pulse = Pulse(self.house.workspace)
        self._timer = self.set_interval(LOOKS, self.look_again)
        self.frames = Frames(self.app, self._frame)
        self.frames.start()
        self.look_again()

    def on_unmount(self) -> None:
        """Let go of the archive."""
        self.frames.stop()
        self._pulse.close()

    def on_screen_suspend(self) -> None:
        """Nobody looks at it."""
        self._timer.pause()
        self.frames.stop()

    def seen_again(self) -> None:
        """Catch up."""
        if hasattr(self, "frames"):
            self._timer.resume()
            self.frames.start()
            self.look_again()

    # Reading

    def look_again(self) -> None:
        """Look, unless one is looking, or a long look is not over long enough."""
        if not self._is_looking and not self.known.is_gone and time.monotonic() >= self._not_before:
            self._is_looking = True
            self.run_worker(self._look, group="look")  # type: ignore[arg-type]
        if self.known.is_performed:  # also while a look waits for somebody who writes and does not go on
            self._redraw_head()

    async def _look(self) -> None:
        began = time.monotonic()
        try:
            if self._pulse.beats() or began - self._looked >= STALE or self.known.plan is None:
                self._looked = began
                await self._read()
                self._not_before = time.monotonic() + min(MOST_REST, REST * (time.monotonic() - began))
        except FootlightsError as error:
            self._not_before = time.monotonic() + STALE
            self._tell_problem(error)
        finally:
            self._is_looking = False

    def _tell_problem(self, error: FootlightsError) -> None:
        """Where nothing is known yet, in the middle of the screen; else as a word in passing."""
        if self.known.plan is not None:
            self.house.say(in_words(error), severity="error")
            if isinstance(error, BatchNotFound):
                self.known.lose()
                self._redraw_all()
            return
        self.grid.empty = invitation(in_words(error), "esc goes back")
        self.grid.redraw()

    async def _read(self) -> None:
        workspace, reading = self.house.workspace, self.reading
        await reading.read(workspace, self._show)
        await self._read_chosen()
        if await reading.map():
            self.figures.redraw()
        if self.known.over and not self.known.is_performed and not reading.is_concluded:
            await self._conclude()

    async def _read_chosen(self) -> None:
        """The events of the item under the cursor, for what was checked."""
        place = self.grid.cursor
        if place is not None and await self.reading.read_whole(self.house.workspace, place):
            self.item.redraw()

    async def _conclude(self) -> None:
        await self.reading.conclude(self.house.workspace)
        self._redraw_all()

    def _show(self, news: News) -> None:
        if news.plan is not None:
            self.groups = groups_of(news.plan)
            self.grid.title_said = self._title
        self._redraw_all()
        if news.plan is not None or self.filter != ALL:
            self.lay_out()
        self.frames.wake()

    def _redraw_all(self) -> None:
        self.grid.verdicts = [standing.verdict for standing in self.known.standings]
        for canvas in (self.grid, self.item, self.figures):
            canvas.redraw()
        self._redraw_head()
        self._redraw_foot()

    def _redraw_head(self) -> None:
        is_noticed = bool(self._notice)
        if is_noticed != self.has_class("-noticed"):
            self.set_class(is_noticed, "-noticed")
            self.call_after_refresh(self.lay_out)
        self.head.redraw()

    def _redraw_foot(self) -> None:
        for foot in self.query(Foot):  # none, when the place is being left
            foot.redraw()

    # What is shown

    @property
    def progress(self) -> Progress | None:
        """How it comes along."""
        known = self.known
        if known.plan is None or known.row is None:
            return None
        now = time.time_ns() // 1000
        goes_on, driven = known.is_performed, self.house.driven(known.batch)
        budget = driven.budget if driven is not None else known.plan.budget
        return Progress(
            known.counts, known.spent, budget, known.pace(now) if goes_on else 0.0,
            known.left(now) if goes_on else None, self._notice,
        )  # fmt: skip

    @property
    def _notice(self) -> str:
        row, driven = self.known.row, self._driven
        if row is None or self.known.is_over:
            return ""
        if row.performer:
            return one_line(driven.trouble) if driven is not None else ""
        return self.reading.notice

    @property
    def chosen(self) -> ItemResult | None:
        """The item under the cursor, as well as it is known."""
        place = self.grid.cursor
        return self.reading.item(place) if place is not None and self.known.plan is not None else None

    @property
    def _title(self) -> Row:
        plan = self.known.plan
        assert plan is not None
        how = how_performed(plan.mode, plan.record)
        axes = axes_of(plan)
        return (
            Span(one_line(plan.title), "text bold"),
            Span(f"  {plan.batch[-SHORT:]}", "muted"),
            Span(f"  {how}", "info" if plan.leaves_nothing_to_chance else "good"),
            Span(f"  {axes}" if axes else "", "muted"),
        )

    def _figures(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        known, glyphs = self.known, self.house.glyphs
        rows = rate_rows(known.rates(width), known.rate, width, glyphs)
        rows += reason_rows(self.reading.reasons, width, glyphs)
        rows += heat_rows(self.reading.heat, width) or cell_rows(self.reading.cells, width)
        rows += compared_rows(self.reading.compared, width, glyphs)
        if self.reading.why_not_compared:
            rows += [(), *prose(self.reading.why_not_compared, width, "warning")]
        if known.row is not None and self._state == "stopped":
            rows = [*resume_rows(known.asking, known.total - known.over), *rows]
        if not rows:
            rows = invitation("Nothing has ended yet", "the pass rate and the map stand here", width=width)
        while rows and not rows[0]:
            rows.pop(0)
        return (Span(self._state, "text bold"),), rows

    @property
    def _state(self) -> str:
        row = self.known.row
        if row is None:
            return ""
        if row.performer:
            if (driven := self._driven) is not None:
                return "stopping" if driven.is_stopping else "performed here"
            return f"performed by {one_line(row.performer)}"
        return self.reading.standing

    def _frame(self) -> float | None:
        """Move the light of what is under way; nothing moves when nothing is."""
        if not self.known.counts["running"] or not self.house.moves or not self.known.is_performed:
            if self.grid.step >= 0:
                self.grid.step = -1
                self.grid.redraw()
            return None
        self.grid.step = int(self.house.clock() / LIGHT)
        self.grid.redraw()
        return LIGHT

    # Keys

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        if action.startswith("next_failed") and not sum(self.known.counts[verdict] for verdict in NOT_PASSED):
            return "none has failed"
        if action == "open":
            place = self.grid.cursor
            if place is None or self.known.standings[place].verdict == "waiting":
                return "it was removed" if self.known.is_gone else "it has not begun"
        if action == "resume":
            return self._why_not_resume()
        if action == "stop":
            return "" if self._driven is not None else "it is not performed here"
        if action == "compare":
            return self._why_not_compare()
        if action == "view":
            return "" if self.has_class("-narrow") else "they stand beside the grid"
        return ""

    def _why_not_compare(self) -> str:
        if not self.known.over:
            return "nothing has ended yet"
        is_told = self.known.is_over and self.reading.is_concluded
        return "nothing varies in it, and all else is told" if is_told and not self.reading.axes else ""

    def _why_not_resume(self) -> str:
        if self.known.is_gone:
            return "it was removed"
        if self.known.is_performed:
            return "it is being performed"
        if self.known.is_over:
            return "all of it is performed"
        return "its comparison is clear: the rest is left out" if self.reading.ended_early else ""

    @property
    def _driven(self) -> Driven | None:
        """It, while it is performed in this app."""
        return next((each for each in self.house.batches_going if each.batch == self.known.batch), None)

    async def action_open(self) -> None:
        """The run, on the stage."""
        if self._may("open") and (place := self.grid.cursor) is not None and self.known.plan is not None:
            await self.house.open_run(self.known.plan.items[place].run)

    async def action_replay(self) -> None:
        """The same, from its beginning."""
        if self._may("open") and (place := self.grid.cursor) is not None and self.known.plan is not None:
            await self.house.open_run(self.known.plan.items[place].run, entrance="start")

    def action_view(self) -> None:
        """The figures where the grid is; where there is room they stand beside it."""
        if self._may("view"):
            self.toggle_class("-turned")
            self.figures.redraw()

    def action_compare(self) -> None:
        """Say now why some did not pass, and hold the arms against each other, as far as they have come."""
        if self._may("compare"):
            self.run_worker(self._compare, group="compare", exclusive=True)  # type: ignore[arg-type]

    async def _compare(self) -> None:
        from app.tui.batches.comparing import axis_to_compare

        if (axis := await axis_to_compare(self.house, self.reading)) is None:
            return
        self.reading.along = axis
        if not (self.known.is_over or self.reading.ended_early):
            self.house.say(f"looking at what has ended so far: {plural(self.known.over, 'run')}")
        try:
            await self._conclude()
        except FootlightsError as error:
            self._tell_problem(error)
        self.set_class(self.has_class("-narrow"), "-turned")
        self.call_after_refresh(self._lead_to_comparison)

    def _lead_to_comparison(self) -> None:
        """Whoever asked for it sees it, also where the figures go on below their frame."""
        rows = self._figures(max(1, self.figures.size.width - INSETS))[1]
        self.figures.read_from(next((at for at, row in enumerate(rows) if row and row[0].text == COMPARED), 0))

    def action_read_on(self) -> None:
        self.figures.scroll_by(READ_ON)

    def action_read_back(self) -> None:
        self.figures.scroll_by(-READ_ON)

    def action_resume(self) -> None:
        """Go on with what is missing, in this process."""
        if self._may("resume"):
            self.run_worker(self._go_on, group="resume", exclusive=True)  # type: ignore[arg-type]

    async def _go_on(self) -> None:
        from app.tui.batches.resuming import go_on

        if not await go_on(self.house, self.known.batch):
            return
        self.reading.compared = ()
        self.house.say(f"it goes on: {plural(self.known.total - self.known.over, 'run')} to perform")
        self._not_before = 0.0
        self.look_again()

    def action_stop(self) -> None:
        """Begin nothing new, so that it can be gone on with later."""
        if self._may("stop") and (driven := self._driven) is not None:
            self.run_worker(driven.stop, group="stop")  # type: ignore[arg-type]
            self.house.say("stopping: nothing new begins, what is under way ends first")
            self.figures.redraw()

    def copied(self) -> str:
        """The id of the run under the cursor."""
        return self.chosen.item.run if self.chosen is not None else ""

    # What the widgets tell

    def on_grid_view_moved(self, message: GridView.Moved) -> None:
        """Another item is told of."""
        self.item.redraw()
        self._redraw_foot()
        self.run_worker(self._read_chosen, group="chosen", exclusive=True)  # type: ignore[arg-type]

    async def on_grid_view_chosen(self, message: GridView.Chosen) -> None:
        """A second click opens."""
        await self.action_open()
