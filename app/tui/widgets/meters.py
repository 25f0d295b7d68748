"""The meters on the stage: figures of the run as far as the audience has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.state import Meter, RunState, meters, tally_of, went_wrong
from app.state.words import kind_of
from app.tui.canvas import Canvas
from app.tui.forecast import Earlier, Forecast, Outlook
from app.tui.look.glyphs import Glyphs
from app.tui.naming import amount, name_of, role_of, sign, step_name
from app.tui.paint.meter_box import meter_box
from app.tui.paint.meters import Left, Limit, Reading, Share, meter_line
from app.tui.paint.rows import Row
from app.tui.rates import Rates, rates_of
from app.tui.script import book_of
from app.tui.text import clock, paid
from app.tui.widgets.table import glyphs_of

if TYPE_CHECKING:
    from app.playback.playhead import Playhead
    from app.playback.show import Show

BUCKETS = 20  # bars of a sparkline
_BOX = 4  # rows from which there is a box
_NEVER = (-1, 0)


class Meters(Canvas):
    """What the run takes."""

    DEFAULT_CSS = "Meters { height: 1; }"

    def __init__(self, show: Show, playhead: Playhead) -> None:
        super().__init__()
        self._show = show
        self._playhead = playhead
        self._outlook = Outlook()
        self._read: tuple[tuple[int, int], Reading] = (_NEVER, Reading())

    def learn(self, earlier: Sequence[Earlier]) -> None:
        """What earlier runs of the play took tells what this one may take."""
        self._outlook = Outlook(earlier)
        self._read = (_NEVER, Reading())

    def paint(self, width: int, height: int) -> Sequence[Row]:
        """One row or a box."""
        glyphs = glyphs_of(self)
        reading = self._reading(glyphs)
        return meter_box(reading, width, height, glyphs) if height >= _BOX else [meter_line(reading, width, glyphs)]

    def _reading(self, glyphs: Glyphs) -> Reading:
        """Figures change with what was seen, and with the seconds in which somebody is waited for."""
        moment = (self._show.revision, self._show.passed // 1000)
        if self._read[0] != moment:
            ahead = self._playhead.lag if self._playhead.live else 0.0
            self._outlook.look(self._show.events, self._show.state)
            left = self._outlook.forecast(self._show.state, book_of(self._show).plan)
            reading = reading_of(self._show, rates_of(self._show), left, glyphs, ahead=ahead)
            self._read = (moment, reading)
        return self._read[1]


def reading_of(show: Show, rates: Rates, left: Forecast | None, glyphs: Glyphs, *, ahead: float = 0.0) -> Reading:
    """All figures of a show."""
    state, heard, now, totals = show.state, show.heard, show.now, show.state.totals
    told = rates.waits()
    return Reading(
        tokens=totals.tokens,
        said=rates.whole(state, heard, BUCKETS, now),
        rate=rates.speed(state, heard, now),
        lately=rates.lately(state, heard, BUCKETS, now),
        cost=paid(totals),
        unpaid=kind_of(totals, show.start),
        limits=limits_of(state, now),
        contexts=_shares(state, rates, glyphs),
        tools=rates.tools(state),
        errors=went_wrong(state),
        retries=len(state.retries),
        first_token=(told.median, told.most) if told.calls else None,
        left=Left(left.cost_usd, left.ms, left.gates) if left is not None else None,
        is_over=state.over,
        ahead=ahead,
    )


def limits_of(state: RunState, now: int | None = None) -> tuple[Limit, ...]:
    """Every limit: those of the run as they were set, then the others, the most used first."""
    of_run: list[Limit] = []
    others: list[Limit] = []
    for meter in meters(state, now):
        spent, of = _spent(meter, state), _amount(meter.measure, meter.limit)
        held = meter.held / meter.limit if meter.limit else 0.0
        limit = Limit(_name(meter.scope, meter.measure, state), spent, of, meter.share, held)
        (of_run if meter.scope == "run" else others).append(limit)
    return (*of_run, *sorted(others, key=lambda limit: -limit.share))


def _name(scope: str, measure: str, state: RunState) -> str:
    if scope == "run":
        return {"cost_usd": "cost"}.get(measure, measure)
    kind, _, name = scope.partition(":")
    return name_of(name, state) if kind == "agent" else step_name(name, state)


def _spent(meter: Meter, state: RunState) -> str:
    return paid(tally_of(state, meter.scope)) if meter.measure == "cost_usd" else _amount(meter.measure, meter.spent)


def _amount(measure: str, value: float) -> str:
    return clock(value) if measure == "wall" else amount(measure, value).removesuffix(" tokens")


def _shares(state: RunState, rates: Rates, glyphs: Glyphs) -> tuple[Share, ...]:
    return tuple(
        Share(sign(agent.who, glyphs), role_of(agent.who), each.share, each.tokens)
        for each in rates.contexts(state)
        for agent in [state.agents[each.agent]]
    )
