"""Where a run waits for a person: who may answer, and what happens when nobody does.

Every gate has an id that is unique in its run, and takes one answer. Answers come from a file, from the person at this
terminal, from another process through the inbox, or from the default when the time is over. A rehearsal answers itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from app.engine.outcomes import Halt
from app.errors import FootlightsError
from app.events import GateAnswered, GateClosed, GateOpened, definition

if TYPE_CHECKING:
    from app.engine.performance import Performance

Asks = Literal["approve", "ask", "budget", "tool", "cue"]


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked."""

    path: str
    asks: Asks
    text: str
    options: tuple[str, ...] = ()
    timeout: float | None = None
    default: str | None = None
    role: str = ""
    rehearsed: str | None = None  # what is answered when it is only rehearsed
    cause: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, by whom."""

    choice: str
    note: str = ""
    by: str = ""
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A gate that waits, as whoever asks a person needs it."""

    gate: str
    question: Question
    seconds_left: float | None


People = Callable[[Opened], Awaitable[Answer | None]]


class AnswerRefused(FootlightsError):
    """An answer that cannot be taken, and why."""

    exit_code = 2


@dataclass(slots=True)
class Gates:
    """The gates of one run."""

    performance: Performance
    written: Mapping[str, str] = field(default_factory=dict)  # from an answers file
    people: People | None = None  # asks the person at this terminal
    patient: bool = False  # waits for answers from elsewhere, however long
    _open: dict[str, tuple[Question, asyncio.Future[Answer]]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    async def ask(self, question: Question) -> Answer:
        """Ask, and wait for the answer; what was answered before a resume holds."""
        performance = self.performance
        number = self._numbers[question.path] = self._numbers.get(question.path, 0) + 1
        gate = f"{question.path}#{number}"
        log = performance.log
        if (known := self._recalled(gate, question)) is not None:
            return known
        # Open before it is announced: whoever hears of it may answer at once.
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._open[gate] = (question, waiting)
        opened = log.gate(gate) or log.add(self._opened(gate, question))
        performance.loose_ends.take_up(gate)
        about = {"step": question.path, "cause": opened.seq}
        try:
            await performance.clock.settle()
            answer = await self._answer(gate, question, opened, waiting)
        except BaseException:
            performance.loose_ends.leave(gate, GateClosed(gate, "cancelled", **about))  # type: ignore[arg-type]
            raise
        finally:
            del self._open[gate]
        if answer.expired:
            log.add(GateClosed(gate, "expired", log.keep(answer.choice), **about))  # type: ignore[arg-type]
        else:
            note = log.keep(answer.note) if answer.note else None
            log.add(GateAnswered(gate, log.keep(answer.choice), note, answer.by, **about))  # type: ignore[arg-type]
        await performance.clock.settle()  # an answer is safe before anything follows from it
        return answer

    def answer(self, gate: str, answer: Answer) -> str:
        """Take an answer from elsewhere, and give the id of the gate; or raise AnswerRefused."""
        id = gate if gate in self._open else next((id for id in self._open if id.rpartition("#")[0] == gate), None)
        if id is None:
            raise AnswerRefused(f'no gate "{gate}" is open')
        question, waiting = self._open[id]
        if waiting.done():
            raise AnswerRefused("it was answered already")
        if question.options and answer.choice not in question.options:
            raise AnswerRefused(f'"{answer.choice}" is not one of {", ".join(question.options)}')
        waiting.set_result(answer)
        return id

    def take_number(self, gate: str) -> None:
        """A number was given to a gate that is not opened again."""
        path, _, number = gate.rpartition("#")
        self._numbers[path] = max(self._numbers.get(path, 0), int(number))

    def is_ahead(self, gate: str) -> bool:
        """Was it open when the run was left, and has the run not yet come back to it?"""
        log = self.performance.log
        for id in log.past.opened:
            path, _, number = id.rpartition("#")
            if gate in (id, path) and log.answer(id) is None and int(number) > self._numbers.get(path, 0):
                return True
        return False

    def foresee(self, question: Question) -> bool:
        """Does the answers file say something to this?"""
        return self._written("", question) is not None

    def open(self) -> list[str]:
        """The gates that wait."""
        return [gate for gate, (_, waiting) in self._open.items() if not waiting.done()]

    def _opened(self, gate: str, question: Question) -> GateOpened:
        return GateOpened(
            gate,
            question.asks,
            self.performance.log.keep(question.text),
            question.options,
            int((question.timeout or 0) * 1000),
            question.default,
            question.role,
            step=question.path,
            cause=question.cause,
        )

    def _recalled(self, gate: str, question: Question) -> Answer | None:
        """What the log knows of a gate's answer."""
        log = self.performance.log
        blank = log.keep("")
        answered = log.answer(gate)
        if answered is None:
            return None
        if isinstance(answered, GateClosed):
            return Answer(log.value(answered.choice or blank) or question.default or "", expired=True)
        return Answer(log.value(answered.choice), log.value(answered.note) or "", answered.by)

    async def _answer(
        self, gate: str, question: Question, opened: GateOpened, waiting: asyncio.Future[Answer]
    ) -> Answer:
        self.performance.read_inbox()  # somebody may have answered while nobody performed the run
        if waiting.done():
            return waiting.result()
        if (written := self._written(gate, question)) is not None:
            return Answer(written, by="answers file")
        if self.performance.mode == "rehearsal" and self.people is None and not self.patient:
            fallback = question.default or (question.options[0] if question.options else "nothing to add")
            return Answer(question.rehearsed if question.rehearsed is not None else fallback, by="rehearsal")
        left = self.performance.seconds_left(opened) if question.timeout is not None else None
        return await self._wait(gate, question, left, waiting)

    async def _wait(self, gate: str, question: Question, left: float | None, waiting: asyncio.Future[Answer]) -> Answer:
        person = None
        if self.people is None and not self.patient and question.timeout is None and not waiting.done():
            await self.performance.stop_here(Halt("gate", question.path))
        if self.people is not None and not waiting.done():
            person = asyncio.ensure_future(self._ask_person(self.people, Opened(gate, question, left), waiting))
        try:
            async with self.performance.clock.outside():
                async with asyncio.timeout(left):  # of the real clock, also in a rehearsal: people live in it
                    return await waiting
        except TimeoutError:
            return Answer(question.default or "", expired=True)
        finally:
            if person is not None:
                person.cancel()

    async def _ask_person(self, people: People, opened: Opened, waiting: asyncio.Future[Answer]) -> None:
        try:
            answer = await people(opened)
            if not isinstance(answer, Answer | None):
                raise TypeError(f"people gives an Answer or None, not {answer!r}")
        except Exception as error:  # the edge to somebody else's code: whoever waits for the run is told
            if not waiting.done():
                waiting.set_exception(error)
            return
        if answer is not None and not waiting.done():
            waiting.set_result(answer)
        elif answer is None and not self.patient and opened.seconds_left is None and not waiting.done():
            waiting.set_exception(Halt("gate", opened.question.path))

    def _written(self, gate: str, question: Question) -> str | None:
        for name in (gate, question.path, definition(question.path), "*"):
            if name in self.written:
                choice = self.written[name]
                if not question.options or choice in question.options:
                    return choice
        return None


def as_output(answer: Answer) -> dict[str, Any]:
    """What `approve` gives."""
    return {"choice": answer.choice, "note": answer.note, "by": answer.by or ("nobody" if answer.expired else "")}
