"""What of `footlights batch` compares: the arms of an axis with its control, and the whole with a baseline."""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.batching.words import named
from app.document.suggest import did_you_mean, shortened
from app.errors import UsageError
from app.state.words import short_id

if TYPE_CHECKING:
    from app.batch.comparing.against import Against, Tolerance
    from app.batch.comparing.arms import Comparisons
    from app.batch.comparing.baseline import Baseline
    from app.batch.plan import Plan
    from app.batch.results import Results
    from app.batch.statistics import Measure
    from app.cli.ink import Ink

PRIMARY = ("success", "cost_usd", "seconds", "score")
LOOKS = 5
MOST_LOOKS = 50
_HELD = ("success", "cost_usd", "seconds")
_NAME = re.compile(r"[\w][\w.-]*\Z")
_EXAMPLE = "--tolerance success=0.02,cost_usd=10%,seconds=20%"


@dataclass(frozen=True, slots=True)
class Compared:
    """What a batch was held against, and what came of it."""

    comparisons: tuple[Comparisons, ...] = ()
    against: Against | None = None
    is_worse: bool = False  # so much that the exit code has to say it


def add_comparing(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("comparing")
    group.add_argument(
        "--compare", type=named, metavar="AXIS",
        help="hold the values of an axis against its first one, in pairs: market, scenario",
    )  # fmt: skip
    group.add_argument("--primary", choices=PRIMARY, help="what decides a comparison; left out, success")
    group.add_argument("--stop-early", action="store_true", help="end as soon as the comparison is clear")
    group.add_argument(
        "--looks", type=_looks, metavar="COUNT", help=f"how often to look before the end; left out, {LOOKS}"
    )
    group.add_argument("--fail-if-worse", action="store_true", help="exit with 5 when an arm succeeds less often")
    group.add_argument(
        "--save-baseline", type=named, metavar="NAME", help="keep what came of it, for --against; or a FILE.json"
    )
    add_against(group, "exit with 5 when it is worse than a baseline; or a FILE.json")


def add_against(group: argparse._ArgumentGroup, what: str) -> None:
    """Add the options that hold a batch against what was there before."""
    group.add_argument("--against", type=named, metavar="NAME", help=what)
    group.add_argument(
        "--tolerance", action="append", default=[], metavar="NAME=VALUE",
        help="what may be worse: success=0.02,cost_usd=10%%,seconds=20%%",
    )  # fmt: skip


def _looks(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_LOOKS:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number from 1 to {MOST_LOOKS}')
    return int(text)


def compared(args: argparse.Namespace) -> tuple[str, int, Measure]:
    """The axis that is compared, how often it is looked at before the end, and by what it is decided."""
    if args.looks is not None and not args.stop_early:
        raise UsageError("--looks says how often --stop-early looks, and that is not there", "add --stop-early")
    return args.compare or "", (args.looks or LOOKS) if args.stop_early else 0, args.primary or "success"


def insist_on_comparing(args: argparse.Namespace, plan: Plan) -> None:
    """Say before anything is performed what could not be compared at its end."""
    wanting = (("--stop-early", plan.looks), ("--fail-if-worse", args.fail_if_worse), ("--primary", args.primary))
    for option, given in wanting:
        if given and not plan.compare:
            raise UsageError(f"{option}: nothing is compared", "add --compare AXIS")
    insist_on_tolerance(args)
    if args.compare:
        from app.batch.comparing.pairing import paired
        from app.batch.statistics import rate_interval

        paired(plan, plan.compare)
        rate_interval(1, 2)  # says what is missing where the library is
    if args.against:
        _insist_on_baseline(args, plan)
    if args.save_baseline:
        from app.batch.comparing.baseline import insist_on_few_enough

        insist_on_few_enough(plan)
        _path_of(args.save_baseline)
        if plan.looks:
            raise UsageError("--stop-early leaves runs out, and a baseline needs all of them", "leave one of them out")


def insist_on_tolerance(args: argparse.Namespace) -> None:
    """Say at once what could not be tolerated."""
    if args.tolerance and not args.against:
        raise UsageError("--tolerance says what may be worse than a baseline, and none is named", "add --against NAME")
    _tolerance(args.tolerance)


def _insist_on_baseline(args: argparse.Namespace, plan: Plan) -> None:
    from app.batch.comparing.against import insist_on_same_mode
    from app.batch.statistics import rate_interval

    insist_on_same_mode(_baseline(args.against), plan.mode)
    if plan.mode == "live":
        rate_interval(1, 2)


def compare_all(args: argparse.Namespace, results: Results) -> Compared:
    """Hold the arms against each other, and the batch against its baseline."""
    comparisons = comparisons_in(results)
    against = _held_against(args, results) if args.against else None
    worse = args.fail_if_worse and any(each.is_worse for each in comparisons)
    return Compared(comparisons, against, worse or (against is not None and against.is_worse))


def compared_lines(compared: Compared, ink: Ink) -> list[str]:
    """For people, below what came of the batch itself."""
    from app.cli.batching.against_page import against_lines
    from app.cli.batching.comparing_page import comparison_lines

    sections = [comparison_lines(each, ink) for each in compared.comparisons]
    sections += [against_lines(compared.against, ink)] if compared.against is not None else []
    return [line for section in sections for line in ("", *section)]


def compared_data(compared: Compared) -> dict[str, Any]:
    """For programs."""
    return asdict(compared)


def comparisons_in(results: Results) -> tuple[Comparisons, ...]:
    """Along the axis of the plan; one that only its file names may have a single value here, or no library to count."""
    from app.batch.statistics import NoStatistics

    plan = results.plan
    if not plan.compare or len(results.values(plan.compare)) < 2:
        return ()
    from app.batch.comparing.arms import compared as compared_arms

    try:
        return (compared_arms(results),)
    except NoStatistics as error:
        from app.cli.said import narrate

        narrate(f"{plan.compare} is not compared: {error.message} ({error.hint})")
        return ()


def _held_against(args: argparse.Namespace, results: Results) -> Against:
    from app.batch.comparing.against import held_against

    return held_against(results, _baseline(args.against), args.against, _tolerance(args.tolerance))


def compare_kept(args: argparse.Namespace, results: Results) -> Compared:
    """The same of a batch that was performed some time ago; it can be held against another one as well."""
    against = _held_against_kept(args, results) if args.against else None
    return Compared(comparisons_in(results), against, against is not None and against.is_worse)


def _held_against_kept(args: argparse.Namespace, results: Results) -> Against:
    if _path_of(args.against).exists() or _is_file(args.against):
        return _held_against(args, results)
    from app.batch.comparing.earlier import held_against_earlier
    from app.batch.results import results_of
    from app.cli.workspaces import with_archive
    from app.journal.batches import BatchNotFound

    try:
        earlier = with_archive(args, lambda archive: results_of(archive, args.against))
    except BatchNotFound as missing:
        raise type(missing)(f"{missing.message}, and no baseline of this name", missing.hint) from None
    return held_against_earlier(results, earlier, short_id(earlier.row.batch), _tolerance(args.tolerance))


def keep_baseline(args: argparse.Namespace, results: Results) -> None:
    """Keep it as a baseline, if that was asked; raises when it cannot be one."""
    if not args.save_baseline:
        return
    from app.batch.comparing.baseline import baseline_of, written
    from app.cli.batching.reports import NotWritten
    from app.cli.exporting.writing import write
    from app.cli.said import narrate

    path = _path_of(args.save_baseline)
    text = written(baseline_of(results))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(text, path)
    except (OSError, UsageError) as error:
        again = f"footlights batch --resume {short_id(results.row.batch)} --save-baseline NAME  keeps it elsewhere"
        raise NotWritten(f"the baseline was not kept: {path} cannot be written", again) from error
    if not args.json and not args.quiet:
        narrate(f"kept as {path}; footlights batch ... --against {args.save_baseline}  holds another against it")


def _baseline(name: str) -> Baseline:
    from app.batch.comparing.baseline import read_baseline

    path = _path_of(name)
    if not path.exists():
        known = sorted(found.stem for found in path.parent.glob("*.json"))
        otherwise = "--save-baseline NAME  keeps one; footlights batches last --against BATCH  takes a batch"
        raise UsageError(f'there is no baseline "{shortened(name)}"', did_you_mean(name, known, otherwise))
    return read_baseline(path)


def _path_of(name: str) -> Path:
    """A file as it is written; a name among the baselines of the project, or of this person where there is none."""
    if _is_file(name):
        return Path(name)
    if not _NAME.match(name):
        raise UsageError(f'"{shortened(name)}" is no name for a baseline', "letters, digits, - and _; or a FILE.json")
    from app.settings import data_home, project_above

    home = project_above(Path.cwd()) or data_home()
    path = home / "baselines" / f"{name}.json"
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _is_file(name: str) -> bool:
    return name.endswith(".json") or "/" in name


def _tolerance(words: list[str]) -> Tolerance:
    from app.batch.comparing.against import Tolerance

    given: dict[str, float] = {}
    for word in ",".join(words).split(",") if words else ():
        name, equals, text = (part.strip() for part in word.partition("="))
        if not equals or name not in _HELD:
            raise UsageError(f'--tolerance: "{shortened(word)}" names nothing', did_you_mean(name, _HELD, _EXAMPLE))
        given[name] = _share(name, text)
    return Tolerance(**given)


def _share(name: str, text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if value > 1 and not text.endswith("%"):  # meant as 10 %, taken as ten times as much, it would let all through
        said = f'--tolerance {name}: "{shortened(text)}" would tolerate {value:g} times as much'
        raise UsageError(said, f"write {text}%, or {100 * value:g}% if you mean it")
    if not 0 <= value <= 100:  # not a number is refused as well
        raise UsageError(f'--tolerance {name}: "{shortened(text)}" is no share', _EXAMPLE)
    return value
