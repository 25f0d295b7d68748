"""A comparison on the terminal: its verdict, each measure with its interval drawn around zero, and what to mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.batch.comparing.arms import Arm, Comparisons, Measured, Place
from app.batch.comparing.forest import LEAST, Forest, Span
from app.batch.comparing.words import WHAT, change, changed_by, paired_told, signed, span
from app.batch.statistics import Comparison, few_differ_told, level
from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import shortened_apart, wrap
from app.cli.spoken import is_spoken, sentence, spoken_rows
from app.cli.tables import Cell, Giving, table
from app.safety import one_line

_WIDEST = 120
_MOST_PLACES = 12
_WIDEST_FOREST = 41
_ROOMY = 100
_LONGEST_ARM, _LONGEST_ARM_IN_LITTLE_ROOM = 16, 10
_DRAWN_LATER = "\ue000"  # a table takes spaces together, which a drawing needs
_SIGNS = {
    "better": ("✓", "good"),
    "worse": ("✗", "error"),
    "same": ("=", "note"),
    "not enough data": ("?", "warning"),
    "void": ("○", "warning"),
}


def comparison_lines(comparisons: Comparisons, ink: Ink) -> list[str]:
    """The page."""
    ink = Ink(colour=ink.colour, ascii=ink.ascii, width=min(ink.width, _WIDEST))
    if is_spoken():
        return list(_spoken(comparisons))
    said: list[str] = []
    for arm in comparisons.arms:
        said += _headline(arm, ink)
    for arm in comparisons.arms:
        if arm.measures:
            said += ["", *_measures(comparisons, arm, ink), *_places(arm, ink)]
    notes = list(_notes(comparisons))
    return [ink.glyphs(line) for line in [*said, "", *bulleted(notes, ink)]]


def _headline(arm: Arm, ink: Ink) -> list[str]:
    glyph, style = _SIGNS[arm.verdict]
    first, *rest = wrap(one_line(arm.headline), ink.width - 2)
    head = f"{ink.paint(glyph, style)} {ink.paint(first, 'bold')}"
    return [head, *(f"  {ink.paint(line, 'bold')}" for line in rest)]


def _measures(comparisons: Comparisons, arm: Arm, ink: Ink) -> list[str]:
    if not arm.measures:
        return []
    longest = _LONGEST_ARM if ink.width >= _ROOMY else _LONGEST_ARM_IN_LITTLE_ROOM
    arms = shortened_apart([one_line(name) for name in (comparisons.control, arm.name)], longest)
    head = ["", *arms, "change", "between", "", "effect", "p", ""]
    found = [each.comparison for each in arm.measures]
    rows = [_row(each) for each in arm.measures]
    return _with_forest(head, rows, found, ink, plot=5, leaving=(7, 6, 4, 5, 1, 2))


def _row(measured: Measured) -> list[Cell]:
    found = measured.comparison
    glyph, style = _SIGNS[measured.verdict]
    arms = [Cell("" if value is None else level(found.measure, value), right=True) for value in (found.a, found.b)]
    effect = found.size if found.low is not None and measured.verdict != "void" else ""
    return [
        Cell(WHAT[found.measure]), *arms, Cell(_changed_by(found), right=True),
        Cell(_between(found), "dim", right=True), Cell(""), Cell(effect), Cell(_p(found) if effect else "", right=True),
        Cell(f"{glyph} {measured.verdict}", style),
    ]  # fmt: skip


def _places(arm: Arm, ink: Ink) -> list[str]:
    if not arm.places:
        return []
    shown = arm.places[:_MOST_PLACES]
    what = WHAT[shown[0].comparison.measure]
    rows = [_place(place) for place in shown]
    head = [f"{what} in", "pairs", "change", "between", ""]
    said = ["", *_with_forest(head, rows, [place.comparison for place in shown], ink, plot=4, leaving=(3, 4, 1))]
    if more := len(arm.places) - len(shown):
        said.append(ink.paint(f"  and {more:,} more; --json has them all", "dim"))
    if arm.shift:
        lines = list(wrap(one_line(f"Mind that {arm.shift}."), ink.width - 2))
        said += [f"{ink.paint('⚠', 'warning')} {lines[0]}", *(f"  {line}" for line in lines[1:])]
    return said


def _place(place: Place) -> list[Cell]:
    found = place.comparison
    return [
        Cell(place.name), Cell(f"{found.pairs:,}", right=True), Cell(_changed_by(found), right=True),
        Cell(_between(found), "dim", right=True), Cell(""),
    ]  # fmt: skip


def _with_forest(
    head: Sequence[str], rows: list[list[Cell]], found: Sequence[Comparison], ink: Ink, *, plot: int,
    leaving: tuple[int, ...],
) -> list[str]:  # fmt: skip
    """A table with the intervals drawn in one of its columns, as wide as there is room; some columns leave for it."""
    spans = [Span(*seen) if (seen := span(each)) is not None else None for each in found]
    inner = Ink(colour=ink.colour, ascii=ink.ascii, width=ink.width - 2)
    widths = {column: _wide(head, rows, column) for column in range(len(head))} | {plot: LEAST}
    if not any(spans):
        del widths[plot]
    for column in leaving:
        if _total(widths) <= inner.width:
            break
        widths.pop(column, None)
    forest = Forest(spans, min(_WIDEST_FOREST, inner.width - _total(widths) + LEAST))
    kept = list(widths)
    blank = Cell(_DRAWN_LATER * forest.width)
    filled = [[blank if column == plot else row[column] for column in kept] for row in rows]
    if plot in widths:
        filled.append([blank if column == plot else Cell("") for column in kept])
    lines = table([head[column] for column in kept], filled, inner, yielding=Giving(0, least=8, apart=True))
    drawings = ["", *map(forest.drawn, spans), ink.paint(forest.axis(), "dim")][: len(lines)]
    return [f"  {line.replace(blank.text, drawn).rstrip()}" for line, drawn in zip(lines, drawings, strict=True)]


def _total(widths: Mapping[int, int]) -> int:
    return sum(widths.values()) + 2 * (len(widths) - 1)


def _wide(head: Sequence[str], rows: list[list[Cell]], column: int) -> int:
    return max(cell_width(text) for text in (head[column], *(one_line(row[column].text) for row in rows)))


def _changed_by(found: Comparison) -> str:
    return changed_by(found) if change(found) is not None else ""


def _between(found: Comparison) -> str:
    seen = span(found)
    return f"{signed(found, seen[1])} to {signed(found, seen[2])}" if seen is not None else ""


def _p(found: Comparison) -> str:
    return "< 0.001" if found.p < 0.001 else f"{found.p:.2g}"


def _notes(comparisons: Comparisons) -> Iterator[str]:
    yield from paired_told(comparisons)
    told = [tuple(_of_measures(arm)) for arm in comparisons.arms]
    for arm, each in zip(comparisons.arms, told, strict=True):
        yield from each if len(told) == 1 else (f"{arm.name}: {said}" for said in each)
    if comparisons.together:
        yield comparisons.together
    yield from comparisons.notes


def _of_measures(arm: Arm) -> Iterator[str]:
    for measured in arm.measures[1:]:
        if few := few_differ_told(measured.comparison):
            yield f"of {WHAT[measured.measure]} {few}"
    for measured in arm.measures:
        if measured.verdict == "void" and not arm.void:
            yield f"{WHAT[measured.measure]} is void: {measured.why}"


def bulleted(notes: Sequence[str], ink: Ink) -> list[str]:
    """What is to be known beside it, a point each."""
    said = []
    for note in notes:
        first, *rest = wrap(one_line(note), ink.width - 4)
        said += [ink.paint(f"  · {first}", "dim"), *(ink.paint(f"    {line}", "dim") for line in rest)]
    return said


def _spoken(comparisons: Comparisons) -> Iterator[str]:
    for arm in comparisons.arms:
        yield sentence(one_line(arm.headline))
        head = ("measure", comparisons.control, arm.name, "change", "between", "", "effect", "p", "verdict")
        rows = [[*_row(measured)[:-1], Cell(measured.verdict)] for measured in arm.measures]
        yield from spoken_rows(head, rows)
        if arm.shift:
            yield sentence(one_line(f"mind that {arm.shift}"))
    yield from (sentence(one_line(note)) for note in _notes(comparisons))
