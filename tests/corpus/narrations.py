"""What a narrator says of a history, and a short history for it to tell."""

from __future__ import annotations

from typing import Any

import pytest

from app.cli.ink import Ink
from app.cli.narrating.narrator import Narrator
from app.events import Performer, RunFinished, RunStarted
from app.state import fold
from corpus.histories import History


def tell(history: History, **look: Any) -> str:
    """What a narrator says of a history."""
    said: list[str] = []
    narrator = Narrator(Ink(**{"colour": False, "width": 80, **look}), said.append, history.value)
    for event in history.events:
        narrator.tell(event)
    narrator.finish(fold(history.events))
    return "".join(said)


def spoken(history: History, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FOOTLIGHTS_SCREEN_READER", "1")
    return tell(history, colour=True)


def answered(text: Any, *, title: str = "Split the work") -> History:
    """A run in which one agent says one thing."""
    history = History()
    history.add(RunStarted(scenario="play", title="A play", cast=(Performer(id="cto", title="CTO", glyph="◆"),)))
    history.act("plan", "cto", title, text)
    history.add(RunFinished(outcome="succeeded"))
    return history
