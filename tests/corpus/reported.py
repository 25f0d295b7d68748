"""Runs for the tests of what is told of them: those of every release, and one in which everybody means harm."""

from __future__ import annotations

from typing import Any

from app.events import (
    CallFailed,
    CallFinished,
    CallRouted,
    CallStarted,
    Candidate,
    ExpectationChecked,
    Failure,
    GateAnswered,
    GateOpened,
    Handoff,
    Performer,
    RunFinished,
    RunStarted,
    StepFailed,
    StepSkipped,
    StepStarted,
    Usage,
)
from app.journal.recording import Recording
from corpus.histories import History
from golden.logs import read

KEY = "sk-ant-" + "a1b2c3d4" * 4
EVIL = (
    "# Head\n| a | b |\n|---|---|\n```\n~~~\n<script>alert(1)</script><img src=x onerror=alert(1)>\n</details>\n"
    "[link](http://evil.example) ![picture](http://evil.example/i.png) <http://evil.example> www.evil.example "
    "ann@evil.example @octocat #1 &lt;b&gt; $x^2$ **bold** :tada: --> %% ; end\n- item\n1. one\n> quote\n"
    f"\x1b[31m\u202e {KEY}"
)
LINE = EVIL.replace("\n", " ")


def golden(name: str) -> Recording:
    """A run as it was recorded by a release."""
    kept = read(name)
    return Recording(kept.events[0].run, tuple(kept.events), kept.values)


def recorded(history: History) -> Recording:
    """What a test has told."""
    return Recording(history.run, tuple(history.events), history.values)


def hostile() -> Recording:
    """Whoever may write anything writes what does harm: in titles, answers, questions, errors, names of models."""
    history = History()
    cast = (Performer(id="cto", title=LINE, glyph="<b>", color='yellow"><b>', card=LINE, mode=LINE), Performer(id="qa"))
    started = RunStarted(
        scenario=LINE, title=EVIL, cast=cast, inputs=history.keep({EVIL: EVIL, "list": [EVIL, {EVIL: EVIL}]})
    )
    history.add(started)
    history.add(StepStarted(step="plan", agent="cto", of="agent", title=EVIL, caption=history.keep(EVIL)))
    where: dict[str, Any] = {"step": "plan", "agent": "cto", "call": "plan#1"}
    looked_at = (Candidate(model=EVIL, score=1.0, note=EVIL), Candidate(model="b|c", out="privacy", note=EVIL))
    history.add(CallRouted(model=EVIL, candidates=looked_at, policy=EVIL, **where))
    history.add(CallStarted(model=EVIL, **where))
    said = history.add(CallFinished(text=history.keep(EVIL), took_ms=900, basis="unpriced", **where), after=900)
    history.add(Handoff(giver="cto", taker="qa", source="plan", summary=history.keep(EVIL)))
    history.add(Handoff(giver=EVIL, taker="cto", source="plan", summary=history.keep(EVIL), number=1))
    history.add(GateOpened(step="ask", gate="ask!", asks="ask", question=history.keep(EVIL), options=(EVIL, "no")))
    answered = GateAnswered(step="ask", gate="ask!", choice=history.keep(EVIL), note=history.keep(EVIL), by=EVIL)
    history.add(answered, after=300)
    history.add(StepFailed(step="plan", agent="cto", failure=Failure(error=EVIL, message=EVIL, hint=EVIL)))
    history.add(StepSkipped(step="after", reason=EVIL, because="plan"))
    history.add(ExpectationChecked(number=1, about=EVIL, met=False, found=EVIL))
    history.add(ExpectationChecked(number=2, about=EVIL, met=False, found=history.keep(EVIL)))
    history.add(RunFinished(outcome="failed", outputs=history.keep({"plan": EVIL, EVIL: said.took_ms}), expected=False))
    return recorded(history)


def paid_for(*bases: str, cost: float = 0.25) -> Recording:
    """A run in which one agent makes a call on each basis, and one more that fails."""
    history = History()
    history.add(RunStarted(scenario="play", title="A play", cast=(Performer(id="cto", title="CTO"),)))
    history.add(StepStarted(step="plan", agent="cto", of="agent"))
    for number, basis in enumerate(bases):
        where: dict[str, Any] = {"step": "plan", "agent": "cto", "call": f"plan#{number}"}
        history.add(CallStarted(model="smart", use="house/smart", **where))
        usage, usd = Usage(input=1000, output=100), 0.0 if basis == "unpriced" else cost
        history.add(CallFinished(usage=usage, cost_usd=usd, basis=basis, took_ms=1000, **where), after=1000)  # type: ignore[arg-type]
    where = {"step": "plan", "agent": "cto", "call": "plan#last"}
    history.add(CallStarted(model="smart", use="house/smart", **where))
    failure = Failure(error="timeout", message="=1+1 nothing came")
    history.add(CallFailed(failure=failure, retry_ms=200, took_ms=500, **where), after=500)
    return recorded(history)
