"""What is measured, what is promised of it, and the table that says whether that was kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

Measure = Callable[[], float]
ROUNDS = 21
ALONE = 5  # rounds of what has no floor


@dataclass(frozen=True, slots=True)
class AtMost:
    """A figure may not be larger."""

    value: float
    word = "at most"

    def kept(self, figure: float) -> bool:
        return figure <= self.value


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A figure may not be smaller."""

    value: float
    word = "at least"

    def kept(self, figure: float) -> bool:
        return figure >= self.value


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs"


def a_second(rate: float) -> str:
    return f"{rate:,.0f} /s"


def bytes_written(count: float) -> str:
    return f"{count:,.0f} bytes"


def kilobytes(size: float) -> str:
    return f"{size / 1e3:.1f} kB"


def megabytes(size: float) -> str:
    return f"{size / 1e6:.0f} MB"


@dataclass(frozen=True, slots=True)
class Bench:
    """Something measured, and what is promised: of its ratio to a floor or, where it has none, of itself."""

    what: str
    ours: Measure
    promise: AtMost | AtLeast
    floor: Measure | None = None
    shown: Callable[[float], str] = milliseconds
    rounds: int = ROUNDS


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of one bench; the ratio is the median of the rounds' own."""

    bench: Bench
    ours: float
    floor: float | None = None
    ratio: float | None = None

    @property
    def kept(self) -> bool:
        return self.bench.promise.kept(self.ours if self.ratio is None else self.ratio)


def measure(bench: Bench) -> Result:
    """Take the median of many, ours and the floor by turns; what has no floor is slow enough for a few."""
    if bench.floor is None:
        return Result(bench, median(bench.ours() for _ in range(min(bench.rounds, ALONE))))
    pairs = [(bench.floor(), bench.ours()) for _ in range(bench.rounds)]
    return Result(
        bench,
        median(ours for _, ours in pairs),
        median(floor for floor, _ in pairs),
        median(ours / floor for floor, ours in pairs),
    )


def table(results: Sequence[Result]) -> str:
    """Lay the results out in columns."""
    rows = [("what", "ours", "floor", "ratio", "promise", ""), *map(_row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(row[1:5], widths[1:5], strict=True))
        lines.append(f"{row[0]:<{widths[0]}}  {numbers}  {row[5]}".rstrip())
    return "\n".join(lines)


def _row(result: Result) -> tuple[str, ...]:
    bench, promise = result.bench, result.bench.promise
    ours = bench.shown(result.ours)
    verdict = "kept" if result.kept else "MISSED"
    if result.floor is None or result.ratio is None:
        return bench.what, ours, "", "", f"{promise.word} {bench.shown(promise.value)}", verdict
    floor, ratio = bench.shown(result.floor), f"{result.ratio:.2f}"
    return bench.what, ours, floor, ratio, f"{promise.word} {promise.value:g}", verdict
