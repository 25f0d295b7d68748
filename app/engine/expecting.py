"""Holds a run against what its scenario expects of it, when it is over."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from app.document.types import mismatches
from app.engine.outcomes import FAILED, Mishap
from app.engine.past import Ending
from app.engine.play import Play, Scene
from app.events import (
    Event,
    ExpectationChecked,
    Handoff,
    StepFailed,
    StepFinished,
    StepSkipped,
    StepStarted,
    Usage,
    definition,
)
from app.scenario.expressions.patterns import search
from app.scenario.expressions.values import Refused, Work
from app.scenario.model import Expectation

_MOST_QUOTED = 200  # characters
_NOTED = frozenset({StepStarted, StepFinished, StepFailed, StepSkipped, Handoff})


class _Said(NamedTuple):
    """What became of one expectation."""

    about: str
    holds: bool
    figure: str = ""  # that was found
    said: str = ""  # by somebody: kept apart, so that it can be erased
    mark: float | None = None


class Expecting:
    """Remembers what expectations ask for while the run goes on: how steps ended, how long they took, handoffs."""

    def __init__(self) -> None:
        self.endings: dict[str, Ending] = {}  # by the step's name in the file: the last of its performances
        self.failures: set[str] = set()
        self.handoffs = 0
        self._begun: dict[str, int] = {}
        self._took: dict[str, int] = {}

    def note(self, event: Event) -> None:
        """Take an event into account."""
        if type(event) not in _NOTED:
            return
        if isinstance(event, StepStarted):
            self._begun.setdefault(event.step, event.mono)
        elif isinstance(event, StepFinished | StepFailed | StepSkipped):
            name = definition(event.step)
            self.endings[name] = event
            self._took[name] = event.mono - self._begun.get(event.step, event.mono)
            if isinstance(event, StepFailed) and not event.tolerated:
                self.failures.add(name)
            else:  # tried again as a whole, a block may do well in the end
                self.failures.discard(name)
        elif isinstance(event, Handoff):
            self.handoffs += 1

    def seconds(self, name: str) -> float:
        """How long a step took."""
        return self._took.get(name, 0) / 1000


async def check_expectations(play: Play, scene: Scene, seen: Expecting) -> tuple[bool, bool]:
    """Was everything met, and was every failure expected to happen?"""
    performance = play.performance
    met = True
    expected: set[str] = set()
    for number, one in enumerate(play.scenario.expect, 1):
        for about, holds, figure, said, mark in await _checked(one, play, scene, seen):
            found = performance.log.keep(performance.mask(said)[:_MOST_QUOTED]) if said else figure
            performance.log.once(ExpectationChecked(number, about, holds, found, mark))
            met = met and holds
        if one.step and one.outcome in FAILED and met:
            expected.add(one.step)
    unexpected = {name for name in seen.failures if not any(_covers(step, name) for step in expected)}
    return met, not unexpected


def _covers(step: str, name: str) -> bool:
    """A block fails with the step inside it, and the other way round."""
    return step == name or step.startswith(f"{name}/") or name.startswith(f"{step}/")


async def _checked(one: Expectation, play: Play, scene: Scene, seen: Expecting) -> list[_Said]:
    performance = play.performance
    ending = seen.endings.get(one.step) if one.step else None
    output = None if ending is None or isinstance(ending, StepSkipped) else performance.log.value(ending.output)
    outcome = "skipped" if ending is None or isinstance(ending, StepSkipped) else ending.outcome
    cost = performance.facts["cost_usd"] if ending is None and not one.step else getattr(ending, "cost_usd", 0.0)
    usage = performance.usage if not one.step else getattr(ending, "usage", Usage())
    seconds = seen.seconds(one.step) if one.step else performance.clock.now()
    who = one.step or "the run"
    said: list[_Said] = []
    if one.outcome is not None:
        said.append(_Said(f"{who} ends {one.outcome}", outcome == one.outcome, outcome))
    text = output if isinstance(output, str) else msgspec.json.encode(output).decode()
    if one.contains is not None:
        said.append(_Said(f'{who} contains "{one.contains}"', one.contains in text, said=text))
    if one.matches is not None:
        said.append(_Said(f"{who} matches {one.matches}", _found(one.matches, text), said=text))
    if one.json_schema is not None and one.step:
        wrong = _wrong_shape(one, play, output)
        said.append(_Said(f"{who} has its shape", not wrong, said=wrong))
    if one.cost_under is not None:
        said.append(_Said(f"{who} costs less than {one.cost_under:g} dollars", cost < one.cost_under, f"{cost:.4f}"))
    if one.tokens_under is not None:
        said.append(
            _Said(
                f"{who} uses fewer than {one.tokens_under:,} tokens", usage.total < one.tokens_under, f"{usage.total:,}"
            )
        )
    if one.latency_under is not None:
        said.append(
            _Said(f"{who} takes less than {one.latency_under:g} s", seconds < one.latency_under, f"{seconds:.1f} s")
        )
    if one.handoffs is not None:
        said.append(
            _Said(
                f"{one.handoffs} {'handoff' if one.handoffs == 1 else 'handoffs'}",
                seen.handoffs == one.handoffs,
                str(seen.handoffs),
            )
        )
    if one.judged is not None:
        said.append(await _judged(one, play, scene, output))
    return said


def _wrong_shape(one: Expectation, play: Play, output: Any) -> str:
    assert one.step is not None
    if one.json_schema is True:
        shape = play.checked.types.outputs.get(one.step)
        wrong = mismatches(shape, output) if shape is not None else []
        return wrong[0].message if wrong else ""
    import jsonschema_rs  # only an expectation with a schema of its own needs it

    errors = jsonschema_rs.validator_for(one.json_schema).iter_errors(output)
    return next((error.message for error in errors), "")


async def _judged(one: Expectation, play: Play, scene: Scene, output: Any) -> _Said:
    """Another agent's mark. In a rehearsal nobody can judge, so the mark is one that would do."""
    from app.document.types import MapOf, Number, Text
    from app.engine.act import judging_act
    from app.engine.speaking import Turn, speak
    from app.scenario.model import Lines

    judged = one.judged
    assert judged is not None
    assert one.step is not None
    about = f"{judged.by} marks {one.step} with {judged.at_least:g} or more"
    text = output if isinstance(output, str) else msgspec.json.encode(output).decode()
    prompt = f"Mark this from 0 to 1 by the rubric.\n\nRubric:\n{play.text(judged.rubric)}\n\nWhat to mark:\n{text}"
    lines = Lines.model_construct(
        _fields_set={"reply"}, reply={"mark": (1 + judged.at_least) / 2, "because": "It does what the rubric asks."}
    )
    speaker = play.speakers[judged.by]
    turn = Turn(
        speaker,
        prompt,
        mode=speaker.mode(),
        type=MapOf({"mark": Number(), "because": Text()}),
        lines=lines,
        path=f"{one.step}/judged",
        incoming=(),
    )
    try:
        mark = await speak(judging_act(play, scene, one.step), turn)
    except Mishap as mishap:
        return _Said(about, False, said=mishap.message)
    reason = f"{mark['mark']:g}: {mark['because']}"
    return _Said(about, mark["mark"] >= judged.at_least, said=reason, mark=float(mark["mark"]))


def _found(pattern: str, text: str) -> bool:
    try:
        return search(pattern, text, Work())
    except Refused:
        return False
