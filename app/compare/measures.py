"""What can be counted of two runs, or of a step of both, and by how much they differ; unknown is never nothing.

Money is only held against money of its own kind: what was paid against what was paid, what was rehearsed against what
was rehearsed. Where that is not so, no difference is told, and why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.compare.halves import Half, Side
from app.state import Spent, Tally, went_wrong
from app.state.words import Spending, in_a_cell, is_played, is_rehearsed, known_usd, money, took

_MANY = 9  # times more from which nobody reads it as a percentage any longer
_ALIKE = 1e-9  # dollars


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that was counted in both."""

    name: str
    left: float | None  # None: nobody knows, or it did not come to it
    right: float | None
    left_told: str
    right_told: str
    difference: float | None  # how much more the second took
    difference_told: str = ""  # the same in words; or why there is none
    beside: str = ""  # what else is to be known of it: its kind, and which share that is

    @property
    def is_same(self) -> bool:
        """Is there no difference, as far as anybody knows?"""
        return self.left_told == self.right_told if self.difference is None else not self.difference

    @property
    def is_told(self) -> bool:
        """Is there anything of it in either?"""
        return bool(self.left or self.right or self.left is None or self.right is None)


def totals(left: Half, right: Half, shared: Tally | None) -> list[Measure]:
    """The two runs as a whole; what was taken over is counted apart: where one is a fork of the other, in both."""
    one, other = left.state, right.state
    taken = (spent_in(shared or one.inherited), spent_in(shared or other.inherited))
    found = [spending("cost", one.totals, other.totals)]
    if one.inherited.calls or other.inherited.calls:
        new = (_less(one.totals, taken[0]), _less(other.totals, taken[1]))
        found += [spending("taken over", *taken), spending("new", *new)]
    return [
        *found,
        *_tokens(one.totals, other.totals),
        duration("time", one.mono, other.mono),
        count("calls", one.totals.calls, other.totals.calls),
        count("retries", len(one.retries), len(other.retries)),
        count("errors", went_wrong(one), went_wrong(other)),
        count("tools used", len(one.tools), len(other.tools)),
        count("handoffs", len(one.handoffs), len(other.handoffs)),
        count("questions", len(one.gates), len(other.gates)),
        count("steps", len(one.steps), len(other.steps)),
    ]


def of_step(left: Side | None, right: Side | None) -> list[Measure]:
    """A step in both; of a block with all that is inside it."""
    one, other = (side.step if side is not None else None for side in (left, right))
    tallies = (one.tally if one else None, other.tally if other else None)
    lasted = [None if step is None or step.ended is None else step.ended - step.began for step in (one, other)]
    return [
        spending("cost", *tallies, nothing=""),
        *_tokens(*tallies),
        duration("time", *lasted),
        count("calls", *(tally.calls if tally else None for tally in tallies)),
    ]


def spending(name: str, left: Spending | None, right: Spending | None, nothing: str = "$0.00") -> Measure:
    """What was spent, each with the kind of money it is."""
    told = ["" if each is None else in_a_cell(each) if _kind(each) else nothing for each in (left, right)]
    usd = [_amount(each) for each in (left, right)]
    if left is None or right is None:
        return Measure(name, usd[0], usd[1], told[0], told[1], None)
    why = _unlike(left, right)
    if why or usd[0] is None or usd[1] is None:
        return Measure(name, usd[0], usd[1], told[0], told[1], None, why)
    more = usd[1] - usd[0]
    more = 0.0 if abs(more) < _ALIKE else more
    mark = "≈" if more and (left.estimated_usd > 0 or right.estimated_usd > 0) else ""
    kind = _kind(left) or _kind(right)
    beside = (kind if more and kind in ("rehearsed", "as recorded") else "", _share(more, usd[0]))
    said = mark + signed(more, money(abs(more)))
    return Measure(name, usd[0], usd[1], told[0], told[1], more, said, ", ".join(filter(None, beside)))


def duration(name: str, left: float | None, right: float | None) -> Measure:
    """Milliseconds."""
    return _measure(name, left, right, took)


def count(name: str, left: float | None, right: float | None) -> Measure:
    """Things."""
    return _measure(name, left, right, lambda number: f"{number:,.0f}")


def signed(more: float, told: str) -> str:
    """A difference with its sign; nothing is not more than nothing."""
    return f"{'+' if more > 0 else '−'}{told}" if more else "="


def _measure(name: str, left: float | None, right: float | None, tell: Callable[[float], str]) -> Measure:
    told = ["" if value is None else tell(value) for value in (left, right)]
    if left is None or right is None:
        return Measure(name, left, right, told[0], told[1], None)
    more = right - left
    return Measure(name, left, right, told[0], told[1], more, signed(more, tell(abs(more))), _share(more, left))


def _tokens(left: Tally | None, right: Tally | None) -> list[Measure]:
    read = [None if tally is None else tally.tokens - tally.output for tally in (left, right)]
    written = [None if tally is None else tally.output for tally in (left, right)]
    return [count("tokens in", *read), count("tokens out", *written)]


def _share(more: float, of: float) -> str:
    if not more or of <= 0:
        return ""
    share = more / of
    if share >= _MANY:
        return f"{share + 1:,.0f} times"
    return f"{'+' if share > 0 else '−'}{abs(share):.0%}"


def _amount(spent: Spending | None) -> float | None:
    return None if spent is None else known_usd(spent)


def _kind(spent: Spending) -> str:
    """What sort of money it is; nothing, where there is none."""
    if spent.unpriced:
        return "unpriced"
    if is_played(spent):
        return "as recorded"
    if is_rehearsed(spent):
        return "rehearsed"
    if spent.rehearsed or spent.played:
        return "mixed"
    return "paid" if spent.cost_usd or spent.local_ms else ""


def _unlike(left: Spending, right: Spending) -> str:
    """Why the two cannot be held against one another."""
    kinds = _kind(left), _kind(right)
    if "unpriced" in kinds:
        return "unknown"
    if "mixed" in kinds or (kinds[0] != kinds[1] and all(kinds)):
        return "unlike"
    return ""


def spent_in(tally: Tally) -> Spent:
    """The money of a tally."""
    return Spent(
        tally.cost_usd, tally.estimated_usd, tally.rehearsed_usd, tally.rehearsed, tally.unpriced, tally.local_ms,
        tally.played_usd, tally.played,
    )  # fmt: skip


def _less(all_of_it: Tally, part: Spent) -> Spent:
    """What is left of it; rounding leaves no cents."""
    return Spent(
        _rest(all_of_it.cost_usd, part.cost_usd),
        _rest(all_of_it.estimated_usd, part.estimated_usd),
        _rest(all_of_it.rehearsed_usd, part.rehearsed_usd),
        all_of_it.rehearsed - part.rehearsed,
        all_of_it.unpriced - part.unpriced,
        all_of_it.local_ms - part.local_ms,
        _rest(all_of_it.played_usd, part.played_usd),
        all_of_it.played - part.played,
    )


def _rest(whole: float, part: float) -> float:
    return 0.0 if abs(whole - part) < _ALIKE else whole - part
