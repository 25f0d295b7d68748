"""`footlights check`: every mistake of a scenario file at once, with its place and what to do about it."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from app.cli.problems import write_problems
from app.cli.said import as_json
from app.document.suggest import shortened
from app.errors import Problem
from app.scenario import Checked, check
from app.scenario.library import find_scenario, scenarios_below

EXAMPLES = """
footlights check scenarios/engineering/feature-sprint.yaml
footlights check scenarios/ --strict
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="scenario files, folders of them, or names of the library"
    )
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument("--json", action="store_true", help="print the problems as JSON")


def perform(args: argparse.Namespace) -> int:
    """Check each file; 0 when all can be performed, else 2."""
    checks = [checked_at(path, shown) for word in args.files for path, shown in files_of(word)]
    refused = [checked for checked in checks if not _accepted(checked, args.strict)]
    if args.json:
        _print_json(checks, args.strict)
    else:
        _print(checks)
    return 2 if refused else 0


def files_of(word: str) -> list[tuple[Path, str]]:
    """The files that a word means, with the names to show: one, all of a folder, or the folder if it holds none."""
    folder = Path(word)
    if not os.path.isdir(word):  # noqa: PTH112 (Path.is_dir raises for names that no file can have)
        return [find_scenario(word, Path.cwd())]
    return [(path, str(path)) for path in scenarios_below(folder)] or [(folder, word)]


def checked_at(path: Path, shown: str) -> Checked:
    """One of these files, checked; a folder among them is one that holds none, or that may not be read."""
    checked = check(path, shown)
    if checked.sources or checked.problems[0].code != "folder":
        return checked
    said = f'there is no scenario in "{shortened(shown)}"'
    hint = "the name of a scenario ends in .yaml or .yml; what begins with a dot is left out"
    return replace(checked, problems=(Problem("folder", said, hint, shown),))


def _accepted(checked: Checked, strict: bool) -> bool:
    return checked.ok and not (strict and any(problem.severity == "warning" for problem in checked.problems))


def _print(checks: list[Checked]) -> None:
    for checked in checks:
        if checked.problems:
            write_problems(checked.problems, checked.texts(), sys.stdout)
        if checked.ok:
            from app.cli.said import say_good

            scenario = checked.scenario
            assert scenario is not None
            steps, agents = len(checked.places), len(scenario.agents)
            say_good(
                f"{checked.name}: {steps} step{'s' * (steps != 1)}, {agents} agent{'s' * (agents != 1)}, no errors"
            )


def _print_json(checks: list[Checked], strict: bool) -> None:
    files = [
        {
            "file": checked.name,
            "ok": _accepted(checked, strict),
            "problems": [problem._asdict() for problem in checked.problems],
        }
        for checked in checks
    ]
    sys.stdout.write(as_json({"ok": all(file["ok"] for file in files), "files": files}, indent=2))
