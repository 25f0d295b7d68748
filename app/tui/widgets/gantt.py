"""The timeline as a widget: it follows a show, and has a cursor that keys and the mouse move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.message import Message

from app.playback.show import Show
from app.tui.canvas import Canvas
from app.tui.paint.gantt import Chosen, Layout, layout_of, painted
from app.tui.paint.gantt_grid import Look, look_of
from app.tui.paint.gantt_moment import Moment, moment_of
from app.tui.paint.rows import Row
from app.tui.timeline.chart import Chart, chart_of
from app.tui.timeline.gantt import Arrow, Gantt, Mark
from app.tui.timeline.lanes import By, folded_at_first
from app.tui.timeline.view import View, Window, moved, panned, window_of, zoomed
from app.tui.widgets.messages import Inspect
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from textual.events import Click, MouseScrollDown, MouseScrollUp

REACH = 1.5  # columns from the cursor to what it still stands on
WHEEL = 3  # lines that the wheel moves, and columns with shift


class GanttView(Canvas):
    """Lanes of bars over the run's own clock."""

    DEFAULT_CSS = "GanttView { height: 1fr; }"

    class Moved(Message):
        """The cursor stands somewhere else."""

    def __init__(self, show: Show) -> None:
        super().__init__()
        self.view = View()
        self.chosen = Chosen()
        self.by: By = "agent"
        self.picked = 0  # the event that was gone to; until the cursor goes on
        self._show = show
        self._gantt = Gantt()
        self._chart: tuple[int, By, Chart] | None = None
        self._folded: set[str] | None = None
        self._follows = True  # the cursor stays at the present

    # What is shown

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The picture."""
        self._see()
        return painted(self.chart, self.view, self.chosen, width, height, self.look)

    def follow(self) -> bool:
        """Take over what has happened; tell whether anything has."""
        if not self._gantt.follow(self._show):
            return False
        if self._follows:
            self._stand_at_now()
        return True

    def _stand_at_now(self) -> None:
        lane = self.chart.lane_of(f"agent:{self._show.lit}") if self.by == "agent" else None
        self.view = replace(self.view, cursor=float(self._gantt.now), lane=self.view.lane if lane is None else lane)

    def let_pass(self, milliseconds: float) -> None:
        """So much time has passed since something happened."""
        self._gantt.let_pass(self._show, milliseconds)
        if self._follows:
            self.view = replace(self.view, cursor=float(self._gantt.now))

    @property
    def chart(self) -> Chart:
        """The chart of what has happened so far."""
        known = self._chart
        if known is not None and known[:2] == (self._gantt.version, self.by):
            return known[2]
        self._gantt.follow(self._show)
        folded = self._folded or set()
        if self._folded is None and self.by == "step":
            folded = folded_at_first(self._show.state)
        chart = chart_of(self._gantt, self._show.state, self.by, folded)
        self._chart = (self._gantt.version, self.by, chart)
        return chart

    @property
    def look(self) -> Look:
        """What it is drawn with."""
        return look_of(glyphs_of(self))

    @property
    def layout_now(self) -> Layout:
        """Where everything is."""
        return layout_of(self.chart, self.view, self.chosen, *self.size)

    @property
    def moment(self) -> Moment:
        """What the cursor stands on."""
        reach = self._window.scale * REACH
        return moment_of(self.chart, self._show, self.view, reach, self.look.glyphs, self.picked)

    @property
    def _window(self) -> Window:
        return self.layout_now.window

    @property
    def _whole(self) -> Window:
        gantt = self._gantt
        return window_of(View(), self._window.columns, gantt.now, over=gantt.over)

    def _see(self) -> None:
        """Keep the cursor on a lane that exists, and its lane in sight."""
        lanes = len(self.chart.lanes)
        self.view = replace(self.view, lane=min(max(0, self.view.lane), max(0, lanes - 1)))
        layout = self.layout_now
        seen = [number for number, _ in layout.lines]
        if seen and not seen[0] <= self.view.lane <= seen[-1] and layout.total > len(seen):
            every = [number for number, lane in enumerate(self.chart.lanes) for _ in lane.tracks]
            at = every.index(self.view.lane)
            top = at if self.view.lane < seen[0] else at + len(self.chart.lanes[self.view.lane].tracks) - len(seen)
            self.view = replace(self.view, top=max(0, top))

    # Where one goes

    def zoom(self, nearer: int, at: float | None = None) -> None:
        """Twice as near, or as far."""
        self._go(zoomed(self.view, self._window, self._whole, nearer, at))

    def fit(self) -> None:
        """The whole run."""
        self._go(replace(self.view, start=0.0, scale=0.0))

    def step(self, columns: int) -> None:
        """The cursor so many columns on."""
        self.to(self.view.cursor + columns * self._window.scale)

    def to(self, moment: float, lane: int | None = None, picked: int = 0) -> None:
        """The cursor to a moment."""
        view = moved(self.view, self._window, self._whole, min(max(0.0, moment), float(self._gantt.now)))
        self._follows = view.cursor >= self._gantt.now and not self._gantt.over
        self._go(view if lane is None else replace(view, lane=lane), picked)

    def lane(self, by: int) -> None:
        """So many lanes down."""
        self._go(replace(self.view, lane=min(max(0, self.view.lane + by), max(0, len(self.chart.lanes) - 1))))

    def bar(self, by: int) -> None:
        """The next bar of the lane, or the one before."""
        lane = self.chart.lanes[self.view.lane] if self.chart.lanes else None
        starts = sorted({bar.began for bar in lane.bars}) if lane is not None else []
        ahead = [at for at in starts if (at > self.view.cursor if by > 0 else at < self.view.cursor)]
        if ahead:
            self.to(ahead[0] if by > 0 else ahead[-1])

    def event(self, found: Sequence[Arrow | Mark], by: int) -> bool:
        """To the next of these, or the one before; false, when there is none."""
        here = (self.view.cursor, self.picked)
        if by > 0:
            ahead = [each for each in found if (each.at, each.seq) > here]
        else:
            ahead = [each for each in found if each.at < here[0] or (each.at == here[0] and each.seq < here[1])]
        if not ahead:
            return False
        target = ahead[0] if by > 0 else ahead[-1]
        self.to(target.at, self._lane_of(target), target.seq)
        return True

    def _lane_of(self, target: Arrow | Mark) -> int | None:
        if isinstance(target, Arrow):
            return self.chart.ends_of(target)[1]
        step = self._show.state.steps.get(target.step)
        agent = target.agent or (step.agent if step is not None else "")
        return self.chart.lane_of(f"agent:{agent}" if self.by == "agent" else f"step:{target.step}")

    @property
    def arrows(self) -> list[Arrow]:
        """What was handed on."""
        return self._gantt.arrows

    @property
    def errors(self) -> list[Mark]:
        """What failed, also when it was tried again."""
        return self._gantt.marked("failed", "retried", "limit")

    def change_lanes(self) -> None:
        """By agent, or by step; the cursor stays with whatever it stood on."""
        bar = self.chart.at(self.view.lane, self.view.cursor, self._window.scale * REACH)
        self.by = "step" if self.by == "agent" else "agent"
        place = self.chart.place_of(bar) if bar is not None else None
        self._go(replace(self.view, lane=place[0] if place else 0, top=0))

    def fold(self) -> bool:
        """Hide what is inside the step of the lane, or show it; false where nothing is."""
        if self.by == "agent" or not self.chart.lanes or self.chart.lanes[self.view.lane].folded is None:
            return False
        path = self.chart.lanes[self.view.lane].thing.removeprefix("step:")
        folded = folded_at_first(self._show.state) if self._folded is None else self._folded
        self._folded = folded ^ {path}
        self._chart = None
        self._go(self.view)
        return True

    def choose(self, chosen: Chosen) -> None:
        """Look at it in another way."""
        self.chosen = chosen
        self._go(self.view, self.picked)

    def _go(self, view: View, picked: int = 0) -> None:
        self.view, self.picked = view, picked
        self.redraw()
        self.post_message(self.Moved())

    # The mouse

    def on_click(self, event: Click) -> None:
        """There goes the cursor; the second click opens what it stands on."""
        layout = self.layout_now
        at, lane = layout.moment(event.x), layout.lane(event.y)
        if event.chain > 1 and lane is not None:
            if thing := self.moment.thing:
                self.post_message(Inspect(thing))
            return
        if lane is not None and at is None:
            self._go(replace(self.view, lane=lane))
            if event.x < layout.gutter:
                self.fold()
        elif at is not None:
            self.to(at, lane)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Down the lanes; with ctrl farther away, with shift to the right."""
        self._wheel(1, event)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Up the lanes; with ctrl nearer, with shift to the left."""
        self._wheel(-1, event)

    def _wheel(self, by: int, event: MouseScrollDown | MouseScrollUp) -> None:
        event.stop()
        layout = self.layout_now
        if event.ctrl or (layout.total <= len(layout.lines) and not event.shift):
            self.zoom(-by, layout.moment(event.x))
        elif event.shift:
            self._go(panned(self.view, self._window, self._whole, by * WHEEL), self.picked)
        else:
            self.lane(by)
