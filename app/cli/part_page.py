"""One step, one call or one event in full: what was asked, what came, what it took, what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import to_builtins

from app.cli.ink import Ink
from app.cli.narrating.text import describe, unwrapped, wrap
from app.cli.narrating.words import details
from app.cli.receipts import attempt_lines, considered, usage_lines
from app.cli.statuses import marked, standing
from app.events import CallFailed, CallFinished, Failure, Ref
from app.safety import clean, one_line
from app.state import CallState, RunState, StepState, Tally, ToolState, takeover
from app.state.terms import WAITS
from app.state.words import all_usd, because, in_full, plural, took

_WIDEST = 120
Values = Callable[[Ref], Any]


def step_lines(step: StepState, state: RunState, value_of: Values, ink: Ink, *, others: list[str]) -> list[str]:
    """A step with all its calls and tools."""
    mark, style = marked(standing(step, state))
    lines = [f"{ink.paint(mark, style)}  {ink.paint(one_line(step.title or step.path), 'bold')}"]
    lines += _facts(ink, {
        "step": step.path,
        "kind": step.of,
        "agent": step.agent,
        "attempt": str(step.attempt) if step.attempt > 1 else "",
        "skipped": step.reason,
        "cost": ", ".join(_cost(step.tally)) if step.tally.calls else "",
        "took": took(step.ended - step.began) if step.ended is not None else "",
        "also": ", ".join(others),
    })  # fmt: skip
    lines += _failure(step.failure, ink)
    for call in step.calls:
        lines += ["", *call_lines(state.calls[call], state, value_of, ink)]
    for tool in (tool for tool in state.tools.values() if tool.step == step.path):
        lines += ["", *_tool_lines(tool, value_of, ink)]
    lines += _titled("output", value_of(step.output) if step.output is not None else None, ink)
    if step.children:
        lines += ["", ink.paint("inside", "bold"), *(f"  {one_line(child)}" for child in step.children)]
    return lines


def call_lines(call: CallState, state: RunState, value_of: Values, ink: Ink) -> list[str]:
    """A call with its messages, its answer, why this model gave it, and its price."""
    lines = [f"{ink.paint('call', 'accent')} {ink.paint(one_line(call.id), 'bold')}  {one_line(call.model)}"]
    ended, routed = call.ended, call.routed
    answered = ended if isinstance(ended, CallFinished) else None
    lines += _facts(ink, {
        "status": call.status,
        "model": call.use,
        "answered": answered.served if answered and answered.served not in call.use else "",
        "request": answered.request if answered else "",
        "instead": takeover(state, call),
        "attempt": str(call.attempt) if call.attempt > 1 else "",
        "params": one_line(str(call.started.params)) if call.started and call.started.params else "",
        "tools": ", ".join(call.started.tools) if call.started else "",
        "waited": _waits(call),
        "took": took(ended.took_ms) if ended else "",
    })  # fmt: skip
    if routed is not None and routed.candidates:
        lines += _listed(f"why this model ({one_line(routed.policy)})", considered(routed), ink)
    if ended is not None:
        lines += _listed("what it took", usage_lines(ended), ink)
    lines += _listed("attempts", attempt_lines(call, state), ink)
    for message in call.started.messages if call.started else ():
        said = value_of(message)
        role = one_line(str(said.get("role", "message"))) if isinstance(said, dict) else "message"
        lines += _titled(role, said.get("content", said) if isinstance(said, dict) else said, ink)
    if isinstance(ended, CallFailed):
        lines += _failure(ended.failure, ink)
        lines += _titled("as far as it came", value_of(ended.partial) if ended.partial else None, ink)
    elif answered is not None:
        lines += _titled("what it thought", value_of(answered.thought) if answered.thought else None, ink)
        lines += _titled("answer", unwrapped(value_of(answered.text)) if answered.text else None, ink)
        lines += _titled("asks for tools", value_of(answered.tool_calls) if answered.tool_calls else None, ink)
    return lines


def event_lines(data: dict[str, Any], ink: Ink) -> list[str]:
    """One event, field by field."""
    head = f"{ink.paint(one_line(str(data.get('kind', ''))), 'bold')}  #{data.get('seq', '')}"
    rest = {name: value for name, value in data.items() if name not in ("kind", "seq")}
    return [head, *(f"  {line}".rstrip() for line in describe(rest, min(ink.width, _WIDEST) - 2))]


def _tool_lines(tool: ToolState, value_of: Values, ink: Ink) -> list[str]:
    lines = [f"{ink.paint('tool', 'accent')} {ink.paint(one_line(tool.tool or tool.id), 'bold')}  {tool.status}"]
    started, ended = tool.started, tool.ended
    if started is not None:
        lines += _titled("given", value_of(started.arguments) if started.arguments else None, ink)
    failure = getattr(ended, "failure", None)
    result = getattr(ended, "result", None)
    return [*lines, *_failure(failure, ink), *_titled("gave", value_of(result) if result else None, ink)]


def _titled(title: str, value: Any, ink: Ink) -> list[str]:
    if value is None or value == "":
        return []
    return ["", ink.paint(title, "bold"), *_whole(value, min(ink.width, _WIDEST))]


def _whole(value: Any, width: int) -> Iterator[str]:
    """Nothing is left out, and texts keep their own lines: what is shown here may be copied."""
    if isinstance(value, str):
        return (f"  {line}".rstrip() for line in clean(value).splitlines())
    return (f"  {line}".rstrip() for line in describe(value, width - 2))


def _facts(ink: Ink, facts: dict[str, str]) -> list[str]:
    return [f"  {ink.paint(f'{name:<8}', 'dim')} {one_line(said)}" for name, said in facts.items() if said]


def _failure(failure: Failure | None, ink: Ink) -> list[str]:
    if failure is None:
        return []
    lines = [f"  {ink.paint('✗', 'error')} {one_line(because(failure))}"]
    lines += [f"      {line}" for line in clean(details(failure)).splitlines()]
    lines += [f"    {one_line(said)}" for said in (failure.where, failure.hint and f"hint: {failure.hint}") if said]
    return lines


def _waits(call: CallState) -> str:
    waited = call.waiting
    if waited is None:
        return ""
    detail = f": {waited.detail}" if waited.detail else ""
    return f"{took(call.waited_ms) if call.waited_ms else ''} {WAITS[waited.waits_for]}{detail}".strip()


def _cost(tally: Tally) -> list[str]:
    return [*in_full(tally), plural(tally.tokens, "token")]


def _listed(title: str, lines: Iterable[str], ink: Ink) -> list[str]:
    room = min(ink.width, _WIDEST) - 2
    shown = [f"  {row}" for line in lines for row in wrap(line, room)]
    return ["", ink.paint(title, "bold"), *shown] if shown else []


def step_data(step: StepState, state: RunState, value_of: Values, *, calls: bool = True) -> dict[str, Any]:
    """A step for programs."""
    told: dict[str, Any] = {
        "step": step.path,
        "parent": step.parent,
        "kind": step.of,
        "title": step.title,
        "agent": step.agent,
        "status": standing(step, state),
        "attempt": step.attempt,
        "began_ms": step.began,
        "ended_ms": step.ended,
        "seq": step.began_at,
        "cost_usd": all_usd(step.tally),
        "estimated_usd": step.tally.estimated_usd,
        "played_usd": step.tally.played_usd,
        "unpriced": step.tally.unpriced,
        "tokens": step.tally.tokens,
        "reason": step.reason,
        "failure": _failure_data(step.failure),
        "output": value_of(step.output) if step.output is not None else None,
    }
    if calls:
        told["calls"] = [call_data(state.calls[call], value_of) for call in step.calls]
    return told


def call_data(call: CallState, value_of: Values) -> dict[str, Any]:
    """A call for programs."""
    ended, started = call.ended, call.started
    usage = call.usage
    return {
        "call": call.id,
        "step": call.step,
        "agent": call.agent,
        "model": call.model,
        "status": call.status,
        "attempt": call.attempt,
        "messages": [value_of(message) for message in started.messages] if started else [],
        "params": started.params if started else {},
        "text": value_of(call.text) if call.text is not None else None,
        "usage": {"input": usage.input, "cache_read": usage.cache_read, "cache_write": usage.cache_write,
                  "output": usage.output, "reasoning": usage.reasoning},
        "routed": _routed_data(call),
        "use": call.use,
        "served": ended.served if isinstance(ended, CallFinished) else None,
        "request": ended.request if isinstance(ended, CallFinished) else None,
        "thought": value_of(ended.thought) if isinstance(ended, CallFinished) and ended.thought else None,
        "counted": to_builtins(ended.counted) if isinstance(ended, CallFinished) and ended.counted else None,
        "prices": to_builtins(ended.prices) if ended is not None and ended.prices is not None else None,
        "cost_usd": all_usd(call.spent),
        "played_usd": call.spent.played_usd,
        "basis": ended.basis if ended else None,
        "took_ms": ended.took_ms if ended else None,
        "failure": _failure_data(ended.failure) if isinstance(ended, CallFailed) else None,
    }  # fmt: skip


def _routed_data(call: CallState) -> dict[str, Any] | None:
    routed = call.routed
    if routed is None:
        return None
    candidates = [to_builtins(candidate) for candidate in routed.candidates]
    return {"model": routed.model, "use": routed.use, "policy": routed.policy, "candidates": candidates}


def _failure_data(failure: Failure | None) -> dict[str, str] | None:
    if failure is None:
        return None
    return {"error": failure.error, "message": failure.message, "hint": failure.hint, "where": failure.where}
