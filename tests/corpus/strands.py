"""Logs in which several agents speak at once, made by hand: for tests of whatever shows a run in time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from app.events import (
    CallFailed,
    CallFinished,
    CallSpeaking,
    CallStarted,
    Event,
    Failure,
    Handoff,
    Narration,
    Performer,
    Ref,
    RunFinished,
    RunStarted,
    StepFinished,
    StepStarted,
    ToolFinished,
    ToolStarted,
)
from app.offsets import pack
from corpus.logs import CAST, WORDS, Notebook


class Stopwatch(Notebook):
    """A log in memory that keeps the time of the run."""

    def __init__(self) -> None:
        super().__init__()
        self.mono = 0

    def write(self, event: Event, after: int = 0) -> None:
        """Something happens, so many milliseconds after what was before."""
        self.mono += after
        event.mono = self.mono
        self.add(event)


def side_by_side(seed: int, strands: int = 3, turns: int = 2) -> Stopwatch:
    """A run in which so many strands act at once, in an order and with pauses that chance decides."""
    chance, log = random.Random(seed), Stopwatch()
    log.write(RunStarted(scenario="crowd", title="A crowd", cast=_cast(strands)))
    going_on = [_strand(log, chance, number, turns) for number in range(strands)]
    while going_on:
        strand = chance.choice(going_on)
        event = next(strand, None)
        if event is None:
            going_on.remove(strand)
        else:
            log.write(event, chance.choice((0, 0, 3, 40, 700, 5000)))
    log.write(RunFinished(outcome="succeeded"), 10)
    return log


def alone(text: str, pieces: tuple[tuple[int, int], ...] = (), took: int = 1000) -> Stopwatch:
    """One agent says one thing."""
    log = Stopwatch()
    about = {"step": "say", "agent": "cto", "call": "say#1"}
    log.write(RunStarted(scenario="solo", cast=CAST))
    log.write(CallStarted(model="mimic", **about))  # type: ignore[arg-type]
    log.write(CallSpeaking(**about), 500)  # type: ignore[arg-type]
    log.write(CallFinished(text=log.keep(text), offsets=pack(pieces), **about), took)  # type: ignore[arg-type]
    log.write(RunFinished(outcome="succeeded"))
    return log


def words_of(log: Notebook, ref: Ref | None) -> str:
    """What stands in a log for a text."""
    return "" if ref is None else str(log.values[ref.ref])


def _strand(log: Stopwatch, chance: random.Random, number: int, turns: int) -> Iterator[Event]:
    agent, step = f"agent{number}", f"work{number}"
    yield StepStarted(step=step, of="agent", caption=_text(log, chance, 6) if chance.random() < 0.3 else None)
    for turn in range(1, turns + 1):
        yield from _call(log, chance, step, agent, f"{step}#{turn}")
        if chance.random() < 0.4:
            use = {"step": step, "agent": agent, "call": f"{step}!table#{turn}"}
            yield ToolStarted("table", **use)  # type: ignore[arg-type]
            yield ToolFinished(log.keep([turn]), **use)  # type: ignore[arg-type]
        if chance.random() < 0.2:
            yield Narration(_text(log, chance, 8))
    yield StepFinished(step=step)
    yield Handoff(agent, f"agent{(number + 1) % 3}", step, agent=agent)


def _call(log: Stopwatch, chance: random.Random, step: str, agent: str, call: str) -> Iterator[Event]:
    about = {"step": step, "agent": agent, "call": call}
    yield CallStarted(model="mimic", **about)  # type: ignore[arg-type]
    text = _text(log, chance, chance.choice((1, 12, 150)))
    speaks = chance.random() < 0.9
    if speaks:
        yield CallSpeaking(**about)  # type: ignore[arg-type]
    if chance.random() < 0.15:
        yield CallFailed(Failure(error="overloaded"), 100, partial=text if speaks else None, **about)  # type: ignore[arg-type]
    else:
        yield CallFinished(text=text, offsets=_offsets(chance, words_of(log, text)), **about)  # type: ignore[arg-type]


def _offsets(chance: random.Random, text: str) -> str:
    if chance.random() < 0.2:
        return ""
    cuts = sorted({0, len(text), *(chance.randrange(len(text) + 1) for _ in range(len(text) // 20))})
    return pack((chance.choice((0, 20, 300, 4000)), end - start) for start, end in pairwise(cuts))


def _text(log: Stopwatch, chance: random.Random, words: int) -> Ref:
    return log.keep(
        " ".join(chance.choice(WORDS) for _ in range(words)) + chance.choice((".", "", ". And more.\n\nYes."))
    )


def _cast(count: int) -> tuple[Performer, ...]:
    return tuple(Performer(id=f"agent{number}", title=f"Agent {number}") for number in range(count))
