"""Batches: every batch of this workspace, how far each is, and the way into it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from app.batch.verdicts import Verdict
from app.journal.batches import BatchRow
from app.tui.batches.watch import verdicts_of
from app.tui.history import gathered
from app.tui.keys import bindings
from app.tui.listed import ListPlace
from app.tui.paint.batches import columns_of, title_of, told, words_of
from app.tui.paint.leaf import invitation
from app.tui.paint.rows import Row, Span
from app.tui.preflight import ELSEWHERE, unusable
from app.tui.table import Listing
from app.tui.widgets.table import Pane, Table

if TYPE_CHECKING:
    from app.journal import Archive

AROUND = 40  # batches around the cursor whose runs are counted
SHORT = 8  # letters of an id

Key = tuple[str, int, int]  # a batch, as far as it has come
Found = dict[Key, Counter[Verdict]]


class Batches(ListPlace[BatchRow]):
    """The list."""

    NAME = "batches"
    SPOTS = ("batches", "lists", "tables", "places")
    BINDINGS: ClassVar = bindings("batches", "lists", "tables", "places")

    def __init__(self) -> None:
        super().__init__()
        self.listing: Listing[BatchRow] = Listing((), lambda row: row.batch, words_of)
        self.table = Table(self.listing, "Batches", id="batches")
        self.pane = Pane(self._told, id="one-batch")
        self._counts: Found = {}
        self._early: dict[Key, bool] = {}  # of those that were stopped: is the rest left out on purpose?

    def on_mount(self) -> None:
        """Draw it empty, then read."""
        self.listing.columns = columns_of(self._counted, _now, self.house.glyphs)
        super().on_mount()

    async def look(self) -> None:
        """Read the list, then how the runs of those around the cursor stand."""
        none: list[BatchRow] = []
        rows = await gathered(self.house.workspace, lambda archive: archive.batches(limit=None), none)
        if not rows:
            problem = await asyncio.to_thread(unusable, self.house.workspace)
            self.table.empty = _nothing(problem)
        self._put(rows)
        stopped = [row for row in rows if row.state == "stopped"]
        if unknown := [row for row in stopped if _key(row) not in self._early]:
            found = await gathered(self.house.workspace, lambda archive: _with_early_ends(archive, unknown), none)
            self._early |= {_key(row): row.ended_early for row in found}
            self._put(rows)
        await self._count_near()
        self.tick()

    def _put(self, rows: Sequence[BatchRow]) -> None:
        self.listing.put([replace(row, ended_early=self._early.get(_key(row), False)) for row in rows])
        self.table.changed()

    async def _count_near(self) -> None:
        first = max(0, self.listing.cursor - AROUND)
        near = [row for row in self.listing.lines[first : first + 2 * AROUND] if isinstance(row, BatchRow)]
        wanted = [row for row in near if _key(row) not in self._counts]
        if wanted:
            nothing: Found = {}
            found = await gathered(self.house.workspace, lambda archive: _count(archive, wanted), nothing)
            kept = {_key(row) for row in self.listing.items}
            self._counts = {key: counts for key, counts in self._counts.items() if key in kept} | found
            self.table.redraw()

    def _counted(self, row: BatchRow) -> Counter[Verdict]:
        """How its runs stand; as it was a moment ago, while that is read."""
        known = self._counts.get(_key(row))
        if known is None:
            known = next((counts for (batch, *_), counts in self._counts.items() if batch == row.batch), None)
        return Counter() if known is None else known

    def moved(self) -> None:
        """Tell of another batch."""
        super().moved()
        self.run_worker(self._count_near, group="detail", exclusive=True)  # type: ignore[arg-type]

    def _told(self, width: int) -> tuple[Row | str, Sequence[Row]]:
        row = self.listing.chosen
        if row is None:
            return "", ()
        title: Row = (Span(title_of(row), "text bold"), Span(f"  {row.batch[-SHORT:]}", "muted"))
        return title, told(row, self._counted(row), self._is_here(row), width, _now(), self.house.glyphs)

    def _is_here(self, row: BatchRow) -> bool:
        return any(each.batch == row.batch for each in self.house.batches_going)

    # What is done

    def why_not(self, action: str) -> str:
        """Why a key does nothing now."""
        row = self.listing.chosen
        if action in ("open", "resume", "stop") and row is None:
            return "there is no batch here"
        if action == "resume" and row is not None and row.state != "stopped":
            if row.ended_early:
                return "its comparison is clear: the rest is left out"
            return "it is being performed" if row.performer else "all of it is performed"
        if action == "stop" and row is not None and not self._is_here(row):
            return "it is performed elsewhere: stop it there" if row.performer else "it is not being performed"
        return ""

    def action_open(self) -> None:
        """Show every run of it."""
        if self._may("open") and (row := self.listing.chosen) is not None:
            self.house.open_batch(row.batch)

    def on_table_chosen(self, message: Table.Chosen) -> None:
        """A second click opens."""
        self.action_open()

    def action_resume(self) -> None:
        """Go on with what is missing, in this process, and watch."""
        if self._may("resume") and (row := self.listing.chosen) is not None:
            self.run_worker(partial(self._go_on, row.batch), group="resume", exclusive=True)  # type: ignore[arg-type]

    async def _go_on(self, batch: str) -> None:
        from app.tui.batches.resuming import go_on

        if await go_on(self.house, batch):
            self.house.open_batch(batch)

    def action_stop(self) -> None:
        """Begin nothing new; it can be gone on with later."""
        if not self._may("stop") or (row := self.listing.chosen) is None:
            return
        for driven in self.house.batches_going:
            if driven.batch == row.batch:
                self.run_worker(driven.stop, group="stop")  # type: ignore[arg-type]
        self.house.say("stopping: nothing new begins, what is under way ends first")

    def copied(self) -> str:
        """The command that tells of it in another terminal."""
        row = self.listing.chosen
        return f"footlights batches {row.batch[-SHORT:]}" if row is not None else ""


async def _count(archive: Archive, rows: Sequence[BatchRow]) -> Found:
    found: Found = {}
    for row in rows:
        found[_key(row)] = verdicts_of(await archive.batch_counts(row.batch), row.waiting)
    return found


async def _with_early_ends(archive: Archive, rows: Sequence[BatchRow]) -> list[BatchRow]:
    from app.batch.comparing.stopping import with_early_ends

    return await with_early_ends(archive, rows)


def _nothing(problem: str) -> list[Row]:
    if problem:
        return invitation("Nothing can be kept here", problem, ELSEWHERE)
    return invitation(
        "No batch was performed yet", "alt+1 shows the plays; b begins a batch of one", "footlights batch does it too"
    )


def _key(row: BatchRow) -> Key:
    return (row.batch, row.ended, row.begun)


def _now() -> int:
    return time.time_ns() // 1000
