"""An event as one line of the log: when, who or where, a word for what it is, and what it says. Every kind has one.

Whatever a line says is fit for a terminal and stands on one row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.events import Event, Ref
from app.safety import one_line
from app.state import RunState
from app.tui.log.rules import RULES, Mark, Scene, Tone


@dataclass(frozen=True, slots=True)
class Line:
    """What the log says of one event."""

    seq: int
    at: int  # milliseconds since the run began
    agent: str  # id; "" when none of the cast is concerned
    about: str  # the agent by its title, or the step
    word: str  # what it is, in at most eight letters
    told: str
    figures: str = ""  # what it took
    mark: Mark = ""
    tone: Tone = "plain"
    taker: str = ""  # of a handoff: the agent's id

    @property
    def text(self) -> str:
        """All of it, for whoever searches."""
        return f"{self.about} {self.word} {self.told} {self.figures} {one_line(self.agent)} {one_line(self.taker)}"


def line_of(event: Event, state: RunState, words: Callable[[Ref | None], str]) -> Line:
    """The line for an event; `words` gives the text that a Ref stands for."""
    scene = Scene(state, words)
    said = RULES[type(event)](scene, event)
    about = said.about or scene.about(event)
    return Line(
        event.seq, event.mono, said.agent or event.agent, about,
        said.word, said.told, said.figures, said.mark, said.tone, said.taker,
    )  # fmt: skip
