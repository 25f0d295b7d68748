"""The lane on the stage: follows the handoffs that the audience is being shown."""

from __future__ import annotations

import json
from collections.abc import Sequence

from app.events import Handoff
from app.playback.beats import Beat
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.safety import one_line
from app.state import AgentState
from app.state.words import plural
from app.tui.canvas import Canvas
from app.tui.look.glyphs import Glyphs
from app.tui.naming import LONGEST, role_of, sign, step_name
from app.tui.paint.lane import Flight, Phase, Station, Traffic, Wait, paint_lane
from app.tui.paint.rows import Row
from app.tui.rates import Waits, rates_of
from app.tui.widgets.table import glyphs_of

PASSED = 12  # handoffs of which the lane may tell; no screen shows more
_PHASES: dict[str, Phase] = {"handoff-lift": "lift", "handoff-move": "move", "handoff-land": "land"}


class Lane(Canvas):
    """Who hands what to whom."""

    DEFAULT_CSS = "Lane { height: 1; }"

    def __init__(self, show: Show, playhead: Playhead) -> None:
        super().__init__()
        self._show = show
        self._playhead = playhead

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row or a box."""
        glyphs = glyphs_of(self)
        moves = bool(getattr(self.app, "moves", True))
        beats, waits = self._playhead.beats(), rates_of(self._show).waits()
        return paint_lane(traffic_of(self._show, beats, waits, glyphs, moves=moves), width, height, glyphs)


def traffic_of(
    show: Show, beats: Sequence[tuple[Beat, float]], told: Waits, glyphs: Glyphs, *, moves: bool = True
) -> Traffic:
    """What is to be seen of a show while these beats go on, each with how far it is."""
    state = show.state
    stations = tuple(
        Station(id, sign(agent.who, glyphs), one_line(agent.who.title or id), role_of(agent.who), _doing(agent))
        for id, agent in state.agents.items()
    )
    flying = tuple(
        Flight(beat.event.giver, beat.event.taker, gist(show, beat.event), _PHASES[beat.kind], progress)
        for beat, progress in beats
        if isinstance(beat.event, Handoff) and beat.kind in _PHASES
    )
    under_way = {beat.event.seq for beat, _ in beats if isinstance(beat.event, Handoff)}
    passed = tuple(
        Flight(handoff.giver, handoff.taker, gist(show, handoff))
        for handoff in state.handoffs[-PASSED:]
        if handoff.seq not in under_way
    )
    wait = Wait(told.median, told.most, told.longest, told.whose) if told.calls else None
    lit = "" if state.over else show.lit  # at rest the stage is dark
    return Traffic(stations, lit, flying, passed, len(state.handoffs), wait, moves)


def gist(show: Show, handoff: Handoff) -> str:
    """What was handed over, in a few words; a structure is told by its keys, a list by its length."""
    words = show.words(handoff.summary)
    if words[:1] in ("{", "["):
        try:
            found = json.loads(words)
        except ValueError:
            found = words[:LONGEST]
        if isinstance(found, list):
            return plural(len(found), "item")
        if isinstance(found, dict):
            return one_line(", ".join(map(str, found)))
    return one_line(words) or step_name(handoff.source, show.state) or "their work"


def _doing(agent: AgentState) -> str:
    return "" if agent.status == "idle" else agent.status
