"""Everything that is known of one thing, in parts: a call, a step, an agent, a question, a limit, an event, the run.

Pure. What stands in an `Item` is as it was written, by whomever: whoever draws it makes it fit for a terminal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.events import CallFailed, Failure, RunStarted, ToolFailed
from app.playback.show import Show
from app.state.words import spaced
from app.tui.log.lines import line_of
from app.tui.naming import name_of
from app.tui.text import clock

LAID_OUT = 200_000  # characters of JSON beyond which it is shown as it came
AROUND = 4  # lines of a file above and below the one that matters


@dataclass(frozen=True, slots=True)
class Item:
    """A text in a part, as long as it may be."""

    text: str = ""
    style: str = "text"
    label: str = ""  # stands before it, in a column
    thing: str = ""  # what it leads to
    mark: str = ""  # stands before it on its first row: a number of a line, an arrow


@dataclass(frozen=True, slots=True)
class Part:
    """One side of a thing; it is worked out when somebody looks at it."""

    name: str
    make: Callable[[], list[Item]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """One thing, whole."""

    thing: str
    kind: str
    title: str
    says: str  # how it stands
    style: str  # of that
    brief: tuple[str, ...] = ()  # what it is and what it took, in a few words each
    parts: tuple[Part, ...]
    seq: int = 0  # the event after which a fork would begin
    agent: str = ""
    lasts: bool = False  # more may come
    opens: str = ""  # the part that is seen first


def inspect(show: Show, thing: str) -> Inspected:
    """What is known of a thing that is named as `call:ID`, `step:PATH`, `agent:ID`, `tool:ID`, `gate:ID`, `seq:N`..."""
    from app.tui.inspected import calls, events, steps, tools

    kind, _, name = thing.partition(":")
    state = show.state
    if kind == "call" and name in state.calls:
        return calls.call(show, state.calls[name])
    if kind == "tool" and name in state.tools:
        return tools.tool(show, state.tools[name])
    if kind == "step" and (step := nearest_step(show, name)):
        return steps.step(show, state.steps[step])
    if kind == "agent" and name in state.agents:
        return steps.agent(show, state.agents[name])
    if kind == "gate" and name in state.gates:
        return events.gate(show, state.gates[name])
    if kind == "limit":
        return events.limit(show, name)
    if kind == "seq" and name.isdecimal() and 0 < int(name) <= len(show.events):
        return events.event(show, int(name))
    return steps.run(show)


def nearest_step(show: Show, path: str) -> str:
    """The step of a path, or the nearest one around it that has begun."""
    while path and path not in show.state.steps:
        path = path[: max(path.rfind("/"), path.rfind("["), 0)]
    return path


def to_step(show: Show, path: str) -> str:
    """What leads to a step, or to the nearest one around it; nothing, where there is none."""
    nearest = nearest_step(show, path)
    return f"step:{nearest}" if nearest else ""


def to_agent(show: Show, name: str) -> str:
    """What leads to one of the cast."""
    return f"agent:{name}" if name in show.state.agents else ""


# What parts are made of


def title(text: str) -> Item:
    """The heading of what follows."""
    return Item(text, "accent bold")


def gap() -> Item:
    """An empty row."""
    return Item()


def fact(label: str, text: str, style: str = "text", thing: str = "") -> Item:
    """A name and what is said of it."""
    return Item(text, style, label, thing)


def facts(*found: Item) -> list[Item]:
    """Those of which something is said."""
    return [each for each in found if each.text]


def whole(value: Any, style: str = "text") -> Item:
    """A value as text: texts as they are, the rest as JSON with indents."""
    return Item(as_text(value), style)


def as_text(value: Any) -> str:
    """The same, as a string; JSON that came as text is laid out too."""
    value = unwrapped(value)
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)
    except (ValueError, RecursionError):
        return str(value)


def unwrapped(value: Any) -> Any:
    """The data in a text that is JSON; any other value as it is."""
    if isinstance(value, str) and len(value) <= LAID_OUT and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def event_item(show: Show, seq: int, mark: str = "") -> Item:
    """An event as one row that leads to it."""
    line = line_of(show.events[seq - 1], show.state, show.words)
    taker = f" to {name_of(line.taker, show.state)}" if line.taker else ""
    told = "  ".join(part for part in (f"{line.about} {line.word}{taker}", line.told, line.figures) if part)
    style = {"error": "error", "warning": "warning", "good": "good", "quiet": "muted"}.get(line.tone, "text")
    return Item(told, style, f"#{seq:<5}{clock(line.at / 1000):>6}", f"seq:{seq}", mark)


def events_where(show: Show, holds: Callable[[Any], bool]) -> list[Item]:
    """All events for which something holds."""
    return [event_item(show, event.seq) for event in show.events if holds(event)] or [Item("none", "muted")]


def failure_items(show: Show, failure: Failure) -> Iterator[Item]:
    """What went wrong: its class, the words, the hint, and the scenario's own lines."""
    yield fact("error", spaced(failure.error), "error bold")
    if failure.message:
        yield fact("said", failure.message)
    if failure.hint:
        yield fact("hint", failure.hint, "accent")
    if failure.where:
        yield fact("where", failure.where)
        path, _, line = failure.where.rpartition(":")
        if line.isdecimal():
            yield from excerpt(show, path, int(line))


def failures_of(show: Show, call: str) -> list[tuple[int, Failure]]:
    """Each event that says that a call or a tool of it failed, and how."""
    return [
        (event.seq, event.failure)
        for event in show.state.errors
        if isinstance(event, CallFailed | ToolFailed) and event.call == call
    ]


def error_items(show: Show, failed: list[tuple[int, Failure]]) -> Iterator[Item]:
    """What went wrong, one thing after the other; and where, if nothing else says so."""
    for number, (seq, failure) in enumerate(failed):
        if number:
            yield gap()
        yield event_item(show, seq)
        yield from failure_items(show, failure)
    if not any(failure.where for _, failure in failed):
        yield from definition_of(show, show.events[failed[-1][0] - 1].step)


# The files that the run was made of


def files_of(show: Show) -> tuple[str, dict[str, str]]:
    """The scenario's path, and every file by its path."""
    start = show.state.start
    source = show.value(start.source) if isinstance(start, RunStarted) and start.source is not None else None
    files = source.get("files") if isinstance(source, dict) else None
    if not isinstance(source, dict) or not isinstance(files, dict):
        return "", {}
    return str(source.get("path", "")), {str(path): str(text) for path, text in files.items()}


def excerpt(show: Show, path: str, line: int, until: int | None = None) -> Iterator[Item]:
    """The lines of a file around one, or from it up to another."""
    main, files = files_of(show)
    text = files.get(path or main) or next((files[each] for each in files if path and each.endswith(path)), None)
    if text is None:
        return
    lines = text.splitlines()
    first, last = (line, until) if until is not None else (max(1, line - AROUND), line + AROUND)
    yield gap()
    yield Item(path or main, "muted")
    for number in range(first, min(last, len(lines)) + 1):
        here = until is None and number == line
        yield Item(lines[number - 1], "error" if here else "text", mark=f"{number:>4} {'▸' if here else '│'} ")


def definition_of(show: Show, path: str) -> list[Item]:
    """What the scenario says of a step, from its line to that of the next."""
    from app.events import definition

    start = show.state.start
    plan = show.value(start.plan) if start is not None and start.plan is not None else None
    lines = {each["step"]: each for each in plan or () if isinstance(each, dict) and "step" in each}
    name = definition(path)
    while name and name not in lines:
        name = name.rpartition("/")[0]
    if not name or not lines[name].get("line"):
        return []
    main, files = files_of(show)
    written = files.get(main, "").splitlines()
    begins = _first_line(written, int(lines[name]["line"]), name.rpartition("/")[2])
    return list(excerpt(show, main, begins, _last_line(written, begins)))


def _first_line(lines: list[str], line: int, name: str) -> int:
    """A step's line is that of its first key; its name stands above."""
    above = lines[line - 2].strip() if 1 < line <= len(lines) + 1 else ""
    return line - 1 if above.startswith((f"{name}:", f'"{name}":', f"'{name}':")) else line


def _last_line(lines: list[str], begins: int) -> int:
    """Where what begins on a line ends: before the next line that is no deeper, without empty lines and comments."""
    if not 0 < begins <= len(lines):
        return begins
    depth = _depth(lines[begins - 1])
    last = begins
    for number in range(begins + 1, len(lines) + 1):
        line = lines[number - 1]
        if not line.strip():
            continue
        if _depth(line) <= depth and not line.lstrip().startswith("#"):
            break
        if not line.lstrip().startswith("#"):
            last = number
    return last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
