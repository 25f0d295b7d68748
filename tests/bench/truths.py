"""Made-up arms whose truth is known: what success, cost, time and marks of runs look like, with a fixed seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import exp, sqrt
from typing import Any

import numpy as np

from app.batch.statistics import Measure

Arms = tuple[list[float], list[float]]
Drawn = tuple[Any, Any]  # two arrays


@dataclass(frozen=True, slots=True)
class Rates:
    """Two arms that succeed so often, and in the same pairs more often than by chance."""

    a: float
    b: float
    correlation: float = 0.0

    @property
    def name(self) -> str:
        together = f", correlation {self.correlation}" if self.correlation else ""
        return f"{self.a} and {self.b}{together}"

    @property
    def difference(self) -> float:
        return self.b - self.a

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Of pairs in which both, only A, only B and neither succeed."""
        both = self.a * self.b + self.correlation * sqrt(self.a * (1 - self.a) * self.b * (1 - self.b))
        return both, self.a - both, self.b - both, 1 - self.a - self.b + both

    @property
    def differ(self) -> float:
        return self.shares[1] + self.shares[2]

    def table(self, rng: np.random.Generator, pairs: int) -> tuple[int, int, int, int]:
        both, lost, won, neither = rng.multinomial(pairs, self.shares).tolist()
        return both, lost, won, neither

    def tables(self, pairs: int, rounds: int) -> Iterator[tuple[int, int, int, int]]:
        rng = np.random.default_rng(pairs)
        return (self.table(rng, pairs) for _ in range(rounds))

    def growing(self, counts: tuple[int, ...], rounds: int) -> Iterator[list[tuple[int, int]]]:
        """Give, for each of these counts of pairs, how many were lost and won by then: one of each a round."""
        rng, before = np.random.default_rng(counts[-1]), 0
        lost, won = np.zeros((2, rounds), dtype=np.int64)
        for count in counts:
            drawn = rng.multinomial(count - before, self.shares, size=rounds)
            lost, won, before = lost + drawn[:, 1], won + drawn[:, 2], count
            yield list(zip(lost.tolist(), won.tolist(), strict=True))

    def totals(self, pairs: int, rounds: int) -> Iterator[tuple[int, int]]:
        rng = np.random.default_rng(pairs)
        return ((int(rng.binomial(pairs, self.a)), int(rng.binomial(pairs, self.b))) for _ in range(rounds))

    def arms(self, pairs: int, rounds: int) -> Iterator[Arms]:
        rng = np.random.default_rng(pairs)
        for _ in range(rounds):
            kinds = rng.choice(4, size=pairs, p=self.shares)
            yield (kinds <= 1).astype(float).tolist(), (kinds % 2 == 0).astype(float).tolist()

    @staticmethod
    def values(both: int, lost: int, won: int, neither: int) -> Arms:
        a = [1.0] * both + [1.0] * lost + [0.0] * won + [0.0] * neither
        b = [1.0] * both + [0.0] * lost + [1.0] * won + [0.0] * neither
        return a, b


@dataclass(frozen=True, slots=True)
class Amount:
    """Two arms of amounts, drawn from what is known."""

    name: str
    measure: Measure
    draw: Callable[[np.random.Generator, int], Drawn]
    difference: float = 0.0
    ratio: float | None = 1.0
    hard: bool = False  # hardly any pair differs: a test can only stay below its level
    heavy: bool = False  # far from normal: Welch stays below its level
    unlike: bool = False  # arms of unlike shape and like mean: printed, not promised

    def many(self, pairs: int, rounds: int) -> Drawn:
        """Draw all at once, one comparison a row."""
        a, b = self.draw(np.random.default_rng(pairs), pairs * rounds)
        return a.reshape(rounds, pairs), b.reshape(rounds, pairs)

    def changes(self, rng: np.random.Generator, pairs: int, rounds: int) -> Any:
        """Draw differences of pairs, one comparison a row."""
        a, b = self.draw(rng, pairs * rounds)
        return (b - a).reshape(rounds, pairs)

    def arms(self, pairs: int, rounds: int) -> Iterator[Arms]:
        return ((a.tolist(), b.tolist()) for a, b in zip(*self.many(pairs, rounds), strict=True))


def _lognormal(rng: np.random.Generator, pairs: int, sigma: float, ratio: float = 1.0) -> Drawn:
    return rng.lognormal(0, sigma, pairs), ratio * rng.lognormal(0, sigma, pairs)


def _tasks_of_all_sizes(rng: np.random.Generator, pairs: int) -> Drawn:
    tasks = 10 ** rng.uniform(0, 1, pairs)
    return tasks * rng.lognormal(0, 0.5, pairs), tasks * rng.lognormal(0, 0.5, pairs)


def _with_outliers(rng: np.random.Generator, pairs: int) -> Drawn:
    """One call in thirty hangs, and takes ten times as long."""
    a, b = (rng.gamma(4, 1, pairs) * np.where(rng.random(pairs) < 1 / 30, 10, 1) for _ in range(2))
    return a, b


def _marks(rng: np.random.Generator, pairs: int) -> Drawn:
    marks, chances = [0, 0.25, 0.5, 0.75, 1], [0.1, 0.1, 0.2, 0.3, 0.3]
    return rng.choice(marks, pairs, p=chances), rng.choice(marks, pairs, p=chances)


def _mostly_ties(rng: np.random.Generator, pairs: int) -> Drawn:
    a = rng.integers(1, 5, pairs) * 100.0
    return a, np.where(rng.random(pairs) < 0.7, a, rng.integers(1, 5, pairs) * 100.0)


def _unlike_shapes(rng: np.random.Generator, pairs: int) -> Drawn:
    return rng.lognormal(0, 0.5, pairs), rng.lognormal(0.125 - 0.5, 1, pairs)


def _mean(sigma: float) -> float:
    return exp(sigma * sigma / 2)


AMOUNTS = (
    Amount("lognormal, sigma 0.5", "cost_usd", partial(_lognormal, sigma=0.5)),
    Amount("lognormal, sigma 1", "cost_usd", partial(_lognormal, sigma=1), heavy=True),
    Amount("tasks of all sizes", "cost_usd", _tasks_of_all_sizes, heavy=True),
    Amount("one in thirty ten times as long", "seconds", _with_outliers, heavy=True),
    Amount("marks with many ties", "score", _marks, ratio=None),
    Amount("seven of ten tie", "tokens", _mostly_ties, hard=True, heavy=True),
    Amount(
        "20 % cheaper, sigma 0.5",
        "cost_usd",
        partial(_lognormal, sigma=0.5, ratio=0.8),
        difference=-0.2 * _mean(0.5),
        ratio=0.8,
    ),
    Amount(
        "half price, sigma 1",
        "cost_usd",
        partial(_lognormal, sigma=1, ratio=0.5),
        difference=-0.5 * _mean(1),
        ratio=0.5,
        unlike=True,
    ),
    Amount("like means, unlike shapes", "cost_usd", _unlike_shapes, unlike=True),
)
