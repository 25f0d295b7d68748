"""What is said in a run and what is done, as lines to be read beside a film, or by those who see none."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from app.events import (
    BudgetExceeded,
    CallFailed,
    CallFinished,
    DebateDecided,
    Directed,
    Event,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    RunFinished,
    RunPaused,
    RunResumed,
    StepFailed,
    StepSkipped,
    ToolFailed,
    ToolFinished,
)
from app.export.film import Line, Mark
from app.playback.beats import caption_of
from app.playback.cues import Placed
from app.playback.show import Show
from app.safety import one_line
from app.state import RunState
from app.state.words import in_full, plural, took
from app.tui.log.lines import line_of
from app.tui.look.glyphs import UNICODE
from app.tui.naming import name_of, role_of, sign, step_name
from app.tui.paint.said import start_of
from app.tui.text import cut
from app.tui.verdict import verdict_of

LONGEST = 4_000  # characters of one speech
_WIDE, _ROWS = 96, 60  # of an answer that is data
_LABEL = 80  # cells
_NUMBER = re.compile(r"Q?[0-9.]+")
_MODES = {"rehearsal": "A rehearsal: no model was asked.", "cassette": "Played from a cassette."}

_TOLD: tuple[type[Event], ...] = (
    RunPaused, RunResumed, RunFinished, StepFailed, StepSkipped, CallFailed, ToolFinished, ToolFailed, GateOpened,
    GateAnswered, GateClosed, Directed, DebateDecided, BudgetExceeded,
)  # fmt: skip


def spoken(event: Event, show: Show, at: float, colour: Callable[[str], str]) -> Line | None:
    """The line of an event; none, where nothing is said and nothing happens that anybody would miss."""
    line = partial(_line, event=event, show=show, at=at, colour=colour)
    if isinstance(event, CallFinished):
        said = as_read(show.words(event.text))
        return line(event.agent, said) if said else None
    if isinstance(event, Handoff):
        taker = name_of(event.taker, show.state)
        return line(event.giver, f"hands over to {taker}: {one_line(show.words(event.summary))}".removesuffix(": "))
    if (caption := caption_of(event)) is not None:
        return line("", " ".join(show.words(caption).split()))
    if not isinstance(event, _TOLD):
        return None
    told = line_of(event, show.state, show.words)
    named = f"{told.about}: " if not told.agent and told.about != "run" else ""
    return line(told.agent, f"{named}{told.word} {told.told}".rstrip())


def _line(agent: str, text: str, *, event: Event, show: Show, at: float, colour: Callable[[str], str]) -> Line:
    known = show.state.agents.get(agent)
    if known is None:
        return Line(at, UNICODE.dot, "", colour("muted"), text, event.seq)
    style = colour(role_of(known.who))
    return Line(at, sign(known.who, UNICODE), name_of(agent, show.state), style, text, event.seq)


def as_read(words: str) -> str:
    """A whole answer, as people read it: data as keys and values, and never more than anybody reads."""
    text = words.strip()
    if text[:1] in ("{", "["):
        shown = start_of(text, _WIDE, _ROWS, UNICODE)
        text = "\n".join("".join(span.text for span in row).rstrip() for row in shown.rows)
        more = shown.hidden
    else:
        more = max(0, len(text) - LONGEST)
        text = text[:LONGEST].rstrip()
    return f"{text}\n… and {more:,} characters more" if more else text


def cue_mark(placed: Placed, show: Show, at: float) -> Mark:
    """The mark of a cue; one that has only a number is called what its step is called."""
    label = one_line(placed.cue.label)
    if not label or _NUMBER.fullmatch(label):
        step = next((event.step for event in reversed(show.events) if event.seq == placed.seq), "")
        label = step_name(step, show.state) if step else ""
    return Mark(at, label, "cue", placed.cue.name, placed.seq)


def mark_of(event: Event, show: Show, at: float) -> Mark | None:
    """The mark of an event, unless it is none that one would stop at."""
    if isinstance(event, Handoff):
        giver, taker = name_of(event.giver, show.state), name_of(event.taker, show.state)
        return Mark(at, f"{giver} → {taker}", "handoff", seq=event.seq)
    is_error = isinstance(event, StepFailed | ToolFailed) or (isinstance(event, CallFailed) and event.retry_ms is None)
    if not is_error and not isinstance(event, GateOpened):
        return None
    told = line_of(event, show.state, show.words)
    label = cut(f"{told.about}: {told.told}", _LABEL)
    return Mark(at, label, "error" if is_error else "gate", seq=event.seq)


def told_of(state: RunState, title: str = "") -> str:
    """A run in a few sentences: what it was, who took part, how it ended, what it cost."""
    start = state.start
    agents = [name_of(agent, state) for agent, known in state.agents.items() if known.tally.calls]
    told = [f"{one_line(title).rstrip('.')}." if title else ""]
    told.append(_MODES.get(start.mode, "") if start is not None else "")
    if agents:
        told.append(f"{plural(len(agents), 'agent')} took part: {', '.join(agents)}.")
    handed = len(state.handoffs)
    told.append(f"{plural(state.totals.calls, 'call')}, {plural(handed, 'handoff')}." if state.totals.calls else "")
    verdict = verdict_of(state)
    ended = verdict.says if verdict is not None else "It goes on"
    told.append(f"{ended[:1].upper()}{ended[1:]} after {took(state.mono)}, {' · '.join(in_full(state.totals))}.")
    return " ".join(part for part in told if part)
