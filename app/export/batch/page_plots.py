"""The drawings of a batch's page. They stretch with the column they stand in, so no text in them ever shrinks.

Each stands beside the figures that it shows, which are text: who cannot see a drawing lacks nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import NamedTuple

from app.batch.verdicts import Verdict

ROW = 54  # height of a row's drawing
_STRIP = 52
_LEAST_SHARE = 0.012  # of a bar: whatever there is can be seen
_LETTERED = 0.03  # of a bar: narrower parts have no room for their letter
_COLUMNS = 100  # of dots in a strip
_APART = 5.0  # from a dot to the next above it


class Scale(NamedTuple):
    """Places values between two ends."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where a value is, from 0 to 1; what lies outside is put at the end."""
        wide = self.high - self.low
        return min(1.0, max(0.0, (value - self.low) / wide)) if wide > 0 else 0.0

    def at(self, value: float) -> str:
        """The same as a coordinate."""
        return f"{100 * self.share(value):.2f}%".replace(".00%", "%")

    def ticks(self, about: int = 5) -> list[float]:
        """Round values between the ends."""
        wide = self.high - self.low
        if wide <= 0:
            return [self.low]
        power = 10 ** floor(log10(wide / about))
        step = next(times * power for times in (1, 2, 5, 10) if wide / (times * power) <= about)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [round(step * number, 12) for number in range(first, last + 1)]


class Span(NamedTuple):
    """What was seen, and where the truth may lie."""

    middle: float
    low: float
    high: float


def bar(counts: Mapping[Verdict, int], letters: Mapping[Verdict, str], told: str) -> str:
    """One bar of parts, each with a colour, a pattern and a letter."""
    total = sum(counts.values())
    shares = {name: max(_LEAST_SHARE, number / total) for name, number in counts.items() if number} if total else {}
    whole, x = sum(shares.values()), 0.0
    parts = []
    for name, share in shares.items():
        wide = share / whole
        parts.append(f'<rect class="of-{name}" x="{100 * x:.2f}%" width="{100 * wide:.2f}%" height="40"/>')
        if wide >= _LETTERED:
            middle = f"{100 * (x + wide / 2):.2f}%"
            parts.append(f'<circle class="seal" cx="{middle}" cy="20" r="12"/>')
            parts.append(f'<text x="{middle}" y="25" text-anchor="middle">{escape(letters[name])}</text>')
        x += wide
    return f'<svg class="whole" height="40" role="img" aria-label="{escape(told)}">{"".join(parts)}</svg>'


def swatch(name: Verdict, letter: str) -> str:
    """A part of the bar, for its legend."""
    return (
        '<svg class="swatch" width="30" height="22" aria-hidden="true">'
        f'<rect class="of-{name}" width="30" height="22"/>'
        f'<circle class="seal" cx="15" cy="11" r="9"/><text x="15" y="15" text-anchor="middle">{escape(letter)}</text>'
        "</svg>"
    )


def patterns(names: Sequence[Verdict]) -> str:
    """What the parts of a bar are filled with; stands once in a page."""
    made = (
        f'<pattern id="of-{name}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect class="ink-{name}" width="8" height="8"/><path class="stroke" d="{_STROKES[name]}"/></pattern>'
        for name in names
    )
    return f'<svg class="none" width="0" height="0" aria-hidden="true"><defs>{"".join(made)}</defs></svg>'


_STROKES: dict[Verdict, str] = {
    "passed": "",
    "unmet": "M-2 2L2-2M0 8L8 0M6 10L10 6",
    "failed": "M-2 2L2-2M0 8L8 0M6 10L10 6M-2 6L2 10M0 0L8 8M6-2L10 2",
    "exhausted": "M0 4H8",
    "paused": "M4 0V8",
    "running": "M2 2h1M6 6h1",
    "waiting": "M4 4h.5",
}


def interval(scale: Scale, span: Span | None, tone: str, near: tuple[float, float] | None = None) -> str:
    """A dot with its interval; the zero line and the margin of equivalence behind it, where there is one."""
    parts = []
    if near is not None:
        left, right = (scale.share(edge) for edge in near)
        parts.append(
            f'<rect class="near" x="{100 * left:.2f}%" width="{100 * (right - left):.2f}%" height="{ROW}"/>'
            f'<line class="zero" x1="{scale.at(0)}" x2="{scale.at(0)}" y2="{ROW}"/>'
        )
    else:
        parts += [f'<line class="grid" x1="{scale.at(at)}" x2="{scale.at(at)}" y2="{ROW}"/>' for at in scale.ticks()]
    if span is not None:
        parts += _whiskers(scale, span, tone)
    return _row(parts, ROW)


def _whiskers(scale: Scale, span: Span, tone: str) -> Iterator[str]:
    middle, y = scale.at(span.middle), ROW // 2
    yield f'<line class="reach {tone}" x1="{scale.at(span.low)}" x2="{scale.at(span.high)}" y1="{y}" y2="{y}"/>'
    for edge, beyond, sign in ((span.low, span.low < scale.low, "◂"), (span.high, span.high > scale.high, "▸")):
        x = scale.at(edge)
        if beyond:
            yield f'<text class="beyond {tone}" x="{x}" y="{y + 5}" text-anchor="middle">{sign}</text>'
        else:
            yield f'<line class="reach {tone}" x1="{x}" x2="{x}" y1="{y - 5}" y2="{y + 5}"/>'
    yield f'<circle class="dot {tone}" cx="{middle}" cy="{y}" r="5"/>'


def axis(scale: Scale, told: Callable[[float], str]) -> str:
    """What stands below a column of drawings."""
    texts = (
        f'<text x="{scale.at(value)}" y="14" text-anchor="middle">{escape(told(value))}</text>'
        for value in scale.ticks()
    )
    return _row(texts, 20)


def strip(scale: Scale, good: Sequence[float], bad: Sequence[float], marks: Sequence[tuple[str, float]] = ()) -> str:
    """A dot for each value, above each other where there are many alike; a stroke for each that did not pass."""
    spread = _spread(scale, sorted([(value, True) for value in good] + [(value, False) for value in bad]))
    dots = "".join(f"M{x} {y}h.1" for x, y, passed in spread if passed)
    strokes = "".join(f"M{x} {round(y - 3.5, 1):g}v7" for x, y, passed in spread if not passed)
    lines = (f'<path class="mark {name}" d="M{1000 * scale.share(at):.1f} 2V{_STRIP - 2}"/>' for name, at in marks)
    drawn = "".join((
        "".join(f'<path class="grid" d="M{1000 * scale.share(at):.1f} 0V{_STRIP}"/>' for at in scale.ticks()),
        *lines,
        f'<path class="dots" d="{dots}"/>' if dots else "",
        f'<path class="strokes" d="{strokes}"/>' if strokes else "",
    ))  # fmt: skip
    view = f'viewBox="0 0 1000 {_STRIP}" preserveAspectRatio="none"'
    return f'<svg {view} height="{_STRIP}" aria-hidden="true">{drawn}</svg>'


def _spread(scale: Scale, values: Sequence[tuple[float, bool]]) -> list[tuple[str, float, bool]]:
    """Each value in its column, around the middle; what falls on the same place is drawn once."""
    columns = [round(_COLUMNS * scale.share(value)) for value, _ in values]
    heights, placed = Counter(columns), Counter[int]()
    found: dict[tuple[str, float, bool], None] = {}
    for column, (_, passed) in zip(columns, values, strict=True):
        apart = min(_APART, (_STRIP - 10) / max(1, heights[column] - 1))
        y = _STRIP / 2 + apart * (placed[column] - (heights[column] - 1) / 2)
        placed[column] += 1
        found[f"{1000 * column / _COLUMNS:.0f}", round(y), passed] = None
    return list(found)


class Point(NamedTuple):
    """A rate after so many runs; the interval where it is known."""

    runs: int
    rate: float
    between: tuple[float, float] | None


def course(points: Sequence[Point], told: str) -> str:
    """How a rate went, with its interval as a band around it."""
    scale = Scale(0, points[-1].runs)
    steps = [(f"{1000 * scale.share(point.runs):.1f}", point) for point in points]
    line = "L".join(f"{x} {200 - 200 * point.rate:.1f}" for x, point in steps)
    known = [(x, *point.between) for x, point in steps if point.between is not None]
    edge = [f"{x} {200 - 200 * high:.1f}" for x, _, high in known]
    edge += [f"{x} {200 - 200 * low:.1f}" for x, low, _ in reversed(known)]
    drawn = (f'<path class="band" d="M{"L".join(edge)}z"/>' if known else "") + f'<path class="went" d="M{line}"/>'
    grid = "".join(
        f'<line class="grid" x2="100%" y1="{220 - 2 * share}" y2="{220 - 2 * share}"/>'
        f'<text class="faint" x="2" y="{216 - 2 * share}">{share} %</text>'
        for share in (0, 25, 50, 75, 100)
    )
    runs = "".join(
        f'<text class="faint" x="{scale.at(tick)}" y="238" text-anchor="{"end" if tick == scale.high else "middle"}">'
        f"{tick:,.0f}</text>"
        for tick in scale.ticks(8)
        if tick and tick == int(tick)
    )
    return (
        f'<svg class="course" height="244" role="img" aria-label="{escape(told)}">{grid}{runs}'
        f'<svg y="20" width="100%" height="200" viewBox="0 0 1000 200" preserveAspectRatio="none">{drawn}</svg></svg>'
    )


def _row(parts: Iterator[str] | Sequence[str], height: int) -> str:
    return f'<svg height="{height}" aria-hidden="true">{"".join(parts)}</svg>'
