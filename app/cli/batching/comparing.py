"""What of `footlights batch` compares: the arms of an axis with its control, and the whole with a baseline."""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.batching.words import named
from app.document.suggest import did_you_mean, shortened
from app.errors import FootlightsError, UsageError
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
    problem: FootlightsError | None = None  # why it could not be held against its baseline


class _Once(argparse.Action):
    """An option that is not given twice, since one of the two would be passed over without a word."""

    def __call__(
        self, parser: argparse.ArgumentParser, args: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        if getattr(args, self.dest) is not None:
            later = f"keep one; footlights batches BATCH {option} {shortened(values)}  does the other afterwards"
            raise UsageError(f"{option} is given twice", later)
        setattr(args, self.dest, values)


def add_comparing(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("comparing")
    add_compare(group)
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


def add_compare(group: argparse._ArgumentGroup) -> None:
    """Add the option that names an axis."""
    group.add_argument(
        "--compare", action=_Once, type=named, metavar="AXIS",
        help="hold the values of an axis against its first one, in pairs: market, scenario",
    )  # fmt: skip


def add_against(group: argparse._ArgumentGroup, what: str) -> None:
    """Add the options that hold a batch against what was there before."""
    group.add_argument("--against", action=_Once, type=named, metavar="NAME", help=what)
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


def held_to(args: argparse.Namespace) -> dict[str, Any]:
    """What is to be done with what comes of it: it stays with the batch, so that a job which goes on keeps to it."""
    against, kept = (  # it may go on in another folder
        str(_path_of(name).absolute()) if name else "" for name in (args.against, args.save_baseline)
    )
    return {
        "against": against, "tolerance": tuple(args.tolerance), "fail_if_worse": args.fail_if_worse,
        "save_baseline": kept,
    }  # fmt: skip


def hold_again(args: argparse.Namespace, plan: Plan) -> None:
    """Hold a batch that goes on to what it was begun with; what is said now takes its place."""
    args.tolerance = args.tolerance or list(plan.tolerance)
    args.fail_if_worse = args.fail_if_worse or plan.fail_if_worse
    if not args.against and plan.against:
        args.against = _called(Path(plan.against))
        _tell_what_is_missing(args.against)
    if not args.save_baseline and plan.save_baseline:
        args.save_baseline = _unless_there_is_a_later_one(Path(plan.save_baseline), plan.batch)


def _tell_what_is_missing(against: str) -> None:
    """A baseline that is gone does not keep a batch from going on; whoever puts it back in time is held against it."""
    from app.cli.said import narrate

    try:
        _baseline(against)
    except FootlightsError as error:
        narrate(f"as it is now, this will not be held against {against}: {error.message}")


def _unless_there_is_a_later_one(path: Path, batch: str) -> str:
    """What a batch was to be kept as, unless a later one is kept there by now: nobody wishes that one replaced."""
    from app.batch.comparing.baseline import read_baseline
    from app.cli.said import narrate

    name = _called(path)
    try:
        is_later = read_baseline(path).batch > batch  # ids count up with time
    except FootlightsError:
        is_later = False
    if is_later:
        narrate(f"{name} is of a later batch by now, and stays; --save-baseline {name}  replaces it")
    return "" if is_later else name


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
    if args.save_baseline:
        from app.batch.comparing.baseline import insist_on_few_enough, is_baseline

        insist_on_few_enough(plan)
        path = _path_of(args.save_baseline)
        if path.exists() and not is_baseline(path):
            raise UsageError(f"--save-baseline: {path} is there, and is no baseline", "name another file")
        if plan.looks:
            raise UsageError("--stop-early leaves runs out, and a baseline needs all of them", "leave one of them out")


def insist_on_tolerance(args: argparse.Namespace) -> None:
    """Say at once what could not be tolerated."""
    if args.tolerance and not args.against:
        raise UsageError("--tolerance says what may be worse than a baseline, and none is named", "add --against NAME")
    _tolerance(args.tolerance)


def insist_on_baseline(args: argparse.Namespace, plan: Plan) -> None:
    """Say before anything is performed that the baseline which is named now is none for it."""
    if not args.against:
        return
    from app.batch.comparing.against import insist_on_same_mode
    from app.batch.statistics import rate_interval

    insist_on_same_mode(_baseline(args.against), plan.mode)
    if plan.mode == "live":
        rate_interval(1, 2)


def compare_all(args: argparse.Namespace, results: Results) -> Compared:
    """Hold the arms against each other, and the batch against its baseline."""
    comparisons = comparisons_in(results)
    found = Compared(comparisons, is_worse=args.fail_if_worse and any(each.is_worse for each in comparisons))
    if not args.against:
        return found
    try:
        against = _held_against(args, results)
    except FootlightsError as error:  # it may be gone by now: what was performed is told all the same
        hint = f"footlights batches {short_id(results.row.batch)} --against NAME  holds it against another"
        return replace(found, problem=UsageError(f"not held against {args.against}: {error.message}", hint))
    again = f"--save-baseline {args.against}  in the place of --against keeps these anew"
    return replace(
        found, against=against, is_worse=found.is_worse or against.is_worse, problem=_unheld(results, against, again)
    )


def _unheld(results: Results, against: Against, hint: str) -> UsageError | None:
    """What is wrong where all has another name, or one more axis: a gate that holds nothing must not be green."""
    if against.held or not results.over:
        return None
    return UsageError(
        f"nothing was held against {against.name}: it has none of the cells that were performed here", hint
    )


def compared_lines(compared: Compared, ink: Ink) -> list[str]:
    """For people, below what came of the batch itself."""
    from app.cli.batching.against_page import against_lines
    from app.cli.batching.comparing_page import comparison_lines

    sections = [comparison_lines(each, ink) for each in compared.comparisons]
    sections += [against_lines(compared.against, ink)] if compared.against is not None else []
    return [line for section in sections for line in ("", *section)]


def compared_data(compared: Compared) -> dict[str, Any]:
    """For programs."""
    comparisons = [asdict(each) for each in compared.comparisons]
    against = asdict(compared.against) if compared.against is not None else None
    return {"comparisons": comparisons, "against": against, "is_worse": compared.is_worse}


def comparisons_in(results: Results, axis: str | None = None) -> tuple[Comparisons, ...]:
    """Along an axis; left out, along that of the plan: its file may name one that has a single value here.

    What was not asked for now may lack the library that counts.
    """
    from app.batch.comparing.arms import compared as compared_arms
    from app.batch.statistics import NoStatistics

    if axis:
        return (compared_arms(results, axis),)
    plan = results.plan
    if not plan.compare or len(results.values(plan.compare)) < 2:
        return ()
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
    """The same of a batch that was performed some time ago, along any axis; or held against another one as well."""
    comparisons = comparisons_in(results, args.compare)
    if not args.against:
        return Compared(comparisons)
    against = _held_against_kept(args, results)
    again = (
        f"footlights batch --resume {short_id(results.row.batch)} --save-baseline NAME  makes a baseline of this one"
    )
    return Compared(comparisons, against, against.is_worse, _unheld(results, against, again))


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
    return Path(_from_here(home / "baselines" / f"{name}.json"))


def _called(path: Path) -> str:
    """A kept baseline as a person writes it here: by its name, where that leads to it."""
    if path.suffix != ".json":
        return str(path) if path.name else ""
    is_named = bool(_NAME.match(path.stem)) and _path_of(path.stem).absolute() == path
    return path.stem if is_named else _from_here(path)


def _from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


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
