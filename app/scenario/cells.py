"""The cells of a `strategy`: every combination of the values that were named, less those left out, and those added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import msgspec

from app.scenario.model.strategy import Strategy

Cell = dict[str, Any]  # what is particular to it, by the name of each axis


def cells_of(
    matrix: Mapping[str, Sequence[Any]], include: Sequence[Cell] = (), exclude: Sequence[Cell] = ()
) -> list[Cell]:
    """Every cell, in the order in which they are written; without a matrix there is one, with nothing in it."""
    cells = _each_cell(matrix, include, exclude)
    return list({msgspec.json.encode(cell, order="sorted"): cell for cell in cells}.values())


def _each_cell(matrix: Mapping[str, Sequence[Any]], include: Sequence[Cell], exclude: Sequence[Cell]) -> Iterator[Cell]:
    if matrix or not include:
        yield from combined(matrix, exclude)
    yield from map(dict, include)


def combined(matrix: Mapping[str, Sequence[Any]], exclude: Sequence[Cell] = ()) -> Iterator[Cell]:
    """Every combination of the values but those left out, one after the other: there may be more than memory holds."""
    for values in product(*matrix.values()):
        cell = dict(zip(matrix, values, strict=True))
        if not any(_holds(cell, left_out) for left_out in exclude):
            yield cell


def first_cell(strategy: Strategy | None) -> Cell | None:
    """What `${{ matrix }}` holds in a run that is no part of a batch."""
    if strategy is None:
        return None
    first = next(_each_cell(strategy.matrix, strategy.include, strategy.exclude), {})
    return {name: value for name, value in first.items() if not set(name) & set("./")}


def _holds(cell: Cell, part: Cell) -> bool:
    return all(name in cell and cell[name] == value for name, value in part.items())
