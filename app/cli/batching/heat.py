"""The map of a batch in a terminal: a block for each cell, dark where it passes or costs little, with its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from app.batch.heat import Heat, Spot, costs_told, heat_of
from app.batch.results import Results
from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import shortened_apart
from app.cli.spoken import is_spoken, sentence
from app.safety import one_line

_BETWEEN = "    "
_NAME = 18  # cells of a name, where there is not room for more
_BARS = " ▁▂▃▄▅▆▇█"

Figure = Callable[[Spot], tuple[str, str, str]]  # a bar, what is written beside it, and its style


def heat_lines(results: Results, ink: Ink) -> list[str]:
    """Pass rate and cost, side by side where there is room; nothing for a batch of fewer than two axes."""
    heat = heat_of(results)
    if heat is None:
        return []
    if is_spoken():
        return [sentence(line) for line in _spoken(heat)]
    rates = list(_map(heat, "passed", _rate, ink))
    costs = list(_map(heat, "a run costs", _cost_in(heat), ink))
    width = max(cell_width(text) for text, _ in rates)
    if width + len(_BETWEEN) + max(cell_width(text) for text, _ in costs) > ink.width:
        return [painted for _, painted in (*rates, ("", ""), *costs)]
    pairs = zip_longest(rates, costs, fillvalue=("", ""))
    return [
        f"{left}{' ' * (width - cell_width(plain))}{_BETWEEN}{right}".rstrip() for (plain, left), (_, right) in pairs
    ]


def _map(heat: Heat, title: str, figure: Figure, ink: Ink) -> Iterator[tuple[str, str]]:
    """Its lines, each as it counts in cells and as it is painted."""
    names = shortened_apart([one_line(row) for row in heat.rows], _NAME)
    left = max(cell_width(name) for name in (*names, ""))
    spots = [[None if spot is None else figure(spot) for spot in row] for row in heat.spots]
    columns = shortened_apart([one_line(column) for column in heat.columns], _NAME)
    widths = [
        max([cell_width(column), *(cell_width(f"{row[at][0]} {row[at][1]}") for row in spots if row[at])])  # type: ignore[index]
        for at, column in enumerate(columns)
    ]
    head = f"{title}, {one_line(heat.down)} by {one_line(heat.across)}"
    yield head, ink.paint(head, "dim")
    row_of_heads = "  ".join(f"{column:<{width}}" for column, width in zip(columns, widths, strict=True))
    yield f"{'':<{left}}  {row_of_heads}", f"{'':<{left}}  {ink.paint(row_of_heads, 'dim')}"
    for name, row in zip(names, spots, strict=True):
        cells = [_cell(spot, width, ink) for spot, width in zip(row, widths, strict=True)]
        gap = " " * (left - cell_width(name))
        plain, painted = "  ".join(cell[0] for cell in cells), "  ".join(cell[1] for cell in cells)
        yield f"{name}{gap}  {plain}", f"{name}{gap}  {painted}"


def _cell(spot: tuple[str, str, str] | None, width: int, ink: Ink) -> tuple[str, str]:
    if spot is None:
        return " " * width, " " * width
    bar, said, style = spot
    rest = " " * (width - cell_width(f"{bar} {said}"))
    return f"{bar} {said}{rest}", f"{ink.paint(ink.glyphs(bar), style)} {said}{rest}"


def _rate(spot: Spot) -> tuple[str, str, str]:
    if spot.rate is None:
        return "··", "none yet", "dim"
    style = "good" if spot.rate >= 0.95 else "yellow" if spot.rate >= 0.7 else "red"
    return _bar(spot.rate), f"{spot.passed} of {spot.over}", style


def _cost_in(heat: Heat) -> Figure:
    least, most = heat.costs

    def cost(spot: Spot) -> tuple[str, str, str]:
        if spot.cost_usd is None:
            return "··", "none yet", "dim"
        if spot.unpriced:
            return "??", costs_told(spot), "yellow"
        share = (spot.cost_usd - least) / (most - least) if most > least else 0.0
        style = "red" if share > 0.8 else "yellow" if share > 0.4 else "good"
        return _bar(spot.cost_usd / most if most else 0.0), costs_told(spot), style

    return cost


def _bar(share: float) -> str:
    """Two cells that fill up from the left and from below."""
    steps = round(share * 16)
    return _BARS[min(steps, 8)] + _BARS[max(0, steps - 8)]


def _spoken(heat: Heat) -> Iterator[str]:
    for name, row in zip(heat.rows, heat.spots, strict=True):
        for column, spot in zip(heat.columns, row, strict=True):
            if spot is not None and spot.cost_usd is not None:
                said = f"{spot.passed} of {spot.over} passed, a run costs {costs_told(spot)}"
                yield f"{one_line(name)}, {one_line(column)}: {said}"
