"""The last picture of a run: it stands there when everything was seen, until somebody goes back or puts it away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.playback.show import Show, as_words
from app.safety import one_line
from app.state import AgentState, RunState
from app.state.words import in_short, notes
from app.tui.arrangement import Arrangement, Box
from app.tui.canvas import Canvas
from app.tui.look.glyphs import Glyphs
from app.tui.naming import name_of, plural, role_of, sign
from app.tui.paint.ending import LEAST, Ending, Part, keys_at, paint_ending
from app.tui.paint.rows import Row
from app.tui.text import paid, tokens
from app.tui.verdict import expectations_told, verdict_of
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.playback.playhead import Playhead

SMALLEST = (80, 24)  # of a screen that has a card; on a smaller one the bar says it


class EndingCard(Canvas):
    """How it ended."""

    GROUND = "panel"
    DEFAULT_CSS = "EndingCard { position: absolute; display: none; }"

    def __init__(self, show: Show, playhead: Playhead) -> None:
        super().__init__()
        self._show = show
        self._playhead = playhead
        self._box: Box | None = None
        self._is_put_away = False

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """The card."""
        ending = ending_of(self._show, glyphs_of(self))
        if ending is None:
            return ()
        foot = keys_at(ending) if getattr(self.app, "is_attended", True) else ()
        return paint_ending(ending, width, height, glyphs_of(self), foot)

    def stand_in(self, arrangement: Arrangement) -> None:
        """Find its place among the parts of the stage."""
        self._box = box_in(arrangement)
        if self._box is not None:
            self.styles.offset = (self._box.x, self._box.y)
            self.styles.width, self.styles.height = self._box.width, self._box.height
        self.rise()

    def rise(self) -> None:
        """Be there when everything was seen of a run that is over, and away when not."""
        is_over = self._show.state.over and not self._playhead.behind
        if not is_over:
            self._is_put_away = False
        self.display = is_over and self._box is not None and not self._is_put_away
        if self.display:
            self.redraw()

    def put_away(self) -> bool:
        """Leave the stage to what was there before; false when it was not there."""
        if not self.display:
            return False
        self._is_put_away = True
        self.rise()
        return True

    @property
    def answer(self) -> str:
        """What came of the run, while that is what is in front of the person."""
        return answer_of(self._show)[1] if self.display else ""


def box_in(arrangement: Arrangement) -> Box | None:
    """In the place of the lane, the meters and the log; where a timeline stands between them, of the log alone."""
    if arrangement.width < SMALLEST[0] or arrangement.height < SMALLEST[1]:
        return None
    parts = arrangement.parts
    names = ("log", "inspect") if "timeline" in parts else ("lane", "meters", "log", "inspect")
    boxes = [box for name, box in parts.items() if name in names]
    if "log" not in parts or not boxes:
        return None
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    if right - left < LEAST[0] or bottom - top < LEAST[1]:
        return None
    return Box(left, top, right - left, bottom - top)


def ending_of(show: Show, glyphs: Glyphs) -> Ending | None:
    """All that is told at the end of a show; nothing before it."""
    state, verdict = show.state, verdict_of(show.state)
    finish = state.finish
    if finish is None or verdict is None:
        return None
    totals, failure = state.totals, finish.failure
    name, answer = answer_of(show)
    because = f"{failure.error.replace('_', ' ')}: {failure.message}" if failure is not None else ""
    return Ending(
        title=one_line((state.start.title or state.start.scenario) if state.start is not None else ""),
        verdict=verdict,
        ms=state.mono,
        cost=paid(totals) if totals.calls else "",
        cost_note=", ".join(notes(totals)),
        tokens=plural(totals.tokens, "token"),
        calls=plural(totals.calls, "call"),
        because=one_line(because),
        expected=expectations_told(state),
        missed=tuple(one_line(check.about) for check in state.expectations.values() if not check.met),
        answer=answer,
        answer_of=name,
        parts=_parts(state, glyphs),
    )


def answer_of(show: Show) -> tuple[str, str]:
    """What came of a run, and what that is called: its outputs, or else what was said last."""
    finish = show.state.finish
    outputs: Any = show.value(finish.outputs) if finish is not None and finish.outputs is not None else None
    if isinstance(outputs, Mapping) and len(outputs) == 1:
        ((name, value),) = outputs.items()
        return one_line(str(name)), as_words(value)
    if outputs:
        return "the answer", as_words(outputs)
    known = show.state.agents.get(show.lit)
    if known is None or known.said is None:
        return "", ""
    return f"last words of {name_of(show.lit, show.state)}", show.words(known.said)


def _parts(state: RunState, glyphs: Glyphs) -> tuple[Part, ...]:
    """Whose part was how large: by money where there was any, else by tokens."""
    acted = [agent for agent in state.agents.values() if agent.tally.calls]
    by_money = state.totals.cost_usd > 0
    takes = [agent.tally.cost_usd if by_money else float(agent.tally.tokens) for agent in acted]
    most = max(takes, default=0.0) or 1.0
    return tuple(_part(agent, take / most, glyphs, by_money) for agent, take in zip(acted, takes, strict=True))


def _part(agent: AgentState, share: float, glyphs: Glyphs, by_money: bool) -> Part:
    said = in_short(agent.tally) if by_money else f"{tokens(agent.tally.tokens)} tok"
    name = one_line(agent.who.title or agent.who.id)
    return Part(sign(agent.who, glyphs), role_of(agent.who), name, said, share)
