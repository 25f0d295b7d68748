"""Sees a batch through in front of somebody: shows how it comes along, heeds signals, and tells what came of it."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from app.batch.driving import Drive
from app.batch.executor import Ending
from app.batch.plan import Item
from app.batch.results import results_of
from app.cli.batching.comparing import Compared, compare_all, compared_data, compared_lines, keep_baseline
from app.cli.batching.data import results_data
from app.cli.batching.endings import exit_code_of, how_to_go_on
from app.cli.batching.lines import Progress, begun_line, progress_for, write
from app.cli.batching.reports import write_reports
from app.cli.batching.summary import summary_lines
from app.cli.batching.tally import Tally
from app.cli.batching.words import why_not
from app.cli.endings import SIGNALLED
from app.cli.farewell import tell
from app.cli.heeding import GRACE, Attended
from app.cli.ink import Ink
from app.errors import FootlightsError
from app.journal import Archive

if TYPE_CHECKING:
    from app.batch.conducting import Conducted
    from app.batch.results import Results
    from app.journal import Journal


def conduct_and_tell(
    args: argparse.Namespace, journal: Journal, drive: Drive, outlook: str, before: Results | None = None
) -> int:
    """Perform what is missing, and tell; the exit code says how it went."""
    return asyncio.run(_Evening(args, journal, drive, outlook, before).seen_through())


async def tell_all(
    args: argparse.Namespace,
    journal: Journal,
    batch: str,
    conducted: Conducted | None,
    signalled: int | None,
    performed: tuple[float, int] = (0.0, 0),
) -> int:
    """What came of a batch, and the reports of it; `performed` so many runs just now, in so many seconds."""
    async with Archive(journal.path) as archive:
        results = await results_of(archive, batch)
    if conducted is not None and not results.row.stopped:  # on a full disk it could not be noted
        results = replace(results, row=replace(results.row, stopped=conducted.stopped))
    was_cut_off = conducted is None or (signalled is not None and conducted.left > 0)
    compared = Compared() if was_cut_off else compare_all(args, results)
    if not args.json:
        ink = Ink.for_stream(sys.stdout)
        lines = summary_lines(results, ink, *performed)
        lines += compared_lines(compared, ink)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    if args.json:
        if compared.comparisons or compared.against:
            write("batch.compared", **compared_data(compared))
        write("batch.ended", **results_data(results))
    unheld = tell(compared.problem, sys.stderr) if compared.problem is not None else 0
    lost = _keep(args, results, compared) or unheld
    return exit_code_of(results, conducted, signalled, is_worse=compared.is_worse) or lost


def _keep(args: argparse.Namespace, results: Results, compared: Compared) -> int:
    """Write what was asked for. What cannot be is told, and takes nothing else along: all was performed and paid."""
    code = 0
    try:
        write_reports(args, results, compared.comparisons, compared.against)
    except FootlightsError as error:
        code = tell(error, sys.stderr)
    try:
        keep_baseline(args, results)
    except FootlightsError as error:
        code = tell(error, sys.stderr)
    return code


class _Evening(Attended["Conducted"]):
    """One go at a batch."""

    def __init__(
        self, args: argparse.Namespace, journal: Journal, drive: Drive, outlook: str, before: Results | None
    ) -> None:
        super().__init__()
        self._args = args
        self._journal = journal
        self._drive = drive
        self._outlook = outlook
        self._before = before
        self._tally = Tally(drive.plan, time.monotonic, before)
        self._trouble = ""  # of a worker, that was told
        self._progress: Progress = progress_for(args, self._tally, lambda ending: why_not(ending, journal))

    async def whole(self) -> int:
        """From what will be done to what was."""
        if self._args.json:
            begun_line(self._tally, self._before)
        elif not self._args.quiet:
            self._progress.say(self._outlook)
        try:
            conducted = await self._conducted()
        except FootlightsError:
            if self._drive.has_begun:  # what was performed is told, whatever ended it
                await self._told(None)
            raise
        return await self._told(conducted)

    async def _conducted(self) -> Conducted | None:
        """How far it came; nothing, when it could not even stop in time."""
        args = self._args
        try:
            return await self.until_it_ends(self._drive.conduct(self, on=args.on, workers=args.workers))
        finally:
            self._progress.finish()

    async def _told(self, conducted: Conducted | None) -> int:
        """What came of it."""
        batch = self._drive.plan.batch
        if self.stops_at_once:
            self._progress.say(how_to_go_on(batch, self._tally.total - self._tally.over))
            if self.signal != signal.SIGTERM:  # with which CI ends a job: the reports are wanted there
                return SIGNALLED + (self.signal or 0)
        return await tell_all(
            self._args, self._journal, batch, conducted, self.signal, (self._tally.took, self._tally.ended)
        )

    def begins(self, item: Item) -> None:
        """A run is handed out."""
        self._tally.begins(item)
        self._progress.begins(item)

    def ended(self, item: Item, ending: Ending) -> None:
        """It has come back."""
        self._progress.ended(item, ending, self._tally.ends(item, ending))

    def tick(self) -> None:
        self._progress.tick()
        if (trouble := self._drive.health().trouble) != self._trouble:
            self._trouble = trouble
            self._progress.say(trouble)

    def stop(self) -> None:
        self._progress.say(
            f"stopping: nothing new begins, what is under way has {GRACE:.0f} s; Ctrl+C again stops at once"
        )
        self.is_stopped_by(self._drive.stop(GRACE, self._why()))

    async def stop_at_once(self) -> None:
        await self._drive.stop(0.0, self._why())

    def _why(self) -> str:
        if self.signal is None:
            return "nobody reads what is told any more"
        return f"{signal.Signals(self.signal).name} stopped it"
