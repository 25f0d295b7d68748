"""Says what is wrong when a cassette has no answer: the recording that comes nearest, and exactly what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher, unified_diff
from textwrap import wrap
from typing import Any

from app.document.suggest import shortened
from app.events import definition
from providers.tapes.cassette import Asked, Cassette, Recording

_MOST_LINES = 12
_WIDEST = 100
_COMPARED = 2_000  # characters of a request, to tell which one is nearest
_MOST_COMPARED = 200  # recordings


def what_differs(cassette: Cassette, wanted: Recording) -> str:
    """A few lines for people: what the nearest recording is, and how it differs from what is asked."""
    if not cassette.recordings:
        return "it has no recordings"
    nearest = _nearest(cassette, wanted)
    where = f"{nearest.step}, {nearest.agent}, {_ordinal(nearest.time)} time"
    found = [*_differing(nearest, wanted)]
    if not found:
        return f"the nearest recording is the same ({where})"
    return "\n".join((f"the nearest recording ({where}) differs:", *found))


def _nearest(cassette: Cassette, wanted: Recording) -> Recording:
    """Rather of the same step and agent; among several the one whose request is most like it."""

    def place(one: Recording) -> tuple[bool, bool, bool, bool]:
        is_step, is_near = one.step == wanted.step, definition(one.step) == definition(wanted.step)
        return one.asked == wanted.asked, is_step and one.agent == wanted.agent, is_near, one.agent == wanted.agent

    best = max(map(place, cassette.recordings))
    among = [one for one in cassette.recordings if place(one) == best][:_MOST_COMPARED]
    text = _said(wanted.asked)
    return max(
        among,
        key=lambda one: (SequenceMatcher(None, text, _said(one.asked), autojunk=False).quick_ratio(), one.time),
    )


def _said(asked: Asked) -> str:
    """The end of a conversation: that is where requests differ."""
    return "\n".join(str(message["content"])[-_COMPARED:] for message in asked.messages)[-_COMPARED:]


def _differing(was: Recording, now: Recording) -> Iterator[str]:
    for name in ("step", "agent", "time", "use"):
        if getattr(was, name) != getattr(now, name):
            yield f"  {name}: {getattr(was, name)} was recorded, {getattr(now, name)} is asked"
    if was.asked.params != now.asked.params:
        yield from _lines("params", was.asked.params, now.asked.params)
    if was.asked.tools != now.asked.tools:
        yield from _lines("tools", was.asked.tools, now.asked.tools)
    if was.asked.shape != now.asked.shape:
        yield from _lines("shape", was.asked.shape, now.asked.shape)
    yield from _message(was.asked.messages, now.asked.messages)


def _message(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> Iterator[str]:
    """The first message that differs; those after it follow from it."""
    for number, (one, other) in enumerate(zip(was, now, strict=False), 1):
        if one != other:
            yield from _lines(f"message {number} ({other['role']})", one, other)
            return
    if len(was) != len(now):
        yield f"  messages: {len(was)} were recorded, {len(now)} are asked"


def _lines(name: str, was: Any, now: Any) -> Iterator[str]:
    yield f"  {name}:"
    changes = [*unified_diff(_written(was), _written(now), n=1, lineterm="")][2:]
    found = [line for line in changes if not line.startswith("@@")]
    for line in found[:_MOST_LINES]:
        yield f"    {shortened(line, _WIDEST + 1)}"
    if len(found) > _MOST_LINES:
        yield f"    and {len(found) - _MOST_LINES} lines more"


def _written(value: Any) -> list[str]:
    """As lines: a message as it reads, anything else as indented JSON."""
    if isinstance(value, dict) and value.keys() == {"role", "content"}:
        return _wrapped(str(value["content"]))
    if isinstance(value, dict) and "role" in value:
        rest = {name: part for name, part in value.items() if name not in ("role", "content")}
        return [*_wrapped(str(value["content"])), *_written(rest)]
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True).splitlines()


def _wrapped(text: str) -> list[str]:
    """A long paragraph in lines, so that it shows where in it something differs."""
    return [part for line in text.splitlines() for part in (wrap(line, _WIDEST) or [""])]


def _ordinal(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")
