"""A run as whoever started it sees it: its events as they come, its state, its result, and ways to act on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from app.engine.budgets import MEASURES, Account
from app.engine.directions import DIRECTIONS
from app.engine.gates import Answer, AnswerRefused
from app.engine.letters import Receipts, letterbox
from app.engine.outcomes import Halt
from app.errors import FootlightsError
from app.events import (
    CallStarted,
    Directed,
    Event,
    Failure,
    GateAnswered,
    LimitsChanged,
    Measure,
    Outcome,
    Ref,
    Usage,
)
from providers.connections import leased

if TYPE_CHECKING:
    from app.engine.performance import Performance
    from app.journal import Journal, RunLog
    from app.journal.inbox import Letter
    from app.state import RunState

GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended, or why it is paused."""

    run: str
    status: Literal["finished", "paused"]
    outcome: Outcome | None = None
    outputs: Any = None
    cost_usd: float = 0.0
    usage: Usage = Usage()
    unpriced: int = 0
    reason: str = ""  # of a pause: person, signal, gate, budget, disk
    detail: str = ""
    failure: Failure | None = None
    expected: bool = True
    excused: bool = False
    exhausted: bool = False


class Run:
    """A run that is performed in this process. `async for event in run` gives every event once, when it is safe."""

    def __init__(self, journal: Journal, log: RunLog, recorded: list[Event], *, owns_journal: bool) -> None:
        self.id = log.run
        self.events: list[Event] = list(recorded)
        self.performance: Performance | None = None
        self._journal = journal
        self._log = log
        self._owns_journal = owns_journal
        self._state: RunState | None = None
        self._folded = 0
        self._more = asyncio.Event()
        self._task: asyncio.Task[Result] | None = None
        self._receipts = Receipts(journal, log)
        self._begun = False
        self._early: list[tuple[str, dict[str, Any], str]] = []  # what was directed before
        self._interrupted = False
        self._halted: Halt | None = None
        log.add_listener(self._on_event)

    # What happens

    async def __aiter__(self) -> AsyncIterator[Event]:
        position = 0
        while True:
            while position < len(self.events):
                event = self.events[position]
                if event.seq > self._log.durable_seq and not await self._is_durable():
                    return
                position += 1
                yield event
            if self._task is not None and self._task.done():
                return
            self._more.clear()
            if position == len(self.events):
                await self._more.wait()

    async def _is_durable(self) -> bool:
        """Wait until what is told next cannot be lost; false when it is lost, as the result will say."""
        try:
            await self._log.durable()
        except FootlightsError:
            return False
        return True

    @property
    def state(self) -> RunState:
        """The run as its events tell it."""
        from app.state import RunState, apply

        if self._state is None:
            self._state = RunState()
        while self._folded < len(self.events):
            apply(self._state, self.events[self._folded])
            self._folded += 1
        return self._state

    def value(self, ref: Ref | None) -> Any:
        """What a Ref in an event stands for."""
        return None if ref is None else self._log.value(ref)

    async def result(self) -> Result:
        """Wait until the run has ended, or cannot go on."""
        assert self._task is not None
        return await asyncio.shield(self._task)

    def watch(self, watcher: Callable[[CallStarted, str], None]) -> None:
        """Be told each piece of text while it comes."""
        assert self.performance is not None
        self.performance.watch(watcher)

    def led_by(self, audience: Callable[[int], Awaitable[None]] | None) -> None:
        """Let no effect begin before `audience(seq)` says that this event was seen; None: wait for nobody any more."""
        self._performing().led_by(audience)

    @property
    def is_performed(self) -> bool:
        """Does it go on?"""
        return self._task is not None and not self._task.done()

    # What people do

    def answer(self, gate: str, choice: str, note: str = "", by: str = "") -> None:
        """Answer a gate that is open; raises AnswerRefused."""
        self._performing().gates.answer(gate, Answer(choice, note, by))

    def direct(self, direction: str, to: str = "", detail: Any = None, by: str = "") -> None:
        """Act on the run: one of DIRECTIONS. What cannot be done is refused with a ValueError, and leaves no trace."""
        performance = self._performing()
        if direction not in DIRECTIONS:
            raise ValueError(f'there is no direction "{direction}", only {", ".join(DIRECTIONS)}')
        if performance.is_ending:
            raise ValueError("the run is not performed any more")
        performance.named.insist(direction, to, detail)
        if not self._begun:  # the run's own first event comes first
            self._early.append((direction, {"to": to, "detail": detail}, by))
            return
        raising = self._to_raise(to, detail) if direction == "raise" else None
        log = performance.log
        event = Directed(direction, by, to, None if detail is None else log.keep(detail))  # type: ignore[arg-type]
        if direction not in ("step", "resume"):
            log.add(event)
        performance.directions.apply(event, detail)
        match direction:
            case "hold":
                performance.turnstile.hold()
            case "go" | "resume":
                performance.turnstile.go()
            case "step":
                performance.turnstile.step()
            case "skip":
                performance.skip_running(to)
            case "raise":
                assert raising is not None
                self._raise(*raising, by)
            case "pause":
                self.halt(Halt("person", by))
            case "cancel":
                self.halt(Halt("cancelled", by), at_once=True)

    def hold(self) -> None:
        """Start nothing new until go() or step()."""
        self._performing().turnstile.hold()

    def go(self) -> None:
        """Go on after hold()."""
        self._performing().turnstile.go()

    def step(self) -> None:
        """Start one effect, and hold again."""
        self._performing().turnstile.step()

    def pause(self, by: str = "") -> None:
        """Let what is under way end, and stop; the run can be resumed."""
        self.direct("pause", by=by)

    def cancel(self, by: str = "") -> None:
        """End the run for good."""
        self.direct("cancel", by=by)

    async def stop(self, grace: float = GRACE, *, reason: str = "signal", by: str = "") -> Result:
        """Start nothing new, wait a while for what is under way, then interrupt it; the run can be resumed."""
        self.halt(Halt(reason, by), grace=grace)
        return await self.result()

    def halt(self, halt: Halt, *, grace: float | None = None, at_once: bool = False) -> None:
        """End the performance; `halt` says why."""
        task = self._task
        if task is None or task.done() or self._performing().is_ending:
            return
        if not self._begun:  # a task that is cancelled before it began would never say how the run ended
            asyncio.get_running_loop().call_soon(lambda: self.halt(halt, grace=grace, at_once=at_once))
            return
        if self._halted is None:
            self._halted = halt
            if not at_once and grace != 0:
                self._performing().turnstile.close(self._interrupt)
                if grace is not None:
                    asyncio.get_running_loop().call_later(grace, self._interrupt)
                return
        self._performing().turnstile.close(self._interrupt)
        self._interrupt()

    def _interrupt(self) -> None:
        assert self._task is not None
        if not self._interrupted and not self._performing().is_ending:
            self._interrupted = True  # once: a second one would hit what the first has set in motion
            self._task.cancel()

    # How it is performed: called by perform, resume and fork

    def start(self, performance: Performance, acting: Callable[[], Any]) -> None:
        """Begin."""
        self.performance = performance
        performance.halt = self.halt
        performance.read_inbox = self._read_letters
        self._task = asyncio.get_running_loop().create_task(self._perform(acting))
        self._task.add_done_callback(lambda _: self._more.set())

    @property
    def halted(self) -> Halt | None:
        """Why the performance was ended from outside."""
        return self._halted

    async def _perform(self, acting: Callable[[], Any]) -> Result:
        self._begun = True
        letters = letterbox(self._journal)
        letters.join(self.id, self._read_letters)
        try:
            async with leased():
                result: Result = await acting()
            return result
        finally:
            letters.leave(self.id)
            self._log.remove_listener(self._on_event)
            self._log.release()
            if self._owns_journal:
                await asyncio.to_thread(self._journal.close)

    def _read_letters(self) -> None:
        """Take what was directed before the run began, and what other processes say to it."""
        early, self._early = self._early, []
        for direction, body, by in early:
            with suppress(ValueError, TypeError):
                self._direct(direction, body, by)
        if not self._log.durable_seq:  # nobody can have written to a run that is not in the archive yet
            return
        for letter in self._journal.inbox(self.id):
            if self._receipts.is_new(letter) and not self._is_ahead(letter):
                self._take(letter)

    def _is_ahead(self, letter: Letter) -> bool:
        """Is it about something that this run, which was resumed, has yet to come back to? Then it is taken there."""
        performance = self._performing()
        if letter.kind == "answer":
            return performance.gates.is_ahead(letter.about)
        scope = str(letter.body.get("to", "")).rpartition(".")[0]
        return letter.body.get("direction") == "raise" and performance.is_ahead(scope)

    def _take(self, letter: Letter) -> None:
        """Do what a letter says, and say what became of it."""
        body, gate = letter.body, ""
        try:
            if letter.kind == "answer":
                answer = Answer(str(body.get("choice", "")), str(body.get("note", "")), letter.by)
                gate = self._performing().gates.answer(letter.about, answer)
            else:
                self._direct(str(body.get("direction", letter.about)), body, letter.by)
        except (AnswerRefused, ValueError, TypeError) as refused:
            self._receipts.refuse(letter, str(refused) or "it cannot be understood")
        else:
            self._receipts.accept(letter, gate)

    def _direct(self, direction: str, body: dict[str, Any], by: str) -> None:
        self.direct(direction, str(body.get("to", "")), body.get("detail"), by)

    def _to_raise(self, limit: str, detail: Any) -> tuple[Account, Measure, float]:
        scope, _, name = limit.rpartition(".")
        measure = next((measure for measure in MEASURES if measure == name), None)
        if measure is None:
            raise ValueError(f'there is no limit "{name}", only {", ".join(MEASURES)}')
        value = float(detail)
        if not 0 < value < float("inf"):
            raise ValueError(f"a limit is a number above 0, and this is {detail}")
        return self._performing().open_account(scope or "run"), measure, value

    def _raise(self, account: Account, measure: Measure, value: float, by: str) -> None:
        performance = self._performing()
        account.limits[measure] = value
        performance.log.add(LimitsChanged(account.scope, measure, value, by))
        performance.budgets.raised()

    def _performing(self) -> Performance:
        assert self.performance is not None
        return self.performance

    def _on_event(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, GateAnswered):
            self._receipts.note(event)
        self._more.set()
