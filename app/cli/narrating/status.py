"""One line at the foot of a terminal that says who is at it; it is rewritten in place and gone before anything else."""

from __future__ import annotations

from collections.abc import Callable

from app.cli.ink import Ink
from app.cli.narrating.text import shortened
from app.safety import one_line
from app.state import AgentState, RunState
from app.state.words import paid_at_all, took

_CLEAR = "\r\x1b[2K"


class StatusLine:
    """Only for a terminal: in a file it would be rubbish."""

    def __init__(self, ink: Ink, write: Callable[[str], object]) -> None:
        self._ink = ink
        self._write = write
        self._shown = ""

    def show(self, state: RunState, now: int) -> None:
        """Say who is at it, `now` milliseconds after the run began."""
        text = self._ink.glyphs(shortened(_status(state, now), max(8, self._ink.width - 1)))
        if text != self._shown:
            self._shown = text
            self._write(_CLEAR + self._ink.paint(text, "dim"))

    def write(self, text: str) -> None:
        """Write something that stays, above the line."""
        self.clear()
        self._write(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._shown = ""
            self._write(_CLEAR)


def _status(state: RunState, now: int) -> str:
    busy = [_busy(agent, state, now) for agent in state.agents.values() if agent.under_way]
    waiting = len(state.open_gates)
    if waiting:
        busy.append("waits for a person")
    parts = [*busy[:3], f"+{len(busy) - 3}" if len(busy) > 3 else ""]
    figures = [took(now), paid_at_all(state.totals)]
    return " · ".join(part for part in (", ".join(filter(None, parts)), *figures) if part)


def _busy(agent: AgentState, state: RunState, now: int) -> str:
    call = state.calls.get(agent.call)
    since = f" {took(now - call.began)}" if call and now - call.began >= 1000 else ""
    return f"{one_line(agent.who.glyph)} {one_line(agent.who.title or agent.who.id)} {agent.doing}{since}"
