"""What a batch comes to, beside its grid: the pass rate so far, the map of its cells, the arms that are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.batch.comparing.arms import Arm, Comparisons
from app.batch.comparing.forest import LEAST, Forest
from app.batch.comparing.forest import Span as Change
from app.batch.comparing.words import WHAT, changed_by, paired_told, span
from app.batch.groups import Reason
from app.batch.heat import Heat, Spot, costs_told
from app.safety import one_line
from app.state.words import percent, plural
from app.tui.look.glyphs import Glyphs
from app.tui.paint.batch import LOOKS, mark
from app.tui.paint.leaf import heading, prose
from app.tui.paint.rows import Row, Span, width_of
from app.tui.text import cells, cut, fit

_WELL, _SO_SO = 0.95, 0.7  # pass rates from which on a cell looks well, or not too bad
_ARMS = {"better": "good", "worse": "error", "same": "info"}  # how an arm looks
Said = tuple[str, str]  # what is written, and how it looks
Figure = Callable[[Spot], Said]
MOST_REASONS = 6
COMPARED = "compared"  # the heading of what follows from it
MOST_CELLS = 12
ALIKE = 0.1  # of the dearest: what differs by less is no reason to look
FIGURE = 11  # cells that a figure takes beside a name, at most


def rate_rows(rates: Sequence[float], rate: float | None, width: int, glyphs: Glyphs) -> list[Row]:
    """The pass rate as it came to be, from nothing to all."""
    if rate is None:
        return []
    said = f" {percent(rate, 0)} "
    bars = glyphs.sparks[:-1]  # air above: what is all well is no wall
    drawn = "".join(bars[min(len(bars) - 1, int(each * len(bars)))] for each in rates[-max(0, width - cells(said)) :])
    return [*heading("pass rate"), (Span(drawn, "info"), Span(said, f"{_look(rate)} bold"))]


def heat_rows(heat: Heat | None, width: int) -> list[Row]:
    """The map: how often each cell passes, and what a run of it costs."""
    if heat is None:
        return []
    rows = heading("the map", f"{one_line(heat.down)} by {one_line(heat.across)}")
    rows += _map(heat, width, _rate)
    least, most = heat.costs
    if most > 0:
        rows += [*heading("a run costs"), *_map(heat, width, lambda spot: _cost(spot, least, most))]
    return rows


def cell_rows(found: Sequence[tuple[str, Spot]], width: int) -> list[Row]:
    """How each cell fares, the worst first, for a batch that has no map; of many only those that do not all pass."""
    if len(found) < 2:
        return []
    ordered = sorted((cell for cell in found if cell[1].over), key=lambda cell: cell[1].rate or 0.0)
    if len(found) > MOST_CELLS:
        ordered = [cell for cell in ordered if cell[1].passed < cell[1].over][:MOST_CELLS]
    if not ordered:
        return [*heading("the cells"), (Span(f"all {len(found):,} pass", "good"),)]
    names, spots = [name for name, _ in ordered], [spot for _, spot in ordered]
    costs = [spot.cost_usd or 0.0 for spot in spots]
    told: list[list[Said]] = [[_rate(spot), _cost(spot, min(costs), max(costs))] for spot in spots]
    columns: tuple[str, ...] = ("passed", "costs")
    if max(map(cells, names)) > width - len(columns) * FIGURE:  # which one it is goes before what it costs
        told, columns = [figures[:1] for figures in told], columns[:1]
    rows = _table(names, columns, told, width, width - len(columns) * FIGURE)
    if more := len(found) - len(ordered):
        rows += [(Span(f"{plural(more, 'other')}, no worse", "muted"),)]
    return [*heading("the cells", "the worst first"), *rows]


def _map(heat: Heat, width: int, figure: Figure) -> list[Row]:
    told = [[figure(spot) if spot is not None else ("", "") for spot in row] for row in heat.spots]
    return _table(
        [one_line(name) for name in heat.rows], [one_line(name) for name in heat.columns], told, width, width // 3
    )


def _table(
    names: Sequence[str], columns: Sequence[str], told: Sequence[Sequence[Said]], width: int, most: int
) -> list[Row]:
    """Figures on grounds of their own; names take at most so much room."""
    label = min(max(map(cells, names)), most)
    titled = min(max(map(cells, columns)), max(8, (width - label) // len(columns) - 3))
    widest = max(max(cells(said) for row in told for said, _ in row), titled) + 2
    seen = max(1, min(len(columns), (width - label) // (widest + 1)))
    titles = [Span(f" {cut(name, widest).center(widest)}", "muted") for name in columns[:seen]]
    rows: list[Row] = [(Span(" " * label), *titles)]
    for name, row in zip(names, told, strict=True):
        spots = [span for said, look in row[:seen] for span in (Span(" "), Span(said.center(widest), look))]
        rows.append((Span(fit(name, label), "text"), *spots))
    if seen < len(columns):
        rows.append((Span(f"{len(columns) - seen} more to the right, where there is room", "muted"),))
    return rows


def _rate(spot: Spot) -> tuple[str, str]:
    if spot.rate is None:
        return "none", "muted on:panel"
    return f"{spot.passed}/{spot.over}", f"bold on:{_look(spot.rate)}"


def _cost(spot: Spot, least: float, most: float) -> tuple[str, str]:
    if spot.cost_usd is None:
        return "none", "muted on:panel"
    share = (spot.cost_usd - least) / (most - least) if most - least > ALIKE * most else 0.0
    return (
        costs_told(spot, short=True),
        "bold on:warning" if share > 0.66 or spot.unpriced else "text on:track" if share > 0.33 else "text on:panel",
    )


def _look(rate: float) -> str:
    return "good" if rate >= _WELL else "warning" if rate >= _SO_SO else "error"


def reason_rows(reasons: Sequence[Reason], width: int, glyphs: Glyphs) -> list[Row]:
    """Why some did not pass, what happened most often first."""
    rows: list[Row] = []
    for reason in reasons[:MOST_REASONS]:
        verdict = reason.items[0].verdict
        lead: Row = (Span(f"{mark(verdict, glyphs)} ", LOOKS[verdict]), Span(f"{len(reason.items):,}  ", "text bold"))
        taken = width_of(lead)
        for number, row in enumerate(prose(one_line(reason.why), width - taken, most=2)):
            rows.append((*(lead if not number else (Span(" " * taken),)), *row))
    more = len(reasons) - MOST_REASONS
    rows += [(Span(f"and {more} other reasons", "muted"),)] if more > 0 else []
    return [*heading("did not pass because"), *rows] if rows else []


def compared_rows(compared: Sequence[Comparisons], width: int, glyphs: Glyphs) -> list[Row]:
    """Each arm in a line, with its measures drawn around zero."""
    rows: list[Row] = []
    for comparisons in compared:
        rows += heading(COMPARED, one_line(comparisons.axis))
        for arm in comparisons.arms:
            rows += [*_headline(arm, width, glyphs), *_forest(arm, width)]
            rows += [*(prose(f"Mind that {one_line(arm.shift)}.", width, "warning") if arm.shift else ()), ()]
        for note in (*paired_told(comparisons), comparisons.together, *comparisons.notes):
            rows += prose(one_line(note), width, "muted") if note else ()
    return rows


def _headline(arm: Arm, width: int, glyphs: Glyphs) -> Iterator[Row]:
    signs = {"better": glyphs.done, "worse": glyphs.failed, "same": "=", "not enough data": "?"}
    sign, look = signs.get(arm.verdict, glyphs.off), _ARMS.get(arm.verdict, "warning")
    for number, row in enumerate(prose(one_line(arm.headline), width - 2, "text bold")):
        yield (Span(f"{sign} " if not number else "  ", look), *row)


def _forest(arm: Arm, width: int) -> Iterator[Row]:
    if not arm.measures:
        return
    changes = [Change(*found) if (found := span(each.comparison)) is not None else None for each in arm.measures]
    names = [WHAT[each.measure] for each in arm.measures]
    figures = [changed_by(each.comparison) for each in arm.measures]
    label, figure = max(map(cells, names), default=0), max(map(cells, figures), default=0)
    room = width - label - figure - 4
    if room < LEAST:
        yield from (
            (Span(f"  {fit(name, label)}  ", "muted"), Span(said)) for name, said in zip(names, figures, strict=True)
        )
        return
    forest = Forest(changes, min(room, 41))
    for measured, name, said, change in zip(arm.measures, names, figures, changes, strict=True):
        look = _ARMS.get(measured.verdict, "muted")
        yield (
            Span(f"{fit(name, label)}  ", "muted"), Span(" " * (figure - cells(said)) + said), Span("  "),
            Span(forest.drawn(change), look),
        )  # fmt: skip
    yield (Span(" " * (label + figure + 4)), Span(cut(forest.axis(), room), "faint"))


def resume_rows(asking: int, missing: int) -> Iterator[Row]:
    """The keys that lead on, where nobody performs it."""
    if asking:
        yield (Span("5 ", "accent bold"), Span(f"leads to what {plural(asking, 'run')} ask{'s' * (asking == 1)}"))
    told = f"goes on with {plural(missing, 'missing run')}" if missing > asking else "goes on when they are answered"
    yield (Span("r ", "accent bold"), Span(told))
