"""What there is to be seen: the plays of the library, the runs of the archive, and the recording that ships."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.safety import one_line
from app.state.words import short_id
from app.tui.paint.leaf import ago
from app.tui.paint.options import Option

if TYPE_CHECKING:
    from app.journal import RunRow
    from app.tui.launcher import Subject
    from app.tui.playbill import Playbill

_RUNS = 9  # as many as can be chosen by a digit


def bill_of(name: str) -> Playbill:
    """The playbill of a scenario; raises NotFound."""
    from app.scenario.library import find_scenario
    from app.tui.library import Play
    from app.tui.playbill import look

    path, shown = find_scenario(name, Path.cwd())
    return look(Play(one_line(name), path, one_line(shown), one_line(name)))


async def latest(workspace: Path | None, *, goes_on: bool = False) -> str:
    """The end of the name of the last run, of those that somebody performs or of those that nobody does; "" if none."""
    found = [row for row in await _rows(workspace) if bool(row.holder) == goes_on]
    return short_id(found[0].run) if found else ""


async def others(of: Subject, workspace: Path | None) -> list[Option]:
    """What can be chosen in the place of what is chosen."""
    if of == "play":
        return await asyncio.to_thread(_plays)
    now = time.time_ns() // 1000
    found = [row for row in await _rows(workspace) if bool(row.holder) == (of == "going")]
    ours = [Option("", "The tour", "it ships with the house")] if of != "going" else []
    return [*ours, *(_run(row, now) for row in found[: _RUNS - len(ours)])]


def _run(row: RunRow, now: int) -> Option:
    name = short_id(row.run)
    return Option(name, one_line(row.title or row.scenario), f"{name}, {ago(row.started, now)}, {row.status}")


async def _rows(workspace: Path | None) -> list[RunRow]:
    from app.journal import Archive
    from app.journal.errors import NoArchive

    try:
        async with Archive.open(workspace) as archive:
            return await archive.runs(tests=False)
    except NoArchive:
        return []


def _plays() -> list[Option]:
    from app.scenario.library import list_scenarios
    from app.settings import project_root

    return [
        Option(
            listed.name,
            one_line(listed.title),
            one_line(listed.mistake or listed.name),
            why_not=one_line(listed.mistake),
        )
        for listed in list_scenarios(project_root(Path.cwd()))
    ]
