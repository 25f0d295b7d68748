"""Lines of a timeline that cross, branch and turn: each is laid alone; where they meet, the right joint is drawn."""

from __future__ import annotations

from collections.abc import Mapping

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8

JOINTS: Mapping[int, str] = {
    LEFT: "╴", RIGHT: "╶", UP: "╵", DOWN: "╷",
    LEFT | RIGHT: "─", UP | DOWN: "│",
    LEFT | DOWN: "╮", LEFT | UP: "╯", RIGHT | DOWN: "╭", RIGHT | UP: "╰",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤", LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    LEFT | RIGHT | UP | DOWN: "┼",
}  # fmt: skip
PLAIN_JOINTS: Mapping[int, str] = {
    **dict.fromkeys(JOINTS, "+"),
    **dict.fromkeys((LEFT, RIGHT, LEFT | RIGHT), "-"),
    **dict.fromkeys((UP, DOWN, UP | DOWN), "|"),
}
STUB = 2  # cells of a line before it turns down; where the giver was done long before, it begins near the turn


class Wires:
    """Lines between rows, as joints of cells."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[int, str]] = {}  # by row and column: joint and style

    def lay(self, giver: tuple[int, int], taker: tuple[int, int], style: str) -> None:
        """From the cell behind a bar to the one before another, or on its first: along, down or up, and along."""
        (row, column), (to_row, to_column) = giver, taker
        turn = max(column, to_column)
        for x in range(max(column, turn - STUB), turn):
            self._join(row, x, LEFT | RIGHT, style)
        if row == to_row:
            return
        down, up = (DOWN, UP) if to_row > row else (UP, DOWN)
        step = 1 if to_row > row else -1
        self._join(row, turn, LEFT | down, style)
        for y in range(row + step, to_row, step):
            self._join(y, turn, UP | DOWN, style)
        self._join(to_row, turn, up | RIGHT, style)

    def _join(self, row: int, column: int, joint: int, style: str) -> None:
        known = self.cells.get((row, column))
        self.cells[row, column] = (joint, style) if known is None else (known[0] | joint, known[1])
