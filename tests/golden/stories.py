"""A run made by hand in which every kind of event happens; no real one would be so unlucky."""

from __future__ import annotations

from typing import Any

from app.events import (
    BreakerChanged,
    BudgetExceeded,
    BudgetWarned,
    CallFailed,
    CallFinished,
    CallStarted,
    CallWaiting,
    DebateDecided,
    DebateRound,
    DebateVoted,
    Directed,
    ExpectationChecked,
    Failure,
    GateAnswered,
    GateClosed,
    GateOpened,
    Hold,
    LimitsChanged,
    LoopIterated,
    MemoryRead,
    MemoryWritten,
    Narration,
    Parent,
    Performer,
    Prices,
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
from corpus.histories import History

CAST = (
    Performer(id="cto", title="CTO", glyph="◆", color="yellow", card="engineering/cto"),
    Performer(id="backend", title="Backend Developer", glyph="■", color="blue"),
    Performer(id="qa", title="QA Engineer", glyph="▲", color="magenta"),
)
SLOW = Failure(error="rate_limited", message="429, the service asks for 2 s", hint="nothing to do, it is tried again")
BROKEN = Failure(
    error="malformed",
    message="the answer is not JSON",
    hint="see what it said: footlights show",
    where="play.yaml:31",
)


def every_kind() -> History:
    """Make it anew."""
    history = History(run="01K7EVERYKIND0000000000000")
    _opening(history)
    _calls_that_go_wrong(history)
    _side_by_side(history)
    _debate(history)
    _loop(history)
    _people(history)
    _limits(history)
    _ending(history)
    return history


def _opening(history: History) -> None:
    plan = [
        {"step": "plan", "kind": "agent", "title": "Split the work", "needs": [], "agents": ["cto"], "line": 12},
        {"step": "ticket", "kind": "agent", "title": "Write a ticket", "needs": ["plan"], "agents": ["qa"], "line": 20},
    ]
    history.add(
        RunStarted(
            scenario="everything",
            title="Everything that can happen",
            file="play.yaml",
            plan=history.keep(plan),
            inputs=history.keep({"feature": "dark mode", "strict": False}),
            cast=CAST,
            models={"smart": "anthropic/claude-sonnet-5-5"},
            limits={"cost_usd": 2.0, "tokens": 200_000},
            parent=Parent(run="01K7PARENT0000000000000000", seq=3),
            versions={"footlights": "0.1.0"},
        )
    )
    history.add(StepStarted(step="opening", of="narrate", title="opening"))
    history.add(Narration(step="opening", text=history.keep("Monday, a quarter past nine. It begins.")))
    history.add(StepFinished(step="opening"))
    looks = history.keep("The CTO looks for the seam, the place where the work can be cut.")
    tasks = {"backend": "Keep one preference for each account.", "frontend": "Three choices.", "risk": 3}
    history.act("plan", "cto", "Split the work", tasks, cue="Q2", caption=looks)
    history.add(RunResumed(reason="fork"))
    history.hand("cto", "backend", "Two tasks, one contract, risk 3. Go.", source="plan")
    history.add(MemoryRead(agent="cto", scope="agent:cto", query="dark mode", value=history.keep([])))
    history.add(MemoryWritten(agent="cto", scope="run", key="contract", value=history.keep("GET and PUT, no more")))
    history.add(StepSkipped(step="ticket", reason="steps.plan.output.risk >= 4 is false"))


def _calls_that_go_wrong(history: History) -> None:
    history.add(StepStarted(step="api", agent="backend", of="agent", title="Build the API"))
    first: dict[str, Any] = {"step": "api", "agent": "backend", "call": "api#1"}
    history.add(CallWaiting(waits_for="limiter", wait_ms=2_000, detail="three others are before it", **first))
    history.add(
        CallStarted(model="smart", hold=Hold(cost_usd=0.02, tokens=2_000), messages=(history.keep("Build."),), **first)
    )
    partial = history.keep("The contract is")
    history.add(
        CallFailed(failure=SLOW, retry_ms=2_000, partial=partial, usage=Usage(input=900), cost_usd=0.0027, **first),
        after=400,
    )
    history.add(StepRetrying(step="api", attempt=1, failure=SLOW, wait_ms=2_000))
    history.add(StepStarted(step="api", agent="backend", of="agent", title="Build the API", attempt=2), after=2_000)
    history.add(RunPaused(reason="signal"))
    history.add(RunResumed(reason="crash"))
    use: dict[str, Any] = {"step": "api", "agent": "backend", "call": "api#2/table"}
    history.add(ToolWaiting(reason="asks a person for consent", **use))
    history.add(ToolStarted(tool="table.filter", arguments=history.keep({"where": "at >= '13:30'"}), **use))
    history.add(ToolFinished(result=history.keep([{"at": "13:58"}, {"at": "14:02"}]), took_ms=40, **use), after=40)
    history.ask("api", "backend", "It stands. Safe to press twice.", call="api#2")
    history.add(StepFinished(step="api", agent="backend", output=history.keep("It stands. Safe to press twice.")))


def _side_by_side(history: History) -> None:
    history.add(StepStarted(step="evidence", of="parallel", title="Look before thinking"))
    for step, tool in (("evidence/health", "http"), ("evidence/pager", "notify")):
        history.add(StepStarted(step=step, of="tool", title=step.rpartition("/")[2].title()))
        history.add(ToolStarted(step=step, call=f"{step}#1", tool=tool, effect="write" if tool == "notify" else "read"))
    gone = Failure(error="connection", message="status.example.com does not answer", hint="is it up?")
    history.add(ToolFailed(step="evidence/health", call="evidence/health#1", failure=gone, took_ms=3_000), after=3_000)
    history.add(StepFailed(step="evidence/health", failure=gone, tolerated=True))
    sent = history.keep({"sent": False, "outbox": "[DRILL] one payment in seven fails"})
    history.add(ToolFinished(step="evidence/pager", call="evidence/pager#1", result=sent, took_ms=3_100), after=100)
    history.add(StepFinished(step="evidence/pager", output=sent))
    history.add(StepFinished(step="evidence", output=history.keep({"health": None})))
    history.add(StepStarted(step="rivals", of="agent", title="Look at each rival", agent="qa"))
    history.add(StepExpanded(step="rivals", count=2, items=history.keep(["north", "south"])))
    for number, said in ((1, "North is cheaper."), (2, "South is quicker.")):
        history.act(f"rivals[{number}]", "qa", "Look at each rival", said, took=1_000)
    history.add(StepFinished(step="rivals", agent="qa"))


def _debate(history: History) -> None:
    history.add(StepStarted(step="call", of="debate", title="Argue about the design"))
    for number, agreement in ((1, 0.0), (2, 0.5)):
        round_ = f"call/round{number}"
        speakers = ("backend", "qa")
        history.add(DebateRound(step=round_, round=number, speakers=speakers, agreement=agreement))
        history.ask(f"{round_}/backend", "backend", {"position": "account", "says": "Two copies are two truths."})
        history.hand("backend", "qa", "Two copies are two truths.", why="turn")
        history.ask(f"{round_}/qa", "qa", {"position": "device", "says": "I mind what people see first."})
    history.add(DebateVoted(step="call", agent="backend", choice=history.keep("account")))
    history.add(DebateVoted(step="call", agent="qa", choice=history.keep("device")))
    decision = history.keep({"decision": "account", "reasons": ["three screens are normal now"]})
    history.add(DebateDecided(step="call", how="judge", decision=decision, dissenters=("qa",), rounds=2))
    history.add(StepFinished(step="call", output=decision))


def _loop(history: History) -> None:
    history.add(StepStarted(step="polish", of="steps", title="Until QA is content"))
    for turn, passed in ((1, False), (2, True)):
        history.add(StepStarted(step=f"polish/{turn}", of="steps", title="Until QA is content"))
        findings = [] if passed else ["A flash of white on first paint.", '"Dark" with a capital letter is stored.']
        history.act(f"polish/{turn}/verdict", "qa", "Try to break it", {"pass": passed, "findings": findings})
        history.add(StepFinished(step=f"polish/{turn}"))
        history.add(LoopIterated(step="polish", turn=turn, until=passed, last=passed))
    history.add(StepFinished(step="polish"))


def _people(history: History) -> None:
    history.add(StepStarted(step="sign_off", of="approve", title="A human decides", cue="Q5"))
    question = history.keep("Deploy dark mode to the first ten per cent?")
    options = ("ship", "hold")
    history.add(
        GateOpened(
            step="sign_off", gate="sign_off", asks="approve", question=question, options=options, expires_ms=1_800_000,
            default="hold", role="approver",
        )
    )  # fmt: skip
    answer: dict[str, Any] = {"choice": history.keep("ship"), "note": history.keep("Mind the fridge."), "by": "ada"}
    history.add(GateAnswered(step="sign_off", gate="sign_off", **answer), after=60_000)
    history.add(StepFinished(step="sign_off", output=history.keep({"choice": "ship", "by": "ada"})))
    history.add(GateOpened(step="note", gate="note", asks="ask", question=history.keep("What can no log know?")))
    history.add(GateClosed(step="note", gate="note", why="expired", choice=history.keep("nothing")), after=1_000)
    history.add(Directed(direction="whisper", to="qa", detail=history.keep("Be kind."), by="ada"))
    history.add(Directed(direction="mute", to="cto", by="ada"))
    history.add(Directed(direction="hold", by="ada"))
    history.add(Directed(direction="go", by="ada"))


def _limits(history: History) -> None:
    history.add(BudgetWarned(scope="run", measure="cost_usd", share=0.75, spent=1.5, held=0.1, limit=2.0))
    history.add(BudgetExceeded(scope="agent:qa", measure="turns", spent=4, limit=4, action="ask"))
    history.add(LimitsChanged(scope="agent:qa", measure="turns", limit=8, by="ada"))
    history.add(BreakerChanged(endpoint="api.anthropic.com", state="open"))
    history.add(BreakerChanged(endpoint="api.anthropic.com", state="half-open"))
    history.add(Remark(text="the file has changed since this run began; the run keeps to what it was"))


def _ending(history: History) -> None:
    history.add(StepStarted(step="deploy", agent="cto", of="agent", title="Ship it in three steps"))
    where: dict[str, Any] = {"step": "deploy", "agent": "cto", "call": "deploy#1"}
    history.add(CallStarted(model="house", attempt=1, hold=Hold(cost_usd=0.05), **where))
    prices = Prices(input=3.0, output=15.0, source="catalogue")
    took: dict[str, Any] = {"usage": Usage(input=1_000, cache_read=500, output=200), "took_ms": 5_000}
    history.add(CallFinished(text=history.keep("{not JSON"), basis="unpriced", **took, **where), after=5_000)
    where["call"] = "deploy#2"
    history.add(CallStarted(model="smart", attempt=2, hold=Hold(cost_usd=0.05), **where))
    history.add(CallFailed(failure=BROKEN, prices=prices, cost_usd=0.006, **took, **where), after=5_000)
    history.add(StepFailed(step="deploy", agent="cto", failure=BROKEN))
    history.add(ExpectationChecked(number=0, about="plan succeeded", met=True))
    history.add(ExpectationChecked(number=1, about="deploy contains 10 %", met=False, found="{not JSON"))
    outputs = history.keep({"plan": None, "shipped": False})
    history.add(RunFinished(outcome="failed", outputs=outputs, failure=BROKEN, expected=False, unpriced=1))
