"""`footlights batches`: the batches there are; of one the summary and the reports, and what another did otherwise."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from app.batch.results import Results, results_of
from app.batch.trends import Trend, alike, trend_of
from app.cli.batching.comparing import add_against, compare_kept, compared_data, compared_lines, insist_on_tolerance
from app.cli.batching.data import results_data, row_data
from app.cli.batching.reports import add_reports, insist_on_places, write_reports
from app.cli.batching.summary import summary_lines
from app.cli.batching.trends import trend_lines
from app.cli.batching.words import MARKS
from app.cli.endings import DONE, UNMET
from app.cli.figures import ago
from app.cli.ink import Ink
from app.cli.said import as_json, narrate
from app.cli.spoken import is_spoken, spoken_rows
from app.cli.statuses import STATUSES
from app.cli.tables import Cell, Giving, table
from app.cli.workspaces import add_workspace, with_archive
from app.errors import UsageError
from app.journal.batches import BatchRow
from app.safety import one_line
from app.state.words import kind_in, money, short_id

if TYPE_CHECKING:
    from app.journal import Archive

EXAMPLES = """
footlights batches last --failed --html report.html
footlights batches last --against 4KXZ9Q2M
"""

HEAD = ("batch", "state", "title", "when", "runs", "passed", "cost")
MOST = 50


class _Listed(NamedTuple):
    """What a list of batches shows."""

    rows: list[BatchRow]
    trends: list[Trend]


_GIVING_WAY = Giving(column=2, leaving=(3, 6, 5))
_LIKE = {"running": "running", "done": "succeeded", "stopped": "paused"}  # the marks of runs, for those of batches


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("batch", nargs="?", metavar="BATCH", help="an id, the beginning or end of one, or last")
    parser.add_argument("--failed", action="store_true", help="list its runs that did not pass, each with why")
    add_against(
        parser.add_argument_group("comparing"), "exit with 5 when it is worse than another batch, or than a baseline"
    )
    add_reports(parser)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--json", action="store_true", help="print it as JSON, whole")
    ways.add_argument("--stage", action="store_true", help="open the app on it, or on the list of them")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """List them, or tell of one."""
    insist_on_places(args)
    insist_on_tolerance(args)
    if args.stage and _tells_more(args):
        raise UsageError("--stage opens the app, where nothing is written or held against another", "leave it out")
    if args.stage and _has_stage():
        from app.cli.batching.staging import show_on_stage

        return show_on_stage(args)
    if args.batch is None:
        return _list(args)
    results = with_archive(args, lambda archive: results_of(archive, args.batch))
    compared = compare_kept(args, results)
    write_reports(args, results, compared.comparisons, compared.against)
    ink = Ink.for_stream(sys.stdout)
    if args.failed:
        results = replace(results, items=tuple(item for item in results.items if item.over and not item.passed))
    if args.json:
        sys.stdout.write(as_json(results_data(results) | compared_data(compared), indent=2))
    else:
        lines = _failed_lines(results, ink) if args.failed else summary_lines(results, ink)
        compared_to = () if args.failed and compared.against is None else compared_lines(compared, ink)
        sys.stdout.write("".join(f"{line}\n" for line in (*lines, *compared_to)))
    return UNMET if compared.is_worse else DONE


def _tells_more(args: argparse.Namespace) -> bool:
    """Is more wished than to look at it?"""
    return any(getattr(args, name) for name in ("failed", "against", "junit", "csv", "md", "html"))


def _has_stage() -> bool:
    from app.cli.staging import has_stage

    return not is_spoken() and has_stage()


def _list(args: argparse.Namespace) -> int:
    if _tells_more(args):
        raise UsageError("footlights batches: of which batch?", "footlights batches last ...  tells of the last one")
    rows, trends = with_archive(args, _read, before_the_first=_Listed([], []))
    if args.json:
        sys.stdout.write(as_json([row_data(row) for row in rows], indent=2))
        return 0
    if not rows:
        narrate("there is no batch; footlights batch scenarios/ --rehearse  performs one")
        return 0
    now = time.time_ns() // 1000
    cells = [_cells(row, now) for row in rows]
    ink = Ink.for_stream(sys.stdout)
    lines = spoken_rows(HEAD, cells) if is_spoken() else table(HEAD, cells, ink, yielding=_GIVING_WAY)
    if trends:
        lines = [*lines, "", *trend_lines(trends, ink)]
    sys.stdout.write("\n".join(lines) + "\n")
    if len(rows) == MOST:
        narrate(f"the last {MOST} batches")
    return 0


async def _read(archive: Archive) -> _Listed:
    rows = await archive.batches(MOST)
    kinds = alike(rows)
    seconds = await archive.batch_seconds(row.batch for kind in kinds for row in kind)
    return _Listed(rows, [trend_of(kind, seconds) for kind in kinds])


def _cells(row: BatchRow, now: int) -> list[Cell]:
    state = row.state
    mark, style = STATUSES[_LIKE[state]]
    runs = f"{row.items:,}" if row.ended == row.items else f"{row.ended:,} of {row.items:,}"
    cost = f"{money(row.cost_usd)} {kind_in(row.mode).short}".rstrip()
    return [
        Cell(short_id(row.batch), "accent"),
        Cell(f"{mark} {state}", style),
        Cell(row.title),
        Cell(ago(row.created, now), "dim"),
        Cell(runs, right=True),
        Cell(f"{row.passed:,}", right=True),
        Cell(cost, right=True),
    ]


def _failed_lines(results: Results, ink: Ink) -> Iterator[str]:
    """Each that did not pass, with why: a line each, to be looked for."""
    for item in results.items:
        mark, style = MARKS[item.verdict]
        said = f"{one_line(item.name)}: {one_line(item.why or item.outcome)}"
        yield ink.glyphs(f"{ink.paint(short_id(item.item.run), 'accent')}  {ink.paint(mark, style)} {said}")
    if not results.items:
        narrate("all that are over passed")
