"""The timeline: where the time and the money of a run went, over the same show as the stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult

from app.playback.show import Show
from app.tui.canvas import Canvas
from app.tui.following import Following
from app.tui.frames import LONGEST, SPEECH
from app.tui.intake import Intake
from app.tui.keys import bindings
from app.tui.paint.frame import framed
from app.tui.paint.gantt_moment import rows_of
from app.tui.paint.rows import Row, Span
from app.tui.widgets.foot import Foot
from app.tui.widgets.gantt import GanttView
from app.tui.widgets.head import Head

if TYPE_CHECKING:
    from textual.events import Resize

    from app.tui.sources import Source

SHORT, TINY = 24, 16  # rows


class MomentBox(Canvas):
    """Tells what the cursor stands on."""

    def __init__(self, gantt: GanttView) -> None:
        super().__init__()
        self._gantt = gantt

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """A box."""
        moment = self._gantt.moment
        rows = rows_of(moment.facts, width - 4, height - 2)
        right = (Span(moment.right, "accent"),)
        return framed(rows, width, height, title=moment.title, right=right, glyphs=self._gantt.look.glyphs)


class Timeline(Following):
    """Lanes, strips, and what the cursor stands on."""

    NAME = "timeline"
    SPOTS = ("timeline",)
    BINDINGS: ClassVar = bindings("timeline")
    CSS_PATH = "timeline.tcss"

    def __init__(self, show: Show, source: Source, playhead: Intake) -> None:
        super().__init__()
        self.show = show
        self.source = source
        self.playhead = playhead
        self.gantt = GanttView(show)
        self.box = MomentBox(self.gantt)
        self.head = Head(self.show, self.playhead, self.source)
        self._seen = -1

    def compose(self) -> ComposeResult:
        """The head of the stage, the lanes, the box."""
        yield self.head
        yield self.gantt
        yield self.box
        yield Foot(*self.SPOTS)

    def on_mount(self) -> None:
        """Know the lanes before the first picture."""
        self.gantt.follow()

    def on_resize(self, event: Resize) -> None:
        """Where there is little room, the box gives way first."""
        self.set_class(event.size.height < SHORT, "-short")
        self.set_class(event.size.height < TINY, "-tiny")

    def frame(self) -> float | None:
        """Draw what has happened since; look again while something may."""
        if self._seen != self.show.revision:
            self._seen = self.show.revision
            if self.gantt.follow():
                self._draw()
            self.head.redraw()
        elif self.playhead.waits:
            self.gantt.let_pass(self.show.passed)
            self._draw()
            self.head.redraw()
        due = self.playhead.due()
        if due is None:
            return None if self.source.performed == "nowhere" else LONGEST
        return min(LONGEST, max(SPEECH, due))

    def _draw(self) -> None:
        self.gantt.redraw()
        self.box.redraw()

    # Keys

    def action_next_view(self) -> None:
        """The view for the room, over the same show."""
        from app.tui.screens.presenter import Presenter

        self.app.switch_screen(Presenter(self.show, self.source, self.playhead))

    def action_inspect(self) -> None:
        """Open what the cursor stands on."""
        if thing := self.gantt.moment.thing:
            self.house.inspect(self.show, self.source, thing)

    def action_lanes(self) -> None:
        """A lane for each agent, or for each step."""
        self.gantt.change_lanes()

    def action_zoom(self, nearer: int) -> None:
        """Twice as near, or as far."""
        self.gantt.zoom(nearer)

    def action_fit(self) -> None:
        """The whole run."""
        self.gantt.fit()

    def action_critical(self) -> None:
        """Mark what the run waited for, or do not."""
        self.gantt.choose(replace(self.gantt.chosen, critical=not self.gantt.chosen.critical))

    def action_rates(self) -> None:
        """The strips show what adds up, or what is spent at a time."""
        self.gantt.choose(replace(self.gantt.chosen, rates=not self.gantt.chosen.rates))

    def action_pan(self, columns: int) -> None:
        """Earlier or later."""
        self.gantt.step(columns)

    def action_lane(self, by: int) -> None:
        """The lane above or below."""
        self.gantt.lane(by)

    def action_bar(self, by: int) -> None:
        """The next thing in this lane, or the one before."""
        self.gantt.bar(by)

    def action_fold(self) -> None:
        """Hide or show what is inside a step."""
        if not self.gantt.fold():
            self.house.say("nothing is folded here; a puts the steps in lanes")

    def action_handoff(self, by: int) -> None:
        """To the next handoff, or the one before."""
        self._to(self.gantt.event(self.gantt.arrows, by), "handoff", by)

    def action_next_error(self) -> None:
        """To the next error; after the last one, to the first."""
        if not self.gantt.event(self.gantt.errors, 1):
            self.gantt.to(0.0)
            self._to(self.gantt.event(self.gantt.errors, 1), "error", 1)

    def action_to_start(self) -> None:
        """To the beginning."""
        self.gantt.to(0.0)

    def action_to_end(self) -> None:
        """To the present."""
        self.gantt.to(float("inf"))

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        if action.startswith("fold") and self.gantt.by == "agent":
            return "only steps are folded"
        return ""

    def copied(self) -> str:
        """What is told of where the cursor stands."""
        moment = self.gantt.moment
        title = "".join(span.text for span in moment.title)
        return "\n".join([f"{title}  {moment.right}", *(f"{label} {says}".strip() for label, says, _ in moment.facts)])

    def on_gantt_view_moved(self) -> None:
        """Tell of the new place."""
        self.box.redraw()

    def _to(self, found: bool, what: str, by: int) -> None:
        if not found:
            self.house.say(f"there is no {what} {'after' if by > 0 else 'before'} this")
