"""Small runs for the tests of what is drawn: told by hand, folded as the audience sees them, and read as text."""

from __future__ import annotations

from collections.abc import Sequence

from app.events import Performer, RunStarted
from app.playback.show import Show
from app.tui.paint.rows import Row
from corpus.histories import History

CAST = (
    Performer(id="cto", title="CTO", glyph="◆", color="yellow"),
    Performer(id="backend", title="Backend Developer", glyph="■", color="blue"),
    Performer(id="frontend", title="Frontend Developer", glyph="●", color="cyan"),
    Performer(id="qa", title="QA Engineer", glyph="▲", color="magenta"),
)
PLAN = [
    {"step": "plan", "kind": "agent", "title": "Split the work", "agents": ["cto"], "needs": []},
    {"step": "api", "kind": "agent", "title": "Build the API", "agents": ["backend"], "needs": ["plan"]},
    {"step": "ui", "kind": "agent", "title": "Build the screen", "agents": ["frontend"], "needs": ["plan"]},
    {"step": "sign_off", "kind": "approve", "title": "A human decides", "agents": [], "needs": ["api", "ui"]},
    {"step": "verdict", "kind": "agent", "title": "Try to break it", "agents": ["qa"], "needs": ["sign_off"]},
]


def begun(**more: object) -> History:
    """A run that has begun, and nothing else."""
    history = History()
    limits = {"cost_usd": 2.0, "tokens": 200_000.0, "wall": 900.0}
    told = {"cast": CAST, "limits": limits, "mode": "rehearsal", **more}
    history.add(RunStarted(scenario="feature-sprint", title="Ship it", plan=history.keep(PLAN), **told))  # type: ignore[arg-type]
    return history


def half_way() -> History:
    """Two of three agents have spoken, and handed something over."""
    history = begun()
    history.act("plan", "cto", "Split the work", "Two tasks. Go.", took=2_000, tokens=(2_000, 100), cost=0.006)
    history.hand("cto", "backend", "Two tasks, one contract", source="plan")
    history.act("api", "backend", "Build the API", "The API stands.", took=4_000, tokens=(2_000, 300), cost=0.008)
    return history


def show_of(history: History) -> Show:
    """The run as an audience has seen it that was there until now."""
    show = Show(history.value)
    for event in history.events:
        show.apply(event)
    return show


def text(rows: Sequence[Row]) -> list[str]:
    """The rows as they are read."""
    return ["".join(span.text for span in row).rstrip() for row in rows]


def styles(rows: Sequence[Row]) -> set[str]:
    """Every word of a style that is used in them."""
    return {word for row in rows for span in row for word in span.style.split()}


def style_at(rows: Sequence[Row], said: str) -> str:
    """How the first span looks that holds a text."""
    return next(span.style for row in rows for span in row if said in span.text)
