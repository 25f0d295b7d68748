"""Files that a scenario names: texts are read, scenarios that it uses are checked, neither leaves the project."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from app.document import Path, Source, read_included
from app.document.source import MAX_INCLUDED_BYTES
from app.document.values import FileText, Privacy, strictest
from app.errors import ScenarioRefused
from app.scenario.checks.inspection import Inspection
from app.scenario.checks.references import inputs_read
from app.scenario.model import UsesStep
from app.scenario.model.rehearsal import Lines
from app.scenario.passages import passages_of_step, passages_of_top_level
from app.scenario.places import Place

MAX_NESTING = 8


def check_files(case: Inspection) -> None:
    """Every `{file: ...}` can be read, and all of them together are not too much."""
    _read_defaults(case)
    for passage in passages_of_top_level(case.scenario):
        if passage.file is not None:
            _read(case, passage.file, passage.at)
    for place in case.places:
        for passage in passages_of_step(place):
            if passage.file is not None:
                _read(case, passage.file, passage.at)
        rehearsal = place.step.rehearsal
        if rehearsal is not None:
            _read_lines(case, rehearsal, (*place.at, "rehearsal"))
            for agent, lines in rehearsal.by.items():
                _read_lines(case, lines, (*place.at, "rehearsal", "by", agent))
    for index, expected in enumerate(case.scenario.expect):
        if expected.judged is not None and isinstance(expected.judged.rubric, FileText):
            _read(case, expected.judged.rubric.file, ("expect", index, "judged", "rubric", "file"))


def _read_defaults(case: Inspection) -> None:
    """From here on an input that names a file has what stands in it as its default."""
    inputs = dict(case.scenario.inputs)
    for name, one in inputs.items():
        if one.file is None:
            continue
        at: Path = ("inputs", name, "file")
        _read(case, one.file, at)
        if (source := case.files.get(one.file)) is None:
            continue
        default: Any = source.text
        if one.type not in ("string", "string?"):
            try:
                default = json.loads(source.text)
            except ValueError as error:
                case.report.error("not-json", f'"{one.file}" is not JSON: {error}', "its type is no text", at=at)
                continue
        # Shown as a default like any other, but checks still find "file" where it was written.
        inputs[name] = one.model_copy(update={"default": default})
    case.scenario = case.scenario.model_copy(update={"inputs": inputs})


def _read_lines(case: Inspection, lines: Lines, at: Path) -> None:
    if lines.file is not None:
        _read(case, lines.file, (*at, "file"))


def _read(case: Inspection, name: str, at: Path) -> None:
    if name in case.files or sum(len(file.text) for file in case.files.values()) > MAX_INCLUDED_BYTES:
        return  # read already, or the last one was too much already
    try:
        source = _included(case, name)
    except ScenarioRefused as refused:
        problem = refused.problems[0]
        where = f" (line {problem.line} of that file)" if problem.line else ""
        case.report.error(problem.code, problem.message + where, problem.hint, at=at)
        return
    case.files[name] = source
    if sum(len(file.text) for file in case.files.values()) > MAX_INCLUDED_BYTES:
        case.report.error(
            "too-large", f"the files named here are more than {MAX_INCLUDED_BYTES:,} bytes together", at=at
        )


def _included(case: Inspection, reference: str) -> Source:
    """A file that the scenario names, under a name that no other file has in the messages."""
    source = read_included(reference, case.path, case.root)
    return replace(source, name=os.path.normpath(FilePath(case.report.source.name).parent / reference))


def check_used_scenarios(case: Inspection) -> None:
    """A scenario that is used exists, is in order itself, and does not lead back here."""
    from app.scenario.checking import check_used

    for place in case.places:
        step = place.step
        if not isinstance(step, UsesStep):
            continue
        at: Path = (*place.at, "uses")
        try:
            source = _included(case, step.uses)
        except ScenarioRefused as refused:
            problem = refused.problems[0]
            case.report.error(problem.code, problem.message, problem.hint, at=at)
            continue
        trail = (*case.trail, case.path.resolve())
        if source.path in trail:
            way = [path.name for path in trail[trail.index(source.path) :]]
            case.report.error(
                "uses-itself", "these scenarios use each other: " + " → ".join([*way, source.path.name]), at=at
            )
        elif _length_of_used(case) > MAX_INCLUDED_BYTES:
            message = f"the scenarios used here are more than {MAX_INCLUDED_BYTES:,} bytes together"
            case.report.error("too-large", message, at=at)
        elif len(trail) > MAX_NESTING:
            case.report.error("too-deep", f"more than {MAX_NESTING} scenarios use one another", at=at)
        else:
            private, given = _privacy_of_use(case, place)
            known = (source.path, private, tuple(sorted(given.items())))
            if known not in case.known:
                case.known[known] = check_used(source, case, trail, private, given)
            case.used[place.name] = used = case.known[known]
            if errors := [problem for problem in used.problems if problem.severity == "error"]:
                where = f"{errors[0].file}:{errors[0].line or 1}"
                if errors[0].code == "privacy":
                    where += ", and mind that it is as private there as what it is given here"
                case.report.error(
                    "used-scenario", f'"{step.uses}" has errors: {errors[0].message}', f"see {where}", at=at
                )


def _privacy_of_use(case: Inspection, place: Place) -> tuple[Privacy, dict[str, Privacy]]:
    """How private the step is that uses another scenario, and what it gives each of its inputs."""
    around = (place, *place.enclosing())
    step = strictest(case.privacy, case.scenario.privacy, *(outer.step.privacy for outer in around))
    given: dict[str, Privacy] = {}
    for passage in case.reader.of_step[place.name]:
        if passage.key == "with":
            name = str(passage.at[len(place.at) + 1])
            level = case.privacy_of(sorted(inputs_read(case.reader, passage, case.inputs_of_vars)))
            given[name] = strictest(given.get(name), level)
    # An item of a list goes wherever it is named, and how it was made is not followed further than its block.
    blocks = [case.inputs_of[outer.name] for outer in around[1:]]
    inherited = case.privacy_of(sorted(set().union(*blocks)))
    return strictest(step, inherited), {name: level for name, level in given.items() if level != "public"}


def _length_of_used(case: Inspection) -> int:
    return sum(len(source.text) for used in case.known.values() for source in used.sources.values())
