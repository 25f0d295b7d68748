"""One use of a tool, in parts: what it was given, what it gave, what it took. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.events import ToolFailed
from app.playback.show import Show
from app.state import ToolState
from app.tui.inspected.parts import (
    Inspected,
    Item,
    Part,
    error_items,
    events_where,
    fact,
    facts,
    failure_items,
    to_agent,
    to_step,
    whole,
)
from app.tui.text import clock, took

_ENDED = {"finished": "good", "failed": "error", "lost": "warning"}


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
        parts.append(Part("error", lambda: list(error_items(show, failed))))
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
