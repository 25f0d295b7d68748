"""What of the stage is shown at a size, and where: parts that fill the screen exactly and never overlap.

Room is given in the order in which it is missed: who acts, the caption and the bar are always there; then come the
panels, the lane, the log, and with more room the boxes of the caption, the meters, the timeline, notes and inspector.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

Part = Literal[
    "head", "strip", "tools", "notes", "lane", "meters", "timeline", "log", "inspect", "caption", "bar", "keys"
]
Density = Literal["comfortable", "compact"]

NARROWEST = 26  # columns of a panel
LOWEST = 6  # rows of a panel
SMALLEST = (NARROWEST, LOWEST + 5)  # below it there is no panel: the words of whoever acts stand in the strip
READABLE = 9  # rows of a panel that other parts leave it when they can
SIDE_BY_SIDE = 3 * NARROWEST + 20  # columns from which panels stand beside each other
MANY = 12  # agents that can be told apart in a strip

_WIDE: dict[Part, int] = {"log": 40, "lane": 60, "meters": 60}  # columns from which a part says enough
_BESIDE_LOG, _BESIDE_LANE = 110, 150  # columns from which the meters have a box, beside the log or the lane
_METERS = (42, 50)
_INSPECT_FROM, _NOTES = 180, 50
_TOOLS_FROM, _TOOLS = 110, (30, 76)
_ROOMY = 36  # columns that a panel keeps when what the tools gave would like more
_LOG_LEAST, _LOG, _LOG_MORE = 3, 8, 10
_LANE_BOX, _CAPTION_BOX, _CAPTION_IN_A_ROW = 7, 4, 100
_TWO_ROWS_FROM = 42  # rows of the screen
_TALL = 20  # rows of a panel beyond which the log may have some too


class Box(NamedTuple):
    """A place on the screen."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where everything is at one size."""

    width: int
    height: int
    parts: dict[Part, Box]
    panels: tuple[Box, ...] = ()  # in reading order
    folded: int = 0  # agents that have no panel: they are in the strip alone

    @property
    def boxes(self) -> list[Box]:
        """All of them."""
        return [*self.parts.values(), *self.panels]


def arrange(
    width: int,
    height: int,
    agents: int,
    *,
    density: Density = "comfortable",
    without: Iterable[Part] = (),
) -> Arrangement:
    """Give each part its place. `without` names the parts that the caller does not have or does not want."""
    width, height = max(0, width), max(0, height)
    missing = frozenset(without)
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return _smallest(width, height, agents, missing)
    missing |= {part for part, least in _WIDE.items() if width < least}
    wanted = _Wanted(width, height, agents, density == "compact", missing)
    for strip in (0, 1):
        rows = _rows(wanted, strip)
        grid = _grid(wanted, rows.left)
        if grid.places >= agents or strip or "strip" in wanted.without:
            break
    return _placed(wanted, rows, grid)


def needless(agents: int, *, has_captions: bool, has_tools: bool) -> tuple[Part, ...]:
    """The parts that would stay empty: where nothing is said to the audience, nobody can hand work to another, no tool
    is used."""
    parts: dict[Part, bool] = {"caption": not has_captions, "lane": agents < 2, "tools": not has_tools}
    return tuple(part for part, is_empty in parts.items() if is_empty)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for."""

    width: int
    height: int
    agents: int
    is_compact: bool
    without: frozenset[Part]

    def has(self, part: Part) -> bool:
        return part not in self.without

    @property
    def has_meters_box(self) -> bool:
        """The meters have a box beside something else, and no line of their own."""
        return self.width >= (_BESIDE_LOG if self.has("log") else _BESIDE_LANE)

    @property
    def has_side(self) -> bool:
        """A column at the right, beside the lane and the timeline."""
        return self.width >= _BESIDE_LANE and self.has("meters")


@dataclass(slots=True)
class _Rows:
    """How many rows each band of the screen has; what nobody was given is left for the panels."""

    left: int
    given: dict[Part, int] = field(default_factory=dict)

    def of(self, part: Part) -> int:
        return self.given.get(part, 0)

    def give(self, part: Part, rows: int, leave: int) -> None:
        """Give up to so many rows more, if others keep what must be left for them."""
        rows = min(rows, self.left - leave)
        if rows > 0:
            self.given[part] = self.of(part) + rows
            self.left -= rows

    def give_whole(self, part: Part, rows: int, leave: int) -> None:
        """Give so many rows more, or none."""
        if self.left - rows >= leave:
            self.give(part, rows, leave)


@dataclass(frozen=True, slots=True)
class _Grid:
    """How the panels stand."""

    columns: int
    rows: int
    tools: int = 0  # columns of the screen
    notes: int = 0

    @property
    def places(self) -> int:
        return self.columns * self.rows


def _smallest(width: int, height: int, agents: int, without: frozenset[Part]) -> Arrangement:
    """Who acts and their last words, what the caption says, how far it is; with the most room for the words."""
    rows = _Rows(height if width else 0)
    wanted: tuple[Part, ...] = ("strip", "bar", "caption", "head")
    has = [part for part in wanted if part not in without and (part != "strip" or agents)] or ["bar"]
    for part in has:
        rows.give(part, 1, 0)
    if "caption" in has and width < _CAPTION_IN_A_ROW:
        rows.give("caption", 1, 2)
    rows.give(next(part for part in ("strip", "caption", "bar", "head") if part in has), rows.left, 0)
    parts: dict[Part, Box] = {}
    _bands(("head", "strip", "caption", "bar"), rows, 0, width, parts)
    return Arrangement(width, height, parts, folded=agents)


def _rows(wanted: _Wanted, strip: int) -> _Rows:
    """Divide the rows of the screen: each wish is granted while enough is left for the panels."""
    rows = _Rows(wanted.height)
    always: tuple[Part, ...] = ("head", "bar", "keys", *(("strip",) if strip else ()))
    for part in always:
        rows.give(part, 1, 0)
    has, least = wanted.has, READABLE if wanted.agents else 0
    if has("caption"):
        rows.give("caption", 1, 0)
    if has("lane"):
        rows.give("lane", 1, LOWEST)
    if has("meters") and not wanted.has_meters_box:
        rows.give("meters", 1, LOWEST)
    if has("log"):
        rows.give_whole("log", _LOG_LEAST, LOWEST)
        if wanted.width < _CAPTION_IN_A_ROW:
            rows.give_whole("caption", rows.of("caption"), least)
        rows.give("log", _LOG - _LOG_LEAST, least)
    least *= _panel_rows_wanted(wanted)
    if has("lane") and not wanted.is_compact:
        rows.give_whole("lane", _LANE_BOX - 1, least)
    if has("log"):
        rows.give_whole("log", _LOG_MORE - _LOG, least)
    if has("caption") and not wanted.is_compact:
        rows.give_whole("caption", _CAPTION_BOX - rows.of("caption"), least + 1)
    if has("timeline") and wanted.width >= _BESIDE_LANE:
        rows.give_whole("timeline", min(13, max(7, wanted.agents + 4)), least + 4)
    if wanted.height >= _TWO_ROWS_FROM and not wanted.is_compact:
        rows.give_whole("bar", 1, least + 4)
    _give_what_is_over(wanted, rows)
    return rows


def _panel_rows_wanted(wanted: _Wanted) -> int:
    """How many rows of panels are worth the room that other parts would have to give up."""
    if wanted.height < _TWO_ROWS_FROM:
        return 1
    return min(2, -(-wanted.agents // _columns(wanted, wanted.width)))


def _give_what_is_over(wanted: _Wanted, rows: _Rows) -> None:
    """On a very tall screen the log grows with the panels; where there are none, somebody has all there is."""
    if wanted.agents:
        if rows.of("log"):
            rows.give("log", (rows.left - _TALL * _panel_rows_wanted(wanted)) // 2, 0)
        return
    takers: tuple[Part, ...] = ("log", "caption", "lane")
    rows.give(next((part for part in takers if rows.of(part)), "bar"), rows.left, 0)


def _columns(wanted: _Wanted, width: int) -> int:
    """How many panels can stand beside each other in so many columns of the screen."""
    return max(1, min(wanted.agents, width // NARROWEST)) if wanted.width >= SIDE_BY_SIDE else 1


def _grid(wanted: _Wanted, height: int) -> _Grid:
    """Stand the panels in as few rows as hold everybody; notes and tools go before anybody has to go or move."""
    if not wanted.agents:
        return _Grid(0, 0)
    rows_at_most = max(1, min(height // READABLE, 3)) if wanted.height >= _TWO_ROWS_FROM else 1
    alone = _standing(wanted, rows_at_most)
    for tools, notes in _beside(wanted):
        grid = _standing(wanted, rows_at_most, tools, notes)
        if grid.places >= wanted.agents and grid.rows == alone.rows:
            return _with_wide_tools(wanted, grid)
    return alone


def _standing(wanted: _Wanted, rows_at_most: int, tools: int = 0, notes: int = 0) -> _Grid:
    """The panels in what tools and notes leave."""
    widest = _columns(wanted, wanted.width - tools - notes)
    rows = max(1, min(rows_at_most, -(-wanted.agents // widest)))
    return _Grid(min(widest, -(-wanted.agents // rows)), rows, tools, notes)


def _beside(wanted: _Wanted) -> list[tuple[int, int]]:
    """How wide tools and notes are at least, the best first."""
    tools = _TOOLS[0] if wanted.has("tools") and wanted.width >= _TOOLS_FROM else 0
    notes = _NOTES if wanted.has("notes") and wanted.width >= _INSPECT_FROM else 0
    return [(tools, notes), (tools, 0)]


def _with_wide_tools(wanted: _Wanted, grid: _Grid) -> _Grid:
    """Give the tools what the panels can do without: never more than two fifths of it all."""
    if not grid.tools:
        return grid
    width = wanted.width - grid.notes
    most = min(_TOOLS[1], width * 2 // 5)
    return replace(grid, tools=max(grid.tools, min(most, width - grid.columns * _ROOMY)))


def _placed(wanted: _Wanted, rows: _Rows, grid: _Grid) -> Arrangement:
    """Lay the bands out from top to bottom."""
    parts: dict[Part, Box] = {}
    y = _bands(("head", "strip"), rows, 0, wanted.width, parts)
    panels = _panels(wanted, grid, y, rows.left, parts)
    y = _middle(wanted, rows, y + rows.left, parts)
    _bands(("caption", "bar", "keys"), rows, y, wanted.width, parts)
    return Arrangement(wanted.width, wanted.height, parts, panels, max(0, wanted.agents - len(panels)))


def _bands(which: tuple[Part, ...], rows: _Rows, y: int, width: int, parts: dict[Part, Box]) -> int:
    """One band below the other; gives back where the next one may begin."""
    for part in which:
        if rows.of(part):
            parts[part] = Box(0, y, width, rows.of(part))
            y += rows.of(part)
    return y


def _panels(wanted: _Wanted, grid: _Grid, y: int, height: int, parts: dict[Part, Box]) -> tuple[Box, ...]:
    width = wanted.width - grid.tools - grid.notes
    if grid.tools:
        parts["tools"] = Box(width, y, grid.tools, height)
    if grid.notes:
        parts["notes"] = Box(width + grid.tools, y, grid.notes, height)
    left, boxes = wanted.agents, []
    for row, (top, rows) in enumerate(_split(height, grid.rows)):
        count = min(grid.columns, -(-left // (grid.rows - row)))
        boxes += [Box(x, y + top, columns, rows) for x, columns in _split(width, count)]
        left -= count
    return tuple(boxes)


def _middle(wanted: _Wanted, rows: _Rows, y: int, parts: dict[Part, Box]) -> int:
    """Lane, meters, timeline, log and inspector."""
    width = wanted.width
    tall = rows.of("lane") + rows.of("timeline")
    side = _METERS[1] if wanted.has_side and tall >= _LANE_BOX else 0
    if side:
        parts["meters"] = Box(width - side, y, side, tall)
    y = _bands(("lane", "timeline"), rows, y, width - side, parts)
    y = _bands(("meters",), rows, y, width, parts)
    if not rows.of("log"):
        return y
    beside: Part | None = None
    if not side and wanted.has_meters_box and wanted.has("meters"):
        beside = "meters"
    elif width >= _INSPECT_FROM and wanted.has("inspect"):
        beside = "inspect"
    columns = 0 if beside is None else _METERS[width >= _BESIDE_LANE]
    if beside is not None:
        parts[beside] = Box(width - columns, y, columns, rows.of("log"))
    return _bands(("log",), rows, y, width - columns, parts)


def _split(length: int, count: int) -> list[tuple[int, int]]:
    """Where each of so many equal pieces starts and how long it is; the first ones take what is over."""
    if not count:
        return []
    each, over = divmod(length, count)
    pieces, start = [], 0
    for index in range(count):
        size = each + (index < over)
        pieces.append((start, size))
        start += size
    return pieces
