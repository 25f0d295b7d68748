"""What of a play a batch can vary, each as a person would begin to write it: for who chooses rather than knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from app.safety import one_line
from app.tui.paint.form import possible_values, spoken_type, written

if TYPE_CHECKING:
    from app.scenario import Checked

LONG = 60  # characters of a value, above which nobody wants to go on writing behind it


@dataclass(frozen=True, slots=True)
class Axis:
    """One of them, with values that are known to work."""

    name: str
    says: str
    values: Sequence[Any] = ()

    @property
    def line(self) -> str:
        """As it is written: market=DE,FR."""
        texts = [written(value) for value in self.values]
        if any("," in text or text[:1] in ("[", "@") for text in texts):
            return f"{self.name}={json.dumps(list(self.values), ensure_ascii=False)}"
        return f"{self.name}={','.join(texts)}"


def axes_in(checked: Checked) -> tuple[Axis, ...]:
    """The names of its own matrix first, then its inputs, who speaks and how, and what is asked."""
    found: dict[str, Axis] = {}
    for axis in chain(_own(checked), _inputs(checked), _agents(checked), _prompts(checked)):
        found.setdefault(axis.name, axis)
    return tuple(found.values())


def example_of(axes: Sequence[Axis]) -> str:
    """How one is written: of the first with several values, else with any."""
    told = max(axes, key=lambda axis: min(len(axis.values), 2), default=None)
    return told.line if told is not None and told.values else ""


def _own(checked: Checked) -> Iterator[Axis]:
    strategy = checked.scenario.strategy if checked.scenario is not None else None
    for name, values in (strategy.matrix if strategy is not None else {}).items():
        yield Axis(name, "of the file's own matrix", values)


def _inputs(checked: Checked) -> Iterator[Axis]:
    assert checked.scenario is not None
    for name, one in checked.scenario.inputs.items():
        type = checked.input_types[name]
        known = [value for value in (one.default, one.example) if value is not None and len(written(value)) <= LONG]
        yield Axis(name, one_line(one.help or "") or spoken_type(type), [*filter(None, possible_values(type))] or known)


def _agents(checked: Checked) -> Iterator[Axis]:
    assert checked.scenario is not None
    for name, member in checked.scenario.agents.items():
        models = list(checked.scenario.models) or [use for use in (member.model,) if isinstance(use, str)]
        yield Axis(f"agents.{name}.model", "which model speaks", models)
        entry = checked.cast.get(name)
        if entry is None or entry.card is None:
            continue
        if len(entry.card.modes) > 1:
            yield Axis(f"agents.{name}.mode", "how it works", list(entry.card.modes))
        yield Axis(f"agents.{name}.card", "who plays it", [entry.name])


def _prompts(checked: Checked) -> Iterator[Axis]:
    for place in checked.places:
        prompt = getattr(place.step, "prompt", None)
        if isinstance(prompt, str):
            yield Axis(f"{place.name}.prompt", one_line(prompt))
