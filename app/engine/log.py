"""The log of one run as the engine writes it, and, when a run is resumed, its memory of what has happened already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from msgspec.structs import replace

from app.engine.past import Ending, Past
from app.events import Event, GateAnswered, GateClosed, GateOpened, Ref
from app.journal.values import Packed, normalised

if TYPE_CHECKING:
    from app.engine.clocks import Clock
    from app.journal import RunLog

E = TypeVar("E", bound=Event)

_HAIR = 1e-6  # milliseconds: 1.011 seconds are 1010.99... milliseconds, and time would go back


class Log:
    """Adds events. What a resumed run recorded already is given back instead of being added a second time."""

    def __init__(self, run_log: RunLog, recorded: Sequence[Event] = ()) -> None:
        self._log = run_log
        self.recorded = recorded
        self.past = Past(recorded)
        self.cover: Callable[[Any], Any] | None = None  # keeps secrets out, once there are some
        self.clock: Clock | None = None  # set once: the clock needs the log, and the log the time

    @property
    def run(self) -> str:
        """The run's id."""
        return self._log.run

    @property
    def is_resumed(self) -> bool:
        """Is there a past to remember?"""
        return bool(self.recorded)

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

    def when_durable(self, call: Callable[[Exception | None], object]) -> None:
        """Be told when it is."""
        self._log.when_durable(call)

    def keep(self, value: Any) -> Ref:
        """Keep a value apart; the Ref stands for it in events."""
        return self._log.keep(self.covered(value))

    def keep_packed(self, value: Packed) -> Ref:
        """The same for what many runs keep and no secret can be in: the files they are made of."""
        return self._log.keep_packed(value)

    def value(self, ref: Ref | None) -> Any:
        """What a Ref stands for."""
        return None if ref is None else self._log.value(ref)

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """Be told each event as it is added."""
        self._log.add_listener(listener)

    def add(self, event: E) -> E:
        """Say that something happened."""
        assert self.clock is not None
        event.mono = int(self.clock.now() * 1000 + _HAIR)
        if self.cover is not None and (failure := getattr(event, "failure", None)) is not None:
            event.failure = replace(failure, message=self.cover(failure.message), hint=self.cover(failure.hint))  # type: ignore[attr-defined]
        try:
            return self._log.add(event)
        except UnicodeEncodeError:  # half a character, which somebody sent and nobody can write
            return self._log.add(_mended(event))

    def covered(self, value: Any) -> Any:
        """A value without the secrets of this run, as it would be kept."""
        return value if self.cover is None else self.cover(value)

    def publish_partial(self, call: str, text: str) -> None:
        """Show other processes what a call has said so far."""
        self._log.publish_partial(call, text)

    def drop_partial(self, call: str) -> None:
        """Show it no more."""
        self._log.drop_partial(call)

    def once(self, event: E) -> E:
        """Say that something happened, unless the log knows; then what it knows is given back."""
        known = self.recall(event)
        return self.add(event) if known is None else known

    def recall(self, event: E) -> E | None:
        """What the log knows of an event like this one."""
        return cast("E | None", self.past.like(event))

    def ending(self, path: str) -> Ending | None:
        """How a step ended, if it did before the run was resumed."""
        return self.past.ending(path)

    def gate(self, gate: str) -> GateOpened | None:
        """How a gate was opened before the run was resumed."""
        return self.past.opened.get(gate)

    def answer(self, gate: str) -> GateAnswered | GateClosed | None:
        """How a gate was answered before the run was resumed."""
        return self.past.answers.get(gate)


def _mended(event: E) -> E:
    """The event itself, each of its texts as it can be written."""
    mended = msgspec.convert(normalised(msgspec.to_builtins(event)), type(event))
    for name in event.__struct_fields__:
        setattr(event, name, getattr(mended, name))
    return event
