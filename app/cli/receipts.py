"""The receipt of a call in lines: which model and why, what it took and what that costs, and every attempt."""

from __future__ import annotations

from collections.abc import Iterator

from app.events import CallFailed, CallFinished, CallRouted
from app.safety import one_line
from app.state import CallState, RunState, attempts_of
from app.state.receipts import buckets, cost_told, doubt, is_taken, why_not
from app.state.words import a_million, money, paid, plural, spaced, took

_COLUMN = 16


def considered(routed: CallRouted) -> Iterator[str]:
    """Every model that was looked at: whether it was taken, or why not."""
    for candidate in routed.candidates:
        mark = "✓" if is_taken(candidate, routed) else " "
        use = f" ({one_line(candidate.use)})" if candidate.use and candidate.use != candidate.model else ""
        yield f"{mark} {one_line(candidate.model)}{use}  {one_line(why_not(candidate, routed))}"


def usage_lines(ended: CallFinished | CallFailed) -> Iterator[str]:
    """Each bucket of tokens at its price, and together."""
    for bucket in buckets(ended.usage, ended.prices):
        if not bucket.tokens:
            continue
        price = "" if bucket.price is None else a_million(bucket.price)
        at = f"  at {price:>6} a million  {money(bucket.cost_usd):>9}" if price else ""
        yield f"{bucket.name:<{_COLUMN}}{bucket.tokens:>9,}{at}"
    if ended.usage.reasoning:
        yield f"{'of it thought':<{_COLUMN}}{ended.usage.reasoning:>9,}"
    yield f"{'cost':<{_COLUMN}}{cost_told(ended)}"
    if ended.prices is not None and ended.prices.source:
        yield f"{'prices':<{_COLUMN}}{one_line(ended.prices.source)}"
    if isinstance(ended, CallFinished) and (doubted := doubt(ended)):
        yield doubted


def attempt_lines(call: CallState, state: RunState) -> Iterator[str]:
    """Each attempt at the same answer with its own cost, where there was more than one; and all together."""
    made = attempts_of(state, call)
    if len(made) < 2:
        return
    total = made[0].spent
    for each in made[1:]:
        total += each.spent
    for each in made:
        ended = each.ended
        error = spaced(ended.failure.error) if isinstance(ended, CallFailed) else each.status
        mark = ">" if each is call else " "
        told = f"{paid(each.spent)}, {took(ended.took_ms)}" if ended is not None else ""
        yield f"{mark} {one_line(each.id)}  {one_line(each.use)}  {error}  {told}".rstrip()
    yield f"  {plural(len(made), 'attempt')} together: {paid(total)}"
