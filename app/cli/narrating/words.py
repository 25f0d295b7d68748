"""What a narrator says of things: of limits, inputs, decisions and gates, in words."""

from __future__ import annotations

from collections import Counter
from textwrap import dedent
from typing import Any

from app.cli.narrating.text import compact
from app.events import Failure, GateOpened, StepSkipped
from app.safety import one_line
from app.state import DebateState
from app.state.brief import in_brief
from app.state.words import amount, money, spaced, took

_INPUTS = 6  # that are told


def details(failure: Failure) -> str:
    """What was said beyond that, in its own lines."""
    return dedent(failure.message.partition("\n")[2])


def unneeded(event: StepSkipped) -> bool:
    """Was a step left out because that is how the play goes, and not for a failure or by a person?"""
    return event.reason.startswith("if: ") or (event.reason.endswith(" was skipped") and not event.because)


def used(measure: str, spent: float, limit: float) -> str:
    """How much of a limit: $1.50 of $2.00, 4 of 4 calls."""
    if measure == "cost_usd":
        return f"{money(spent)} of {money(limit)}"
    if measure == "wall":
        return f"{took(spent * 1000)} of {took(limit * 1000)}"
    return f"{spent:,.0f} of {amount(measure, limit)}"


def reached(measure: str, spent: float, limit: float) -> str:
    """That a limit is reached; or what is left of it, where the worst case of a call does not fit there any more."""
    if spent < limit and measure in ("cost_usd", "tokens"):
        left = money(limit - spent) if measure == "cost_usd" else f"{limit - spent:,.0f}"
        return f"{left} of {amount(measure, limit)} left, and the next call might need more"
    return f"at its limit, {used(measure, spent, limit)}"


def inputs_of(inputs: Any) -> list[tuple[str, str]]:
    """What a run was given, a line each; or that it is erased."""
    if not isinstance(inputs, dict):
        return [("inputs", compact(inputs))]
    rows = [(name, compact(in_brief(value))) for name, value in inputs.items()]
    if len(rows) > _INPUTS:
        return [*rows[:_INPUTS], ("", f"and {len(rows) - _INPUTS} more")]
    return rows


def decision(value: Any) -> str:
    """What was decided, without the reasons where they stand apart."""
    if isinstance(value, dict) and "decision" in value:
        value = value["decision"]
    return compact(value)


def tied(debate: DebateState | None) -> str:
    """How many voted for each of those that most voted for, when there are several: 2 to 2."""
    counts = Counter(ref.ref for ref in debate.votes.values()) if debate else Counter[str]()
    most = [count for count in counts.values() if count == max(counts.values())]
    return " to ".join(map(str, most)) if len(most) > 1 else ""


def gate_facts(gate: GateOpened) -> list[str]:
    """What a person may answer, who may, and what happens when nobody does."""
    facts = []
    if gate.options:
        facts.append(" / ".join(one_line(option) for option in gate.options))
    if gate.role:
        facts.append(f"for {spaced(one_line(gate.role))}")
    if gate.expires_ms and gate.default is not None:
        facts.append(f"after {took(gate.expires_ms)} without an answer: {one_line(gate.default)}")
    return [" · ".join(facts)] if facts else []
