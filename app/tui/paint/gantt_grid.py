"""Draws the lanes of a timeline cell by cell: bars, the lines between them, and the cursor. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.safety import one_line
from app.tui.look.glyphs import ASCII, UNICODE, Glyphs
from app.tui.paint.gantt_wires import DOWN, JOINTS, LEFT, PLAIN_JOINTS, RIGHT, UP, Wires
from app.tui.paint.rows import Span
from app.tui.text import cut
from app.tui.timeline.chart import Chart
from app.tui.timeline.gantt import Arrow, Bar
from app.tui.timeline.lanes import Lane
from app.tui.timeline.view import View, Window, ticks

Cell = tuple[str, str]
Line = list[Cell]
Places = dict[tuple[int, int], int]  # the row of each lane and track that is seen

AIR = -1  # a line with nothing in it, instead of a track
LEAST_NAME = 5  # cells of a name that is cut
GROUND: Cell = (" ", "text")
LABEL_ROOM = 12  # columns between two moments of the axis, at least
MOST_ARROWS = 0.4  # a column; where there are more, only those of the chosen lane are drawn, or none
MOST_CUES = 0.15  # a column; where there are more, they are only named


@dataclass(frozen=True, slots=True)
class Look:
    """What is drawn with."""

    glyphs: Glyphs
    thinking: str
    tool: str
    dot: str
    joints: Mapping[int, str]
    background: frozenset[Cell]  # what gives way to lines
    solid: frozenset[str]  # what bars are made of


def look_of(glyphs: Glyphs) -> Look:
    """Shades and joints, or what stands for them."""
    thinking, tool, dot, joints = ("=", "%", " ", PLAIN_JOINTS) if glyphs is ASCII else ("▒", "▓", "·", JOINTS)
    rules = ((glyphs.rule, style) for style in ("edge", "muted"))
    background = frozenset((GROUND, (dot, "faint"), (glyphs.cue, "faint"), *rules))
    solid = frozenset((glyphs.full, thinking, tool, glyphs.empty, *glyphs.parts))
    return Look(glyphs, thinking, tool, dot, joints, background, solid)


UNICODE_LOOK = look_of(UNICODE)


def names_below(track: int) -> int:
    """The line of names below a track; and the track above a line of names."""
    return AIR - 1 - track


def drawn_lanes(
    chart: Chart, view: View, window: Window, lines: Sequence[tuple[int, int]], look: Look, *, critical: bool
) -> list[list[Span]]:
    """Each line that is seen, a lane and a track of it, in as many cells as the window has columns."""
    grid: list[Line] = [_ground(chart, window, look) for _ in lines[:1]]
    grid += [[*grid[0]] for _ in lines[1:]]
    pen = _Pen(chart, window, look, critical and bool(chart.path))
    for row, (number, track) in enumerate(lines):
        if track == AIR:
            continue
        lane = chart.lanes[number]
        if track < AIR:
            pen.names(grid[row], lane, lane.tracks[names_below(track)])
            continue
        if track == 0 and lane.span is not None:
            pen.span(grid[row], lane, lane.span)
        pen.bars(grid[row], lane, lane.tracks[track])
    places = {line: row for row, line in enumerate(lines)}
    _draw_arrows(grid, chart, view, window, look, places)
    pen.draw_signs()
    _draw_cursor(grid, view, window, lines, look)
    return [joined(line) for line in grid]


def role(color: str) -> str:
    """The word for a role's colour; an old run may name one that is none."""
    return f"role:{color}" if color.isidentifier() else "role:white"


def joined(line: Iterable[Cell]) -> list[Span]:
    """Cells as spans: those that look alike are one."""
    return [Span("".join(cell[0] for cell in group), style) for style, group in groupby(line, key=lambda cell: cell[1])]


def _ground(chart: Chart, window: Window, look: Look) -> Line:
    """Dots where the axis has a moment, dashes where a cue is, unless there are too many of them."""
    line = [GROUND] * window.columns
    columns = [(window.column(at), (look.dot, "faint")) for at in ticks(window, LABEL_ROOM)]
    cues = [window.column(mark.at) for mark in chart.gantt.marked("cue")]
    if len(cues) <= MOST_CUES * window.columns:
        columns += [(column, (look.glyphs.cue, "faint")) for column in cues]
    for column, cell in columns:
        if 0 <= column < window.columns:
            line[column] = cell
    return line


class _Pen:
    """Draws what lies in the lanes."""

    def __init__(self, chart: Chart, window: Window, look: Look, critical: bool) -> None:
        self._chart, self._window, self._look = chart, window, look
        self._critical = critical  # what the run did not wait for is dim
        self._signs: list[tuple[Line, int, Cell]] = []
        self._styles: dict[tuple[str, str, bool], Cell] = {}

    def span(self, line: Line, lane: Lane, span: tuple[int, int | None]) -> None:
        """How long a step lasted, as a thin line behind what happened in it."""
        window, glyphs = self._window, self._look.glyphs
        began, ended = span
        first, last = window.column(began), window.column(self._chart.now if ended is None else ended)
        if lane.status == "skipped":
            says = f"{glyphs.skipped} skipped {glyphs.dot} {one_line(lane.says.removeprefix('if: '))}"
            for offset, character in enumerate(cut(says, window.columns - first) if first >= 0 else ""):
                line[first + offset] = (character, "muted")
            return
        for column in range(max(0, first), min(window.columns, max(first + 1, last))):
            line[column] = (glyphs.rule, "edge" if lane.folded is None else "muted")

    def bars(self, line: Line, lane: Lane, bars: Sequence[Bar]) -> None:
        """Those that are seen. Of several within one cell the longest is drawn."""
        window, now = self._window, self._chart.now
        start, end = window.start, window.end
        longest: dict[int, float] = {}
        for bar in bars:
            if bar.began > end:
                break
            until = bar.until(now)
            if until < start:
                continue
            left, right = window.place(bar.began), window.place(until)
            if int(left) == int(right):
                if longest.get(int(left), -1.0) >= right - left:
                    continue
                longest[int(left)] = right - left
            self._bar(line, lane, bar, left, right)

    def _bar(self, line: Line, lane: Lane, bar: Bar, left: float, right: float) -> None:
        """At least one cell; the end of speech as precise as an eighth of a cell."""
        glyph, style = cell = self._cell(bar, lane)
        columns, glyphs = len(line), self._look.glyphs
        first, last = max(0, min(int(left), columns - 1)), int(right)
        for column in range(first, min(last, columns)):
            line[column] = cell
        part = int((right - last) * (len(glyphs.parts) + 1))
        if 0 <= last < columns and (part or last <= first):
            line[last] = (glyphs.parts[max(0, part - 1)] if bar.kind == "speaking" else glyph, style)
        if bar.kind in ("gate", "retrying") and left >= 0:
            sign = (glyphs.gate, style) if bar.kind == "gate" else (glyphs.retried, "warning bold")
            self._signs.append((line, first, sign))
        if bar.broken and last < columns:
            self._signs.append((line, last, (glyphs.failed, "error bold")))
        if bar.ended is None and last < columns - 1:
            self._signs.append((line, last + 1, (glyphs.running, f"{style} bold")))

    def names(self, line: Line, lane: Lane, bars: Sequence[Bar]) -> None:
        """The name of each step below its bars, where it has room until the next."""
        window, now = self._window, self._chart.now
        for step, group in groupby(bars, key=lambda bar: bar.step):
            of_step = list(group)
            first = max(0, window.column(of_step[0].began))
            last = min(window.columns, window.column(of_step[-1].until(now)) + 1)
            whole = one_line(step).rpartition("/")[2]
            name = cut(whole, last - first)
            if len(name) >= min(LEAST_NAME, len(whole)):
                _, style = self._cell(of_step[0], lane)
                line[first : first + len(name)] = [(each, style) for each in name]

    def draw_signs(self) -> None:
        """What nothing may cover: questions, failures and new tries, and what is under way."""
        for line, column, cell in self._signs:
            line[column] = cell

    def _cell(self, bar: Bar, lane: Lane) -> Cell:
        dim = self._critical and not self._chart.is_critical(bar)
        color = self._chart.colors.get(bar.agent, lane.color)
        known = self._styles.get((bar.kind, color, dim))
        if known is None:
            glyph, style = self._painted_as(bar.kind, role(color))
            known = self._styles[bar.kind, color, dim] = (glyph, f"{style} dim" if dim else style)
        return known

    def _painted_as(self, kind: str, color: str) -> Cell:
        look = self._look
        return {
            "speaking": (look.glyphs.full, color),
            "thinking": (look.thinking, color),
            "tool": (look.tool, color),
            "waiting": (look.glyphs.empty, "warning"),
            "retrying": (look.glyphs.empty, "warning"),
            "gate": (look.glyphs.empty, "gate"),
        }[kind]


def _draw_arrows(grid: list[Line], chart: Chart, view: View, window: Window, look: Look, places: Places) -> None:
    seen = [arrow for arrow in chart.gantt.arrows if window.start <= arrow.at < window.end]
    most = MOST_ARROWS * window.columns
    if len(seen) > most:
        seen = [arrow for arrow in seen if view.lane in chart.ends_of(arrow)]
    if len(seen) > most:
        return
    wires = Wires()
    for arrow in seen:
        _lay(wires, chart, arrow, window, places, len(grid))
    for (row, column), (joint, style) in wires.cells.items():
        if 0 <= row < len(grid) and 0 <= column < window.columns and _gives_way(grid[row], column, joint, look):
            grid[row][column] = (look.joints[joint], style)


def _lay(wires: Wires, chart: Chart, arrow: Arrow, window: Window, places: Places, rows: int) -> None:
    giver, taker = chart.ends_of(arrow)
    if giver is None or taker is None or giver == taker:
        return
    given, taken = chart.given(arrow), chart.taken(arrow)
    start = _row(chart, giver, given, places, rows if giver > taker else -1)
    end = _row(chart, taker, taken, places, rows if taker > giver else -1)
    if start == end:
        return
    turn = window.column(taken.began if taken else arrow.at)
    behind = window.column(given.until(arrow.at)) + 1 if given else turn
    wires.lay((start, min(turn, behind)), (end, turn), f"{role(chart.colors.get(arrow.giver, 'white'))} dim")


def _row(chart: Chart, lane: int, bar: Bar | None, places: Places, otherwise: int) -> int:
    """The row where a line begins or ends; outside, where that is not seen."""
    place = chart.place_of(bar) if bar is not None else None
    return places.get(place if place is not None and place[0] == lane else (lane, 0), otherwise)


def _gives_way(line: Line, column: int, joint: int, look: Look) -> bool:
    """A line passes behind bars; where it turns, it takes the first cell of a long one, or the end of one."""
    glyph = line[column][0]
    if line[column] in look.background:
        return True
    if joint in (LEFT | RIGHT, UP | DOWN):
        return False
    after = line[column + 1][0] if column + 1 < len(line) else " "
    return glyph in look.glyphs.parts or (glyph in look.solid and after == glyph)


def _draw_cursor(grid: list[Line], view: View, window: Window, lines: Sequence[tuple[int, int]], look: Look) -> None:
    column = window.column(view.cursor)
    for row, (number, track) in enumerate(lines):
        line = grid[row]
        here = number == view.lane and track >= 0
        if here:
            grid[row] = line = [(glyph, f"{style} on:panel") for glyph, style in line]
        if not 0 <= column < window.columns:
            continue
        glyph, style = line[column]
        if glyph in (look.glyphs.gate, look.glyphs.failed, look.glyphs.retried):
            continue  # nothing may cover them
        if glyph in look.solid:
            line[column] = (look.glyphs.playhead, f"ground on:{style.split()[0]}")
        else:
            line[column] = (look.glyphs.playhead, "accent bold on:panel" if here else "accent")
