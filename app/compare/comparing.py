"""Two recordings held side by side: how they are related, what was changed, what came of it, where they first part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app.compare.aligning import Pair, aligned
from app.compare.changes import Change, changes
from app.compare.halves import Half, Side, as_json, in_short
from app.compare.measures import Measure, of_step, totals
from app.compare.texts import Difference, difference

if TYPE_CHECKING:
    from app.journal.recording import Recording


@dataclass(frozen=True, slots=True)
class Kinship:
    """How two runs are related."""

    how: Literal["same", "fork", "origin", "siblings", "none"] = "none"
    at: int = 0  # the last event that both share, as it is numbered in the run they share it from

    def shares(self, left: Side, right: Side) -> bool:
        """Did what both did in a step happen once?"""
        match self.how:
            case "fork":  # the second is a fork of the first
                return right.is_taken
            case "origin":  # the first is a fork of the second
                return left.is_taken
            case "siblings":
                return left.is_taken and right.is_taken
        return self.how == "same"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that can be said of two runs side by side."""

    left: Half
    right: Half
    kinship: Kinship
    changes: tuple[Change, ...] = field(repr=False)
    measures: tuple[Measure, ...] = field(repr=False)
    pairs: tuple[Pair, ...] = field(repr=False)

    @property
    def first(self) -> Pair | None:
        """Where they part: the first step that differs, and holds nothing in which that can be seen nearer."""
        return next((pair for pair in self.pairs if pair.differs and not pair.holds), None)

    @property
    def differing(self) -> int:
        """How many steps differ."""
        return sum(bool(pair.differs) for pair in self.pairs)

    @property
    def shared(self) -> tuple[Pair, ...]:
        """The steps that happened once."""
        return tuple(pair for pair in self.pairs if pair.is_shared)

    @property
    def expectations(self) -> tuple[str, str]:
        """How many of each run's were met."""
        met, all_of_them = zip(*(
            (sum(each.met for each in half.state.expectations.values()), len(half.state.expectations))
            for half in (self.left, self.right)
        ), strict=True)  # fmt: skip
        return tuple(f"{met[at]} of {all_of_them[at]} met" if all_of_them[at] else "" for at in (0, 1))  # type: ignore[return-value]

    @property
    def is_alike_in_the_end(self) -> bool:
        """Did both end the same way?"""
        return self.left.status == self.right.status

    def outputs(self) -> Difference | None:
        """What the runs gave back; nothing, where neither gave anything."""
        values = [half.value(half.state.finish.outputs) if half.state.finish else None for half in self._halves]
        return None if values == [None, None] else difference(*values)

    @property
    def has_same_outputs(self) -> bool:
        """Did both give back the same?"""
        refs = [half.state.finish.outputs if half.state.finish else None for half in self._halves]
        return refs[0] == refs[1] or as_json(self.left.value(refs[0])) == as_json(self.right.value(refs[1]))

    def difference(self, pair: Pair) -> Difference:
        """What the outputs of a step say otherwise."""
        sides = ((self.left, pair.left), (self.right, pair.right))
        return difference(*(half.given(side.step) if side is not None else None for half, side in sides))

    def prompts(self, pair: Pair) -> Difference | None:
        """What the models of a step were told otherwise; nothing, where they were told the same."""
        if pair.left is None or pair.right is None or pair.left.asked == pair.right.asked:
            return None
        return difference(_told(self.left, pair.left), _told(self.right, pair.right))

    def measured(self, pair: Pair) -> list[Measure]:
        """What a step took in both."""
        return of_step(pair.left, pair.right)

    @property
    def _halves(self) -> tuple[Half, Half]:
        return self.left, self.right


def compare(left: Recording, right: Recording) -> Comparison:
    """Hold one run against another."""
    one, other = Half.of(left), Half.of(right)
    kinship = kinship_of(one, other)
    taken = {"fork": other.state.inherited, "origin": one.state.inherited}.get(kinship.how)
    return Comparison(
        one,
        other,
        kinship,
        tuple(changes(one, other)),
        tuple(totals(one, other, taken)),
        tuple(aligned(one, other, kinship.shares)),
    )


def _told(half: Half, side: Side) -> str:
    """Every message that the models of a step were sent, each once, as one text."""
    said = [half.value(ref) for ref in dict.fromkeys(side.asked)]
    return "\n\n".join(
        f"{each.get('role', 'message')}:\n{in_short(each.get('content'))}" if isinstance(each, dict) else in_short(each)
        for each in said
    )


def kinship_of(left: Half, right: Half) -> Kinship:
    """Is one the other's fork, or are both forks of a third?"""
    one, other = left.parent, right.parent
    if left.run == right.run:
        return Kinship("same", left.state.seq)
    if other is not None and other.run == left.run:
        return Kinship("fork", other.seq)
    if one is not None and one.run == right.run:
        return Kinship("origin", one.seq)
    if one is not None and other is not None and one.run == other.run:
        return Kinship("siblings", min(one.seq, other.seq))
    return Kinship()
