"""The lane: who hands what to whom. The light of whoever gives lifts, travels to the taker, and lands at their foot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.safety import one_line
from app.tui.look.glyphs import Glyphs
from app.tui.paint.frame import INSETS, framed
from app.tui.paint.rows import Row, Span, fitted, joined, width_of
from app.tui.text import cells, cut, took
from app.tui.titles import known_as

AT_ONCE = 3  # handoffs that are drawn at the same time; the others are counted
Phase = Literal["lift", "move", "land"]

_LEAST_PITCH, _MOST_PITCH = 6, 40  # cells from one station to the next
_LEAST_NAME, _TOLD = 5, 26  # cells of a name, at least; of what was handed over, at most
_WITH_WORDS = 48  # cells from which the one row also tells what is handed over
_FOOT = 2  # cells of light on each side of a station
_LABEL = 6  # cells of a box that its labels take; the track begins behind them
_BACK = {"▸": "◂", ">": "<"}  # the head of an arrow that points the other way
_LIGHT = "accent bold on:light:3"


@dataclass(frozen=True, slots=True)
class Station:
    """One of the cast on the lane."""

    agent: str
    glyph: str
    name: str
    style: str  # their colour
    doing: str = ""  # in a word


@dataclass(frozen=True, slots=True)
class Flight:
    """A handoff that is on its way."""

    giver: str
    taker: str
    told: str
    phase: Phase = "move"
    progress: float = 1.0  # of its phase


@dataclass(frozen=True, slots=True)
class Wait:
    """How long first tokens took, in milliseconds."""

    median: int
    most: int
    longest: int
    whose: str  # agent


@dataclass(frozen=True, slots=True)
class Traffic:
    """All that is to be seen on it."""

    stations: tuple[Station, ...] = ()
    lit: str = ""
    flights: tuple[Flight, ...] = ()  # the oldest first
    passed: tuple[Flight, ...] = ()  # those that were made, the latest last
    count: int = 0
    wait: Wait | None = None
    moves: bool = True  # false: an arrow is drawn whole

    def station(self, agent: str) -> Station | None:
        """Where somebody stands."""
        return next((station for station in self.stations if station.agent == agent), None)


def paint_lane(lane: Traffic, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """One row; or a box, where there are four or more: the track, what is handed over, the last ones, the waits."""
    if height < 4 or width < 24:
        return [_in_one_row(lane, width, glyphs)][:height]
    room = width - INSETS
    track = _Track(lane, room, glyphs)
    rows = [track.names(), track.rail(), track.caption(), _history(lane, room, glyphs), _waits(lane, room, glyphs)]
    title: Row = (Span("HANDOFFS", "muted"),)
    return framed(rows, width, height, title=title, right=_now(lane, glyphs), glyphs=glyphs)


def track(lane: Traffic, width: int, glyphs: Glyphs) -> tuple[Row, Mapping[str, int]]:
    """The way alone, with the signs of the cast as its stops; and the cell at which each of them stands."""
    drawn = _Track(lane, width, glyphs, signs=True)
    return drawn.rail(), drawn.places


def eased(progress: float) -> float:
    """Cubic, slow at both ends."""
    at = min(1.0, max(0.0, progress))
    return 4 * at**3 if at < 0.5 else 1 - (2 - 2 * at) ** 3 / 2


class _Track:
    """Where everybody stands, and the light on the way between them."""

    def __init__(self, lane: Traffic, width: int, glyphs: Glyphs, *, signs: bool = False) -> None:
        self._lane = lane
        self._width = width
        self._glyphs = glyphs
        self._signs = signs  # the stations' own glyphs are the stops
        shown = _involved(lane, max(2, (width - 8) // _LEAST_PITCH))
        self._stations = shown
        self._folded = len(lane.stations) - len(shown)
        self._pitch = self._spread()
        first = 1 if signs else _LABEL
        self._at = {station.agent: first + index * self._pitch for index, station in enumerate(shown)}
        known = [flight for flight in lane.flights if flight.giver in self._at and flight.taker in self._at]
        self._flights, self._more = known[:AT_ONCE], max(0, len(known) - AT_ONCE)

    @property
    def places(self) -> Mapping[str, int]:
        """At which cell each agent stands."""
        return self._at

    def names(self) -> Row:
        """A glyph over each stop, and the name beside it where there is room."""
        spans: list[Span] = []
        at = 0
        for station in self._stations:
            start = self._at[station.agent]
            name = self._name(station)
            name_style = "text bold" if self._is_lit(station.agent) else "muted"
            spans += [
                Span(" " * (start - at)),
                Span(station.glyph, f"{station.style} bold"),
                Span(f" {name}", name_style),
            ]
            at = start + cells(station.glyph) + 1 + cells(name)
        return tuple(spans)

    def _name(self, station: Station) -> str:
        """The title, or what tells it from the others; half of a word says less than the sign does."""
        is_last = station is self._stations[-1] and self._pitch >= _LEAST_NAME
        room = self._width - self._at[station.agent] - 2 if is_last else self._pitch - 3
        name = known_as(station.name, room, (other.name for other in self._lane.stations))
        return name if name == station.name or (room >= _LEAST_NAME and "…" not in name) else ""

    def rail(self) -> Row:
        """The way itself, and the light on it."""
        if not self._stations:
            return ()
        drawn = [(self._glyphs.rail, "faint")] * (max(self._at.values()) + 1)
        first = min(self._at.values())
        drawn[:first] = [(" ", "text")] * first
        for station in self._stations:
            self._stop(drawn, station)
        for agent in self._lit_feet():
            self._foot(drawn, self._at[agent], _FOOT)
        for flight in self._flights:
            self._fly(drawn, flight)
        for station in self._stations if self._signs else ():
            drawn[self._at[station.agent]] = (station.glyph, f"{station.style} bold")
        more: Row = (Span(f"  +{self._folded}", "muted"),) if self._folded else ()
        return (*joined(drawn), *more)

    def caption(self) -> Row:
        """What is handed over, below where it is taken from; or what whoever is in the light does."""
        corner = Span(f"{self._glyphs.rounded.bottom_left}{self._glyphs.rail} ", "faint")
        if not self._flights:
            lit = self._lane.station(self._lane.lit)
            if lit is None or lit.agent not in self._at or not lit.doing:
                return ()
            return self._below(self._at[lit.agent], (corner, Span(lit.doing, "muted")))
        if len(self._flights) == 1:
            flight = self._flights[0]
            return self._below(self._at[flight.giver], (corner, Span(flight.told, "text")))
        spans: list[Span] = [corner]
        room = max(8, (self._width - 8) // len(self._flights) - 8)
        for flight in self._flights:
            said = cut(flight.told, room, ellipsis=self._glyphs.ellipsis)
            spans += [*_pair(self._lane, flight, self._glyphs), Span(f" {said}   ", "text")]
        if self._more:
            spans.append(Span(f"+{self._more}", "muted"))
        return self._below(min(self._at[flight.giver] for flight in self._flights), tuple(spans))

    def _spread(self) -> int:
        """Cells from station to station: the last one needs room for its name."""
        count = len(self._stations)
        last = 0 if self._signs else min(18, cells(self._stations[-1].name) + 2) if self._stations else 0
        room = self._width - (2 if self._signs else _LABEL) - (6 if self._folded else 1) - last
        return max(1, min(room // max(1, count - 1), _MOST_PITCH))

    def _is_lit(self, agent: str) -> bool:
        return agent in self._lit_feet()

    def _lit_feet(self) -> tuple[str, ...]:
        """At whose feet the light is: nobody's while it travels."""
        return (self._lane.lit,) if self._lane.lit in self._at and not self._flights else ()

    def _stop(self, drawn: list[tuple[str, str]], station: Station) -> None:
        at = self._at[station.agent]
        drawn[at] = (self._glyphs.stop, "muted")
        for beside in (at - 1, at + 1) if self._signs else ():
            if 0 <= beside < len(drawn):
                drawn[beside] = (" ", "text")

    def _foot(self, drawn: list[tuple[str, str]], at: int, reach: int) -> None:
        for cell in range(max(0, at - reach), min(len(drawn), at + reach + 1)):
            drawn[cell] = (self._glyphs.stop if cell == at else self._glyphs.rail_lit, _LIGHT)

    def _fly(self, drawn: list[tuple[str, str]], flight: Flight) -> None:
        giver, taker = self._at[flight.giver], self._at[flight.taker]
        if giver == taker:
            self._foot(drawn, giver, _FOOT)
            return
        if flight.phase == "lift" and self._lane.moves:
            self._foot(drawn, giver, 1 + round(eased(flight.progress) * (_FOOT - 1)))
            return
        ahead = 1 if taker > giver else -1
        gap = 2 if self._signs else 1
        first, last = giver + ahead * gap, taker - ahead * gap
        tail, head = self._reach(flight, first, last)
        for cell in range(tail, head, ahead):
            drawn[cell] = (self._glyphs.rail_lit, _LIGHT)
        drawn[head] = (self._glyphs.handoff if ahead > 0 else _BACK.get(self._glyphs.handoff, "<"), _LIGHT)
        for end in self._lit_ends(flight, giver, taker):
            drawn[end] = (self._glyphs.stop, _LIGHT)

    def _lit_ends(self, flight: Flight, giver: int, taker: int) -> tuple[int, ...]:
        """The light leaves whoever gives when it lands."""
        if not self._lane.moves:
            return (giver, taker)
        return (taker,) if flight.phase == "land" else (giver,)

    def _reach(self, flight: Flight, first: int, last: int) -> tuple[int, int]:
        """From where to where the light is: first its head goes, then its tail follows."""
        if not self._lane.moves:
            return first, last
        gone = first + round((last - first) * eased(flight.progress))
        return (first, gone) if flight.phase == "move" else (gone, last)

    def _below(self, at: int, told: Row) -> Row:
        """A row that begins under a station, or as far left of it as it needs to fit."""
        start = max(0, min(at, self._width - width_of(told)))
        return (Span(" " * start), *told)


def _involved(lane: Traffic, most: int) -> tuple[Station, ...]:
    """Those who have a place: all, or those who had to do with the last handoffs, in the order of the cast."""
    if len(lane.stations) <= most:
        return lane.stations
    kept: dict[str, None] = {}
    for agent in _lately(lane):
        if len(kept) < most and lane.station(agent) is not None:
            kept[agent] = None
    return tuple(station for station in lane.stations if station.agent in kept)


def _lately(lane: Traffic) -> Iterator[str]:
    for flight in lane.flights[:AT_ONCE]:
        yield from (flight.giver, flight.taker)
    yield lane.lit
    for flight in reversed(lane.passed):
        yield from (flight.taker, flight.giver)
    yield from (station.agent for station in lane.stations)


def _in_one_row(lane: Traffic, width: int, glyphs: Glyphs) -> Row:
    shown = lane.flights[:1] or lane.passed[-1:]
    told: Row = ()
    if shown and width >= _WITH_WORDS:
        pair = _pair(lane, shown[0], glyphs, air=" ")
        said = cut(shown[0].told, width // 3 - width_of(pair) - 2, ellipsis=glyphs.ellipsis)
        told = (*pair, Span(f"  {said}", "text" if lane.flights else "muted"))
    side = width_of(told)
    track = _Track(lane, max(1, width - side - 4), glyphs, signs=True).rail()
    return (*fitted(track, max(0, width - side - 2)), Span("  "), *told) if side else track


def _history(lane: Traffic, width: int, glyphs: Glyphs) -> Row:
    if not lane.passed:
        told = "the first is on its way" if lane.flights else "nothing was handed over yet"
        return (Span("last  ", "muted"), Span(told, "muted"))
    kept: list[Row] = []
    room = width - 6
    for flight in reversed(lane.passed):
        said = cut(flight.told, _TOLD, ellipsis=glyphs.ellipsis)
        entry = (*_pair(lane, flight, glyphs), Span(f" {said}   ", "muted"))
        room -= width_of(entry)
        if room < -3 and kept:
            break
        kept.append(entry)
    return (Span("last  ", "muted"), *(span for entry in reversed(kept) for span in entry))


def _waits(lane: Traffic, width: int, glyphs: Glyphs) -> Row:
    wait = lane.wait
    if wait is None:
        return (Span("wait  ", "muted"), Span("no first token yet", "muted"))
    whose = lane.station(wait.whose)
    sign = (Span(f"{whose.glyph} ", whose.style),) if whose is not None else ()
    parts = (("first token  p50 ", wait.median), ("p95 ", wait.most))
    spans = [span for label, ms in parts for span in (Span(label, "muted"), Span(f"{took(ms)}   ", "text"))]
    return (Span("wait  ", "muted"), *spans, Span("longest ", "muted"), *sign, Span(took(wait.longest), "text"))


def _now(lane: Traffic, glyphs: Glyphs) -> Row:
    total = Span(f"{lane.count} in all", "muted") if lane.count else Span("none yet", "muted")
    if not lane.flights:
        return (total,)
    return (
        total,
        Span(f" {glyphs.dot} ", "muted"),
        *_pair(lane, lane.flights[-1], glyphs, air=" "),
        Span(" now", "accent bold"),
    )


def _pair(lane: Traffic, flight: Flight, glyphs: Glyphs, air: str = "") -> Row:
    """From whom to whom, in their colours."""
    return (*_sign(lane, flight.giver), Span(f"{air}{glyphs.right}{air}", "muted"), *_sign(lane, flight.taker))


def _sign(lane: Traffic, agent: str) -> Row:
    station = lane.station(agent)
    return (
        (Span(station.glyph, f"{station.style} bold"),)
        if station is not None
        else (Span(cut(one_line(agent), 12), "text"),)
    )
