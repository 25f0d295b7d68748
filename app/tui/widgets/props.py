"""The tools on the stage: the use that the audience has seen last, with an agent or without."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Click

from app.events import ToolFinished, definition
from app.playback.show import Show
from app.safety import one_line
from app.state import ToolState
from app.state.words import spaced
from app.tui.canvas import Canvas
from app.tui.entries import use_of
from app.tui.naming import step_name
from app.tui.paint.props import Props, props
from app.tui.paint.rows import Row
from app.tui.rates import rates_of
from app.tui.script import Book, book_of
from app.tui.standing import is_at_rest
from app.tui.widgets.messages import Inspect
from app.tui.widgets.table import glyphs_of


class PropsView(Canvas, can_focus=True):
    """What a tool gave."""

    def __init__(self, show: Show) -> None:
        super().__init__()
        self._show = show

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The panel as it is now."""
        return props(props_of(self._show, has_focus=self.has_focus), width, height, glyphs_of(self))

    @property
    def thing(self) -> str:
        """What there is to open, as the inspector names it; empty, when nothing is."""
        use, _ = book_of(self._show).uses
        return f"tool:{use}" if use else ""

    @property
    def gave(self) -> str:
        """What it gave, whole."""
        use, _ = book_of(self._show).uses
        return _gave(self._show, self._show.state.tools.get(use))

    def watch_has_focus(self, has_focus: bool) -> None:
        """The border says so."""
        super().watch_has_focus(has_focus)
        self.redraw()

    def on_click(self, event: Click) -> None:
        """A second click opens what the first one chose."""
        if event.chain > 1 and self.thing:
            self.post_message(Inspect(self.thing))


def props_of(show: Show, *, has_focus: bool = False) -> Props:
    """The last use as far as the audience has seen it."""
    book = book_of(show)
    name, uses = book.uses
    tool = show.state.tools.get(name)
    if tool is None:
        return Props(title=_first(book), has_focus=has_focus)
    planned = book.plan.get(definition(tool.step))
    actor = show.state.agents.get(tool.agent)
    since = tool.started.seq if tool.started is not None else 0
    return Props(
        use=use_of(show, tool),
        title=one_line(planned.title if planned is not None else "") or step_name(tool.step, show.state),
        who=actor.who if actor is not None else None,
        gave=_gave(show, tool),
        uses=uses,
        failed=rates_of(show).tools(show.state)[1],
        is_fresh=not is_at_rest(show) and all(book.latest(agent) <= since for agent in show.state.agents),
        has_focus=has_focus,
    )


def _first(book: Book) -> str:
    """The step that will use one first, as it was planned."""
    steps = (planned.title or step.rpartition("/")[2] for step, planned in book.plan.items() if planned.kind == "tool")
    return one_line(spaced(next(steps, "")))


def _gave(show: Show, tool: ToolState | None) -> str:
    return show.words(tool.ended.result) if tool is not None and isinstance(tool.ended, ToolFinished) else ""
