"""`footlights run`: performs a scenario here and now, without a stage, and keeps the run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.displays import add_ways_to_perform
from app.cli.env_files import add_env_file, heed_env_files
from app.cli.givens import add_givens, read_answers, read_inputs, read_limits
from app.cli.numbers import seed
from app.cli.workspaces import add_workspace, open_journal
from app.settings import who

if TYPE_CHECKING:
    from app.engine import Run
    from app.engine.gates import People
    from app.journal import Journal

EXAMPLES = """
footlights run hello --rehearse
footlights run market-scan --rehearse -i market=Portugal --limit cost_usd=1 --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_performance(parser)
    add_ways_to_perform(parser)
    add_workspace(parser)


def add_performance(parser: argparse.ArgumentParser) -> None:
    """Add what is said of a run that begins, wherever it is shown."""
    parser.add_argument("file", metavar="FILE", help="a scenario file, or a name of the library")
    add_givens(parser)
    parser.add_argument("--rehearse", action="store_true", help="with written lines instead of models: no key, no cost")
    parser.add_argument("--seed", type=seed, default=0, metavar="NUMBER", help="what chance begins with; left out, 0")
    parser.add_argument(
        "--host",
        dest="hosts",
        action="append",
        default=[],
        metavar="HOST",
        help="a host that tools may reach; * is any",
    )
    _add_tapes(parser)


def _add_tapes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--record", type=Path, metavar="CASSETTE", help="write down what models answer, to be played back later"
    )
    parser.add_argument(
        "--cassette", type=Path, metavar="CASSETTE", help="play models back as they were recorded: no key, no network"
    )
    parser.add_argument(
        "--live", action="append", default=[], metavar="AGENT", help="one who is not played back, but asked; repeatable"
    )
    add_env_file(parser)


def perform(args: argparse.Namespace) -> int:
    """Check, then perform."""
    begin = prepared(args)

    from app.cli.performing import perform_and_show

    with open_journal(args) as journal:
        return perform_and_show(args, lambda desk: begin(journal, people=desk, patient=args.wait))


def prepared(args: argparse.Namespace) -> Callable[..., Run]:
    """Find everything that is wrong with what was asked for; else what begins the run."""
    heed_env_files(args)

    from app.scenario import load
    from app.scenario.library import find_scenario

    checked = load(*find_scenario(args.file, Path.cwd()))
    inputs = read_inputs(args.inputs, checked)
    answers = read_answers(args.answers, [place.name for place in checked.places])
    limits = read_limits(args.limits)

    from app import engine
    from app.engine.servers import insist_on_servers
    from app.events import Origin

    if not args.rehearse and (args.cassette is None or args.live):
        insist_on_servers(checked, args.live)

    def begin(journal: Journal, *, people: People | None, patient: bool) -> Run:
        return engine.perform(
            checked,
            inputs,
            mode="rehearsal" if args.rehearse else "live",
            seed=args.seed,
            journal=journal,
            answers=answers,
            limits=limits,
            origin=Origin(kind="person", who=who()),
            people=people,
            patient=patient,
            hosts=tuple(args.hosts),
            cassette=args.cassette,
            record=args.record,
            live=args.live,
        )

    return begin
