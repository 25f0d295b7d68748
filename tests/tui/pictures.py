"""What the app shows, as text: its cells, and below them which styles stand where. Made to be read in a diff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.segment import Segment
from textual.app import App

HERE = Path(__file__).parent / "snapshots"


def cells(app: App[Any]) -> list[str]:
    """The text of every row on screen."""
    return ["".join(segment.text for segment in row).rstrip() for row in _rows(app)]


def rows_of(app: App[Any]) -> list[tuple[str, str]]:
    """Of every row its text, and where which style begins."""
    found = []
    for row in _rows(app):
        at, marks = 0, []
        for segment in Segment.simplify(row):
            marks.append(f"{at}:{segment.style or 'none'}")
            at += segment.cell_length
        found.append(("".join(segment.text for segment in row), ", ".join(marks)))
    return found


def picture(app: App[Any]) -> str:
    """Every row, and every style with the place where it begins, by row."""
    names: dict[str, str] = {}
    styled = []
    for row in _rows(app):
        marks, at = [], 0
        for segment in Segment.simplify(row):
            style = str(segment.style or "none")
            name = names.setdefault(style, f"{len(names)}")
            marks.append(f"{at}:{name}")
            at += segment.cell_length
        styled.append(" ".join(marks))
    legend = [f"{name} = {style}" for style, name in names.items()]
    return "\n".join([*cells(app), "", *styled, "", *legend, ""])


def assert_pictured(app: App[Any], name: str, *, update: bool) -> None:
    """Hold the screen against the picture that is kept; `update` keeps it as it is now."""
    path = HERE / f"{name}.txt"
    now = picture(app)
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(now)
    assert path.exists(), f"there is no picture {name}: python -m pytest tests/tui --keep-pictures"
    assert now == path.read_text(), f"the screen differs from tests/tui/snapshots/{name}.txt"


def _rows(app: App[Any]) -> list[list[Segment]]:
    compositor = app.screen._compositor
    return [list(strip) for strip in compositor.render_strips()]
