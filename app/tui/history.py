"""What was performed in a workspace, gathered for the screens: runs, what one came to, and every call of the last ones.

Everything is read in a thread with an event loop of its own, so that no key ever waits for the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from app.events import CallFailed, CallFinished, CallStarted, Event, RunStarted
from app.journal import Archive, Hit, RunRow
from app.journal.connection import locate
from app.journal.errors import NoArchive
from app.journal.questions import Questions, Waiting
from app.journal.reader import Reader
from app.journal.search import catch_up
from app.playback.show import as_words
from app.state import NOTHING, RunState, Spent, fold, spent_by

Found = TypeVar("Found")

STRETCHES = 12  # of a run, for the picture of its activity
MOST_RUNS = 200  # the last ones, for what is counted over several
MOST_EVENTS = 100_000  # of all of them together
MOST_HITS = 200


class Pulse:
    """Tells whether anything was written to a workspace since one last asked. Costs next to nothing."""

    def __init__(self, workspace: Path | None) -> None:
        self._path = locate(workspace)
        self._reader: Reader | None = None
        self._version = -1

    def beats(self) -> bool:
        """Was something written?"""
        if self._reader is None:
            if not self._path.exists():
                return False
            self._reader = Reader(self._path)
        try:
            version = self._reader.version()
        except NoArchive:  # it is being made just now
            return False
        was, self._version = self._version, version
        return version != was

    def close(self) -> None:
        """Look no more."""
        if self._reader is not None:
            self._reader.close()


async def waiting_count(workspace: Path | None, questions: Questions) -> int:
    """How many questions wait for a person, in all runs. Who keeps `questions` reads only what was added."""
    none: list[Waiting] = []
    return sum(not each.is_answered for each in await gathered(workspace, questions.look, none))


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of a run in a list, beside what its row says."""

    took_ms: int = 0
    spent: Spent = NOTHING
    activity: tuple[int, ...] = ()  # tokens in each stretch of its time


@dataclass(frozen=True, slots=True)
class Detail:
    """One run, whole enough for a glance."""

    row: RunRow
    state: RunState
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]


class Called(NamedTuple):
    """One call of a model: by which card, of which model, and how it went."""

    at: int  # wall clock, microseconds
    card: str
    use: str  # provider/model
    rehearsed: bool
    ok: bool
    spent: Spent
    tokens: int
    output: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The calls of the last runs."""

    calls: tuple[Called, ...] = ()
    runs: int = 0  # in which they were made
    is_all: bool = True  # there are no others


async def gathered(
    workspace: Path | None, read: Callable[[Archive], Awaitable[Found]], before_the_first: Found
) -> Found:
    """What is read from the archive of a workspace."""
    return await asyncio.to_thread(_gather, workspace, read, before_the_first)


def _gather(workspace: Path | None, read: Callable[[Archive], Awaitable[Found]], before_the_first: Found) -> Found:
    async def reading() -> Found:
        async with Archive.open(workspace) as archive:
            return await read(archive)

    try:
        return asyncio.run(reading())
    except NoArchive:
        return before_the_first


async def figures(archive: Archive, rows: Iterable[RunRow]) -> dict[tuple[str, int], Figures]:
    """The figures of some runs, by their id and how far they had come."""
    return {(row.run, row.seq): figures_of(await archive.history(row)) for row in rows}


def figures_of(events: Sequence[Event]) -> Figures:
    """The figures of a run."""
    ends = [event for event in events if isinstance(event, CallFinished | CallFailed)]
    took = events[-1].mono if events else 0
    return Figures(
        took,
        sum(map(spent_by, ends), NOTHING),
        _activity(ends, took),
    )


def _activity(ends: Sequence[CallFinished | CallFailed], took: int) -> tuple[int, ...]:
    """The tokens of each call, spread over the stretches in which it was under way."""
    found = [0.0] * STRETCHES
    scale = STRETCHES / (took + 1)
    for event in ends:
        first = max(0, int((event.mono - event.took_ms) * scale))
        last = min(STRETCHES - 1, max(first, int(event.mono * scale)))
        for stretch in range(first, last + 1):
            found[stretch] += event.usage.total / (last - first + 1)
    return tuple(round(tokens) for tokens in found)


async def detail(archive: Archive, row: RunRow) -> Detail:
    """One run for a glance."""
    state = fold(await archive.history(row))
    texts = await archive.texts(row.run)
    start, finish = state.start, state.finish
    given = texts.get(start.inputs.ref) if start is not None and start.inputs is not None else None
    came = texts.get(finish.outputs.ref) if finish is not None and finish.outputs is not None else None
    return Detail(row, state, _named(given), _named(came))


def _named(values: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(values, dict):
        return ()
    return tuple((as_words(name), as_words(value)) for name, value in values.items())


async def hits(archive: Archive, words: str) -> dict[str, list[Hit]]:
    """Where words were said, by run; what was said since the last search is indexed first."""
    catch_up(archive.path)
    found: dict[str, list[Hit]] = {}
    for hit in await archive.search(words, MOST_HITS):
        found.setdefault(hit.run, []).append(hit)
    return found


class Books:
    """The calls of the last runs, read once and then only where something was added."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, tuple[Called, ...]]] = {}

    async def read(self, archive: Archive) -> Ledger:
        """Every call of as many runs as are looked at, the latest first."""
        rows = await archive.runs(limit=MOST_RUNS + 1)
        known: dict[str, tuple[int, tuple[Called, ...]]] = {}
        events = 0
        for row in rows[:MOST_RUNS]:
            events += row.seq
            if events > MOST_EVENTS and known:
                break
            seq, calls = self._known.get(row.run, (-1, ()))
            if seq != row.seq:
                calls = tuple(calls_of(await archive.history(row)))
            known[row.run] = (row.seq, calls)
        self._known = known
        return Ledger(tuple(call for _, calls in known.values() for call in calls), len(known), len(known) == len(rows))


def calls_of(events: Iterable[Event]) -> Iterable[Called]:
    """Every call of a run that has ended; what a cassette played says nothing of a model, and nobody paid for it."""
    cards: dict[str, str] = {}
    started: dict[str, CallStarted] = {}
    rehearsed = False
    for event in events:
        match event:
            case RunStarted():
                cards = {each.id: each.card for each in event.cast}
                rehearsed = event.mode == "rehearsal"
            case CallStarted():
                started[event.call] = event
            case CallFinished() | CallFailed() if event.call in started and not event.played:
                use = started[event.call].use or started[event.call].model
                yield Called(
                    event.at,
                    cards.get(event.agent, ""),
                    use,
                    rehearsed or event.basis == "rehearsed",
                    isinstance(event, CallFinished),
                    spent_by(event),
                    event.usage.total,
                    event.usage.output,
                    event.took_ms,
                )
