"""What whoever starts a run chooses about it, held to what there is: a slip of the pen is refused, never ignored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any, NamedTuple, get_args

from app.document.suggest import did_you_mean, listed
from app.engine.budgets import MEASURES
from app.errors import UsageError
from app.events import Mode, definition
from app.scenario import Checked
from app.scenario.model import ApproveStep

HIGHEST_SEED = 2**31 - 1
EVERY_GATE = "*"


class Named(NamedTuple):
    """What people may name when they act on a run."""

    agents: frozenset[str]
    steps: frozenset[str]
    models: frozenset[str]

    def insist(self, direction: str, to: str, detail: Any) -> None:
        """Raise ValueError when a direction is about somebody or something that this run does not have."""
        if direction in ("whisper", "mute", "unmute", "swap"):
            _insist("agent", to, self.agents, to)
        if direction == "skip":
            _insist("step", definition(to), self.steps, to)
        if direction == "swap" and "/" not in str(detail):
            _insist("model", str(detail), self.models, str(detail))


def named_in(checked: Checked) -> Named:
    """Everything that has a name in a scenario and in those it uses."""
    agents, models, waiting = set[str](), set[str](), [checked]
    while waiting:
        part = waiting.pop()
        assert part.scenario is not None
        agents |= set(part.scenario.agents)
        models |= set(part.scenario.models)
        waiting += part.used.values()
    return Named(frozenset(agents), frozenset(dict(_steps(checked))), frozenset(models))


def _insist(what: str, name: str, known: Iterable[str], shown: str) -> None:
    if name not in known:
        names = sorted(known)
        otherwise = f"there is {listed(names)}" if names else "there is none"
        raise ValueError(f'there is no {what} "{shown}": {did_you_mean(name, names, otherwise=otherwise)}')


def insist_on_mode_and_seed(mode: object, seed: object) -> None:
    """Raise UsageError for a mode that is none, and for a seed that no batch could have."""
    modes = get_args(Mode)
    if mode not in modes:
        raise UsageError(f'there is no mode "{mode}"', did_you_mean(str(mode), modes, otherwise=listed(modes, "or")))
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= HIGHEST_SEED:
        raise UsageError(f"{seed!r} is no seed", f"a seed is a whole number from 0 to {HIGHEST_SEED:,}")


def checked_limits(limits: Mapping[str, Any] | None) -> dict[str, float]:
    """Limits by their names; UsageError for one that does not exist, and for what is no number."""
    found: dict[str, float] = {}
    for name, value in (limits or {}).items():
        if name not in MEASURES:
            raise UsageError(f'there is no limit "{name}"', did_you_mean(name, MEASURES, otherwise=listed(MEASURES)))
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value <= 0:
            raise UsageError(f"the limit {name} is a number above 0, not {value!r}", "wall is in seconds")
        found[name] = float(value)
    return found


def checked_answers(checked: Checked, answers: Mapping[str, Any] | None) -> dict[str, str]:
    """Answers by the gates they are for; UsageError for a gate that does not exist, and for what cannot be chosen.

    An option may also be given by its number.
    """
    if not answers:
        return {}
    steps = dict(_steps(checked))
    found: dict[str, str] = {}
    for gate, answer in answers.items():
        name = definition(gate.partition("#")[0])
        if gate != EVERY_GATE and name not in steps:
            hint = did_you_mean(name, steps, otherwise="answers are given by the path of the step that asks")
            raise UsageError(f'there is no step "{gate}" to answer', hint)
        found[gate] = _choice(gate, answer, steps.get(name, ()))
    return found


def _choice(gate: str, answer: Any, options: tuple[str, ...]) -> str:
    if isinstance(answer, int) and not isinstance(answer, bool) and 1 <= answer <= len(options):
        return options[answer - 1]
    text = str(answer).lower() if isinstance(answer, bool) else str(answer)
    if options and text not in options:
        raise UsageError(
            f'"{text}" cannot be answered to {gate}',
            did_you_mean(text, options, otherwise=f"it takes {listed(options, 'or')}"),
        )
    return text


def _steps(checked: Checked, before: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every step by its path, also in the scenarios that are used, with what can be chosen there."""
    for place in checked.places:
        step = place.step
        yield before + place.name, tuple(step.approve.options) if isinstance(step, ApproveStep) else ()
        if place.name in checked.used:
            yield from _steps(checked.used[place.name], f"{before}{place.name}/")
