"""Histories of runs: a recorder that stamps events as the journal does, and plausible runs made by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec
from hypothesis import strategies as st

from app.events import (
    BreakerChanged,
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallRouted,
    CallSpeaking,
    CallStarted,
    CallWaiting,
    DebateDecided,
    DebateRound,
    DebateVoted,
    Directed,
    Event,
    ExpectationChecked,
    Failure,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    Hold,
    LimitsChanged,
    LoopIterated,
    MemoryRead,
    MemoryWritten,
    Narration,
    Performer,
    Ref,
    Remark,
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
    ToolFailed,
    ToolFinished,
    ToolStarted,
    ToolWaiting,
    Usage,
)

Kind = TypeVar("Kind", bound=Event)
BEGAN = 1_760_000_000_000_000  # a moment in October 2025, microseconds


@dataclass
class History:
    """The events of one run and the values that their Refs stand for."""

    run: str = "01K7GOLDEN0000000000000000"
    events: list[Event] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    mono: int = 0

    def keep(self, value: Any) -> Ref:
        """Keep a value, as the journal would."""
        digest = blake2b(msgspec.json.encode(value), digest_size=16).hexdigest()
        self.values[digest] = value
        return Ref(digest)

    def value(self, ref: Ref) -> Any:
        """What was kept."""
        return self.values[ref.ref]

    def add(self, event: Kind, after: int = 0) -> Kind:
        """Stamp an event that happens some milliseconds after the last one."""
        self.mono += after
        event.run = self.run
        event.seq = len(self.events) + 1
        event.mono = self.mono
        event.at = BEGAN + self.mono * 1000
        self.events.append(event)
        return event

    def ask(
        self,
        step: str,
        agent: str,
        answer: Any,
        *,
        call: str = "",
        model: str = "smart",
        took: int = 4_000,
        tokens: tuple[int, int] = (900, 300),
        cost: float = 0.0072,
        cause: int = 0,
    ) -> CallFinished:
        """One call of a model that goes well."""
        call = call or f"{step}#1"
        where: dict[str, Any] = {"step": step, "agent": agent, "call": call}
        routed = self.add(CallRouted(model=model, **where, cause=cause or len(self.events)))
        started = self.add(CallStarted(model=model, hold=Hold(cost_usd=cost * 3), **where, cause=routed.seq))
        self.add(CallSpeaking(wait_ms=took // 5, **where, cause=started.seq), after=took // 5)
        usage = Usage(input=tokens[0], output=tokens[1])
        said = CallFinished(
            text=self.keep(answer), usage=usage, cost_usd=cost, basis="rehearsed", took_ms=took, **where,
            cause=started.seq,
        )  # fmt: skip
        return self.add(said, after=took - took // 5)

    def act(self, step: str, agent: str, title: str, answer: Any, **more: Any) -> StepFinished:
        """A whole step in which one agent answers."""
        begin = {name: more.pop(name) for name in ("cue", "caption", "attempt") if name in more}
        started = self.add(
            StepStarted(step=step, agent=agent, of="agent", title=title, **begin, cause=len(self.events))
        )
        said = self.ask(step, agent, answer, cause=started.seq, **more)
        done = StepFinished(
            step=step, agent=agent, output=said.text, usage=said.usage, cost_usd=said.cost_usd, cause=said.seq
        )
        return self.add(done)

    def hand(self, giver: str, taker: str, summary: str, *, source: str = "", why: Any = "needs") -> Handoff:
        """One hands something to another."""
        last = len(self.events)
        return self.add(
            Handoff(giver=giver, taker=taker, source=source, why=why, summary=self.keep(summary), cause=last)
        )


AGENTS = ("cto", "backend", "qa")
_CAST = tuple(Performer(id=name, title=name.upper(), glyph=glyph) for name, glyph in zip(AGENTS, "◆■▲", strict=True))
_AMOUNTS = st.integers(0, 5_000)
_MONEY = st.integers(0, 1_000).map(lambda thousandths: thousandths / 1000)
_FAILURE = Failure(error="timeout", message="nothing came", hint="wait", where="play.yaml:12")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A run as the engine might perform it: steps inside steps, each with whatever its kind may bring."""
    history = History()
    plan = history.keep([{"step": "step0", "kind": "agent", "title": "First"}])
    limits = {"cost_usd": 2.0, "tokens": 100_000}
    history.add(RunStarted(scenario="play", title="A play", plan=plan, cast=_CAST, limits=limits, mode="rehearsal"))
    for number in range(draw(st.integers(0, 5))):
        _step(draw, history, f"step{number}", depth=0)
        _interlude(draw, history)
    ending: Any = draw(st.sampled_from(["succeeded", "failed", "cancelled", "paused", "none"]))
    if ending == "paused":
        history.add(RunPaused(reason="person", by="ada"))
    elif ending != "none":
        for number in range(draw(st.integers(0, 2))):
            history.add(ExpectationChecked(number=number, about="step0 succeeded", met=draw(st.booleans())))
        history.add(RunFinished(outcome=ending, outputs=history.keep({"plan": "done"})))
    return history


def _step(draw: st.DrawFn, history: History, path: str, depth: int) -> None:
    agent = draw(st.sampled_from(AGENTS))
    if draw(st.integers(0, 7)) == 0:
        history.add(StepSkipped(step=path, reason="its if is false"))
        return
    kinds = list(_INSIDE) if depth < 3 else ["agent", "tool", "approve", "narrate"]
    of = draw(st.sampled_from(kinds))
    cue, caption = draw(st.sampled_from([("", None), ("Q1", "Now."), ("", "Look.")]))
    words = history.keep(caption) if caption else None
    history.add(StepStarted(step=path, agent=agent, of=of, title=path.title(), cue=cue, caption=words))
    for attempt in range(2, draw(st.integers(2, 3))):
        history.add(StepRetrying(step=path, attempt=attempt - 1, failure=_FAILURE, wait_ms=200))
        history.add(StepStarted(step=path, agent=agent, of=of, attempt=attempt), after=200)
    _INSIDE[of](draw, history, path, agent, depth)
    if draw(st.integers(0, 5)) == 0:
        tolerated = draw(st.booleans())
        history.add(StepFailed(step=path, agent=agent, failure=_FAILURE, tolerated=tolerated))
    else:
        history.add(StepFinished(step=path, agent=agent, output=history.keep({"of": path})))


def _speaks(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    for turn in range(draw(st.integers(1, 3))):
        _call(draw, history, path, agent, f"{path}#{turn}")
        if draw(st.booleans()):
            _tool(draw, history, path, agent, f"{path}#{turn}/tool")


def _call(draw: st.DrawFn, history: History, path: str, agent: str, call: str) -> None:
    where: dict[str, Any] = {"step": path, "agent": agent, "call": call}
    history.add(CallRouted(model="smart", **where))
    if draw(st.booleans()):
        history.add(CallWaiting(waits_for=draw(st.sampled_from(["limiter", "breaker", "budget"])), wait_ms=50, **where))
    hold = Hold(cost_usd=draw(_MONEY), tokens=draw(_AMOUNTS))
    history.add(CallStarted(model="smart", hold=hold, messages=(history.keep("Please."),), **where))
    if draw(st.integers(0, 9)) == 0:
        history.add(RunResumed(reason="crash"))
        history.add(CallStarted(model="smart", hold=hold, **where))
    usage = Usage(input=draw(_AMOUNTS), output=draw(_AMOUNTS), cache_read=draw(_AMOUNTS))
    cost: dict[str, Any] = {"usage": usage, "cost_usd": draw(_MONEY), "took_ms": 300}
    if draw(st.integers(0, 4)) == 0:
        partial = history.keep("As far as it")
        history.add(CallFailed(failure=_FAILURE, retry_ms=draw(st.none() | _AMOUNTS), partial=partial, **cost, **where))
        return
    history.add(CallSpeaking(**where), after=draw(_AMOUNTS))
    basis: Any = draw(st.sampled_from(["exact", "estimated", "unpriced", "rehearsed"]))
    text = history.keep(draw(st.text(max_size=40)))
    history.add(CallFinished(text=text, basis=basis, **cost, **where), after=draw(_AMOUNTS))


def _uses_tool(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    _tool(draw, history, path, "", f"{path}#tool")


def _tool(draw: st.DrawFn, history: History, path: str, agent: str, call: str) -> None:
    where: dict[str, Any] = {"step": path, "agent": agent, "call": call}
    if draw(st.booleans()):
        history.add(ToolWaiting(reason="asks a person", **where))
    history.add(ToolStarted(tool="table.filter", arguments=history.keep({"where": "a > 1"}), **where))
    if draw(st.integers(0, 3)) == 0:
        history.add(ToolFailed(failure=_FAILURE, **where), after=20)
    else:
        history.add(ToolFinished(result=history.keep([{"a": 2}]), **where), after=20)


def _block(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    for number in range(draw(st.integers(1, 3))):
        _step(draw, history, f"{path}/part{number}", depth + 1)


def _loops(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    turns = draw(st.integers(1, 3))
    for turn in range(1, turns + 1):
        _step(draw, history, f"{path}/{turn}", depth + 1)
        history.add(LoopIterated(step=path, turn=turn, until=turn == turns, last=turn == turns))


def _each(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    count = draw(st.integers(0, 3))
    history.add(StepExpanded(step=path, count=count, items=history.keep(list(range(count)))))
    for number in range(1, count + 1):
        _step(draw, history, f"{path}[{number}]", depth + 1)


def _debates(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    for number in range(1, draw(st.integers(1, 2)) + 1):
        history.add(DebateRound(step=f"{path}/round{number}", round=number, speakers=AGENTS, agreement=0.4))
        for speaker in AGENTS:
            _call(draw, history, f"{path}/round{number}/{speaker}", speaker, f"{path}/round{number}/{speaker}#1")
    for voter in AGENTS:
        history.add(DebateVoted(step=path, agent=voter, choice=history.keep(draw(st.sampled_from(["a", "b"])))))
    history.add(DebateDecided(step=path, how="vote", decision=history.keep("a"), dissenters=("qa",), rounds=1))


def _waits(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    gate = f"{path}!"
    options = ("ship", "hold")
    history.add(GateOpened(step=path, gate=gate, asks="approve", question=history.keep("Ship?"), options=options))
    ending: Any = draw(st.sampled_from(["answered", "expired", "cancelled", "open"]))
    if ending == "answered":
        history.add(GateAnswered(step=path, gate=gate, choice=history.keep("ship"), by="ada"), after=draw(_AMOUNTS))
    elif ending != "open":
        history.add(GateClosed(step=path, gate=gate, why=ending, choice=history.keep("hold")))


def _narrates(draw: st.DrawFn, history: History, path: str, agent: str, depth: int) -> None:
    history.add(Narration(step=path, text=history.keep("Night falls.")))


def _interlude(draw: st.DrawFn, history: History) -> None:
    """What may happen between any two steps."""
    other = draw(st.sampled_from(AGENTS))
    happened = draw(
        st.sampled_from(
            [
                None,
                Handoff(giver="cto", taker=other, summary=history.keep("Here.")),
                BudgetWarned(scope="run", measure="cost_usd", share=0.75, spent=1.5, limit=2.0),
                BudgetExceeded(scope="agent:qa", measure="turns", spent=5, limit=5, action="ask"),
                LimitsChanged(scope="run", measure="cost_usd", limit=4.0, by="ada"),
                BreakerChanged(endpoint="anthropic", state="open"),
                BreakerChanged(endpoint="anthropic", state="closed"),
                Directed(direction="mute", to=other, by="ada"),
                Directed(direction="unmute", to=other, by="ada"),
                Directed(direction="hold", by="ada"),
                Directed(direction="whisper", to=other, detail=history.keep("Be short."), by="ada"),
                MemoryRead(scope="run", query=history.keep("theme")),
                MemoryWritten(scope="run", key=history.keep("theme"), value=history.keep("dark")),
                Remark(text="the files on disk have changed"),
            ]
        )
    )
    if happened is not None:
        history.add(happened)


_INSIDE: dict[str, Callable[[st.DrawFn, History, str, str, int], None]] = {
    "agent": _speaks,
    "tool": _uses_tool,
    "approve": _waits,
    "narrate": _narrates,
    "debate": _debates,
    "parallel": _block,
    "steps": _loops,
    "team": _each,
}
