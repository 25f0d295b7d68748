"""A call of a model in parts: what went out, what came back, what it thought, why this model, what it took. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.events import CallFailed, CallFinished, Directed, Handoff
from app.playback.show import Show
from app.state import CallState, attempts_of
from app.state.words import paid
from app.tui.inspected.costs import attempts, receipt, usage
from app.tui.inspected.parts import (
    Inspected,
    Item,
    Part,
    as_text,
    error_items,
    event_item,
    fact,
    facts,
    failures_of,
    gap,
    title,
    whole,
)
from app.tui.text import size, took
from app.tui.text import tokens as counted

WHISPER = "A person watching tells you, and only you: "  # how an agent hears a person; see app.engine.directions
_ENDED = {"finished": "good", "failed": "error", "lost": "warning", "not made": "muted"}


def call(show: Show, call: CallState) -> Inspected:
    """One call: the prompt as it was sent, the answer, why this model, what it took."""
    begun = call.started or call.routed
    failed = failures_of(show, call.id)
    parts = [
        Part("prompt", lambda: list(_prompt(show, call))),
        Part("answer", lambda: _answer(show, call)),
        Part("receipt", lambda: list(receipt(show, call))),
        Part("usage", lambda: list(usage(show, call))),
        Part("events", lambda: _events(show, call)),
    ]
    if isinstance(call.ended, CallFinished) and call.ended.thought is not None:
        parts.insert(2, Part("thought", lambda: list(_thought(show, call))))
    if len(attempts_of(show.state, call)) > 1:
        parts.insert(-1, Part("attempts", lambda: list(attempts(show, call))))
    if failed:
        parts.append(Part("error", lambda: list(error_items(show, failed))))
    return Inspected(
        thing=f"call:{call.id}",
        kind="call",
        title=call.id,
        says=_stands(show, call),
        style=_ENDED.get(call.status, "accent"),
        brief=_brief(call),
        parts=tuple(parts),
        seq=begun.seq if begun is not None else 0,
        agent=call.agent,
        lasts=call.status in ("routed", "waiting", "started", "speaking"),
        opens="error" if call.status == "failed" else "answer",
    )


def _stands(show: Show, call: CallState) -> str:
    return "thinking" if call.status == "speaking" and not show.heard.get(call.id) else call.status


def _brief(call: CallState) -> tuple[str, ...]:
    begun, ended = call.started or call.routed, call.ended
    told = [begun.use or begun.model] if begun is not None else []
    if ended is not None:
        told += [f"{counted(ended.usage.output)} tokens out", f"{counted(ended.usage.total)} in all"]
        basis = "as recorded" if ended.played else ended.basis
        told += [paid(call.spent) if basis == "unpriced" else f"{paid(call.spent)} {basis}"]
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
    if isinstance(ended, CallFailed):
        come = as_text(show.value(ended.partial)) if ended.partial is not None else ""
        if not come:
            return [Item("it failed before it said anything", "muted")]
        return [Item("it failed; this is as far as it came", "error"), gap(), Item(come)]
    if heard := show.heard.get(call.id, ""):
        return [Item(heard), gap(), Item("it is still speaking", "muted")]
    return [Item(_NOTHING_YET.get(call.status, "it has not said anything yet"), "muted")]


_NOTHING_YET = {
    "lost": "nobody knows what became of it",
    "not made": "it was never sent",
    "waiting": "it waits to be sent",
    "started": "it was asked, and nothing has come yet",
    "speaking": "it is at work, but no word of the answer has come yet: it thinks, or writes to a tool",
}


def _cut_short(ended: CallFinished) -> list[Item]:
    says = {"length": "it was cut off at its limit", "refused": "it refused"}.get(ended.finish)
    return [Item(says, "warning"), gap()] if says else []


def _thought(show: Show, call: CallState) -> Iterator[Item]:
    """What it said to itself: no part of the answer, and nobody else was shown it."""
    ended = call.ended
    if not isinstance(ended, CallFinished) or ended.thought is None:
        return
    text = as_text(show.value(ended.thought))
    how_much = f", {counted(ended.usage.reasoning)} tokens" if ended.usage.reasoning else ""
    yield Item(f"what the model said to itself before it answered{how_much}; no other agent was shown it", "muted")
    yield gap()
    yield Item(text, "muted italic")


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
