"""The questions of runs that wait for a person: which are open, in all runs, and how they are called."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.events import GateOpened, Ref
from app.journal.inbox import Letter, unread
from app.journal.reader import Reader
from app.journal.rows import INTERRUPTED, RunRow
from app.state import RunState, apply

if TYPE_CHECKING:
    from app.journal.archive import Archive

UNFINISHED = ("running", "paused", INTERRUPTED)
MANY = 1000  # runs of a kind that are looked at


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what may be answered."""

    gate: str
    step: str
    asks: str
    text: str
    options: tuple[str, ...] = ()
    default: str | None = None
    opened: int = 0  # wall clock, microseconds
    expires: int = 0  # the same; 0: never
    role: str = ""
    title: str = ""  # of the step

    @property
    def short_name(self) -> str:
        """Its id; the first question of a step is called as the step is."""
        return short_name(self.gate)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question, and the run that waits for its answer."""

    row: RunRow
    question: Question
    letter: Letter | None = None  # an answer that was given, and that nobody has taken yet

    @property
    def is_answered(self) -> bool:
        """Has a person done what there is to do?"""
        return self.letter is not None

    @property
    def answer(self) -> str:
        """What was answered."""
        body = self.letter.body if self.letter is not None else None
        return str(body.get("choice", "")) if isinstance(body, dict) else ""


def short_name(gate: str) -> str:
    """A gate as people name it within its run."""
    return gate.removesuffix("#1")


def question_of(event: GateOpened, value_of: Callable[[Ref], Any], title: str = "") -> Question:
    """The question of a gate."""
    text = value_of(event.question) if event.question is not None else ""
    expires = event.at + event.expires_ms * 1000 if event.expires_ms else 0
    return Question(
        event.gate, event.step, event.asks, str(text), event.options, event.default, event.at, expires, event.role,
        title,
    )  # fmt: skip


async def what_waits(archive: Archive) -> list[Waiting]:
    """Every open question of every run that has not finished, the oldest first."""
    return await Questions().look(archive)


class Questions:
    """Every open question; who asks again looks only at what was added meanwhile."""

    def __init__(self) -> None:
        self._states: dict[str, RunState] = {}
        self._asked: dict[tuple[str, str], Question] = {}

    async def look(self, archive: Archive) -> list[Waiting]:
        """Those of now, the oldest first."""
        rows = [row for status in UNFINISHED for row in await archive.runs(status=status, limit=MANY)]
        self._states = {row.run: self._states.get(row.run) or RunState() for row in rows}
        self._asked = {key: asked for key, asked in self._asked.items() if key[0] in self._states}
        given = _answers_on_the_way(archive.path) if rows else {}
        found = []
        for row in rows:
            state = self._states[row.run]
            for event in await archive.events(row.run, after=state.seq):
                apply(state, event)
            questions = await self._questions_of(archive, row.run, state)
            found += [Waiting(row, each, given.get((row.run, each.gate))) for each in questions]
        return sorted(found, key=lambda each: each.question.opened)

    async def _questions_of(self, archive: Archive, run: str, state: RunState) -> list[Question]:
        opened = [gate.opened for gate in state.open_gates]
        unknown = [event for event in opened if (run, event.gate) not in self._asked]
        if unknown:
            texts = await archive.texts(run)
            for event in unknown:
                title = state.steps[event.step].title if event.step in state.steps else ""
                self._asked[run, event.gate] = question_of(event, lambda ref: texts.get(ref.ref, "(erased)"), title)
        return [self._asked[run, event.gate] for event in opened]


def _answers_on_the_way(workspace: Path) -> dict[tuple[str, str], Letter]:
    """The answers that nobody has taken, by run and gate."""
    with closing(Reader(workspace)) as reader:
        letters = reader.read(unread)
    return {(run, each.about): each for run, told in letters.items() for each in told if each.kind == "answer"}
