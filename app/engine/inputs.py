"""What a run is given, completed by defaults and held to its types, before anything is performed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.document.suggest import did_you_mean, listed
from app.document.types import mismatches
from app.engine.outcomes import Mishap
from app.errors import UsageError
from app.scenario import Checked
from app.scenario.model.parts import Input


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
            _insist(name, value, checked, one)
        complete[name] = value
    return complete


def _insist(name: str, value: Any, checked: Checked, wanted: Input) -> None:
    for wrong in mismatches(checked.input_types[name], value):
        place = ".".join(map(str, (name, *wrong.path)))
        raise UsageError(f'input "{place}": {wrong.message}')
    if said := out_of_range(value, wanted):
        raise UsageError(f'input "{name}": {said}')


def out_of_range(value: object, wanted: Input) -> str:
    """What is wrong with the size of a value, or with its length; nothing where it has none that matters."""
    what, size = ("a length of ", len(value)) if isinstance(value, str | list) else ("", value)
    if isinstance(size, bool) or not isinstance(size, int | float):
        return ""
    if wanted.min is not None and size < wanted.min:
        return f"{what}{size:g} is below the least, {wanted.min:g}"
    if wanted.max is not None and size > wanted.max:
        return f"{what}{size:g} is above the most, {wanted.max:g}"
    return ""
