"""Reads a batch for its screen, off the loop that draws: what has changed, one item whole, the map, the comparison."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.batch.groups import Reason, reasons_of
from app.batch.heat import Heat, Spot, heat_of, spot_of
from app.batch.results import ItemResult, Results, result_of, results_of
from app.errors import FootlightsError
from app.safety import one_line
from app.tui.batches.grid import groups_of
from app.tui.batches.watch import News, Watch
from app.tui.history import gathered
from app.tui.refused import in_words

if TYPE_CHECKING:
    from app.batch.comparing.arms import Comparisons
    from app.journal import Archive

MAP_REST = 2.0  # seconds between two maps of a batch that goes on
MOST_WHOLE = 200  # items whose events are remembered


class Reading:
    """What the screen of one batch knows."""

    def __init__(self, wanted: str) -> None:
        self.watch = Watch(wanted)
        self.heat: Heat | None = None
        self.cells: Sequence[tuple[str, Spot]] = ()  # where there is no map
        self.reasons: Sequence[Reason] = ()
        self.compared: Sequence[Comparisons] = ()
        self.why_not_compared = ""
        self.ended_early = False  # its rest is left out on purpose
        self.along = ""  # the axis that a person wants compared; else that of the plan
        self._concluded = -1  # at which revision
        self._whole: dict[tuple[int, int], ItemResult] = {}
        self._mapped = (-1, -MAP_REST)  # at which revision, and when

    def item(self, place: int) -> ItemResult:
        """An item of the plan, as well as it is known."""
        return self._whole.get((place, self.watch.standings[place].seq)) or self.watch.item(place)

    async def read(self, workspace: Path | None, show: Callable[[News], None]) -> None:
        """Read what has changed, page by page."""
        nothing: News | None = None
        while (news := await gathered(workspace, self.watch.read, nothing)) is not None:
            if self.watch.take(news):
                show(news)
            if news.is_all:
                return

    async def read_whole(self, workspace: Path | None, place: int) -> bool:
        """Read the events of one item, unless they are known or there are none; was there anything new?"""
        plan, seq = self.watch.plan, self.watch.standings[place].seq
        if plan is None or not seq or (place, seq) in self._whole:
            return False
        nothing: ItemResult | None = None
        found = await gathered(workspace, lambda archive: result_of(archive, plan, place + 1), nothing)
        if found is not None:
            self._whole = dict([*self._whole.items()][-MOST_WHOLE:]) | {(place, seq): found}
        return found is not None

    async def map(self) -> bool:
        """Draw the map anew, now and then; was it?"""
        watch, (revision, at) = self.watch, self._mapped
        rests = watch.is_performed and time.monotonic() - at < MAP_REST
        if revision == watch.revision or not watch.over or rests:
            return False
        self.heat, self.cells = await asyncio.to_thread(_mapped, watch)
        self._mapped = (watch.revision, time.monotonic())
        return True

    @property
    def axes(self) -> list[str]:
        """What can be compared: the axes that have several values."""
        plan = self.watch.plan
        if plan is None:
            return []
        found = {axis: [item.cell[axis] for item in plan.items if axis in item.cell] for axis in plan.axes}
        return [axis for axis, values in found.items() if any(value != values[0] for value in values)]

    @property
    def is_concluded(self) -> bool:
        """Is what follows from it known, as it stands now?"""
        return self._concluded == self.watch.revision

    @property
    def standing(self) -> str:
        """How it stands, where nobody performs it."""
        watch = self.watch
        if watch.is_over:
            return "all is performed" if self.is_concluded else "adding it up"
        if watch.is_gone:
            return "removed"
        if not watch.is_read:
            return "being read"
        if watch.may_have_ended_early and not self.is_concluded:
            return "adding it up"
        return "ended early" if self.ended_early else "stopped"

    @property
    def notice(self) -> str:
        """Why nobody performs what is left of it; nothing where nothing is."""
        watch, standing = self.watch, self.standing
        why = (watch.row is not None and one_line(watch.row.stopped)) or watch.why_left
        if standing == "ended early":
            return f"ended early, {watch.total - watch.over:,} left out: {why}"
        return {"removed": watch.why_left, "stopped": f"stopped: {why}"}.get(standing, "")

    async def conclude(self, workspace: Path | None) -> None:
        """Say why some did not pass, and hold the arms against each other; loads what knows statistics."""
        nothing: Results | None = None
        revision = self.watch.revision
        found = await gathered(workspace, partial(_results, batch=self.watch.batch), nothing)
        if found is None:
            return
        self.reasons = await asyncio.to_thread(reasons_of, found)
        self.ended_early = await asyncio.to_thread(_ended_early, found)
        if axis := self.along or found.plan.compare:
            try:
                self.compared = await asyncio.to_thread(_compared, found, axis)
                self.why_not_compared = ""
            except FootlightsError as error:
                self.why_not_compared = in_words(error)
        self._concluded = revision


async def _results(archive: Archive, batch: str) -> Results:
    return await results_of(archive, batch)


def _mapped(watch: Watch) -> tuple[Heat | None, Sequence[tuple[str, Spot]]]:
    """The map; where there is none, each cell by its name."""
    results = watch.results()
    if (heat := heat_of(results)) is not None:
        return heat, ()
    groups = groups_of(results.plan)
    return None, [(group.name, spot_of([results.items[place] for place in group.items])) for group in groups]


def _ended_early(results: Results) -> bool:
    from app.batch.comparing.stopping import ended_early

    return ended_early(results)


def _compared(results: Results, axis: str) -> tuple[Comparisons, ...]:
    from app.batch.comparing.arms import compared

    return (compared(results, axis),)
