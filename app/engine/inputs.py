"""What a run is given, completed by defaults and held to its types, before anything is performed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.document.suggest import did_you_mean, listed
from app.document.types import mismatches
from app.engine.outcomes import Mishap
from app.errors import UsageError
from app.scenario import Checked


def complete_inputs(checked: Checked, given: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs of a scenario; raises Mishap for what another scenario gives it and must not."""
    try:
        return check_given(checked, given)
    except UsageError as error:
        raise Mishap("bad_request", error.message, error.hint) from error


def check_given(checked: Checked, given: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs of a scenario; raises UsageError with what is wrong with the given ones."""
    assert checked.scenario is not None
    declared = checked.scenario.inputs
    for name in given:
        if name not in declared:
            otherwise = f"it takes {listed(declared)}" if declared else "it takes none"
            raise UsageError(f'there is no input "{name}"', did_you_mean(name, declared, otherwise=otherwise))
    missing = [name for name, one in declared.items() if one.required and name not in given]
    if missing:
        raise UsageError(
            f"{checked.scenario.name} needs {listed(missing)}",
            " ".join(f"-i {name}=..." for name in missing),
        )
    complete: dict[str, Any] = {}
    for name, one in declared.items():
        value = given.get(name, one.default)
        if name in given:
            _insist(name, value, checked, one.min, one.max)
        complete[name] = value
    return complete


def _insist(name: str, value: Any, checked: Checked, least: float | None, most: float | None) -> None:
    for wrong in mismatches(checked.input_types[name], value):
        place = ".".join(map(str, (name, *wrong.path)))
        raise UsageError(f'input "{place}": {wrong.message}')
    size: Any = len(value) if isinstance(value, str | list) else value
    what = "is as long as" if isinstance(value, str | list) else "is"
    if isinstance(size, int | float) and not isinstance(size, bool):
        if least is not None and size < least:
            raise UsageError(f'input "{name}" {what} {size:g}, and {least:g} is the least')
        if most is not None and size > most:
            raise UsageError(f'input "{name}" {what} {size:g}, and {most:g} is the most')
