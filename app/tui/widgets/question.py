"""A question to a person on the stage of whoever only watches: it stands over the panels until it was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.events import GateAnswered, GateClosed
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.safety import one_line
from app.state import GateState
from app.state.words import spaced
from app.tui.arrangement import Arrangement, Box
from app.tui.canvas import Canvas
from app.tui.naming import step_name
from app.tui.paint.question import LEAST, WIDEST, Posed, height_of, paint_question
from app.tui.paint.rows import Row
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.tui.questions import Questions

_MARGIN = 4  # cells of the panels beside it that can be seen
_HEADINGS = {
    "approve": "A person decides",
    "ask": "A person is asked",
    "budget": "A limit is reached",
    "tool": "A tool asks for consent",
    "cue": "The stage waits",
}


class QuestionPicture(Canvas):
    """The picture of a card. Nobody can answer on it; what waits for somebody here has its own card."""

    GROUND = "panel"
    DEFAULT_CSS = "QuestionPicture { position: absolute; display: none; }"

    def __init__(self, show: Show, playhead: Playhead, questions: Questions) -> None:
        super().__init__()
        self._show = show
        self._playhead = playhead
        self._questions = questions
        self._room: Box | None = None
        self._posed: Posed | None = None

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The card."""
        return () if self._posed is None else paint_question(self._posed, width, height, glyphs_of(self))

    def stand_in(self, arrangement: Arrangement) -> None:
        """Find its place: over the panels."""
        self._room = _around(arrangement.panels)
        self.rise()

    def rise(self) -> None:
        """Be there while a question is open, and while it is answered."""
        posed = posed_at(self._show, self._playhead)
        if posed is not None and self._questions.is_asking(posed.gate):
            posed = None
        elif posed is not None and not posed.said and self._questions.wait_in_the_inbox:
            posed = replace(posed, said="enter leads to the inbox, where it is answered")
        self._posed = posed
        box = None if posed is None or self._room is None else _box(posed, self._room)
        self.display = box is not None
        if box is not None:
            self.styles.offset = (box.x, box.y)
            self.styles.width, self.styles.height = box.width, box.height
            self.redraw()


def posed_at(show: Show, playhead: Playhead) -> Posed | None:
    """The question that is answered just now, else the one that was opened last and is still open."""
    state = show.state
    last = show.events[-1] if show.events else None
    if isinstance(last, GateAnswered | GateClosed) and any(beat.event.seq == last.seq for beat, _ in playhead.beats()):
        return _posed(show, state.gates[last.gate])
    waiting = [] if state.over else state.open_gates
    return _posed(show, waiting[-1]) if waiting else None


def _posed(show: Show, gate: GateState) -> Posed:
    opened, start = gate.opened, show.state.start
    title = one_line(start.title or start.scenario) if start is not None else ""
    step, heading = step_name(opened.step, show.state), _HEADINGS[opened.asks]
    chosen, said = _answer(show, gate)
    return Posed(
        gate=opened.gate,
        heading=heading,
        question=show.words(opened.question).strip() or "It asks to go on.",
        about=" · ".join(part for part in (title, step) if part and part != heading),
        role=spaced(one_line(opened.role)),
        options=tuple(one_line(option) for option in opened.options),
        chosen=chosen,
        said=said,
    )


def _answer(show: Show, gate: GateState) -> tuple[str, str]:
    """What was chosen, and who chose it."""
    if gate.answered is not None:
        return one_line(show.words(gate.answered.choice)), f"{one_line(gate.answered.by) or 'somebody'} answers"
    if gate.closed is None:
        return "", ""
    if gate.closed.why == "cancelled":
        return "", "nobody answers any more"
    return one_line(show.words(gate.closed.choice)), "nobody answered in time"


def _around(panels: Sequence[Box]) -> Box | None:
    if not panels:
        return None
    left, top = min(box.x for box in panels), min(box.y for box in panels)
    right, bottom = max(box.x + box.width for box in panels), max(box.y + box.height for box in panels)
    return Box(left, top, right - left, bottom - top)


def _box(posed: Posed, room: Box) -> Box | None:
    """In the middle of the panels, as large as it has to be."""
    width = min(WIDEST, room.width - _MARGIN)
    height = min(room.height, height_of(posed, width))
    if width < LEAST[0] or height < LEAST[1]:
        return None
    return Box(room.x + (room.width - width) // 2, room.y + (room.height - height) // 2, width, height)
