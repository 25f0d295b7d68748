"""What a batch varies is there to be varied: the agent, the input or the step that an address names, and each value."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from app.document import Path
from app.document.suggest import did_you_mean, listed
from app.document.types import mismatches
from app.scenario.checks.inspection import Inspection
from app.scenario.checks.names import check_card_name, check_mode_name, check_model_name

VARIED: dict[str, Callable[[Inspection, str, Path, str], None]] = {
    "model": check_model_name,
    "card": check_card_name,
    "mode": check_mode_name,
}


def check_strategy(case: Inspection) -> None:
    """Every address in the matrix, and in the cells that are added."""
    strategy = case.scenario.strategy
    if strategy is None:
        return
    for name, values in strategy.matrix.items():
        at: Path = ("strategy", "matrix", name)
        if _is_there(case, name, (*at, "@key")):
            for index, value in enumerate(values):
                _check_value(case, name, value, (*at, index))
    for index, cell in enumerate(strategy.include):
        for name, value in cell.items():
            at = ("strategy", "include", index, name)
            if _is_there(case, name, (*at, "@key")):
                _check_value(case, name, value, at)


def _is_there(case: Inspection, name: str, at: Path) -> bool:
    first, _, rest = name.partition(".")
    if not rest:
        if name in case.scenario.inputs:
            case.referred.add(("inputs", name))
        return True
    place, _, key = name.rpartition(".")
    if first == "inputs":
        return _insist(case, "input", rest, case.scenario.inputs, at)
    if first == "agents":
        agent = place.partition(".")[2]
        return _insist(case, "agent", agent, case.scenario.agents, at) and _insist(case, "key", key, VARIED, at)
    return _insist(case, "step", place, case.by_name, at) and _insist(case, "key", key, ("prompt",), at)


def _insist(case: Inspection, what: str, name: str, known: Collection[str], at: Path) -> bool:
    if name in known:
        return True
    hint = did_you_mean(name, known, f"there {'is' if len(known) == 1 else 'are'} {listed(known)}" if known else "")
    told = f'"{name}" cannot be varied' if what == "key" else f'there is no {what} "{name}"'
    case.report.error("strategy", told, hint, at=at)
    return False


def _check_value(case: Inspection, name: str, value: Any, at: Path) -> None:
    first, _, key = name.rpartition(".")
    if first.startswith("agents."):
        if isinstance(value, str):
            VARIED[key](case, value, at, first.partition(".")[2])
        else:
            case.report.error("strategy", f"a {key} is a name", "write it as a text", at=at)
    elif key == "prompt" and first:
        if not isinstance(value, str):
            case.report.error("strategy", "a prompt is a text", at=at)
    elif (known := case.types.inputs.get(name.removeprefix("inputs."))) is not None and (
        wrong := mismatches(known, value)
    ):
        case.report.error("strategy", wrong[0].message, at=(*at, *wrong[0].path))
