"""Whoever comes late sees what those see who were there from the start: in this process, attached, and in a replay."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from app.tui.app import Theatre
from app.tui.sources import Here, source_of
from app.tui.widgets.bar import Bar
from app.tui.widgets.foot import Foot
from app.tui.widgets.head import Head
from corpus.bundled import FEW, KINDS
from tui.pictures import rows_of
from tui.staging import Door, drawn, performed, staged, until

SIZES = ((80, 24), (120, 36), (200, 50))
PLAYS = (*FEW, KINDS)


@pytest.mark.parametrize("scenario", PLAYS, ids=lambda path: path.stem)
async def test_at_any_moment_all_three_see_the_same_cells(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTLIGHTS_MOTION", "none")
    chance = random.Random(scenario.stem)
    size, door = chance.choice(SIZES), Door(chance.randint(1, 12))
    run = performed(scenario, tmp_path / "workspace.db")
    door.leads(run)
    async with staged(Here(run), size, clock=_stopped) as early:
        await door.closed(run)
        moment = run.events[-1].seq
        await drawn(early, moment)
        await nothing_is_said(early)
        from_the_start = body(early)
        elsewhere = await source_of(run.id, tmp_path / "workspace.db")
        async with staged(elsewhere, size, clock=_stopped) as attached:
            await drawn(attached, moment)
            await nothing_is_said(attached)
            assert body(attached) == from_the_start
        door.open()
        await run.result()
    recorded = await source_of(run.id, tmp_path / "workspace.db", entrance="now")
    async with staged(recorded, size, clock=_stopped) as late:
        stage = await drawn(late, run.events[-1].seq)
        stage.playhead.paused = True
        stage.show.whole = ()  # who came next is known only now
        stage.playhead.seek(moment)
        await drawn(late, moment)
        await nothing_is_said(late)
        assert body(late) == from_the_start


def body(pilot: Pilot[Any]) -> list[str]:
    """All but the lines that say where the run is performed, how far it has come there, and which keys do something."""
    told = [widget for kind in (Head, Bar, Foot) for widget in pilot.app.screen.query(kind) if widget.display]
    hidden = {y for widget in told for y in range(widget.region.y, widget.region.bottom)}
    return [f"{text} {styles}" for y, (text, styles) in enumerate(rows_of(pilot.app)) if y not in hidden]


async def nothing_is_said(pilot: Pilot[Any]) -> None:
    """Put away what was said to whoever sat there meanwhile: a rehearsal may have answered before their eyes."""
    house: Theatre = pilot.app  # type: ignore[assignment]
    house._said.clear()
    house.clear_notifications()
    await until(lambda: not list(pilot.app.screen.query(Toast)))
    await pilot.pause()


def _stopped() -> float:
    return 0.0
