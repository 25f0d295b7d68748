"""Draws a timeline: an axis, a lane for each agent or step, what was handed on between them, and strips below. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.safety import one_line
from app.state.words import in_short, paid_at_all
from app.tui.look.glyphs import ASCII
from app.tui.paint.gantt_grid import (
    AIR,
    LABEL_ROOM,
    MOST_CUES,
    UNICODE_LOOK,
    Look,
    drawn_lanes,
    joined,
    names_below,
    role,
)
from app.tui.paint.rows import Row, Span, fitted
from app.tui.paint.strips import Strip, all_money, all_tokens, drawn, paid, spoken
from app.tui.text import cells, cut, fit, took
from app.tui.text import paid as told
from app.tui.text import tokens as counted
from app.tui.timeline.chart import Chart
from app.tui.timeline.lanes import PEOPLE, TOOLS, Lane
from app.tui.timeline.view import View, Window, spelled, tick_step, ticks, window_of

WIDE = 96  # columns from which each lane says what it took
FIGURES = 22
LEGEND_FROM, STRIPS_FROM, PATH_FROM = 12, 9, 8  # rows
TALLEST, TALL = 6, 3  # rows of a strip, at most; and at least, before lanes are given more than they need
SPACINGS = ((True, 1), (True, 0), (False, 1), (False, 0))  # are steps named below their bars; and rows of air
INDENT = 2
NARROWEST = 12  # cells of names
LEAST_NAME = 6  # cells of a name that is cut


@dataclass(frozen=True, slots=True)
class Chosen:
    """How it is looked at, besides where."""

    critical: bool = True  # what the run waited for stands out
    rates: bool = False  # the strips show what was spent at a time, not how it adds up


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is, for the painter and for the mouse."""

    window: Window
    gutter: int
    figures: int
    lines: tuple[tuple[int, int], ...]  # the rows of lanes that are seen: lane and track, or what is below one
    total: int  # lines there are
    strip: int  # rows of each strip
    path: bool
    cues: bool
    legend: bool

    def moment(self, x: int) -> float | None:
        """The moment at a cell of the picture, if there is one."""
        column = x - self.gutter
        return self.window.moment(column) if 0 <= column < self.window.columns else None

    def lane(self, y: int) -> int | None:
        """The lane at a row of the picture."""
        return self.lines[y - 1][0] if 0 < y <= len(self.lines) else None


def lines_of(lanes: Sequence[Lane], named: bool, air: int) -> list[tuple[int, int]]:
    """Every line of every lane; those of agents with the names of steps below, and with so many rows of air."""
    lines: list[tuple[int, int]] = []
    for number, lane in enumerate(lanes):
        is_agent = lane.span is None
        for track in range(len(lane.tracks)):
            lines += [(number, track), *([(number, names_below(track))] if named and is_agent else [])]
        lines += [(number, AIR)] * (air if is_agent else 0)
    return lines


def layout_of(chart: Chart, view: View, chosen: Chosen, width: int, height: int) -> Layout:
    """Share out the room: first the lanes, then what explains them."""
    gutter, figures = _gutter(chart.lanes, width), FIGURES if width >= WIDE else 1
    window = window_of(view, width - gutter - figures, chart.now, over=chart.gantt.over)
    legend, strips, path = (
        height >= LEGEND_FROM,
        height >= STRIPS_FROM,
        chosen.critical and bool(chart.path) and height >= PATH_FROM,
    )
    cues = any(mark.sign == "cue" for mark in chart.gantt.marks)
    room = max(1, height - 1 - cues - path - legend - 2 * strips)
    least = room - 2 * (TALL - 1) - 1 if strips else room
    spaced = [lines_of(chart.lanes, named, air) for named, air in SPACINGS]
    every = next((lines for lines in spaced if len(lines) <= least), spaced[-1])
    top = min(max(0, view.top), max(0, len(every) - room))
    lines = tuple(every[top : top + room])
    spare = room - len(lines) - 1
    strip = min(TALLEST, max(1, (spare + 1) // 2)) if strips else 0
    return Layout(window, gutter, figures, lines, len(every), strip, path, cues, legend)


def painted(chart: Chart, view: View, chosen: Chosen, width: int, height: int, look: Look = UNICODE_LOOK) -> list[Row]:
    """The picture, in exactly so many rows."""
    layout = layout_of(chart, view, chosen, width, height)
    rows = [_axis(view, layout), *_lanes(chart, view, chosen, layout, look)]
    rows += [_cues(chart, layout, look)] if layout.cues else []
    below = [
        *([_path(chart, layout, look)] if layout.path else []),
        *(_strips(chart, chosen, layout, look) if layout.strip else []),
        *([_legend(look, width)] if layout.legend else []),
    ]
    rows += [()] * (height - len(rows) - len(below)) + below
    return [fitted(row, width) for row in rows[:height]]


def _gutter(lanes: Sequence[Lane], width: int) -> int:
    widest = max((cells(_indent(lane)) + cells(lane.title) + (6 if lane.span else 4) for lane in lanes), default=8)
    return min(max(NARROWEST, widest + 1), max(NARROWEST, min(36, width // 4)))


def _indent(lane: Lane) -> str:
    return " " * INDENT * lane.depth


# The axis


def _axis(view: View, layout: Layout) -> Row:
    """Round moments, and the one of the cursor among them."""
    window = layout.window
    columns, step = window.columns, tick_step(window.scale, LABEL_ROOM)
    cursor = window.column(view.cursor)
    here = spelled(view.cursor, step / 10 if step < 100_000 else step) if 0 <= cursor < columns else ""
    at = min(max(0, cursor - cells(here) // 2), max(0, columns - cells(here))) if here else columns
    shown = [" "] * columns
    for tick in ticks(window, LABEL_ROOM):
        column, label = window.column(tick), spelled(tick, step)
        clear = column + len(label) < at or column > at + len(here)
        if clear and 0 <= column <= columns - len(label):
            shown[column : column + len(label)] = label
    text = "".join(shown)
    return (
        Span(f" {fit(f'{took_finely(window.scale)} a column', layout.gutter - 2)} ", "muted"),
        Span(text[:at], "muted"),
        Span(here, "accent bold"),
        Span(text[at + len(here) :], "muted"),
    )


def took_finely(ms: float) -> str:
    """A time as short as that of a column."""
    return f"{ms:.2g} ms" if ms < 10 else took(ms)


# The lanes


def _lanes(chart: Chart, view: View, chosen: Chosen, layout: Layout, look: Look) -> list[Row]:
    drawn_ones = drawn_lanes(chart, view, layout.window, layout.lines, look, critical=chosen.critical)
    rows: list[Row] = []
    named = -1
    priced = any(paid_at_all(lane.figures[2]) for lane in chart.lanes)
    for (number, track), cells_of_row in zip(layout.lines, drawn_ones, strict=True):
        head = track >= 0 and number != named
        named = number if head else named
        lane, here = chart.lanes[number], number == view.lane
        name = _name(lane, layout.gutter, look, here=here) if head else (Span(" " * layout.gutter),)
        figures = _figures(lane, layout.figures, priced=priced) if head else ()
        rows.append((*name, *cells_of_row, *figures))
    return rows


def _name(lane: Lane, width: int, look: Look, *, here: bool) -> Row:
    glyphs = look.glyphs
    ground = " on:selection" if here else ""
    fold = " " if lane.folded is None else glyphs.closed if lane.folded else glyphs.opened
    sign = f"{fold} " if lane.span is not None else ""
    glyph, named = _sign_of(lane, look), "gate" if lane.title == PEOPLE and not lane.thing else role(lane.color)
    title = one_line(lane.title)
    room = width - 2 - len(_indent(lane)) - len(sign) - (2 if glyph else 0)
    style = "muted" if lane.status == "skipped" else f"{named}{' bold' if here else ''}"
    return (
        Span(glyphs.cursor if here else " ", f"accent{ground}"),
        Span(f"{_indent(lane)}{sign}", f"muted{ground}"),
        *([Span(f"{glyph} ", f"{style}{ground}")] if glyph else []),
        Span(fit(title, max(0, room)), f"{style}{ground}"),
        Span(" "),
    )


def _sign_of(lane: Lane, look: Look) -> str:
    if lane.status in ("failed", "exhausted", "expired", "refused", "cancelled", "truncated"):
        return look.glyphs.failed
    if not lane.thing:
        return {PEOPLE: look.glyphs.gate, TOOLS: look.tool}.get(lane.title, "")
    glyph = one_line(lane.glyph)
    if look.glyphs is ASCII and not glyph.isascii():
        return one_line(lane.title)[:1].upper()
    return glyph if cells(glyph) == 1 else ""


def _figures(lane: Lane, width: int, *, priced: bool) -> Row:
    """How long, and how much: in money, where anything cost any."""
    if width < FIGURES:
        return ()
    busy, count, spending = lane.figures
    is_told = paid_at_all(spending) or (count and priced)
    spent = in_short(spending) if is_told else f"{counted(count)} tok" if count else ""
    return (Span(f" {took(busy) if busy else '':>8}", "muted"), Span(f" {spent:>12}", "muted"))


# Below the lanes


def _cues(chart: Chart, layout: Layout, look: Look) -> Row:
    """Each cue where it is; one too near to the one before stands behind it, or is left out where there are many."""
    columns, text = layout.window.columns, ""
    seen = [(layout.window.column(mark.at), mark) for mark in chart.gantt.marked("cue")]
    seen = [(column, mark) for column, mark in seen if 0 <= column < columns]
    crowded = len(seen) > MOST_CUES * columns
    for column, mark in seen:
        label = one_line(mark.says)
        if column > cells(text) or not text:
            text += " " * (column - cells(text)) + look.glyphs.cue + label
        elif not crowded:
            text += look.glyphs.dot + label
    return (Span(fit(" cues", layout.gutter), "muted"), Span(fit(text, columns), "accent"))


def _path(chart: Chart, layout: Layout, look: Look) -> Row:
    """What the run waited for, one thing after the other, named where there is room."""
    window, glyphs = layout.window, look.glyphs
    line: list[tuple[str, str]] = [(" ", "text")] * window.columns
    for stretch in chart.path:
        first, last = max(0, window.column(stretch.began)), min(window.columns, window.column(stretch.ended))
        if last <= first:
            continue
        line[first:last] = [(glyphs.line_full, "accent")] * (last - first)
        line[last - 1] = (glyphs.line_half, "accent")
        whole = one_line(stretch.step).rpartition("/")[2]
        name = cut(whole, last - first - 4)
        if cells(name) >= min(LEAST_NAME, len(whole)):
            line[first + 1 : first + 3 + len(name)] = [(each, "text") for each in f" {name} "]
    return (Span(fit(" critical", layout.gutter), "muted"), *joined(line))


def _strips(chart: Chart, chosen: Chosen, layout: Layout, look: Look) -> list[Row]:
    spends, spent, window = chart.gantt.spends, chart.gantt.spent, layout.window
    if chosen.rates:
        spoke, cost = spoken(spends, window), paid(spends, window)
        rate = f"{told(replace(spent, cost_usd=cost.most))}/min" if cost.most else told(spent)
        says = [f"{spoke.most:,.0f}/s at most", rate]
    else:
        spoke, cost = all_tokens(spends, window), all_money(spends, window)
        says = [counted(spoke.total), told(spent)]
    return [
        *_strip("tokens", spoke, says[0], "info", chart, layout, look),
        *([()] if layout.strip > 1 else []),
        *_strip("cost", cost, says[1], "good", chart, layout, look),
    ]


def _strip(name: str, strip: Strip, says: str, style: str, chart: Chart, layout: Layout, look: Look) -> list[Row]:
    """A few rows, dim where there are several; the name and the figure stand beside the lowest."""
    seen = max(0, layout.window.column(chart.now) + 1)
    heights = (*strip.heights[:seen], *(0.0 for _ in strip.heights[seen:]))
    lines = drawn(Strip(heights, strip.most, strip.total), layout.strip, look.glyphs.sparks)
    shade = f"{style} dim" if layout.strip > 1 else style
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        label, figure = (name, f" {cut(says, layout.figures - 1)}") if number == len(lines) else ("", "")
        rows.append((Span(fit(f" {label}", layout.gutter), "muted"), Span(line, shade), Span(figure, "muted")))
    return rows


def _legend(look: Look, width: int) -> Row:
    glyphs = look.glyphs
    parts = [
        (look.thinking, "first token"), (glyphs.full, "speaks"), (look.tool, "tool"), (glyphs.empty, "waits"),
        (glyphs.gate, "asks"), (f"{glyphs.rail}{look.joints[9]}", "handoff"), (glyphs.line_full, "critical"),
        (glyphs.retried, "retried"), (glyphs.failed, "failed"), (glyphs.cue, "cue"),
    ]  # fmt: skip
    spans: list[Span] = [Span(" ")]
    room = width - 1
    for glyph, says in parts:
        size = cells(glyph) + cells(says) + 3
        if size > room:
            break
        spans += [Span(glyph, "text"), Span(f" {says}  ", "muted")]
        room -= size
    return tuple(spans)
