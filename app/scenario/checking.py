"""A scenario file is read and checked: the whole way from bytes to a plan, with every problem on the way.

Nothing stops at the first mistake. A part that cannot be understood is set aside, a stand-in takes its
place, and the rest is checked all the same, so that one look at the messages shows all there is to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from app.cast import Entry, Registry
from app.document import Report, Source, parse, read_source, validate
from app.document.suggest import shortened
from app.document.types import Type
from app.document.values import Privacy
from app.errors import Problem, ScenarioRefused
from app.scenario.checks import CHECKS, Inspection
from app.scenario.mend import without_mistakes
from app.scenario.model import Scenario
from app.scenario.model.steps import explain_kind
from app.scenario.order import Order
from app.scenario.places import Place
from app.scenario.scopes import Types
from app.settings import project_root, search_folders

_OF_FOREIGN = 'name the scenarios without it; "footlights new" writes one to start from'


@dataclass(frozen=True, eq=False)  # one check of a file is itself and no other
class Checked:
    """What is known of a scenario file after the check; without a scenario when it could not be understood."""

    name: str
    problems: tuple[Problem, ...]
    sources: dict[str, Source] = field(default_factory=dict)
    scenario: Scenario | None = None
    places: tuple[Place, ...] = ()
    orders: dict[str, Order] = field(default_factory=dict)
    cast: dict[str, Entry] = field(default_factory=dict)
    used: dict[str, Checked] = field(default_factory=dict)
    privacy_at: dict[tuple[str, str], Privacy] = field(default_factory=dict)  # by step and agent: who may see it
    types: Types = field(default_factory=Types)

    @property
    def ok(self) -> bool:
        """Can it be performed?"""
        return self.scenario is not None and not any(problem.severity == "error" for problem in self.problems)

    @property
    def input_types(self) -> dict[str, Type]:
        """The types of its inputs."""
        return self.types.inputs

    @property
    def output_types(self) -> dict[str, Type]:
        """The types of what it gives back."""
        return self.types.returned

    @cached_property
    def digest(self) -> str:
        """The version of the file: a digest of its text."""
        import hashlib  # not for a check, which needs no version

        source = self.sources.get(self.name)
        return hashlib.blake2b(source.text.encode(), digest_size=8).hexdigest() if source else ""

    def texts(self) -> dict[str, str]:
        """The text of every file that a problem may point into, by the name that is shown."""
        found: dict[str, str] = {}
        waiting, seen = [self], {id(self)}
        while waiting:  # one scenario can be used in many places, and so can those that use it
            checked = waiting.pop()
            found |= {name: source.text for name, source in checked.sources.items()}
            waiting += [used for used in checked.used.values() if id(used) not in seen]
            seen |= set(map(id, checked.used.values()))
        return found


def check(path: FilePath, shown: str | None = None) -> Checked:
    """Check the file at `path`; whatever is wrong with it is in the answer, never raised."""
    name = shown or str(path)
    try:
        source = read_source(path, name)
    except ScenarioRefused as refused:
        return Checked(name, refused.problems)
    root = project_root(path)
    registry = Registry(search_folders("agents", root))
    return _check(source, lambda scenario, report: Inspection(scenario, report, source.path, root, registry))


def load(path: FilePath, shown: str | None = None) -> Checked:
    """The checked scenario, or `ScenarioRefused` with everything that is wrong."""
    checked = check(path, shown)
    if not checked.ok:
        raise ScenarioRefused(checked.problems, checked.texts())
    return checked


def check_used(
    source: Source, case: Inspection, trail: tuple[FilePath, ...], privacy: Privacy, given: dict[str, Privacy]
) -> Checked:
    """Check a scenario that another one uses, with what it is given being as private as it is there."""
    return _check(
        source,
        lambda scenario, report: Inspection(
            scenario,
            report,
            source.path,
            case.root,
            case.registry,
            trail,
            known=case.known,
            privacy=privacy,
            given=given,
        ),
    )


def _check(source: Source, inspection: Callable[[Scenario, Report], Inspection]) -> Checked:
    try:
        report = Report(source, parse(source))
    except ScenarioRefused as refused:
        return Checked(source.name, refused.problems, {source.name: source})
    if why := _foreign(report.root.data):
        report.error("no-scenario", f"this is no scenario: {why}", _OF_FOREIGN, at=("schema",))
        return Checked(source.name, tuple(report.problems), {source.name: source})
    try:
        scenario = validate(Scenario, report, explain={"step-kind": explain_kind})
    except ScenarioRefused as refused:
        return Checked(source.name, _sorted(refused.problems), {source.name: source})
    broken = scenario is None
    if broken:
        scenario = without_mistakes(report.root.data)
    if scenario is None:
        return Checked(source.name, _sorted(report.problems), {source.name: source})
    case = inspection(scenario, report)
    try:
        for each in CHECKS:
            each(case)
    except ScenarioRefused as refused:
        return Checked(source.name, _sorted(refused.problems), case.sources())
    return _outcome(case, broken)


def _foreign(data: Any) -> str:
    """Why this is something else altogether, which need not be told key by key; nothing of what may be a scenario."""
    if "steps" in data:
        return ""
    if "schema" not in data:
        return '"schema: footlights/v1" and "steps" are missing'
    schema = data["schema"]
    is_other = isinstance(schema, str) and not schema.startswith("footlights/")
    return f'it says "{shortened(schema)}", and "steps" are missing' if is_other else ""


def _outcome(case: Inspection, broken: bool) -> Checked:
    problems = case.report.problems
    if broken:
        # Stand-ins make odd warnings; what the author must mend first is the errors.
        problems = [problem for problem in problems if problem.severity == "error"]
    elif case.report.has_errors:
        # An expression that cannot be read uses nothing yet; what it names is hardly left over.
        problems = [problem for problem in problems if problem.code != "unused"]
    for place in case.places:
        case.scenario._lines[place.name] = case.report.line(place.at)
    return Checked(
        case.report.source.name,
        _sorted(problems),
        case.sources(),
        case.scenario,
        tuple(case.places),
        case.orders,
        case.cast,
        case.used,
        case.privacy_at,
        case.types,
    )


def _sorted(problems: list[Problem] | tuple[Problem, ...]) -> tuple[Problem, ...]:
    """By place, each once: the same mistake seen by two checks is one to the reader."""
    return tuple(
        dict.fromkeys(
            sorted(problems, key=lambda problem: (problem.code == "and-more", problem.line or 0, problem.column or 0))
        )
    )
