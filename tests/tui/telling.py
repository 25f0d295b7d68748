"""A show that a test tells event by event."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from app.events import (
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    Event,
    Handoff,
    Performer,
    RunStarted,
    StepStarted,
    Usage,
)
from app.playback.show import Show
from app.tui.paint.rows import Row, width_of
from corpus.logs import E, Notebook

CAST = (
    Performer(id="cto", title="CTO", glyph="◆", color="yellow"),
    Performer(id="qa", title="QA Engineer", glyph="▲", color="magenta"),
    Performer(id="editor", title="Editor", glyph="■", color="green"),
)


class Telling:
    """A log, and the show that has seen all of it."""

    def __init__(self, cast: tuple[Performer, ...] = CAST, plan: Any = None, mode: Any = "rehearsal") -> None:
        self.book = Notebook()
        self.show = Show(lambda ref: self.book.values.get(ref.ref))
        self.tell(
            RunStarted(scenario="a play", cast=cast, mode=mode, plan=None if plan is None else self.book.keep(plan))
        )

    def tell(self, event: E) -> E:
        self.show.apply(self.book.add(event))
        return event

    def begin(self, agent: str, step: str = "", call: str = "") -> str:
        """Somebody is asked, and begins to speak."""
        step = step or agent
        call = call or f"{step}#1"
        if step not in self.show.state.steps:
            self.tell(StepStarted(step=step, of="agent"))
        self.tell(CallRouted(step=step, agent=agent, call=call, model="smart"))
        self.tell(CallStarted(step=step, agent=agent, call=call, model="smart"))
        self.tell(CallSpeaking(step=step, agent=agent, call=call, wait_ms=500))
        return call

    def say(self, agent: str, text: str, step: str = "", call: str = "", **more: Any) -> str:
        """Somebody says all of it."""
        call = self.begin(agent, step, call)
        more = {"usage": Usage(input=300, output=112), "cost_usd": 0.0042, "basis": "exact", **more}
        self.tell(CallFinished(step=step or agent, agent=agent, call=call, text=self.book.keep(text), **more))
        return call

    def hand(self, giver: str, taker: str, words: str, step: str = "") -> Event:
        return self.tell(
            Handoff(giver=giver, taker=taker, step=step or taker, agent=taker, summary=self.book.keep(words))
        )


def texts(rows: Sequence[Row]) -> list[str]:
    """What is written on rows."""
    return ["".join(span.text for span in row) for row in rows]


def is_exactly(rows: list[Row], width: int, height: int) -> bool:
    """Do the rows fill this size?"""
    return len(rows) == height and all(width_of(row) == width for row in rows)


def in_order(words: list[str], text: str) -> bool:
    """Do the words stand in the text one after the other?"""
    places = [text.find(word) for word in words]
    return places[0] >= 0 and all(first < second for first, second in pairwise(places))
