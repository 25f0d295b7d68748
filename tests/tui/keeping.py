"""Keeps what a screen shows in two themes as one small file: its rows, the looks in each row, and what each look is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NamedTuple

from textual.app import App

LETTERS = ascii_lowercase + ascii_uppercase


class Shot(NamedTuple):
    """A screen at one moment: the text of each row, and the style of each of its cells."""

    texts: list[str]
    styles: list[list[str]]


def shot(app: App[Any]) -> Shot:
    """What it shows now."""
    strips = app.screen._compositor.render_strips()
    return Shot(
        ["".join(segment.text for segment in strip).rstrip() for strip in strips],
        [[str(segment.style or "none") for segment in strip for _ in range(segment.cell_length)] for strip in strips],
    )


def kept(shots: Sequence[Shot]) -> str:
    """The same screen in several themes: the text once; a letter stands for how a cell looks in each of them."""
    assert all(one.texts == other.texts for one, other in pairwise(shots)), "a theme changes no text"
    names: dict[tuple[str, ...], str] = {}
    rows = [
        "".join(_told(names, cells)) for cells in (list(zip(*row, strict=True)) for row in _rows(shots))
    ]  # the looks of a row: a12 b7
    legend = [f"{name}  {'  |  '.join(look)}" for look, name in names.items()]
    return "\n".join([*shots[0].texts, "", *rows, "", *legend, ""])


def _rows(shots: Sequence[Shot]) -> Iterator[tuple[list[str], ...]]:
    return zip(*(shot.styles for shot in shots), strict=True)


def _told(names: dict[tuple[str, ...], str], cells: list[tuple[str, ...]]) -> Iterator[str]:
    for look, run in groupby(cells):
        turn, letter = divmod(len(names), len(LETTERS))
        yield f"{names.setdefault(look, LETTERS[letter] + '_' * turn)}{len(list(run))}"
