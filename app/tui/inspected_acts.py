"""A call of a model, or one use of a tool, in parts: what went out, what came back, what it took. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.events import CallFailed, CallFinished, CallWaiting, Directed, Failure, Handoff, Prices, ToolFailed, Usage
from app.playback.show import Show
from app.state import CallState, ToolState
from app.tui.inspected import (
    Inspected,
    Item,
    Part,
    as_text,
    definition_of,
    event_item,
    events_where,
    fact,
    facts,
    failure_items,
    gap,
    title,
    to_agent,
    to_step,
    whole,
)
from app.tui.lines import WAITS
from app.tui.text import clock, money, size, took
from app.tui.text import tokens as counted

WHISPER = "A person watching tells you, and only you: "  # how an agent hears a person; see app.engine.directions
_ENDED = {"finished": "good", "failed": "error", "lost": "warning"}


def call(show: Show, call: CallState) -> Inspected:
    """One call: the prompt as it was sent, the answer, why this model, what it took."""
    begun = call.started or call.routed
    failed = _failures(show, call.id)
    parts = [
        Part("prompt", lambda: list(_prompt(show, call))),
        Part("answer", lambda: _answer(show, call)),
        Part("receipt", lambda: list(_receipt(show, call))),
        Part("usage", lambda: list(_usage(show, call))),
        Part("events", lambda: _events(show, call)),
    ]
    if failed:
        parts.append(Part("error", lambda: list(_errors(show, failed))))
    return Inspected(
        thing=f"call:{call.id}",
        kind="call",
        title=call.id,
        says=call.status,
        style=_ENDED.get(call.status, "accent"),
        brief=_brief(call),
        parts=tuple(parts),
        seq=begun.seq if begun is not None else 0,
        agent=call.agent,
        lasts=call.status in ("routed", "waiting", "started", "speaking"),
        opens="error" if call.status == "failed" else "answer",
    )


def _brief(call: CallState) -> tuple[str, ...]:
    begun, ended = call.started or call.routed, call.ended
    told = [begun.use or begun.model] if begun is not None else []
    if ended is not None:
        told += [f"{counted(ended.usage.output)} tokens out", f"{counted(ended.usage.total)} in all"]
        told += ["price not known" if ended.basis == "unpriced" else f"{money(ended.cost_usd)} {ended.basis}"]
        told += [took(ended.took_ms)]
    return tuple(told)


# What went out, and what came back


def _prompt(show: Show, call: CallState) -> Iterator[Item]:
    started = call.started
    if started is None:
        yield Item("nothing has been sent yet", "muted")
        return
    yield from facts(
        fact("model", call.model),
        fact("attempt", str(started.attempt) if started.attempt > 1 else ""),
        fact("tools", ", ".join(started.tools)),
    )
    whispers = _whispers(show, call.agent)
    for number, ref in enumerate(started.messages, 1):
        said = show.value(ref)
        role, content = _role(said), _content(said)
        whispered = role == "user" and content.startswith(WHISPER) and content[len(WHISPER) :] in whispers
        yield gap()
        yield Item(
            f"{number}  {role}{', whispered by a person' if whispered else ''}  {size(len(content))}",
            "gate bold" if whispered else "accent bold",
        )
        if content:
            yield Item(content)
        for one in said.get("tool_calls", ()) if isinstance(said, dict) else ():
            yield from _asked_tool(one)
        if isinstance(said, dict) and said.get("tool_call"):
            yield fact("answers", str(said["tool_call"]), "muted")


def _role(said: Any) -> str:
    return str(said.get("role", "message")) if isinstance(said, dict) else "message"


def _content(said: Any) -> str:
    return as_text(said.get("content", "")) if isinstance(said, dict) else as_text(said)


def _whispers(show: Show, agent: str) -> set[str]:
    return {
        str(show.value(event.detail))
        for event in show.state.directions
        if isinstance(event, Directed) and event.direction == "whisper" and event.to == agent
    }


def _asked_tool(one: Any) -> Iterator[Item]:
    if isinstance(one, dict):
        yield fact("asks for", str(one.get("name", "a tool")), "info bold")
        yield whole(one.get("arguments", ""))


def _answer(show: Show, call: CallState) -> list[Item]:
    ended = call.ended
    if isinstance(ended, CallFinished):
        items = _cut_short(ended)
        items += [whole(show.value(ended.text))] if ended.text is not None else []
        for one in (show.value(ended.tool_calls) if ended.tool_calls is not None else None) or ():
            items += [*([gap()] if items else []), *_asked_tool(one)]
        return items or [Item("it answered with nothing", "muted")]
    heard = show.heard.get(call.id, "")
    if isinstance(ended, CallFailed):
        come = as_text(show.value(ended.partial)) if ended.partial is not None else ""
        if not come:
            return [Item("it failed before it said anything", "muted")]
        return [Item("it failed; this is as far as it came", "error"), gap(), Item(come)]
    if heard:
        return [Item(heard), gap(), Item("it is still speaking", "muted")]
    waits = {"lost": "nobody knows what became of it", "waiting": "it waits to be sent"}
    return [Item(waits.get(call.status, "it has not said anything yet"), "muted")]


def _cut_short(ended: CallFinished) -> list[Item]:
    says = {"length": "it was cut off at its limit", "refused": "it refused"}.get(ended.finish)
    return [Item(says, "warning"), gap()] if says else []


# Why this model


def _receipt(show: Show, call: CallState) -> Iterator[Item]:
    routed, started = call.routed, call.started
    yield from facts(
        fact("chosen", call.model, "good bold"),
        fact("stands for", (started or routed).use if (started or routed) else ""),  # type: ignore[union-attr]
        fact("policy", routed.policy if routed else ""),
        fact("turn", str(started.turn) if started and started.turn > 1 else ""),
        fact("attempt", str(started.attempt) if started else ""),
        fact("step", call.step, thing=to_step(show, call.step)),
    )
    if routed is not None and routed.candidates:
        yield gap()
        yield title("considered")
        for candidate in routed.candidates:
            taken = candidate.model == routed.model and not candidate.out
            says = f"out: {candidate.out}" if candidate.out else f"score {candidate.score:.2f}"
            use = f"  {candidate.use}" if candidate.use else ""
            style = "good" if taken else "muted" if candidate.out else "text"
            yield fact(f"{'✓' if taken else ' '} {candidate.model}", f"{says}{use}", style)
    if started is None:
        return
    if started.params:
        yield gap()
        yield title("parameters")
        yield from (fact(name, as_text(value)) for name, value in started.params.items())
    if started.tools:
        yield gap()
        yield title("tools it was offered")
        yield from (Item(name) for name in started.tools)
    if started.shape is not None:
        yield gap()
        yield title("the shape that was asked for")
        yield whole(show.value(started.shape))


# What it took


def _usage(show: Show, call: CallState) -> Iterator[Item]:
    ended, started = call.ended, call.started
    if ended is None:
        yield Item("what it takes is known when it is over", "muted")
    else:
        yield from _buckets(ended.usage, ended.prices)
        yield gap()
        yield fact("cost", _cost(ended), "text bold")
        if ended.prices is not None and ended.prices.source:
            yield fact("prices", ended.prices.source, "muted")
        if call.cost_usd > ended.cost_usd:
            yield fact("all attempts", money(call.cost_usd))
    if started is not None and (started.hold.cost_usd or started.hold.tokens):
        yield fact("held for it", f"{money(started.hold.cost_usd)}, {counted(started.hold.tokens)} tokens at worst")
    yield gap()
    yield from _times(show, call)


def _buckets(usage: Usage, prices: Prices | None) -> Iterator[Item]:
    rows = (
        ("input", usage.input, prices.input if prices else None),
        ("from the cache", usage.cache_read, prices.cache_read if prices else None),
        ("into the cache", usage.cache_write, prices.cache_write if prices else None),
        ("output", usage.output, prices.output if prices else None),
    )
    for name, count, price in rows:
        told = f"{counted(count):>8} tokens"
        if price is not None:
            told += f"   at ${price:g} a million   {money(count * price / 1_000_000):>9}"
        yield fact(name, told, "text" if count else "muted")
    yield fact("together", f"{counted(usage.total):>8} tokens", "text bold")


def _cost(ended: CallFinished | CallFailed) -> str:
    basis = {
        "exact": "exact: the service said what it counted",
        "estimated": "estimated: the service never said",
        "unpriced": "nobody knows its price",
        "rehearsed": "rehearsed: nothing was paid",
    }[ended.basis]
    return basis if ended.basis == "unpriced" else f"{money(ended.cost_usd)}, {basis}"


def _times(show: Show, call: CallState) -> Iterator[Item]:
    if call.started is not None:
        yield fact("went out", clock(call.began / 1000))
    for event in (event for event in show.events if isinstance(event, CallWaiting) and event.call == call.id):
        detail = f": {event.detail}" if event.detail else ""
        yield fact("waited", f"{took(event.wait_ms)} {WAITS[event.waits_for]}{detail}", "warning")
    if call.spoke is not None:
        yield fact("first token", f"after {took(call.spoke - call.began)}")
    if call.done is not None:
        spoke = call.spoke if call.spoke is not None else call.began
        seconds = (call.done - spoke) / 1000
        rate = f", {call.usage.output / seconds:.0f} tokens a second" if seconds > 0 and call.usage.output else ""
        yield fact("spoke", f"{took(call.done - spoke)}{rate}")
        yield fact("took", took(call.done - call.began))


# What happened


def _events(show: Show, call: CallState) -> list[Item]:
    own = [event for event in show.events if event.call == call.id]
    seqs = {event.seq for event in own}
    caused_by = sorted({event.cause for event in own if event.cause and event.cause not in seqs})
    caused = [event.seq for event in show.events if event.cause in seqs and event.seq not in seqs]
    handed = [
        event.seq
        for event in show.events
        if isinstance(event, Handoff) and event.source == call.step and event.giver == call.agent
    ]
    items = [event_item(show, event.seq) for event in own]
    for name, found in (("caused by", caused_by), ("caused", caused), ("handed on", handed)):
        if found:
            items += [gap(), title(name), *(event_item(show, seq) for seq in found)]
    return items


def _failures(show: Show, id: str) -> list[tuple[int, Failure]]:
    return [
        (event.seq, event.failure)
        for event in show.state.errors
        if isinstance(event, CallFailed | ToolFailed) and event.call == id
    ]


def _errors(show: Show, failed: list[tuple[int, Failure]]) -> Iterator[Item]:
    for number, (seq, failure) in enumerate(failed):
        if number:
            yield gap()
        yield event_item(show, seq)
        yield from failure_items(show, failure)
    if not any(failure.where for _, failure in failed):
        yield from definition_of(show, show.events[failed[-1][0] - 1].step)


# Tools


def tool(show: Show, tool: ToolState) -> Inspected:
    """One use of a tool."""
    failed = [
        (event.seq, event.failure)
        for event in show.state.errors
        if isinstance(event, ToolFailed) and (event.call or event.step) == tool.id
    ]
    parts = [
        Part("arguments", lambda: _arguments(show, tool)),
        Part("result", lambda: _result(show, tool)),
        Part("use", lambda: list(_use(show, tool))),
        Part("events", lambda: events_where(show, lambda event: (event.call or event.step) == tool.id)),
    ]
    if failed:
        parts.append(Part("error", lambda: list(_errors(show, failed))))
    return Inspected(
        thing=f"tool:{tool.id}",
        kind="tool",
        title=tool.tool or tool.id,
        says=tool.status,
        style=_ENDED.get(tool.status, "accent"),
        brief=tuple(item.text for item in _use(show, tool) if item.label in ("use", "effect", "took")),
        parts=tuple(parts),
        seq=tool.started.seq if tool.started is not None else 0,
        agent=tool.agent,
        lasts=tool.status in ("waiting", "started"),
        opens="result",
    )


def _result(show: Show, tool: ToolState) -> list[Item]:
    if isinstance(tool.ended, ToolFailed):
        return list(failure_items(show, tool.ended.failure))
    if tool.ended is None:
        return [Item("it has not answered yet", "muted")]
    if tool.ended.result is None:
        return [Item("it answered with nothing", "muted")]
    return [whole(show.value(tool.ended.result))]


def _arguments(show: Show, tool: ToolState) -> list[Item]:
    if tool.started is None or tool.started.arguments is None:
        return [Item("it was given nothing", "muted")]
    return [whole(show.value(tool.started.arguments))]


def _use(show: Show, tool: ToolState) -> Iterator[Item]:
    started = tool.started
    yield from facts(
        fact("tool", tool.tool),
        fact("use", tool.id),
        fact("agent", tool.agent, thing=to_agent(show, tool.agent)),
        fact("step", tool.step, thing=to_step(show, tool.step)),
        fact("effect", {"read": "reads", "write": "writes"}[started.effect] if started else ""),
        fact("key", started.key if started else ""),
        fact("waits for", tool.reason if tool.status == "waiting" else ""),
        fact("waited for", tool.reason if tool.status != "waiting" else ""),
        fact("began", clock(tool.began / 1000)),
        fact("took", took(tool.done - tool.began) if tool.done is not None else ""),
    )
