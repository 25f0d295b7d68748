"""What a sound log holds: a recording may come from a stranger, and is looked at event by event before it is read.

Names that become paths, keys and commands are of the letters that the house gives them; figures can be true of a run.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from app.events import Event, Handoff, Performer, RunFinished, RunStarted, kind_of
from app.safety import safe_text

MOST_USD = 1e9
MOST = 2**53  # whole numbers beyond it are not exact everywhere
_YEAR = 366 * 86_400_000  # milliseconds
_END_OF_TIME = 253_402_300_800 * 1_000_000  # microseconds: the year 10000
_OFTEN = 1_000_000  # turns, rounds, attempts and items
_LONGEST = 1000  # characters of a name
_ROUNDING = 1e-6  # that a sum may fall short of nothing

_RUN = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,39}")
_PART = r"[A-Za-z0-9_.-]+(?:\[\d{1,9}\])*"
_PATH = re.compile(rf"{_PART}(?:/{_PART})*")
_OF_STEPS = ("step", "loop", "debate")  # the kinds that happen to a step
_COUNTS = {"attempt", "turn", "round", "rounds", "count", "number", "repeat"}
_ANY_SIGN = {"score", "seed"}


def is_run_id(text: str) -> bool:
    """Is it an id that a run could have, in a command and in the name of a file as well?"""
    return _RUN.fullmatch(text) is not None


def fault_of(event: Event, before: Event | None) -> str:
    """Why an event cannot be the one that comes next in a sound log; nothing, if it can."""
    return next(_faults(event, before), "")


def _faults(event: Event, before: Event | None) -> Iterator[str]:
    if (before is None) != isinstance(event, RunStarted):
        yield "a run begins once, with its first event" if before else "the first event is not the beginning of a run"
    if isinstance(before, RunFinished):
        yield "the run is over, and this comes after"
    if event.seq <= (before.seq if before else 0):
        yield "its number is not higher than the one before"
    if not 0 <= event.at < _END_OF_TIME:
        yield "it is of no year between 1970 and 9999"
    if event.run and not is_run_id(event.run):
        yield "the id of its run is none"
    is_of_a_step = kind_of(event).startswith(_OF_STEPS)
    if not _PATH.fullmatch(event.step) and (event.step or is_of_a_step):
        yield "no step is called like its own" if event.step else "it names no step"
    if not all(_is_name(name) for name in _names(event)):
        yield "no name is as long as one in it, or has such characters"
    yield from _of_figures(event)


def _names(event: Event) -> Iterator[str]:
    """Whatever is looked up by it; who does it, and the calls and questions that belong together."""
    yield from (event.step, event.agent, event.call, getattr(event, "gate", ""))
    if isinstance(event, Handoff):
        yield from (event.giver, event.taker, event.source)
    if isinstance(event, RunStarted):
        yield event.scenario
        yield from (event.parent.run,) if event.parent else ()
        yield from (who.id for who in event.cast if isinstance(who, Performer))


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST and safe_text(text, newlines=False) == text


def _of_figures(thing: msgspec.Struct) -> Iterator[str]:
    """Everything in it that counts or measures; settings of people's own are plain data, and may be anything."""
    for name in thing.__struct_fields__:
        value = getattr(thing, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, msgspec.Struct):
                yield from _of_figures(each)
            elif isinstance(each, int | float) and name not in _ANY_SIGN and not _can_be(name, each):
                yield f"no run has {_shown(each)} as its {name}"


def _can_be(name: str, figure: float) -> bool:
    if name.endswith("_usd"):
        most: float = MOST_USD
    elif name in ("mono", "took_ms", "wait_ms", "retry_ms"):
        most = _YEAR
    else:
        most = _OFTEN if name in _COUNTS else MOST
    return math.isfinite(figure) and -_ROUNDING <= figure < most


def _shown(figure: Any) -> str:
    return f"{figure:g}" if abs(figure) < MOST else "such a number"
