"""Logs of plausible runs, made by hand: for tests of whatever reads a log, without performing anything.

`tell` writes one run through anything that keeps values and adds events: a `Notebook` in memory, or a journal's RunLog.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    Event,
    ExpectationChecked,
    Failure,
    GateAnswered,
    GateOpened,
    Handoff,
    LoopIterated,
    Narration,
    Performer,
    Ref,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepExpanded,
    StepFailed,
    StepFinished,
    StepRetrying,
    StepSkipped,
    StepStarted,
    ToolFinished,
    ToolStarted,
    Usage,
)
from app.journal import Journal
from app.journal.chain import digest_of

E = TypeVar("E", bound=Event)

CAST = tuple(Performer(id=name, title=name.upper()) for name in ("cto", "qa", "editor"))
WORDS = ("the", "plan", "holds", "a", "budget", "for", "every", "step", "and", "names", "whoever", "reviews", "it")


class Recorder(Protocol):
    """What a log is written through."""

    def keep(self, value: Any) -> Ref: ...

    def add(self, event: E) -> E: ...


class Notebook:
    """A log in memory, as the journal would number it."""

    def __init__(self, run: str = "01JEXAMPLE0000000000000000") -> None:
        self.run = run
        self.events: list[Event] = []
        self.values: dict[str, Any] = {}

    def keep(self, value: Any) -> Ref:
        digest = digest_of(msgspec.json.encode(value))
        self.values[digest] = value
        return Ref(digest)

    def add(self, event: E) -> E:
        event.run, event.seq = self.run, len(self.events) + 1
        event.at = 1_700_000_000_000_000 + event.seq * 1000
        self.events.append(event)
        return event


class Teller:
    """Tells a run part by part, and keeps its accounts."""

    def __init__(self, log: Recorder, seed: int = 0) -> None:
        self.log = log
        self.chance = random.Random(seed)
        self.calls = 0
        self.usage = Usage()
        self.cost_usd = 0.0

    def start(self, title: str = "A small sprint") -> None:
        self.log.add(
            RunStarted(
                scenario="software/sprint",
                title=title,
                cast=CAST,
                seed=1,
                inputs=self.log.keep({"goal": self.text(8)}),
                source=self.log.keep({"path": "sprint.yaml", "files": {"sprint.yaml": self.text(800)}}),
            )
        )

    def finish(self) -> None:
        self.log.add(ExpectationChecked(number=1, about="outputs.plan", met=True))
        self.log.add(
            RunFinished(
                outcome="succeeded",
                outputs=self.log.keep({"plan": self.text(6)}),
                usage=self.usage,
                cost_usd=self.cost_usd,
            )
        )

    def step(self, path: str, agent: str = "cto") -> None:
        """One agent's step with one call."""
        self.log.add(StepStarted(step=path, of="agent", agent=agent, title=path.title()))
        self.call(path, agent)
        self.log.add(StepFinished(step=path, agent=agent, output=self.log.keep(self.text(40))))

    def call(self, path: str, agent: str) -> None:
        call = self._begin_call(path, agent)
        usage = Usage(input=self.chance.randrange(50, 500), output=self.chance.randrange(20, 200))
        text = self.log.keep(self.text(self.chance.choice((12, 60, 400))))
        finished = CallFinished(step=path, agent=agent, call=call, text=text, usage=usage, cost_usd=usage.total / 1e6)
        self._count(self.log.add(finished))

    def failing_call(self, path: str, agent: str) -> None:
        call = self._begin_call(path, agent)
        failed = CallFailed(
            step=path,
            agent=agent,
            call=call,
            failure=Failure(error="overloaded", message="the model is overloaded"),
            partial=self.log.keep(self.text(5)),
            usage=Usage(input=20),
            cost_usd=0.00002,
        )
        self._count(self.log.add(failed))

    def retried_step(self, path: str) -> None:
        failure = Failure(error="overloaded", message="the model is overloaded")
        self.log.add(StepStarted(step=path, of="agent", agent="qa"))
        self.failing_call(path, "qa")
        self.log.add(StepRetrying(step=path, attempt=1, failure=failure, wait_ms=100))
        self.log.add(StepStarted(step=path, of="agent", agent="qa", attempt=2))
        self.call(path, "qa")
        self.log.add(StepFinished(step=path, attempt=2, output=self.log.keep(self.text(20))))

    def loop(self, path: str, turns: int = 2) -> None:
        self.log.add(StepStarted(step=path, of="loop"))
        for turn in range(1, turns + 1):
            self.log.add(StepStarted(step=f"{path}/{turn}"))
            self.step(f"{path}/{turn}/draft", "editor")
            self.log.add(StepFinished(step=f"{path}/{turn}"))
            self.log.add(LoopIterated(step=path, turn=turn, last=turn == turns))
        self.log.add(StepFinished(step=path, output=self.log.keep(self.text(10))))

    def items(self, path: str, count: int = 3) -> None:
        self.log.add(StepStarted(step=path))
        self.log.add(StepExpanded(step=path, count=count))
        for item in range(1, count + 1):
            self.step(f"{path}[{item}]", "qa")
        self.log.add(StepFinished(step=path))

    def tool(self, path: str) -> None:
        self.log.add(StepStarted(step=path, of="tool"))
        arguments = self.log.keep({"path": "notes.csv"})
        self.log.add(ToolStarted(step=path, call=f"{path}#tool", tool="table", arguments=arguments))
        self.log.add(ToolFinished(step=path, call=f"{path}#tool", result=self.log.keep([1, 2, 3])))
        self.log.add(StepFinished(step=path))

    def gate(self, path: str) -> None:
        self.log.add(StepStarted(step=path, of="approve"))
        question = self.log.keep("May the curtain rise?")
        self.log.add(GateOpened(step=path, gate=path, asks="approve", question=question, options=("yes", "no")))
        self.log.add(GateAnswered(step=path, gate=path, choice=self.log.keep("yes"), by="ada"))
        self.log.add(StepFinished(step=path))

    def handoff(self, giver: str, taker: str) -> None:
        self.log.add(Handoff(giver=giver, taker=taker, source="plan", summary=self.log.keep(self.text(9))))

    def pause(self) -> None:
        self.log.add(RunPaused(reason="person", by="ada"))
        self.log.add(RunResumed(reason="person", by="ada"))

    def failure(self, path: str, message: str) -> None:
        self.log.add(StepStarted(step=path, of="agent", agent="qa"))
        self.failing_call(path, "qa")
        self.log.add(StepFailed(step=path, failure=Failure(error="overloaded", message=message), tolerated=True))

    def skip(self, path: str) -> None:
        self.log.add(StepSkipped(step=path, reason="its condition does not hold"))

    def narrate(self, text: str) -> None:
        self.log.add(Narration(text=self.log.keep(text)))

    def text(self, words: int) -> str:
        return " ".join(self.chance.choice(WORDS) for _ in range(words)) + f" {self.chance.random()}."

    def _begin_call(self, path: str, agent: str) -> str:
        self.calls += 1
        call = f"{path}#{self.calls}"
        messages = (self.log.keep({"role": "user", "content": self.text(30)}),)
        self.log.add(CallStarted(step=path, agent=agent, call=call, model="mimic", messages=messages))
        return call

    def _count(self, call: CallFinished | CallFailed) -> None:
        self.usage += call.usage
        self.cost_usd += call.cost_usd


def tell(log: Recorder, seed: int = 0, steps: int = 3) -> None:
    """A whole run, of everything there is and of `steps` plain steps, four events each."""
    teller = Teller(log, seed)
    teller.start()
    for _ in unfinished(teller, steps):
        pass
    teller.finish()


def unfinished(teller: Teller, steps: int = 3) -> Iterator[None]:
    """The middle of a run, part by part, so that it can be left off anywhere between two steps."""
    teller.narrate("Once upon a sprint.")
    for number in range(1, steps + 1):
        teller.step(f"plan{number}")
        yield
    teller.handoff("cto", "qa")
    teller.retried_step("review")
    yield
    teller.items("research")
    teller.loop("polish")
    yield
    teller.tool("count")
    teller.gate("release")
    teller.pause()
    yield
    teller.failure("extra", "no seat was free")
    teller.skip("encore")


def told(seed: int = 0, steps: int = 3) -> Notebook:
    """A whole run in memory."""
    log = Notebook()
    tell(log, seed, steps)
    return log


def write_runs(workspace: Path, count: int = 1, steps: int = 3) -> list[str]:
    """Write whole runs into a workspace, through a journal, and return their names."""
    runs = [f"01JEXAMPLE{number:016d}" for number in range(1, count + 1)]
    with Journal.open(workspace) as journal:
        for seed, run in enumerate(runs):
            tell(journal.begin(run), seed, steps)
    return runs
