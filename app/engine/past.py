"""What a run had recorded before it was resumed, for whoever performs the rest of it.

When a step is tried again, nothing that happened inside it before counts any more: its steps, calls and gates come
anew, under numbers of their own. So of each step only what came after its last try began is given back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    Event,
    GateAnswered,
    GateClosed,
    GateOpened,
    StepFailed,
    StepFinished,
    StepRetrying,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    identity,
)

Ending = StepFinished | StepFailed | StepSkipped
_WORK = (CallRouted, CallStarted, CallFinished, CallFailed, ToolStarted, ToolFinished, ToolFailed, GateOpened)


class Past:
    """The recorded events by what they are about; empty in a run that begins."""

    def __init__(self, recorded: Sequence[Event]) -> None:
        self.opened: dict[str, GateOpened] = {}
        self.answers: dict[str, GateAnswered | GateClosed] = {}
        self._events: dict[tuple[object, ...], Event] = {}
        self._endings: dict[str, Ending] = {}
        self._tries: dict[str, StepRetrying] = {}
        self._given_up: dict[str, list[Event]] = {}
        self._work: dict[str, list[Event]] = {}
        self._begun: set[str] = set()
        for event in reversed(recorded):
            self._note(event)
        for found in (*self._work.values(), *self._given_up.values()):
            found.reverse()

    def like(self, event: Event) -> Event | None:
        """The event that says the same."""
        return self._events.get(identity(event)) if self._events else None

    def ending(self, path: str) -> Ending | None:
        """How a step ended."""
        return self._endings.get(path)

    def last_try(self, path: str) -> StepRetrying | None:
        """Why a step was about to be tried once more, or was tried."""
        return self._tries.get(path)

    def work(self, path: str) -> Sequence[Event]:
        """The calls, tools and gates in a step and in those inside it, also those of earlier tries."""
        return self._work.get(path, ())

    def given_up(self, path: str) -> Sequence[Event]:
        """Those of them that belong to earlier tries."""
        return self._given_up.get(path, ())

    def owner(self, path: str) -> str:
        """The step that a path inside it belongs to: a debate's, of the place of one of its rounds."""
        while path not in self._begun and "/" in path:
            path = path.rpartition("/")[0]
        return path

    def forget(self, path: str) -> None:
        """A step is tried again: nothing that was recorded inside it counts any more."""
        self._endings = {step: event for step, event in self._endings.items() if path not in around(step)}
        self._tries = {step: event for step, event in self._tries.items() if path not in around(step)}
        self._events = {key: event for key, event in self._events.items() if path not in around(event.step)}
        for gates in (self.opened, self.answers):
            for gate in [gate for gate, event in gates.items() if path in around(event.step)]:
                del gates[gate]

    def _note(self, event: Event) -> None:
        """Take an event into account; the last ones come first."""
        places = tuple(around(event.step))
        given_up = [place for place in places if place in self._tries]
        if isinstance(event, _WORK):
            for place in places:
                self._work.setdefault(place, []).append(event)
            for place in given_up:
                self._given_up.setdefault(place, []).append(event)
        if isinstance(event, StepStarted):
            self._begun.add(event.step)
        if given_up:
            return
        self._events.setdefault(identity(event), event)
        match event:
            case StepFinished() | StepFailed() | StepSkipped():
                self._endings.setdefault(event.step, event)
            case StepRetrying():
                self._tries[event.step] = event
            case GateOpened():
                self.opened[event.gate] = event
            case GateAnswered() | GateClosed():
                self.answers[event.gate] = event


def around(path: str) -> Iterator[str]:
    """A path and those around it: of polish/2/verdict also polish/2 and polish, of research[1] also research."""
    while path:
        yield path
        path = path[: max(path.rfind("/"), path.rfind("["), 0)]
