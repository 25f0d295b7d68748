"""Steps of two runs beside one another: by path, in the order of the plan, each after the one it lies in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from app.compare.halves import TOO_DEEP, Half, Side, as_json
from app.compare.measures import spent_in
from app.events import definition
from app.state import NOTHING, Spent, StepState

Shares = Callable[[Side, Side], bool]

_NUMBER = re.compile(r"(\d+)\]?$")


@dataclass(frozen=True, slots=True)
class Pair:
    """A step, and what each of the two runs did in it; nothing where it did not come to it."""

    path: str
    depth: int
    left: Side | None
    right: Side | None
    differs: tuple[str, ...] = ()  # in what, by name
    is_shared: bool = False  # it happened once: one run took it over from the other, or both from a third
    holds: bool = False  # something inside it differs

    @property
    def step(self) -> StepState:
        """The step, as one of the two knows it."""
        side = self.left or self.right
        assert side is not None
        return side.step

    @property
    def only(self) -> str:
        """The one run that came to it: A, B, or neither alone."""
        if self.left is None:
            return "B"
        return "A" if self.right is None else ""

    @property
    def name(self) -> str:
        """Its path without what it lies in."""
        step = self.step
        return self.path[len(step.parent) :].lstrip("/") if step.parent else self.path


@dataclass(frozen=True, slots=True)
class Shared:
    """Steps one after the other that happened once, to be told together."""

    pairs: tuple[Pair, ...]

    @property
    def spent(self) -> Spent:
        """What they have cost, each once: a block holds what is inside it."""
        inside = {pair.path for pair in self.pairs}
        outer = (pair.step.tally for pair in self.pairs if pair.step.parent not in inside)
        return sum(map(spent_in, outer), NOTHING)


def gathered(pairs: Iterable[Pair]) -> list[Pair | Shared]:
    """The pairs, those that happened once together."""
    found: list[Pair | Shared] = []
    for is_shared, group in groupby(pairs, key=lambda pair: pair.is_shared):
        members = list(group)
        found += [Shared(tuple(members))] if is_shared else members
    return found


def aligned(left: Half, right: Half, shares: Shares) -> list[Pair]:
    """Every step of both; `shares` tells of what both did whether it happened once."""
    pairs = [_pair(path, depth, left, right, shares) for path, depth in _tree(left, right)]
    holding = set[str]()
    for pair in pairs:
        around = pair.step.parent if pair.differs else ""
        while around and around not in holding:
            holding.add(around)
            around = _parent(around, left, right)
    return [replace(pair, holds=True) if pair.path in holding else pair for pair in pairs]


def is_same(left: Half, right: Half, one: StepState, other: StepState) -> bool:
    """Did both give the same?"""
    if one.output is None or other.output is None or one.output == other.output:
        return one.output == other.output
    told = as_json(left.given(one))
    return told == as_json(right.given(other)) and told != TOO_DEEP


def merged(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Both in one order: that of the first, with what only the second has after what stands before it there."""
    known, places = set(first), {name: at for at, name in enumerate(second)}
    found: list[str] = []
    at = 0
    for name in first:
        if (place := places.get(name, -1)) >= at:
            found += (other for other in second[at:place] if other not in known)
            at = place + 1
        found.append(name)
    return [*found, *(other for other in second[at:] if other not in known)]


def _pair(path: str, depth: int, left: Half, right: Half, shares: Shares) -> Pair:
    one, other = left.sides.get(path), right.sides.get(path)
    if one is None or other is None:
        return Pair(path, depth, one, other, ("only in B" if one is None else "only in A",))
    differs = [name for name in {**one.facts, **other.facts} if one.facts.get(name) != other.facts.get(name)]
    if one.asked != other.asked:
        differs.append("prompt")
    if not is_same(left, right, one.step, other.step):
        differs.append("output")
    return Pair(path, depth, one, other, tuple(differs), shares(one, other))


def _tree(left: Half, right: Half) -> list[tuple[str, int]]:
    """Each path after the one it lies in, and how deep it lies."""
    ranks = {name: at for at, name in enumerate(merged(_plan(left), _plan(right)))}
    seen = {path: at for at, path in enumerate(merged(tuple(left.sides), tuple(right.sides)))}

    def place(path: str) -> tuple[int, int, int]:
        return ranks.get(definition(path), len(ranks)), _number(path), seen[path]

    inside: dict[str, list[str]] = {}
    for path in seen:
        inside.setdefault(_parent(path, left, right), []).append(path)
    found: list[tuple[str, int]] = []
    waiting = [(path, 0) for path in sorted(inside.get("", ()), key=place, reverse=True)]
    while waiting:
        path, depth = waiting.pop()
        found.append((path, depth))
        waiting += [(child, depth + 1) for child in sorted(inside.get(path, ()), key=place, reverse=True)]
    return found


def _parent(path: str, left: Half, right: Half) -> str:
    """The step around it; where one run never came to that, the other did."""
    known: Iterable[Mapping[str, Side]] = (left.sides, right.sides)
    return max((sides[path].step.parent for sides in known if path in sides), key=len, default="")


def _number(path: str) -> int:
    """The turn or the item that it is."""
    found = _NUMBER.search(path)
    return int(found[1][:9]) if found else 0


def _plan(half: Half) -> list[str]:
    planned = half.value(half.start.plan) if half.start is not None else None
    if not isinstance(planned, list):
        return []
    return list(dict.fromkeys(str(step["step"]) for step in planned if isinstance(step, dict) and "step" in step))
