"""`footlights runs`: the runs there are, found by status, scenario, time or words; and how to be rid of some."""

from __future__ import annotations

import argparse
import re
import sys
import time
from typing import TYPE_CHECKING, Any

from app.cli.figures import MICROSECONDS, ago, compact_time, read_past, tokens
from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import shortened
from app.cli.numbers import some
from app.cli.said import as_json, narrate, say_good
from app.cli.spoken import is_spoken, spoken_rows
from app.cli.statuses import STATUSES, batch_marked, marked
from app.cli.tables import Cell, Giving, table
from app.cli.workspaces import add_workspace, telling_damage, with_archive
from app.safety import one_line
from app.state import Spent
from app.state.words import UNMET, in_a_cell, kind_in, known_usd, money, plural, short_id

if TYPE_CHECKING:
    from app.journal import Archive, RunRow
    from app.journal.batches import BatchRow
    from app.journal.prune import Removed
    from app.journal.search import Hit
    from app.journal.traces import Traces

    Listed = tuple[RunRow, int | None, Spent]  # with its own time in milliseconds

EXAMPLES = """
footlights runs --status failed --since 7d
footlights runs search "rollback plan"
"""

TEST = "test"  # the scenario and the tag of what footlights models test performs
HEAD = ("run", "status", "scenario", "when", "cost", "tokens", "took")
_GIVING_WAY = Giving(column=2, leaving=(5, 3, 6, 4))  # the tokens go first, the run and how it stands never
_SHORT_NAME = 11  # cells of a run's short name, with what stands around the number of an event
_WORDS = re.compile(r"\s+|\S+")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    _add_filters(parser)
    add_workspace(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    searching = actions.add_parser("search", help="runs in which something was said")
    searching.add_argument("text", metavar="TEXT", help="words of outputs, errors and titles")
    removing = actions.add_parser("rm", help="remove runs, with all that is kept of them")
    removing.add_argument("runs", nargs="+", metavar="RUN", help="ids, or ends of them")
    pruning = actions.add_parser("prune", help="remove the runs that ended long ago")
    pruning.add_argument("--older", required=True, metavar="AGE", help="such as 90d")
    erasing = actions.add_parser("erase", help="erase what was said in a run, and keep what happened")
    erasing.add_argument("run", metavar="RUN", help="an id, or the end of one")
    for action in (searching, removing, pruning, erasing):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print it as JSON")
        add_workspace(action, default=argparse.SUPPRESS)
    searching.add_argument("--limit", type=some, default=argparse.SUPPRESS, metavar="COUNT", help="at most so many")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--status", choices=STATUSES, metavar="STATUS", help=f"only those: {', '.join(STATUSES)}")
    parser.add_argument("--scenario", metavar="NAME", help="only those of a scenario")
    parser.add_argument("--batch", metavar="BATCH", help="only those of a batch: its id, the end of one, or last")
    parser.add_argument("--since", metavar="TIME", help="only those since: 2h, 7d, 2026-11-03")
    parser.add_argument("--tag", metavar="TAG", help="only those with a tag; --tag test lists the tests of models")
    parser.add_argument("--all", action="store_true", help="also the tests of models, which are left out otherwise")
    parser.add_argument("--limit", type=some, default=20, metavar="COUNT", help="at most so many; left out, 20")
    parser.add_argument("--json", action="store_true", help="print them as JSON")


def perform(args: argparse.Namespace) -> int:
    """List, search or remove."""
    return {"search": _search, "rm": _remove, "prune": _prune, "erase": _erase, None: _list}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    now = time.time_ns() // 1000
    since = read_past(args.since, now) if args.since else None
    tests = args.all or args.tag == TEST or args.scenario == TEST

    async def read(archive: Archive) -> list[Listed | BatchRow]:
        batch = (await archive.batch(args.batch)).batch if args.batch else None
        folded = batch is None and not args.json
        rows = await archive.runs(
            status=args.status, scenario=args.scenario, batch=batch, since=since, tag=args.tag, tests=tests,
            folded=folded, limit=args.limit,
        )  # fmt: skip
        return [await _told_of(archive, row, folded=folded) for row in rows]

    listed: list[Listed | BatchRow] = with_archive(args, read, before_the_first=[])
    if args.json:
        sys.stdout.write(as_json([as_data(*each) for each in listed if isinstance(each, tuple)], indent=2))
        return 0
    if not listed:
        narrate("no run is like that" + _others(args))
        return 0
    cells = [_cells(*each, now) if isinstance(each, tuple) else _batch_cells(each, now) for each in listed]
    lines = (
        spoken_rows(HEAD, cells)
        if is_spoken()
        else table(HEAD, cells, Ink.for_stream(sys.stdout), yielding=_GIVING_WAY)
    )
    sys.stdout.write("\n".join(lines) + "\n")
    if not all(isinstance(each, tuple) for each in listed):
        narrate("a batch stands in one line; --batch ID lists its runs")
    if len(listed) == args.limit:
        narrate(f"the last {args.limit}; --limit shows more")
    return 0


async def _told_of(archive: Archive, row: RunRow, *, folded: bool) -> Listed | BatchRow:
    if folded and row.batch and (found := await archive.batches(batch=row.batch)):
        from app.batch.comparing.stopping import with_early_ends

        return (await with_early_ends(archive, found))[0]
    return row, await archive.time_of(row.run), await archive.spent_in(row)


def _others(args: argparse.Namespace) -> str:
    """Whoever looks for what failed may mean what ended, and not as was expected."""
    return "; --status unmet finds those that ended, and not as was expected" if args.status == "failed" else ""


def _cells(row: RunRow, took: int | None, spent: Spent, now: int) -> list[Cell]:
    status, style = marked(row.standing)
    return [
        Cell(short_id(row.run), "accent"),
        Cell(status, style),
        Cell(row.scenario),
        Cell(ago(row.started, now), "dim"),
        Cell(in_a_cell(spent), right=True),
        Cell(tokens(row.tokens), right=True),
        Cell("" if took is None else compact_time(took), right=True),
    ]


def _batch_cells(row: BatchRow, now: int) -> list[Cell]:
    """A batch in one line: nobody finds the run of this morning among five hundred others."""
    missed = row.ended - row.passed
    over = f"{row.ended:,} of {plural(row.items, 'run')}" if row.ended < row.items else plural(row.items, "run")
    told = f"{missed:,} did not pass" if missed else "all passed" if row.ended else "none is over"
    return [
        Cell(short_id(row.batch), "accent"),
        Cell(*batch_marked(row)),
        Cell(f"{row.title}, {over}: {told}"),
        Cell(ago(row.created, now), "dim"),
        Cell(f"{money(row.cost_usd)} {kind_in(row.mode).short}".rstrip(), right=True),
        Cell(tokens(row.tokens), right=True),
        Cell(""),
    ]


def as_data(row: RunRow, took: int | None, spent: Spent) -> dict[str, Any]:
    """A run in a list, for programs."""
    names = ("run", "scenario", "title", "mode", "batch", "status", "reason", "cost_usd", "tokens")
    told = {name: getattr(row, name) for name in names}
    ended = row.ended / MICROSECONDS if row.ended else None
    told["cost_usd"] = round(max(known_usd(spent) or 0.0, row.cost_usd), 9)
    told |= {name: getattr(spent, name) for name in ("estimated_usd", "rehearsed_usd", "played_usd", "unpriced")}
    told["unmet"] = row.standing == UNMET
    return told | {"started": row.started / MICROSECONDS, "ended": ended, "took_ms": took}


def _search(args: argparse.Namespace) -> int:
    from app.journal.search import catch_up, search

    with telling_damage(args) as path:
        catch_up(path)
        hits = search(path, args.text, args.limit)
    if args.json:
        told = [
            {"run": hit.run, "seq": hit.seq, "step": hit.step, "text": "".join(part for part, _ in hit.parts)}
            for hit in hits
        ]
        sys.stdout.write(as_json(told, indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    for hit in hits:
        place = f"{ink.paint(short_id(hit.run), 'accent')} {ink.paint(f'#{hit.seq}', 'dim')}"
        step = shortened(one_line(hit.step), ink.width - _SHORT_NAME - len(str(hit.seq)))
        sys.stdout.write(f"{place} {ink.paint(step, 'bold')}\n{ink.glyphs(_snippet(hit, ink))}\n")
    narrate(f"{plural(len(hits), 'place')}; footlights show RUN NUMBER shows one whole")
    return 0


def _snippet(hit: Hit, ink: Ink) -> str:
    """What stands around what was found, in lines that fit; what was found stands out."""
    shown, used, gap = "   ", 3, " "
    for word, found in ((word, found) for part, found in hit.parts for word in _WORDS.findall(part)):
        if word.isspace():
            gap = " "
            continue
        text = shortened(one_line(word), ink.width - 4)
        if used > 4 and used + len(gap) + cell_width(text) > ink.width:
            shown, used, gap = f"{shown}\n   ", 3, " "
        shown += gap + (ink.paint(text, "note") if found else text)
        used += len(gap) + cell_width(text)
        gap = ""
    return shown


def _remove(args: argparse.Namespace) -> int:
    from app.journal.prune import delete_runs

    runs = _named(args, args.runs)
    traces = _traces(args, runs)
    with telling_damage(args) as path:
        removed = delete_runs(path, runs)
    return _taken_out(args, removed, _remains(traces))


def _prune(args: argparse.Namespace) -> int:
    from app.journal.prune import compact, delete_runs, runs_over_before

    moment = read_past(args.older, time.time_ns() // 1000)
    with telling_damage(args) as path:
        runs = runs_over_before(path, moment)
    traces = _traces(args, runs)
    with telling_damage(args) as path:
        removed = delete_runs(path, runs)
        if removed.runs:
            compact(path)
    return _taken_out(args, removed, _remains(traces))


def _erase(args: argparse.Namespace) -> int:
    from app.journal.prune import compact, erase_run

    runs = _named(args, [args.run])
    traces = _traces(args, runs)
    with telling_damage(args) as path:
        erased = erase_run(path, runs[0])
        compact(path)
    remains = _remains(traces)
    if args.json:
        told = {"run": erased.runs[0], "values": erased.values, "failures": erased.failures, "remains": remains}
        sys.stdout.write(as_json(told))
    else:
        say_good(f"{short_id(erased.runs[0])}: what was said is erased; what happened is kept")
        if erased.failures:
            narrate("that includes the messages of what failed, which may quote what was said; runs rm removes all")
        _tell_remains(remains)
    return 0


def _traces(args: argparse.Namespace, runs: list[str]) -> list[Traces]:
    """What the tools of runs left outside the archive; of a run that is too damaged to say, nothing can be told."""
    from app.journal.errors import JournalFailure
    from app.journal.traces import Traces, traces_of

    async def read(archive: Archive) -> list[Traces]:
        found = []
        for run in runs:
            try:
                found.append(await traces_of(archive, run))
            except JournalFailure:
                found.append(Traces(elsewhere=(f"whatever the tools of {short_id(run)} left, which cannot be read",)))
        return found

    return with_archive(args, read)


def _remains(traces: list[Traces]) -> list[str]:
    from app.journal.traces import remove

    return [place for each in traces for place in remove(each)]


def _tell_remains(remains: list[str]) -> None:
    if remains:
        narrate(f"what its tools wrote elsewhere remains: {', '.join(map(one_line, remains))}")


def _named(args: argparse.Namespace, names: list[str]) -> list[str]:
    """The runs that are meant, all of which must be there before anything is done to the first."""

    async def read(archive: Archive) -> list[str]:
        return list(dict.fromkeys([(await archive.find(name)).run for name in names]))

    return with_archive(args, read)


def _taken_out(args: argparse.Namespace, removed: Removed, remains: list[str]) -> int:
    if args.json:
        sys.stdout.write(as_json({"runs": list(removed.runs), "events": removed.events, "remains": remains}))
    else:
        say_good(f"removed {plural(len(removed.runs), 'run')} with {plural(removed.events, 'event')}")
        _tell_remains(remains)
    return 0
