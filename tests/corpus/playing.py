"""Performs scenarios for tests: `House.play` rehearses one to its end, `Scripted` is a provider that does as told.

A text may leave out `schema:`, `name:` and `agents:`; the cast is then three people without a card: a, b and c.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.engine import Result, Run, perform, resume
from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Event,
    Handoff,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepFailed,
    StepFinished,
    StepSkipped,
    StepStarted,
    Usage,
    decode,
    encode,
)
from app.journal import Journal
from app.scenario import Checked, load
from app.state import RunState
from providers.base import Chunk, ErrorClass, Finish, Provider, ProviderError, Request, ToolCall

CAST = "agents: {a: {persona: The first.}, b: {persona: The second.}, c: {persona: The third.}}\n"
PATIENCE = 60.0  # seconds until a run that hangs fails its test, however busy the machine is

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Played:
    """A run that has come to its end, or to a pause, and what a test asks of it."""

    run: Run
    result: Result

    @property
    def events(self) -> list[Event]:
        return self.run.events

    @property
    def state(self) -> RunState:
        return self.run.state

    @property
    def outcome(self) -> str | None:
        return self.result.outcome

    @property
    def outputs(self) -> Any:
        return self.result.outputs

    def of(self, kind: type[E], step: str | None = None) -> list[E]:
        """The events of a kind, of one step or of all."""
        return [event for event in self.events if isinstance(event, kind) and step in (None, event.step)]

    def value(self, ref: Any) -> Any:
        return self.run.value(ref)

    def ending(self, step: str) -> StepFinished | StepFailed | StepSkipped:
        """How a step ended, the last time it did."""
        endings: list[StepFinished | StepFailed | StepSkipped]
        endings = [*self.of(StepFinished, step), *self.of(StepFailed, step), *self.of(StepSkipped, step)]
        return max(endings, key=lambda event: event.seq)

    def ended(self, step: str) -> str:
        """The outcome of a step."""
        ending = self.ending(step)
        return "skipped" if isinstance(ending, StepSkipped) else ending.outcome

    def output(self, step: str) -> Any:
        """What a step gave."""
        ending = self.ending(step)
        return None if isinstance(ending, StepSkipped) else self.value(ending.output)

    def failure(self, step: str) -> Any:
        """What went wrong in a step."""
        ending = self.ending(step)
        assert isinstance(ending, StepFailed), f"{step} has not failed"
        return ending.failure

    def why_skipped(self, step: str) -> str:
        ending = self.ending(step)
        assert isinstance(ending, StepSkipped), f"{step} was not skipped"
        return ending.reason

    @property
    def begun(self) -> list[str]:
        """The steps in the order in which they began."""
        return [event.step for event in self.of(StepStarted)]

    @property
    def handoffs(self) -> list[tuple[str, str, str]]:
        """From, to, and where."""
        return [(event.giver, event.taker, event.step) for event in self.of(Handoff)]

    def messages(self, step: str, call: int = -1) -> list[dict[str, Any]]:
        """What a model was shown in one call of a step."""
        return [self.value(ref) for ref in self.of(CallStarted, step)[call].messages]

    def prompt(self, step: str, call: int = -1) -> str:
        """The last thing a model was told by its user in one call of a step."""
        return next(str(one["content"]) for one in reversed(self.messages(step, call)) if one["role"] == "user")

    def said(self, step: str, call: int = -1) -> str:
        """What a model answered in one call of a step."""
        return str(self.value(self.of(CallFinished, step)[call].text))

    def lasted(self, step: str) -> float:
        """Seconds between a step's beginning and its end."""
        return (self.ending(step).mono - self.of(StepStarted, step)[0].mono) / 1000


class House:
    """A workspace in which one scenario after the other is performed."""

    def __init__(self, journal: Journal, folder: Path) -> None:
        self.journal = journal
        self._folder = folder
        self._numbers = itertools.count(1)

    def checked(self, text: str, files: Mapping[str, str] | None = None) -> Checked:
        """A text as a checked scenario in a project of its own, with other files beside it."""
        project = self._folder / f"project{next(self._numbers)}"
        for name, content in {"play.yaml": whole(text), "footlights.toml": "", **(files or {})}.items():
            file = project / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return load(project / "play.yaml")

    def begin(
        self,
        text: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Run:
        """Begin to perform a text; a rehearsal unless `mode` says otherwise."""
        options = {"mode": "rehearsal", "journal": self.journal, **options}
        return perform(self.checked(text, files), inputs, **options)

    async def play(
        self,
        text: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Played:
        """Perform a text to its end."""
        return await self.end_of(self.begin(text, inputs, files=files, **options))

    async def play_on(self, played: Played, **options: Any) -> Played:
        """Go on with a run that was paused, to its end."""
        return await self.end_of(resume(played.run.id, journal=self.journal, **options))

    async def end_of(self, run: Run) -> Played:
        """Wait for the end of a run, and hold it to what is true of every run."""
        try:
            async with asyncio.timeout(PATIENCE):
                played = Played(run, await run.result())
        except TimeoutError:
            await run.stop(grace=0)
            raise
        insist_on_a_sound_log(played)
        return played


def whole(text: str) -> str:
    """A scenario with what it left out."""
    head = "" if text.startswith("schema:") else "schema: footlights/v1\n"
    name = "" if "\nname:" in f"\n{text}" else "name: play\n"
    cast = "" if "\nagents:" in f"\n{text}" else CAST
    return f"{head}{name}{cast}{text}"


def has(run: Run, kind: type, step: str | None = None) -> bool:
    """Has this happened, in a step or anywhere?"""
    return any(isinstance(event, kind) and step in (None, event.step) for event in run.events)


def count(run: Run, kind: type) -> int:
    """How often this has happened."""
    return sum(isinstance(event, kind) for event in run.events)


def insist_on_a_sound_log(played: Played) -> None:
    """What holds for every run, whatever happens in it."""
    events = played.events
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished | RunPaused)
    assert not played.of(RunFinished)[:-1]
    assert all(event.cause < event.seq for event in events)
    assert [event.mono for event in events] == sorted(event.mono for event in events)
    assert all(type(decode(encode(event))) is type(event) for event in events)
    begun = {event.call for event in played.of(CallStarted)}
    ended = [event.call for event in events if isinstance(event, CallFinished | CallFailed)]
    assert set(ended) <= begun
    assert len(set(ended)) == len(ended)
    if isinstance(events[-1], RunFinished) and not played.of(RunResumed):
        spent = sum(event.cost_usd for event in events if isinstance(event, CallFinished | CallFailed))
        assert abs(spent - events[-1].cost_usd) < 1e-6
    assert played.state.seq == len(events)


async def until(holds: Callable[[], bool]) -> None:
    """Let runs go on until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.001)


# A provider that does as it is told


@dataclass(frozen=True)
class Says:
    """An answer."""

    text: str = ""
    tools: tuple[tuple[str, str], ...] = ()  # name, and arguments as text
    finish: Finish | None = "stop"  # None: the stream simply ends
    usage: Usage | None = Usage(input=10, output=5)
    pieces: int = 1
    takes: float = 0.0  # seconds of a rehearsal
    until: asyncio.Event | None = None  # it is said only then
    more: asyncio.Event | None = None  # what comes after the first piece is said only then


@dataclass(frozen=True)
class Fails:
    """An error, perhaps after a part of an answer."""

    error: ErrorClass
    retry_after: float | None = None
    partial: str = ""
    message: str = "as it was told to"


Line = str | dict[str, Any] | list[Any] | Says | Fails
Lines = Line | Callable[[Request], Line]


@dataclass
class Scripted:
    """Speaks its lines one after the other, the last one again and again; remembers what it was asked.

    Give it as `providers=`. Lines by model (`Scripted({"openai/one": [...]})`) or for all of them (`Scripted(...)`).
    """

    lines: dict[str, list[Lines]] = field(default_factory=dict)
    asked: list[tuple[str, Request]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    @classmethod
    def all(cls, *lines: Lines) -> Scripted:
        """The same lines for whichever model is asked."""
        return cls({"": list(lines)})

    def __call__(self, use: str) -> Provider:
        return _Voice(self, use)

    def models(self) -> list[str]:
        """Which models were asked, in order."""
        return [use for use, _ in self.asked]

    def line(self, use: str, request: Request) -> Line:
        """What comes next."""
        lines = self.lines.get(use, self.lines.get("", []))
        assert lines, f"{use} was asked, and has no lines"
        line = lines.pop(0) if len(lines) > 1 else lines[0]
        return line(request) if callable(line) else line


class _Voice:
    def __init__(self, script: Scripted, use: str) -> None:
        self._script = script
        self._use = use

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        script = self._script
        script.asked.append((self._use, request))
        line = script.line(self._use, request)
        script.under_way += 1
        script.most_under_way = max(script.most_under_way, script.under_way)
        try:
            if isinstance(line, Fails):
                if line.partial:
                    yield Chunk(line.partial)
                raise ProviderError(line.error, line.message, retry_after=line.retry_after)
            said = line if isinstance(line, Says) else Says(line if isinstance(line, str) else json.dumps(line))
            if said.until is not None:
                await said.until.wait()
            size = max(1, -(-len(said.text) // said.pieces))
            for start in range(0, len(said.text), size):
                if start and said.more is not None:
                    await said.more.wait()
                yield Chunk(said.text[start : start + size], after=said.takes / said.pieces)
            calls = tuple(ToolCall(f"call{n}", name, written) for n, (name, written) in enumerate(said.tools, 1))
            if said.finish is not None:
                yield Chunk(tool_calls=calls, finish="tool_calls" if calls else said.finish, usage=said.usage)
        finally:
            script.under_way -= 1
