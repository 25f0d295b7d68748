"""Charts as lines of text: blocks and box lines, never wider than asked."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from app.tools.chart.points import Picture, column_means, compact, shares

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_RISING = " ▁▂▃▄▅▆▇█"
_SHADES = " ░▒▓█"
_LEAST_BAR = 4


def bar(picture: Picture) -> list[str]:
    """One line a label: its bar and its number; what is below zero is drawn light."""
    figures = [compact(value) for value in picture.values]
    beside = picture.width - max(map(len, figures)) - 2
    names = _fitted(picture.labels, min(picture.width // 3, beside - _LEAST_BAR))
    room = beside - cells(names[0])
    most = max(map(abs, picture.values)) or 1.0
    lines = []
    for name, value, figure in zip(names, picture.values, figures, strict=True):
        drawn = _bar(abs(value) / most, room) if value >= 0 else "░" * max(1, round(abs(value) / most * room))
        lines.append(f"{name} {drawn}{' ' * (room - len(drawn))} {figure:>{max(map(len, figures))}}")
    return lines


def share(picture: Picture) -> list[str]:
    """What others draw as a pie: one bar of all shares, and a line for each."""
    parts = shares(picture.values)
    figures = [compact(value) for value in picture.values]
    names = _fitted(picture.labels, min(picture.width // 2, picture.width - max(map(len, figures)) - len("█  100.0% ")))
    marks = [_SHADES[4 - number % 4] for number in range(len(parts))]
    lengths = _apportioned(parts, picture.width)
    whole = "".join(mark * length for mark, length in zip(marks, lengths, strict=True))
    lines = [
        f"{mark} {name} {part:>6.1%} {figure:>{max(map(len, figures))}}"
        for mark, name, part, figure in zip(marks, names, parts, figures, strict=True)
    ]
    return [whole, *lines]


def area(picture: Picture) -> list[str]:
    """A mountain of blocks over the zero line, or over the least value where all are far from zero."""
    scale, low, high = _axis(picture)
    room = picture.width - cells(scale[0]) - 1
    columns = column_means(picture.values, room)
    eighths = [round((value - low) / (high - low) * picture.height * 8) for value in columns]
    lines = []
    for row in range(picture.height):
        floor = (picture.height - 1 - row) * 8
        lines.append(f"{scale[row]} " + "".join(_RISING[max(0, min(8, eighth - floor))] for eighth in eighths).rstrip())
    return [*lines, _feet(picture, cells(scale[0]) + 1, len(columns))]


def line(picture: Picture) -> list[str]:
    """A line of box characters: flat, rising, falling."""
    scale, low, high = _axis(picture)
    room = picture.width - cells(scale[0]) - 1
    columns = column_means(picture.values, room)
    rows = [picture.height - 1 - round((value - low) / (high - low) * (picture.height - 1)) for value in columns]
    canvas = [[" "] * len(columns) for _ in range(picture.height)]
    for column, row in enumerate(rows):
        before = rows[column - 1] if column else row
        if row == before:
            canvas[row][column] = "─"
            continue
        canvas[before][column] = "╯" if row < before else "╮"
        canvas[row][column] = "╭" if row < before else "╰"
        for between in range(min(row, before) + 1, max(row, before)):
            canvas[between][column] = "│"
    drawn = [f"{mark} {''.join(cells_of)}".rstrip() for mark, cells_of in zip(scale, canvas, strict=True)]
    return [*drawn, _feet(picture, cells(scale[0]) + 1, len(columns))]


def gauge(picture: Picture) -> list[str]:
    """One value between a least and a most."""
    low, high, value = picture.low, picture.high, picture.values[0]
    portion = min(max((value - low) / (high - low), 0.0), 1.0)
    room = picture.width - 2
    ends = f"{compact(low)}{' ' * max(picture.width - len(compact(low)) - len(compact(high)), 1)}{compact(high)}"
    drawn = _bar(portion, room)
    return [f"▐{drawn}{'·' * (room - len(drawn))}▌", cut(ends, picture.width), f"{compact(value)} ({portion:.0%})"]


def heat(picture: Picture) -> list[str]:
    """A map of shades, a row for each label and a column for each of the others."""
    names = _fitted(picture.labels, picture.width // 4)
    room = max((picture.width - cells(names[0]) - 1) // len(picture.columns), 1)
    known = [value for row in picture.grid for value in row if value is not None]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    lines = [" " * (cells(names[0]) + 1) + "".join(_filled(cut(name, room - 1 or 1), room) for name in picture.columns)]
    for name, row in zip(names, picture.grid, strict=True):
        shades = ["·" if value is None else _SHADES[1 + round((value - low) / span * 3)] for value in row]
        lines.append(f"{name} " + "".join(_filled(shade * max(room - 1, 1), room) for shade in shades))
    lines.append(f"░ {compact(low)}  █ {compact(high)}  · none")
    return [cut(text.rstrip(), picture.width) for text in lines]


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def cut(text: str, most: int) -> str:
    """Return a text that takes at most so many cells."""
    if cells(text) <= most:
        return text
    while text and cells(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def _fitted(names: Sequence[str], most: int) -> list[str]:
    short = [cut(name, most) for name in names]
    width = max(map(cells, short))
    return [_filled(name, width) for name in short]


def _filled(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _bar(portion: float, room: int) -> str:
    full, rest = divmod(round(portion * room * 8), 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def _apportioned(parts: Sequence[float], room: int) -> list[int]:
    """Share out cells so that none is lost to rounding: the largest remainders get what is left."""
    exact = [part * room for part in parts]
    lengths = [int(length) for length in exact]
    order = sorted(range(len(parts)), key=lambda index: lengths[index] - exact[index])
    for index in order[: room - sum(lengths)]:
        lengths[index] += 1
    return lengths


def _axis(picture: Picture) -> tuple[list[str], float, float]:
    low, high = picture.low, picture.high
    marks = [""] * picture.height
    marks[0], marks[-1] = compact(high), compact(low)
    if picture.height >= 5:
        middle = picture.height // 2
        marks[middle] = compact(high - (high - low) * middle / (picture.height - 1))
    width = max(map(len, marks))
    return [f"{mark:>{width}} {'┤' if mark else '│'}" for mark in marks], low, high


def _feet(picture: Picture, indent: int, width: int) -> str:
    first, last = cut(picture.labels[0], width), cut(picture.labels[-1], width // 2)
    gap = width - cells(first) - cells(last)
    return " " * indent + (first if gap < 1 or len(picture.labels) == 1 else first + " " * gap + last)


DRAWN = {"bar": bar, "line": line, "area": area, "share": share, "gauge": gauge, "heat": heat}
