"""`footlights batch`: performs many runs, tells how they come along, and what came of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.cli.batching.comparing import add_comparing, held_to, hold_again, insist_on_baseline, insist_on_comparing
from app.cli.batching.reports import add_reports, insist_on_places
from app.cli.batching.wishes import add_wishes, checked_from, settled_by, wish_from
from app.cli.batching.words import named
from app.cli.env_files import add_env_file, heed_env_files
from app.cli.givens import read_limits
from app.cli.numbers import count
from app.cli.said import as_json
from app.cli.workspaces import add_workspace, open_journal
from app.errors import UsageError

if TYPE_CHECKING:
    from app.batch.driving import Drive
    from app.batch.plan import Plan
    from app.batch.results import Results
    from app.journal import Journal
    from app.scenario import Checked

EXAMPLES = """
footlights batch scenarios/ --rehearse --repeat 3 --junit results.xml
footlights batch market-scan --rehearse --matrix market=Portugal,Spain --repeat 20 --budget cost_usd=5
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="scenario files, folders of them, or names of the library"
    )
    add_wishes(parser)
    add_comparing(parser)
    _add_conducting(parser)
    add_reports(parser)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--json", action="store_true", help="what happens as JSON on stdout, one a line; nothing else")
    ways.add_argument("--quiet", action="store_true", help="the summary alone")
    ways.add_argument("--stage", action="store_true", help="watch it in the app: every run a cell that can be opened")
    add_env_file(parser)
    parser.add_argument("--fast", action="store_true", help="a power cut may lose the last moments; a crash does not")
    add_workspace(parser)


def _add_conducting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is performed")
    group.add_argument(
        "--resume", nargs="?", const="last", type=named, metavar="BATCH",
        help="go on with one: what is missing is performed, and nothing twice; left out, the last",
    )  # fmt: skip
    group.add_argument(
        "--budget", action="append", default=[], metavar="NAME=VALUE",
        help="what all runs together may use: cost_usd=5, tokens=2M, turns=1000",
    )  # fmt: skip
    group.add_argument("--workers", type=count, metavar="COUNT", help="so many processes; 0: none but this one")
    group.add_argument("--on", type=_cluster, metavar="CLUSTER", help="perform on Ray: ray, or ray://HOST:PORT")
    group.add_argument(
        "--dry-run", "--plan", dest="dry_run", action="store_true",
        help="say what would be performed, and what it may cost; perform nothing",
    )  # fmt: skip


def _cluster(text: str) -> str:
    if named(text) != "ray" and ":" not in text:
        raise argparse.ArgumentTypeError(f'"{text}" is no cluster: write ray, or ray://HOST:PORT')
    return text


def perform(args: argparse.Namespace) -> int:
    """Find everything that is wrong, say what will be done, and do it."""
    heed_env_files(args)
    insist_on_places(args)
    args.on = args.on or ""
    budget = read_limits(args.budget, "--budget")
    if "wall" in budget:
        raise UsageError("--budget: a batch has no limit of time", "--limit wall=5m is one of each run")
    if args.resume is not None:
        return _go_on(args, budget)
    if not args.files:
        raise UsageError("footlights batch: which scenarios?", "footlights batch scenarios/ --rehearse")
    return _begin(args, budget)


def _begin(args: argparse.Namespace, budget: dict[str, float]) -> int:
    from msgspec.structs import replace

    from app.batch.outlook import outlook_of
    from app.batch.planning import insist_on_one_giver, planned
    from app.batch.tapes import insist_on_reach, insist_on_recording_alone, insist_on_tapes
    from app.cli.batching.models import insist_on_models_of

    scenarios = checked_from(args.files)
    insist_on_places(args, read=[args.each, args.answers, *args.env_files, *_files_of(scenarios)])
    wish = wish_from(args, scenarios, budget)
    insist_on_one_giver(scenarios, wish)
    plan = replace(planned(scenarios, wish), **held_to(args))
    insist_on_comparing(args, plan)
    insist_on_baseline(args, plan)
    insist_on_reach(plan, args.on)
    insist_on_tapes(plan)
    outlook = outlook_of(plan, None, args.workers, args.on)
    if args.dry_run:
        return _tell_plan(args, plan, outlook)
    if plan.mode == "live":
        insist_on_models_of(plan.sources)
    insist_on_recording_alone(plan)  # what is refused at once leaves no batch behind

    from app.batch.driving import Drive

    with open_journal(args) as journal:
        return _conduct(args, journal, Drive.begin(journal, plan), outlook)


def _go_on(args: argparse.Namespace, budget: dict[str, float]) -> int:
    if settled := settled_by(args):
        said = f"{settled} says what a batch performs, and that is settled when it begins"
        raise UsageError(said, "footlights batch --resume  goes on with what is missing")

    from msgspec.structs import replace

    from app.batch.driving import Drive
    from app.batch.outlook import outlook_of
    from app.batch.results import results_of
    from app.batch.tapes import insist_on_reach
    from app.cli.batching.models import insist_on_models_of
    from app.cli.workspaces import with_archive

    before = with_archive(args, lambda archive: results_of(archive, args.resume))
    insist_on_baseline(args, before.plan)  # that of before may be gone, and is missed when all is performed
    hold_again(args, before.plan)
    insist_on_comparing(args, before.plan)
    insist_on_reach(before.plan, args.on)
    left = tuple(item.item for item in before.items if not item.over)
    missing = {item.source for item in left}
    plan = replace(before.plan, budget=before.plan.budget | budget)
    outlook = outlook_of(plan, before, args.workers, args.on)
    if args.dry_run:
        return _tell_plan(args, replace(plan, items=left), outlook)
    if before.plan.mode == "live":
        insist_on_models_of([before.plan.sources[number] for number in sorted(missing)])
    answers = _answers_again(args, before.plan)
    with open_journal(args) as journal:
        drive = Drive.go_on(journal, before.row.batch, budget, answers, held_to(args))
        return _conduct(args, journal, drive, outlook, before)


def _answers_again(args: argparse.Namespace, plan: Plan) -> dict[str, str]:
    """Answers to what stopped the runs, when there are some now."""
    if not args.answers:
        return {}
    from app.cli.batching.wishes import answers_from
    from app.engine.bundle import checked_again

    return answers_from(args, [checked_again(source.bundle) for source in plan.sources])


def _conduct(
    args: argparse.Namespace, journal: Journal, drive: Drive, outlook: str, before: Results | None = None
) -> int:
    """With the app open on it, or told in lines."""
    if _is_for_the_stage(args):
        from app.cli.batching.staging import conduct_on_stage

        return conduct_on_stage(args, journal, drive)
    from app.cli.batching.driving import conduct_and_tell

    return conduct_and_tell(args, journal, drive, outlook, before)


def _is_for_the_stage(args: argparse.Namespace) -> bool:
    """Is the app to be open on it, here, and is there a terminal for that?"""
    from app.cli.spoken import is_spoken
    from app.cli.staging import has_stage

    return args.stage and not is_spoken() and has_stage()


def _files_of(scenarios: Sequence[Checked]) -> Iterator[str]:
    return (str(source.path) for checked in scenarios for source in checked.sources.values())


def _tell_plan(args: argparse.Namespace, plan: Plan, outlook: str) -> int:
    import sys

    from app.cli.batching.outlook import plan_data, plan_lines
    from app.cli.ink import Ink

    if args.json:
        sys.stdout.write(as_json(plan_data(plan), indent=2))
    else:
        sys.stdout.write("\n".join(plan_lines(plan, outlook, Ink.for_stream(sys.stdout))) + "\n")
    return 0
