"""What a batch is wished to perform, as words of the command line: axes, repeats, rows of inputs, limits."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.batching.words import named
from app.cli.givens import add_answers, read_answers, read_limits
from app.cli.numbers import seed, some
from app.errors import ScenarioRefused, UsageError

if TYPE_CHECKING:
    from app.batch.planning import Wish
    from app.events import Mode
    from app.scenario import Checked

_SETTLED = {  # the options that a batch which goes on cannot take, by where they are kept
    "files": "FILE", "rehearse": "--rehearse", "matrix": "--matrix", "include": "--include", "exclude": "--exclude",
    "repeat": "--repeat", "each": "--each", "inputs": "-i",
    "limits": "--limit", "hosts": "--host", "parallel": "--parallel", "title": "--title", "compare": "--compare",
    "cassette": "--cassette", "record": "--record", "primary": "--primary",
    "stop_early": "--stop-early", "looks": "--looks",
}  # fmt: skip


def add_wishes(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is performed."""
    group = parser.add_argument_group("what is performed")
    group.add_argument("--rehearse", action="store_true", help="with written lines instead of models: no key, no cost")
    group.add_argument(
        "--record", type=named, metavar="FOLDER", help="write down what models answer, a cassette for each run"
    )
    group.add_argument(
        "--cassette",
        type=named,
        metavar="FOLDER",
        help="play models back as they were recorded: no key, no network; or one FILE that all runs play",
    )
    group.add_argument(
        "--matrix", action="append", default=[], metavar="NAME=VALUES",
        help="vary a name of the matrix, an input, agents.NAME.model, .card, .mode or STEP.prompt: market=DE,FR; lists "
        "'plan.prompt=[\"One.\", \"Two.\"]'; texts from files @one.md,@two.md; repeatable",
    )  # fmt: skip
    group.add_argument(
        "--include", action="append", default=[], metavar="CELL", help="a cell more: market=JP,tone=formal; repeatable"
    )
    group.add_argument(
        "--exclude", action="append", default=[], metavar="CELL", help="cells to leave out: market=FR; repeatable"
    )
    group.add_argument("--repeat", type=some, metavar="COUNT", help="runs of each cell, each with a seed of its own")
    group.add_argument("--seed", type=seed, metavar="NUMBER", help="the seed of the first run; each repeat adds one")
    group.add_argument(
        "--each", type=named, metavar="TABLE", help="CSV or JSON Lines: each row gives the inputs of a run"
    )
    group.add_argument(
        "-i", "--input", dest="inputs", action="append", default=[], metavar="NAME=VALUE",
        help="an input of every scenario that takes it; @FILE reads a file",
    )  # fmt: skip
    add_answers(group)
    group.add_argument(
        "--host", dest="hosts", action="append", default=[], metavar="HOST",
        help="a host that tools may reach; * is any",
    )  # fmt: skip
    group.add_argument("--parallel", type=some, metavar="COUNT", help="runs at the same time")
    group.add_argument("--title", default="", metavar="TEXT", help="what the batch is called")


def settled_by(args: argparse.Namespace) -> str:
    """The first option that says what is performed; a seed of 0 is one too."""
    if args.seed is not None:
        return "--seed"
    return next((said for name, said in _SETTLED.items() if getattr(args, name)), "")


def checked_from(words: Sequence[str]) -> list[Checked]:
    """All scenarios that were named, each once; raises with every mistake of any of them."""
    from app.cli.check import checked_at, files_of

    files = {os.path.realpath(path): (path, shown) for word in words for path, shown in files_of(word)}
    found = [checked_at(path, shown) for path, shown in files.values()]
    if all(checked.ok for checked in found):
        return found
    refused = [checked for checked in found if not checked.ok]
    problems = [problem for checked in refused for problem in checked.problems]
    raise ScenarioRefused(problems, {name: text for checked in refused for name, text in checked.texts().items()})


def wish_from(args: argparse.Namespace, scenarios: Sequence[Checked], budget: dict[str, float]) -> Wish:
    """What is wished; raises with everything in it that is wrong."""
    from app.batch.planning import Wish, raise_all
    from app.batch.wording import Wording, each_once
    from app.cli.batching.comparing import compared
    from app.cli.batching.rows import read_rows
    from app.settings import who

    reading = Wording(scenarios)
    axes = list(filter(None, [reading.attempt(reading.axis, word) for word in args.matrix]))
    matrix = reading.attempt(each_once, axes, "--matrix", "write  --matrix NAME=ONE,TWO") or {}
    include = list(filter(None, [reading.attempt(reading.cell, word, "--include") for word in args.include]))
    exclude = list(filter(None, [reading.attempt(reading.cell, word, "--exclude") for word in args.exclude]))
    given = list(filter(None, [reading.attempt(reading.given, word) for word in args.inputs]))
    inputs = reading.attempt(each_once, given, "-i", "keep one; --matrix NAME=ONE,TWO performs both") or {}
    reading.gives((*matrix, *inputs, *(name for cell in include for name in cell)))
    rows = reading.attempt(read_rows, args.each, reading) if args.each else None
    answers = reading.attempt(answers_from, args, scenarios) or {}
    limits = reading.attempt(read_limits, args.limits)
    raise_all(reading.wrong)
    axis, looks, primary = compared(args)
    return Wish(
        mode=_mode_of(args), cassette=_folder(args.cassette), record=_folder(args.record),
        matrix=matrix, include=include, exclude=exclude,
        repeat=args.repeat, seed=args.seed, rows=rows or (), inputs=inputs, title=args.title, compare=axis,
        limits=limits or {}, budget=budget, hosts=tuple(args.hosts), answers=answers, parallel=args.parallel,
        looks=looks, primary=primary, by=who(),
    )  # fmt: skip


def _mode_of(args: argparse.Namespace) -> Mode:
    if not args.rehearse:
        return "cassette" if args.cassette else "live"
    if args.cassette or args.record:
        raise UsageError("a rehearsal asks no model, so it has no use for a cassette", "leave one of the two out")
    return "rehearsal"


def _folder(name: str | None) -> str:
    return str(Path(name).expanduser().absolute()) if name else ""


def answers_from(args: argparse.Namespace, scenarios: Sequence[Checked]) -> dict[str, str]:
    """The answers to what these scenarios ask; raises with what none of them asks, and what cannot be chosen."""
    answers = read_answers(args.answers, [place.name for checked in scenarios for place in checked.places])
    for checked in scenarios:
        _insist_on_choices(checked, answers)
    return answers


def _insist_on_choices(checked: Checked, answers: dict[str, str]) -> None:
    """An answer that cannot be chosen would be found when the first run comes to it, and much may be paid by then."""
    from app.batch.performing import own_answers
    from app.engine.choices import checked_answers

    checked_answers(checked, own_answers(checked, answers))
