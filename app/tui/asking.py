"""A question to a person, as a card shows it: made from the fold of a run, or from the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.safety import one_line
from app.state.words import spaced
from app.tui.naming import step_name

if TYPE_CHECKING:
    from app.events import GateOpened
    from app.playback.show import Show


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that a card says."""

    run: str
    gate: str
    step: str  # by its title
    asks: str  # approve, ask, budget, tool, cue
    question: str
    options: tuple[str, ...] = ()
    default: str = ""
    expires_at: int = 0  # wall clock, microseconds; 0: never
    role: str = ""
    title: str = ""  # of the play


def asked_of(show: Show, run: str, opened: GateOpened) -> Asked:
    """A gate of a run that is on stage, wherever its audience is."""
    start = show.start
    return Asked(
        run,
        opened.gate,
        step_name(opened.step, show.state),
        opened.asks,
        show.words(opened.question).strip() if opened.question is not None else "",
        opened.options,
        opened.default or "",
        opened.at + opened.expires_ms * 1000 if opened.expires_ms else 0,
        spaced(one_line(opened.role)),
        (start.title or start.scenario) if start else "",
    )
