"""A step, an agent, or the whole run, in parts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.events import CallFinished, RunStarted, StepFailed, definition
from app.playback.show import Show
from app.state import AgentState, StepState, Tally
from app.state.brief import in_brief
from app.state.words import as_said, how_performed, notes
from app.tui.inspected.parts import (
    Inspected,
    Item,
    Part,
    as_text,
    definition_of,
    events_where,
    fact,
    facts,
    failure_items,
    files_of,
    gap,
    title,
    to_agent,
    to_step,
    whole,
)
from app.tui.naming import name_of, plural, step_name
from app.tui.text import clock, money, paid, took
from app.tui.text import tokens as counted

_STYLES = {"succeeded": "good", "running": "accent", "waiting": "muted", "skipped": "muted", "retrying": "warning"}


def step(show: Show, step: StepState) -> Inspected:
    """A step, a turn or an item: what it is, what was done in it, what it gave."""
    parts = [
        Part("step", lambda: list(_step(show, step))),
        Part("output", lambda: _output(show, step)),
        Part("source", lambda: _source(show, step)),
        Part("done in it", lambda: list(_acts(show, step))),
        Part("events", lambda: events_where(show, lambda event: _is_in(event.step, step.path))),
    ]
    if step.failure is not None or any(_is_failure_of(event, step) for event in show.state.errors):
        parts.append(Part("error", lambda: list(_errors(show, step))))
    lasted = took(step.ended - step.began) if step.ended is not None else ""
    spent = paid(step.tally) if step.tally.calls else ""
    return Inspected(
        thing=to_step(show, step.path),
        kind="step",
        title=step.path,
        says=_standing(show, step),
        style=_STYLES.get(step.status, "error"),
        brief=tuple(part for part in (step.title, step.of, lasted, spent) if part),
        parts=tuple(parts),
        seq=max(0, step.began_at - 1),
        agent=step.agent,
        lasts=not step.over,
    )


def _standing(show: Show, step: StepState) -> str:
    if step.status in ("running", "retrying") and show.state.over:
        return "cut off"
    return step.status


def _step(show: Show, step: StepState) -> Iterator[Item]:
    planned = _planned(show, step.path)
    block, slash, _ = step.path.rpartition("/")
    yield from facts(
        fact("title", step.title, "text bold"),
        fact("kind", step.of),
        fact("status", _standing(show, step), _STYLES.get(step.status, "error")),
        fact("skipped", step.reason, "muted"),
        fact("because of", step.because, thing=to_step(show, step.because)),
        fact("agent", name_of(step.agent, show.state) if step.agent else "", thing=to_agent(show, step.agent)),
        fact("cue", step.cue),
        fact("caption", as_text(show.value(step.caption)) if step.caption is not None else ""),
        fact("inside", step.parent, thing=to_step(show, step.parent)),
        fact("attempts", str(step.attempt) if step.attempt > 1 else ""),
        fact("turns", str(step.turn) if step.turn else ""),
        fact("items", str(step.count) if step.count is not None else ""),
        fact("began", clock(step.began / 1000) if step.began_at else ""),
        fact("took", took(step.ended - step.began) if step.ended is not None else ""),
    )
    for need in planned.get("needs", ()):
        path = f"{block}{slash}{need}"
        yield fact("needs", str(need), thing=f"step:{path}" if path in show.state.steps else "")
    if step.tally.calls:
        yield gap()
        yield from _tally(step.tally)
    if step.children:
        yield gap()
        yield title("inside")
        for child in step.children:
            inner = show.state.steps[child]
            lasted = f", {took(inner.ended - inner.began)}" if inner.ended is not None else ""
            style = _STYLES.get(inner.status, "error")
            yield fact(child[len(step.path) :].lstrip("/"), f"{inner.status}{lasted}", style, f"step:{child}")


def _planned(show: Show, path: str) -> dict[str, Any]:
    start = show.state.start
    plan = show.value(start.plan) if start is not None and start.plan is not None else None
    name = definition(path)
    return next((each for each in plan or () if isinstance(each, dict) and each.get("step") == name), {})


def _tally(tally: Tally) -> Iterator[Item]:
    yield from facts(
        fact("calls", plural(tally.calls, "call")),
        fact("tokens", f"{counted(tally.tokens)}: {counted(tally.input)} in, {counted(tally.cache_read)} from the "
             f"cache, {counted(tally.cache_write)} into it, {counted(tally.output)} out"),
        fact("cost", paid(tally), "text bold"),
        *(fact("", note, "warning" if tally.unpriced or tally.estimated_usd > 0 else "muted") for note in notes(tally)),
        fact("held", f"{money(tally.held_usd)}, {counted(tally.held_tokens)} tokens" if tally.held_usd > 0 else ""),
        fact("calls took", took(tally.took_ms)),
    )  # fmt: skip


def _output(show: Show, step: StepState) -> list[Item]:
    if step.output is None:
        return [Item("it has given nothing" if step.over else "it has given nothing yet", "muted")]
    return [whole(show.value(step.output))]


def _source(show: Show, step: StepState) -> list[Item]:
    return definition_of(show, step.path)[1:] or [Item("the file of this run was not kept", "muted")]


def _acts(show: Show, step: StepState) -> Iterator[Item]:
    state = show.state
    calls = [call for call in state.calls.values() if _is_in(call.step, step.path)]
    tools = [tool for tool in state.tools.values() if _is_in(tool.step, step.path)]
    gates = [gate for gate in state.gates.values() if _is_in(gate.opened.step, step.path)]
    if not (calls or tools or gates):
        yield Item("no call, no tool and no question", "muted")
    for call in calls:
        lasted = f", {took(call.done - call.began)}" if call.done is not None else ""
        spent = f", {paid(call.spent)}" if call.ended is not None else ""
        told = f"{name_of(call.agent, state)}, {call.model}: {call.status}{lasted}{spent}"
        yield fact(call.id, told, "error" if call.status == "failed" else "text", f"call:{call.id}")
    for tool in tools:
        style = "error" if tool.status == "failed" else "text"
        yield fact(tool.id, f"{tool.tool}: {tool.status}", style, f"tool:{tool.id}")
    for gate in gates:
        yield fact(gate.opened.gate, f"asks a person: {gate.status}", "gate", f"gate:{gate.opened.gate}")


def _is_in(path: str, step: str) -> bool:
    return path == step or path.startswith((f"{step}/", f"{step}["))


def _is_failure_of(event: Any, step: StepState) -> bool:
    return isinstance(event, StepFailed) and event.step == step.path


def _errors(show: Show, step: StepState) -> Iterator[Item]:
    inner = [event for event in show.state.errors if _is_in(event.step, step.path)]
    for number, event in enumerate(inner):
        if number:
            yield gap()
        yield fact(f"#{event.seq}", event.call or event.step, "muted", f"seq:{event.seq}")
        yield from failure_items(show, event.failure)
    if not inner and step.failure is not None:
        yield from failure_items(show, step.failure)
    if not any(event.failure.where for event in inner):
        yield from definition_of(show, step.path)


# Agents


def agent(show: Show, agent: AgentState) -> Inspected:
    """One of the cast: their card as it was performed, all they said, what they took."""
    who = agent.who
    parts = (
        Part("said", lambda: list(_said(show, who.id))),
        Part("card", lambda: list(_card(show, agent))),
        Part("figures", lambda: list(_figures(show, agent))),
        Part("events", lambda: events_where(show, lambda event: _concerns(event, who.id))),
    )
    said = show.state.calls.get(agent.call)
    seq = said.started.seq if said is not None and said.started is not None else 0
    tally = agent.tally
    return Inspected(
        thing=to_agent(show, who.id),
        kind="agent",
        title=who.id,
        says=agent.status,
        style="accent",
        brief=(plural(tally.calls, "call"), plural(tally.tokens, "token"), paid(tally)),
        parts=parts,
        seq=seq,
        agent=who.id,
        lasts=not show.state.over,
    )


def _concerns(event: Any, agent: str) -> bool:
    return agent in (event.agent, getattr(event, "giver", ""), getattr(event, "taker", ""), getattr(event, "to", ""))


def _said(show: Show, agent: str) -> Iterator[Item]:
    calls = [call for call in show.state.calls.values() if call.agent == agent]
    if not calls:
        yield Item("has not said anything", "muted")
    for number, call in enumerate(calls):
        if number:
            yield gap()
        yield fact(call.id, f"{clock(call.began / 1000)}  {call.status}", "muted", f"call:{call.id}")
        if call.text is not None:
            yield whole(show.value(call.text))
        elif heard := show.heard.get(call.id):
            yield Item(heard)
        elif isinstance(call.ended, CallFinished) and call.ended.tool_calls is not None:
            asked = [
                str(one.get("name", "")) for one in show.value(call.ended.tool_calls) or () if isinstance(one, dict)
            ]
            yield Item(f"asks for {', '.join(asked)}", "info")


def _card(show: Show, agent: AgentState) -> Iterator[Item]:
    who = agent.who
    yield from facts(
        fact("id", who.id),
        fact("title", who.title, "text bold"),
        fact("glyph", f"{who.glyph} {who.color}"),
        fact("card", who.card),
        fact("mode", who.mode),
        fact("version", who.version),
    )
    _, files = files_of(show)
    text = files.get(f"agents/{who.card}.yaml") if who.card else None
    if text is not None:
        yield gap()
        yield title("the card, as it was performed")
        yield Item(text)


def _figures(show: Show, agent: AgentState) -> Iterator[Item]:
    calls = [call for call in show.state.calls.values() if call.agent == agent.who.id]
    failed = sum(1 for call in calls if call.status == "failed")
    waits = sorted(call.first_ms for call in calls if call.first_ms is not None)
    yield fact("does", agent.status)
    if agent.step:
        yield fact("in", step_name(agent.step, show.state), thing=to_step(show, agent.step))
    yield from _tally(agent.tally)
    yield from facts(
        fact("failed", plural(failed, "call") if failed else "", "error"),
        fact("tools used", str(agent.tools) if agent.tools else ""),
        fact("held back", took(agent.waited_ms) if agent.waited_ms else ""),
        fact(
            "first token", f"{took(waits[len(waits) // 2])} in the middle, {took(waits[-1])} at most" if waits else ""
        ),
        fact("share", _share(agent.tally.cost_usd, show.state.totals.cost_usd)),
    )


def _share(part: float, all_of_it: float) -> str:
    return f"{part / all_of_it:.0%} of the cost of the run" if all_of_it else ""


# The run


def run(show: Show) -> Inspected:
    """The run as a whole."""
    state = show.state
    start = state.start
    called = (start.title or start.scenario) if start is not None else "a run"
    parts = [
        Part("run", lambda: list(_run(show))),
        Part("outputs", lambda: _outputs(show)),
        Part("expected", lambda: list(_expected(show))),
        Part("source", lambda: _files(show)),
        Part("events", lambda: events_where(show, lambda event: True)),
    ]
    if state.errors or (state.finish is not None and state.finish.failure is not None):
        parts.append(Part("error", lambda: list(_run_errors(show))))
    style = _STYLES.get(state.status, "warning" if state.status == "paused" else "error")
    totals = state.totals
    return Inspected(
        thing="run",
        kind="run",
        title=called,
        says=state.status,
        style=style,
        brief=(took(state.mono), plural(totals.calls, "call"), plural(totals.tokens, "token"), paid(totals)),
        parts=tuple(parts),
        seq=state.seq,
        lasts=not state.over,
    )


def _run(show: Show) -> Iterator[Item]:
    state, start = show.state, show.state.start
    if not isinstance(start, RunStarted):
        yield Item("nothing has happened yet", "muted")
        return
    forked = f"{start.parent.run} after event {start.parent.seq}" if start.parent else ""
    yield from facts(
        fact("run", state.run),
        fact("scenario", ", ".join(part for part in (start.scenario, start.file) if part)),
        fact("mode", start.mode if start.mode == "live" else f"{how_performed(start)}, seed {start.seed}"),
        fact("by", start.origin.who),
        fact("forked from", forked),
        fact("tags", ", ".join(start.tags)),
        fact("took", took(state.mono)),
        fact("resumed", plural(state.resumed, "time") if state.resumed else ""),
        fact("paused", state.pause.reason if state.pause is not None and state.status == "paused" else ""),
    )
    yield from _tally(state.totals)
    for scope in state.limits:
        yield fact("limit", scope, thing=f"limit:{scope}")
    inputs = show.value(start.inputs) if start.inputs is not None else {}
    if inputs:
        yield gap()
        yield title("inputs")
        yield from (fact(str(name), as_text(in_brief(value))) for name, value in inputs.items())
    yield gap()
    yield title("steps")
    for path in state.roots:
        inner = state.steps[path]
        yield fact(path, _standing(show, inner), _STYLES.get(inner.status, "error"), f"step:{path}")


def _outputs(show: Show) -> list[Item]:
    finish = show.state.finish
    if finish is None or finish.outputs is None:
        return [Item("it has given nothing" if finish is not None else "it has given nothing yet", "muted")]
    outputs = show.value(finish.outputs)
    if not isinstance(outputs, dict):
        return [whole(outputs)]
    return [item for name, value in outputs.items() for item in (title(str(name)), whole(value), gap())]


def _expected(show: Show) -> Iterator[Item]:
    if not show.state.expectations:
        yield Item("nothing was expected, or it is not over", "muted")
    for check in show.state.expectations.values():
        there = "" if check.met else as_said(check.found, show.value)
        found = f"   found: {there}" if there else ""
        yield Item(f"{check.about}{found}", "text" if check.met else "error", mark="✓ " if check.met else "✗ ")


def _files(show: Show) -> list[Item]:
    _, files = files_of(show)
    if not files:
        return [Item("the files of this run were not kept", "muted")]
    return [item for path, text in files.items() for item in (title(path), Item(text), gap())]


def _run_errors(show: Show) -> Iterator[Item]:
    finish = show.state.finish
    if finish is not None and finish.failure is not None:
        yield from failure_items(show, finish.failure)
    for event in show.state.errors:
        yield gap()
        yield fact(f"#{event.seq}", event.call or event.step, "muted", f"seq:{event.seq}")
        yield from failure_items(show, event.failure)
