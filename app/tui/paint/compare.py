"""Two runs side by side as a picture: who they are, bars from the middle for what each took, a row for every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.compare import Comparison, Half, Measure, Pair, Shared
from app.compare.words import (
    how_of,
    kinship_told,
    name_of,
    parting_told,
    shared_told,
    short,
    sign_of,
    title_of,
    told_of,
)
from app.safety import one_line
from app.state.words import in_a_cell, plural
from app.tui.compare import Excerpts, Line
from app.tui.look.glyphs import Glyphs
from app.tui.paint.history import status
from app.tui.paint.rows import Row, Span, fitted
from app.tui.table import Column
from app.tui.text import cells, cut

WIDE = 92  # cells from which the two stand beside one another
A, B = "info", "accent"  # what is drawn of either

_NAME, _TOLD, _MORE = 12, 14, 28  # cells of a measure
_AIR = 2  # between the heads of the two
_LEAST_BAR, _MOST_BAR = 4, 34
_IS_BETTER_LOW = ("cost", "new", "time", "retries", "errors")
_MARKS = {"-": A, "+": B, "~": "warning", "=": "muted", ".": "muted", " ": "muted"}


def summary(found: Comparison, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """As much of it as there is room for: the two, what they took, where they part."""
    wide = width >= WIDE
    rows = _heads(found, width, glyphs, wide=wide)
    told = [
        one_line(line)
        for line in (kinship_told(found), shared_told(found), parting_told(found), _changed(found))
        if line
    ]
    said = _told(told, width, wide=wide, room=height - len(rows))
    room = height - len(rows) - len(said)
    measured = [each for each in found.measures if each.is_told]
    return [*rows, *(_measure(each, width, glyphs, wide=wide) for each in measured[: max(0, room)]), *said][:height]


def height_for(found: Comparison, most: int) -> int:
    """How many rows of it are worth having."""
    return min(most, 4 + sum(each.is_told for each in found.measures))  # the two, air, what is said in words


def _heads(found: Comparison, width: int, glyphs: Glyphs, *, wide: bool) -> list[Row]:
    if not wide:
        return [
            fitted(_head("A", A, found.left, glyphs), width),
            fitted(_head("B", B, found.right, glyphs), width),
        ]
    room = _TOLD + 1 + _bar(width) + _NAME + 2  # B begins where its bars do
    left, right = (
        _head(name, look, half, glyphs) for name, look, half in (("A", A, found.left), ("B", B, found.right))
    )
    about = [(Span("   "), Span(one_line(how_of(half)), "muted")) for half in (found.left, found.right)]
    return [(*fitted(one, room - _AIR), Span(" " * _AIR), *other) for one, other in ((left, right), about)]


def _head(name: str, look: str, half: Half, glyphs: Glyphs) -> Row:
    return (
        Span(f"{name}  ", f"{look} bold"), Span(short(half), look), Span("  "), *status(half.standing, glyphs),
        Span("  "), Span(one_line(title_of(half)), "text bold"),
    )  # fmt: skip


def _told(lines: Sequence[str], width: int, *, wide: bool, room: int) -> list[Row]:
    """What is said in words; on a small screen only where they part."""
    if room <= 4:
        return []
    joined = "; ".join(lines)
    if wide or cells(joined) <= width:
        return [(), (Span(cut(joined, width), "text"),)] if room > 6 else [(Span(cut(joined, width), "text"),)]
    return [(Span(cut(lines[-2] if len(lines) > 1 else lines[0], width)),)]


def _changed(found: Comparison) -> str:
    """What was changed, the first few by name."""
    names = list(dict.fromkeys(change.where for change in found.changes))
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"changed: {', '.join(names[:2])}{more}" if names else ""


# What each took


def _measure(measure: Measure, width: int, glyphs: Glyphs, *, wide: bool) -> Row:
    """Bars from the middle, as long as what each took; how much more stands at the right."""
    bar = _bar(width) if wide else 0
    more = (*_more(measure), Span(f"  {measure.beside}", "muted"))
    name = Span(f" {measure.name:^{_NAME}} ", "text")
    if bar < _LEAST_BAR:
        values = (Span(f"{measure.left_told:>13} ", A), Span(f" {measure.right_told:<13}", B))
        return fitted(
            (Span(f"{measure.name:<11}", "muted"), *values, *_swing(measure, glyphs), Span(" "), *more), width
        )
    left, right = _lengths(measure, bar)
    return fitted(
        (
            Span(f"{measure.left_told:>{_TOLD}} ", A),
            Span(" " * (bar - left)), Span(glyphs.line_full * left, A), name, Span(glyphs.line_full * right, B),
            Span(" " * (bar - right)), Span(f" {measure.right_told:<{_TOLD}} ", B), *more,
        ),
        width,
    )  # fmt: skip


def _bar(width: int) -> int:
    """How long the longest bar is."""
    return max(0, min(_MOST_BAR, (width - _NAME - 2 * _TOLD - _MORE - 6) // 2))


def _lengths(measure: Measure, most: int) -> tuple[int, int]:
    amounts = measure.left or 0.0, measure.right or 0.0
    top = max(amounts)
    left, right = (max(1, round(most * amount / top)) if top and amount else 0 for amount in amounts)
    return left, right


def _swing(measure: Measure, glyphs: Glyphs) -> Row:
    """A small bar to the left for less, to the right for more; full where it is as much again."""
    room = 5
    if measure.difference is None or not (measure.left or measure.right):
        return (Span(f"{glyphs.line_empty * room}{glyphs.stop}{glyphs.line_empty * room}", "edge"),)
    share = min(1.0, abs(measure.difference) / (measure.left or abs(measure.difference)))
    size = max(1, round(room * share)) if measure.difference else 0
    full, rest = glyphs.line_full * size, glyphs.line_empty * (room - size)
    empty = Span(glyphs.line_empty * room, "edge")
    if measure.difference < 0:
        return (Span(rest, "edge"), Span(full, A), Span(glyphs.stop, "edge"), empty)
    return (empty, Span(glyphs.stop, "edge"), Span(full, B), Span(rest, "edge"))


def _more(measure: Measure) -> Row:
    if measure.is_same and measure.difference is not None:
        return (Span(f"{'=':>9}", "muted"),)
    look = "text"
    if measure.difference is None:
        look = "warning"
    elif measure.name in _IS_BETTER_LOW:
        look = "good" if measure.difference < 0 else "warning"
    return (Span(f"{measure.difference_told:>9}", look),)


# Step by step


def columns_of(found: Comparison, excerpts: Excerpts, view: str, glyphs: Glyphs) -> tuple[Column[Line], ...]:
    """What the list shows of each step."""
    first: tuple[Column[Line], ...] = (
        Column("", lambda line: (Span(_sign(line), _MARKS[_sign(line)]),), 1),
        Column("step", lambda line: _step(line, glyphs), 20, grows=2),
    )
    match view:
        case "costs":
            return (*first, *_costs(found))
        case "routes":
            return (*first, *_routes())
    return (
        *first,
        Column("A", lambda line: _gave(line, "A", excerpts), 16, grows=3),
        Column("B", lambda line: _gave(line, "B", excerpts), 16, grows=3),
        Column("differs in", lambda line: (Span(_differs(line), "warning"),), 22, leaves=1),
    )


def _costs(found: Comparison) -> tuple[Column[Line], ...]:
    def measured(name: str, tell: Callable[[Measure], str], style: str) -> Callable[[Line], Row]:
        return lambda line: (Span(_of(found, line, name, tell), style),)

    def more(name: str) -> Callable[[Line], float]:
        return lambda line: abs(_difference(found, line, name))

    def column(
        title: str, name: str, tell: Callable[[Measure], str], style: str, width: int, leaves: int
    ) -> Column[Line]:
        by = more(name) if title.startswith("more") else None
        return Column(title, measured(name, tell, style), width, right=True, leaves=leaves, by=by, falls=True)

    return (
        column("cost A", "cost", _left, A, 13, 0),
        column("cost B", "cost", _right, B, 13, 0),
        column("more cost", "cost", _said, "text", 10, 0),
        column("time A", "time", _left, A, 9, 3),
        column("time B", "time", _right, B, 9, 3),
        column("more time", "time", _said, "text", 10, 2),
        column("tokens out A", "tokens out", _left, A, 12, 5),
        column("B", "tokens out", _right, B, 7, 5),
        column("calls A", "calls", _left, A, 7, 6),
        column("B", "calls", _right, B, 5, 6),
    )


def _routes() -> tuple[Column[Line], ...]:
    def fact(name: str, side: str, style: str) -> Callable[[Line], Row]:
        return lambda line: (Span(_fact(line, name, side), style),)

    return (
        Column("model A", fact("model", "A", A), 16, grows=2),
        Column("model B", fact("model", "B", B), 16, grows=2),
        Column("chosen by A", fact("chosen by", "A", A), 12, leaves=3),
        Column("B", fact("chosen by", "B", B), 10, leaves=3),
        Column("agent A", fact("agent", "A", A), 12, leaves=2),
        Column("B", fact("agent", "B", B), 10, leaves=2),
        Column("tries A", fact("attempts", "A", A), 7, leaves=4),
        Column("B", fact("attempts", "B", B), 5, leaves=4),
    )


def _sign(line: Line) -> str:
    return "." if isinstance(line, Shared) else sign_of(line).mark


def _step(line: Line, glyphs: Glyphs) -> Row:
    if isinstance(line, Shared):
        return (Span(one_line(name_of(line)), "muted"),)
    lead = "  " * line.depth
    return (Span(f"{lead}{one_line(line.name)}", "muted" if _sign(line) == "=" else "text"),)


def _gave(line: Line, name: str, excerpts: Excerpts) -> Row:
    if isinstance(line, Shared):
        count = len(line.pairs)
        once = f"taken over, {plural(count, 'step')}" if name == "A" else in_a_cell(line.spent)
        return (Span(once, "muted"),)
    side = line.left if name == "A" else line.right
    if side is None:
        return (Span("did not come to it", "faint"),)
    if name == "B" and line.left is not None and "output" not in line.differs and side.step.output is not None:
        return (Span("the same", "muted"),)
    said = excerpts.of(line, name) or side.facts.get("skipped") or ""
    told = side.status if side.status != "succeeded" else ""
    words = "  ".join(filter(None, (told, one_line(said))))
    return (Span(words, "text" if "output" in line.differs or line.only else "muted"),)


def _differs(line: Line) -> str:
    return told_of(line) if isinstance(line, Pair) and line.differs else ""


def _of(found: Comparison, line: Line, name: str, tell: Callable[[Measure], str]) -> str:
    if isinstance(line, Shared):
        return in_a_cell(line.spent) if name == "cost" and tell is _left else ""
    return next((tell(each) for each in found.measured(line) if each.name == name and (each.left or each.right)), "")


def _difference(found: Comparison, line: Line, name: str) -> float:
    if isinstance(line, Shared):
        return 0.0
    return next((each.difference or 0.0 for each in found.measured(line) if each.name == name), 0.0)


def _left(measure: Measure) -> str:
    return measure.left_told


def _right(measure: Measure) -> str:
    return measure.right_told


def _said(measure: Measure) -> str:
    return "" if measure.is_same else measure.difference_told


def _fact(line: Line, name: str, side: str) -> str:
    if isinstance(line, Shared):
        return ""
    half = line.left if side == "A" else line.right
    return one_line(half.facts.get(name, "")) if half is not None else ""
