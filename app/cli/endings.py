"""How a performance ends for the shell: one number, and where it can be resumed the words that do it."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, log10
from shlex import quote
from typing import TYPE_CHECKING

from app.events import BudgetExceeded, Event, Measure
from app.state.words import short_id

if TYPE_CHECKING:
    from app.engine import Result

DONE, FAILED, BAD_USAGE, NEEDS_A_PERSON, EXHAUSTED, UNMET = range(6)
SIGNALLED = 128


def exit_code(result: Result | None, signal: int | None = None) -> int:
    """The first that applies: a signal, a person missing, a budget spent, expectations unmet, failed, done."""
    if result is None:
        return FAILED if signal is None else SIGNALLED + signal
    if result.status == "paused" and signal is not None:
        return SIGNALLED + signal
    if result.status == "paused":
        return {"gate": NEEDS_A_PERSON, "person": NEEDS_A_PERSON, "budget": EXHAUSTED, "batch": EXHAUSTED}.get(
            result.reason, FAILED
        )
    if result.exhausted:
        return EXHAUSTED
    if not result.expected:
        return UNMET
    return DONE if result.outcome == "succeeded" or result.excused else FAILED


def how_to_go_on(result: Result | None, run: str, events: Iterable[Event] = ()) -> str:
    """What to type next, when a run was left before its end."""
    if result is not None and result.status == "finished":
        return ""
    goes_on = f"footlights resume {short_id(run)} goes on where it was"
    before = what_comes_before(result, run, events) if result is not None else ""
    return f"{before}; then {goes_on}" if before else goes_on


def what_comes_before(result: Result, run: str, events: Iterable[Event]) -> str:
    """What has to be done before going on is of any use."""
    return {
        "gate": "a person has to answer first: footlights inbox shows the question",
        "budget": f"a limit is reached: footlights direct {short_id(run)} raise {_more(events)} allows more",
        "disk": "there is no room to write: make some",
    }.get(result.reason, "")


def _more(events: Iterable[Event]) -> str:
    """The limit that was hit last, and a value with room for the call that did not fit and another one like it."""
    exceeded = next((event for event in reversed(list(events)) if isinstance(event, BudgetExceeded)), None)
    if exceeded is None:
        return "LIMIT VALUE"
    scope = "" if exceeded.scope == "run" else f"{exceeded.scope}."
    value = max(2 * exceeded.limit, exceeded.spent + exceeded.held + 2 * exceeded.needed)
    return f"{quote(f'{scope}{exceeded.measure}')} {_written(exceeded.measure, value)}"


def _written(measure: Measure, value: float) -> str:
    """A limit as it is written on the command line."""
    if measure == "cost_usd":
        step = 10.0 ** max(-6, floor(log10(value)) - 1)  # two figures, and never less than what was asked for
        return f"{ceil(value / step - 1e-9) * step:.6f}".rstrip("0").rstrip(".")
    return f"{round(value)}s" if measure == "wall" else f"{round(value)}"


def how_to_resume(status: str, run: str) -> str:
    """What to type about a run that has not ended."""
    return {
        "paused": f"footlights resume {short_id(run)} goes on",
        "interrupted": f"footlights resume {short_id(run)} goes on",
        "running": f"footlights tail {short_id(run)} -f goes along",
    }.get(status, "")
