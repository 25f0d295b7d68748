"""`footlights batches`: the batches there are; of one the summary and the reports, and what another did otherwise."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from app.batch.comparing.stopping import with_early_ends
from app.batch.results import ItemResult, results_of
from app.batch.trends import Trend, alike, trend_of
from app.cli.batching.comparing import (
    add_against,
    add_compare,
    compare_kept,
    compared_data,
    compared_lines,
    insist_on_tolerance,
)
from app.cli.batching.data import results_data, row_data
from app.cli.batching.reports import add_reports, insist_on_places, write_reports
from app.cli.batching.summary import summary_lines
from app.cli.batching.trends import trend_lines
from app.cli.batching.words import MARKS, named
from app.cli.endings import DONE, UNMET
from app.cli.figures import ago
from app.cli.ink import Ink
from app.cli.said import as_json, narrate
from app.cli.spoken import is_spoken, spoken_rows
from app.cli.statuses import batch_marked
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


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "batch", nargs="?", type=named, metavar="BATCH", help="an id, the beginning or end of one, or last"
    )
    parser.add_argument("--failed", action="store_true", help="list its runs that did not pass, each with why")
    comparing = parser.add_argument_group("comparing")
    add_compare(comparing)
    add_against(comparing, "exit with 5 when it is worse than another batch, a baseline, or a FILE.json")
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
    failed = [item for item in results.items if item.over and not item.passed]
    if args.json:
        told = results_data(results, failed if args.failed else results.items)
        sys.stdout.write(as_json(told | compared_data(compared), indent=2))
    else:
        lines = _failed_lines(failed, ink) if args.failed else summary_lines(results, ink)
        is_told = not args.failed or args.compare or args.against
        sys.stdout.write("".join(f"{line}\n" for line in (*lines, *(compared_lines(compared, ink) if is_told else ()))))
    if compared.problem is not None:
        raise compared.problem
    return UNMET if compared.is_worse else DONE


def _tells_more(args: argparse.Namespace) -> bool:
    """Is more wished than to look at it?"""
    return any(getattr(args, name) for name in ("failed", "compare", "against", "junit", "csv", "md", "html"))


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
    rows = await with_early_ends(archive, await archive.batches(MOST))
    kinds = alike(rows)
    seconds = await archive.batch_seconds(row.batch for kind in kinds for row in kind)
    return _Listed(rows, [trend_of(kind, seconds) for kind in kinds])


def _cells(row: BatchRow, now: int) -> list[Cell]:
    runs = f"{row.items:,}" if row.ended == row.items else f"{row.ended:,} of {row.items:,}"
    cost = f"{money(row.cost_usd)} {kind_in(row.mode).short}".rstrip()
    return [
        Cell(short_id(row.batch), "accent"),
        Cell(*batch_marked(row)),
        Cell(row.title),
        Cell(ago(row.created, now), "dim"),
        Cell(runs, right=True),
        Cell(f"{row.passed:,}", right=True),
        Cell(cost, right=True),
    ]


def _failed_lines(failed: Sequence[ItemResult], ink: Ink) -> Iterator[str]:
    """Each that did not pass, with why: a line each, to be looked for."""
    for item in failed:
        mark, style = MARKS[item.verdict]
        said = f"{one_line(item.name)}: {one_line(item.why or item.outcome)}"
        yield ink.glyphs(f"{ink.paint(short_id(item.item.run), 'accent')}  {ink.paint(mark, style)} {said}")
    if not failed:
        narrate("all that are over passed")
