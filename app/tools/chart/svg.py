"""The same charts as SVG that stands alone: plain shapes, readable on light and on dark, the same bytes each time."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement, tostring

from app.tools.chart.points import Picture, compact, shares

_INK, _QUIET, _MAIN = "#5a6472", "#9aa4b2", "#3b7dd8"
_PARTS = ("#3b7dd8", "#d9822b", "#3a9d6e", "#b4518f", "#8a6fd1", "#c2b23a", "#4aa8b8", "#a0655a")
_TOP, _SIDE, _FOOT = 36, 8, 28


def svg(picture: Picture) -> str:
    """Return the drawing as a text."""
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {picture.width} {picture.height}",
            "width": str(picture.width),
            "height": str(picture.height),
            "role": "img",
            "font-family": "system-ui, sans-serif",
        },
    )
    SubElement(root, "title").text = picture.title or picture.kind
    if picture.title:
        _text(root, _SIDE, 22, picture.title, size=15, fill=_INK)
    _DRAWN[picture.kind](root, picture)
    return tostring(root, encoding="unicode")


def _bars(root: Element, picture: Picture) -> None:
    names = _SIDE + min(max(len(label) for label in picture.labels) * 7, picture.width // 3)
    room = picture.width - names - 70
    most = max(map(abs, picture.values)) or 1.0
    step = (picture.height - _TOP - _SIDE) / len(picture.values)
    for number, (label, value) in enumerate(zip(picture.labels, picture.values, strict=True)):
        top, length = _TOP + number * step, abs(value) / most * room
        _text(root, names - 6, top + step * 0.62, label, anchor="end", most=names // 7)
        _box(root, names, top + step * 0.15, length, step * 0.7, _MAIN if value >= 0 else _QUIET)
        _text(root, names + length + 6, top + step * 0.62, compact(value))


def _shares(root: Element, picture: Picture) -> None:
    left, room = float(_SIDE), picture.width - 2 * _SIDE
    step = min((picture.height - _TOP - 40) / len(picture.values), 24)
    rows = zip(picture.labels, picture.values, shares(picture.values), strict=True)
    for number, (label, value, part) in enumerate(rows):
        colour, top = _PARTS[number % len(_PARTS)], _TOP + 40 + number * step
        _box(root, left, _TOP, part * room, 24, colour)
        left += part * room
        _box(root, _SIDE, top, 12, 12, colour)
        _text(root, _SIDE + 20, top + 10, f"{label}: {part:.1%} ({compact(value)})")


def _curve(root: Element, picture: Picture) -> None:
    left, right, bottom = 52, picture.width - _SIDE, picture.height - _FOOT
    span, tall = picture.high - picture.low, bottom - _TOP
    wide = (right - left) / max(len(picture.values) - 1, 1)
    points = [
        (left + number * wide, bottom - (value - picture.low) / span * tall)
        for number, value in enumerate(picture.values)
    ]
    for portion in (0.0, 0.5, 1.0):
        height = bottom - portion * tall
        SubElement(
            root, "line", x1=f"{left}", x2=f"{right}", y1=_at(height), y2=_at(height), stroke=_QUIET, opacity="0.4"
        )
        _text(root, left - 6, height + 4, compact(picture.low + portion * span), anchor="end")
    path = " ".join(f"{_at(x)},{_at(y)}" for x, y in points)
    if picture.kind == "area":
        zero = bottom - (min(max(0.0, picture.low), picture.high) - picture.low) / span * tall
        closed = f"{_at(points[0][0])},{_at(zero)} {path} {_at(points[-1][0])},{_at(zero)}"
        SubElement(root, "polygon", points=closed, fill=_MAIN, opacity="0.35")
    SubElement(root, "polyline", {"points": path, "fill": "none", "stroke": _MAIN, "stroke-width": "2"})
    _text(root, left, picture.height - 8, picture.labels[0], most=30)
    if len(picture.labels) > 1:
        _text(root, right, picture.height - 8, picture.labels[-1], anchor="end", most=30)


def _gauge(root: Element, picture: Picture) -> None:
    room, value = picture.width - 2 * _SIDE, picture.values[0]
    portion = min(max((value - picture.low) / (picture.high - picture.low), 0.0), 1.0)
    _box(root, _SIDE, _TOP, room, 24, _QUIET, opacity="0.3")
    _box(root, _SIDE, _TOP, portion * room, 24, _MAIN)
    _text(root, _SIDE, _TOP + 42, compact(picture.low))
    _text(root, picture.width - _SIDE, _TOP + 42, compact(picture.high), anchor="end")
    _text(root, picture.width / 2, _TOP + 44, f"{compact(value)} ({portion:.0%})", anchor="middle", size=15)


def _heat(root: Element, picture: Picture) -> None:
    known = [value for row in picture.grid for value in row if value is not None]
    low, span = min(known), (max(known) - min(known)) or 1.0
    left = _SIDE + min(max(len(label) for label in picture.labels) * 7, picture.width // 3)
    wide = (picture.width - left - _SIDE) / len(picture.columns)
    tall = (picture.height - _TOP - _FOOT) / len(picture.grid)
    for column, name in enumerate(picture.columns):
        _text(root, left + (column + 0.5) * wide, picture.height - 10, name, anchor="middle", most=int(wide / 7) or 1)
    for row, (label, values) in enumerate(zip(picture.labels, picture.grid, strict=True)):
        _text(root, left - 6, _TOP + (row + 0.6) * tall, label, anchor="end", most=left // 7)
        for column, value in enumerate(values):
            shade = "0" if value is None else f"{0.12 + 0.88 * (value - low) / span:.2f}"
            box = _box(root, left + column * wide, _TOP + row * tall, wide - 1, tall - 1, _MAIN, opacity=shade)
            SubElement(
                box, "title"
            ).text = f"{label}, {picture.columns[column]}: {'none' if value is None else compact(value)}"


def _text(
    root: Element,
    x: float,
    y: float,
    said: str,
    *,
    anchor: str = "start",
    size: int = 12,
    fill: str = _INK,
    most: int = 80,
) -> None:
    shown = said if len(said) <= most else f"{said[: max(most - 1, 0)]}…"
    look = {"x": _at(x), "y": _at(y), "fill": fill, "font-size": str(size), "text-anchor": anchor}
    SubElement(root, "text", look).text = shown


def _box(root: Element, x: float, y: float, width: float, height: float, fill: str, opacity: str = "1") -> Element:
    look = {"x": _at(x), "y": _at(y), "width": _at(width), "height": _at(height), "fill": fill, "opacity": opacity}
    return SubElement(root, "rect", look)


def _at(place: float) -> str:
    return f"{place:.1f}"


_DRAWN: dict[str, Callable[[Element, Picture], None]] = {
    "bar": _bars,
    "line": _curve,
    "area": _curve,
    "share": _shares,
    "gauge": _gauge,
    "heat": _heat,
}
