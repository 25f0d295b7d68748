"""`footlights runs`: the runs there are, found by status, scenario, time or words; and how to be rid of some."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from app.cli.displays import as_json
from app.cli.endings import short
from app.cli.figures import MICROSECONDS, ago, compact_time, read_past, tokens
from app.cli.ink import Ink
from app.cli.narrator_text import money, one_line, plural
from app.cli.said import narrate, say_good
from app.cli.statuses import STATUSES, marked
from app.cli.tables import Cell, table
from app.cli.workspaces import add_workspace, telling_damage, with_archive

if TYPE_CHECKING:
    from app.cli.outbox import Traces
    from app.journal import Archive, RunRow
    from app.journal.prune import Removed

EXAMPLES = """
footlights runs --status failed --since 7d
footlights runs search "rollback plan"
"""

HEAD = ("run", "status", "scenario", "when", "cost", "tokens", "took")


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
    searching.add_argument("--limit", type=_count, default=argparse.SUPPRESS, metavar="COUNT", help="at most so many")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--status", choices=STATUSES, metavar="STATUS", help=f"only those: {', '.join(STATUSES)}")
    parser.add_argument("--scenario", metavar="NAME", help="only those of a scenario")
    parser.add_argument("--since", metavar="TIME", help="only those since: 2h, 7d, 2026-11-03")
    parser.add_argument("--limit", type=_count, default=20, metavar="COUNT", help="at most so many; left out, 20")
    parser.add_argument("--json", action="store_true", help="print them as JSON")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f'"{text}" is not a number above zero')
    return int(text)


def perform(args: argparse.Namespace) -> int:
    """List, search or remove."""
    return {"search": _search, "rm": _remove, "prune": _prune, "erase": _erase, None: _list}[args.action](args)


def _list(args: argparse.Namespace) -> int:
    now = time.time_ns() // 1000
    since = read_past(args.since, now) if args.since else None

    async def read(archive: Archive) -> list[RunRow]:
        return await archive.runs(status=args.status, scenario=args.scenario, since=since, limit=args.limit)

    rows: list[RunRow] = with_archive(args, read, before_the_first=[])
    if args.json:
        sys.stdout.write(as_json([as_data(row) for row in rows], indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    if not rows:
        narrate("no run is like that")
        return 0
    sys.stdout.write("\n".join(table(HEAD, [_cells(row, now) for row in rows], ink, yielding=2)) + "\n")
    if len(rows) == args.limit:
        narrate(f"the last {plural(args.limit, 'run')}; --limit shows more")
    return 0


def _cells(row: RunRow, now: int) -> list[Cell]:
    status, style = marked(row.status)
    return [
        Cell(short(row.run), "accent"),
        Cell(status, style),
        Cell(row.scenario),
        Cell(ago(row.started, now), "dim"),
        Cell(money(row.cost_usd), right=True),
        Cell(tokens(row.tokens), right=True),
        Cell(_took(row, now), right=True),
    ]


def _took(row: RunRow, now: int) -> str:
    """How long a run took, or has taken until now; when one was left off, its row does not say."""
    until = row.ended or (now if row.status == "running" else 0)
    return compact_time((until - row.started) / 1000) if until > row.started else ""


def as_data(row: RunRow) -> dict[str, Any]:
    """A run in a list, for programs."""
    names = ("run", "scenario", "title", "mode", "status", "reason", "cost_usd", "tokens")
    told = {name: getattr(row, name) for name in names}
    return told | {"started": row.started / MICROSECONDS, "ended": row.ended / MICROSECONDS if row.ended else None}


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
        place = f"{ink.paint(short(hit.run), 'accent')} {ink.paint(f'#{hit.seq}', 'dim')}"
        said = "".join(ink.paint(one_line(part), "note") if found else _piece(part) for part, found in hit.parts)
        sys.stdout.write(f"{place} {ink.paint(one_line(hit.step), 'bold')}\n    {said}\n")
    narrate(f"{plural(len(hits), 'place')}; footlights show RUN NUMBER shows one whole")
    return 0


def _piece(text: str) -> str:
    """A part of a snippet on one line, with the spaces that part it from its neighbours."""
    return " " * text[:1].isspace() + one_line(text) + " " * (text.strip() != "" and text[-1:].isspace())


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
        sys.stdout.write(as_json({"run": erased.runs[0], "values": erased.values, "remains": remains}))
    else:
        say_good(f"{short(erased.runs[0])}: what was said is erased; what happened is kept")
        _tell_remains(remains)
    return 0


def _traces(args: argparse.Namespace, runs: list[str]) -> list[Traces]:
    """What the tools of runs left outside the archive; of a run that is too damaged to say, nothing can be told."""
    from app.cli.outbox import Traces, traces_of
    from app.journal.errors import JournalFailure

    async def read(archive: Archive) -> list[Traces]:
        found = []
        for run in runs:
            try:
                found.append(await traces_of(archive, run))
            except JournalFailure:
                found.append(Traces(elsewhere=(f"whatever the tools of {short(run)} left, which cannot be read",)))
        return found

    return with_archive(args, read)


def _remains(traces: list[Traces]) -> list[str]:
    from app.cli.outbox import remove

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
