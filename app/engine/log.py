"""The log of one run as the engine writes it, and, when a run is resumed, its memory of what has happened already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from app.events import (
    CallFailed,
    CallFinished,
    Event,
    GateAnswered,
    GateClosed,
    Ref,
    StepFailed,
    StepFinished,
    StepSkipped,
    StepStarted,
    identity,
)

if TYPE_CHECKING:
    from app.engine.clocks import Clock
    from app.journal import RunLog

E = TypeVar("E", bound=Event)
Ending = StepFinished | StepFailed | StepSkipped


class Log:
    """Adds events. What a resumed run recorded already is given back instead of being added a second time."""

    def __init__(self, run_log: RunLog, recorded: Sequence[Event] = ()) -> None:
        self._log = run_log
        self.recorded = recorded
        self._memory = {identity(event): event for event in recorded}
        self._endings: dict[str, Ending] = {
            event.step: event for event in recorded if isinstance(event, StepFinished | StepFailed | StepSkipped)
        }
        self._begun = {event.step for event in recorded if isinstance(event, StepStarted)}
        self._answers = {event.gate: event for event in recorded if isinstance(event, GateAnswered | GateClosed)}
        self.clock: Clock | None = None  # set once: the clock needs the log, and the log the time

    @property
    def run(self) -> str:
        """The run's id."""
        return self._log.run

    @property
    def seq(self) -> int:
        """The number of the last event."""
        return self._log.seq

    @property
    def is_durable(self) -> bool:
        """Is all that was added safe?"""
        return self._log.durable_seq >= self._log.seq

    async def durable(self) -> None:
        """Wait until it is."""
        await self._log.durable()

    def when_durable(self, call: Callable[[Exception | None], None]) -> None:
        """Be told when it is."""
        self._log.when_durable(call)

    def keep(self, value: Any) -> Ref:
        """Keep a value apart; the Ref stands for it in events."""
        return self._log.keep(value)

    def value(self, ref: Ref | None) -> Any:
        """What a Ref stands for."""
        return None if ref is None else self._log.value(ref)

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Be told each event as it is added."""
        self._log.add_listener(listener)

    def add(self, event: E) -> E:
        """Say that something happened."""
        assert self.clock is not None
        event.mono = int(self.clock.now() * 1000)
        return self._log.add(event)

    def publish_partial(self, call: str, text: str) -> None:
        """Show other processes what a call has said so far."""
        self._log.publish_partial(call, text)

    def drop_partial(self, call: str) -> None:
        """Show it no more."""
        self._log.drop_partial(call)

    def once(self, event: E) -> E:
        """Say that something happened, unless the log knows; then what it knows is given back."""
        if self._memory:
            known = self._memory.get(identity(event))
            if known is not None:
                return cast(E, known)
        return self.add(event)

    def recall(self, event: E) -> E | None:
        """What the log knows of an event like this one."""
        if not self._memory:
            return None
        return cast("E | None", self._memory.get(identity(event)))

    def ending(self, path: str) -> Ending | None:
        """How a step ended, if it did before the run was resumed."""
        return self._endings.get(path)

    def calls_inside(self, path: str) -> Iterable[CallFinished | CallFailed]:
        """The calls that were made in a step and in those inside it, however they went."""
        inside = (f"{path}/", f"{path}[")
        for event in self.recorded:
            if isinstance(event, CallFinished | CallFailed) and (event.step == path or event.step.startswith(inside)):
                yield event

    def owner(self, path: str) -> str:
        """The step that a path inside it belongs to: a debate's, of the place of one of its rounds."""
        while path not in self._begun and "/" in path:
            path = path.rpartition("/")[0]
        return path

    def answer(self, gate: str) -> GateAnswered | GateClosed | None:
        """How a gate was answered before the run was resumed."""
        return self._answers.get(gate)
