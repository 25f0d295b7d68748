"""What a run may cost at most, as `footlights explain` tells it: by agent, in all, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator

from app.document.suggest import listed
from app.scenario.worst import ASSUMED, Worst
from app.state.words import money, plural


def shares(worst: Worst) -> Iterator[tuple[str, str, str]]:
    """Who may spend how much: a name, how many calls, and at which price."""
    priced = [share for share in worst.shares if share.dearest]
    for share in sorted(priced, key=lambda share: -share.cost_usd):
        yield share.agent, plural(share.calls, "call"), f"{money(share.cost_usd)} with {share.dearest}"


def verdict(worst: Worst) -> str:
    """The figure that counts."""
    usd, limit = worst.cost_usd, worst.limit_usd
    if usd is None:
        per_item = f"{listed(worst.lists)} is done for each item of a list; the figures are for one"
        return per_item if limit is None else f"at most ${limit:,.2f}, its limit; {per_item}"
    if worst.unknown and limit is None:
        return f"nobody can say: no model is named for {listed(worst.unknown)}"
    if limit is not None and (limit < usd or worst.unknown):
        return f"at most ${limit:,.2f}, its limit" + (f"; without one {money(usd)}" if limit < usd else "")
    return f"at most {money(usd)}"


def grounds(worst: Worst) -> Iterator[str]:
    """What is left out, and what is assumed."""
    if worst.unpriced:
        yield f"not in it: {listed(worst.unpriced)}, whose price nobody knows; price: in models says it"
    if worst.unknown and worst.limit_usd is not None:
        yield f"not in it: {listed(worst.unknown)}, for whom no model is named"
    if worst.longest:
        yield (
            f"reckoned with answers of up to {worst.longest:,} tokens and every turn, repair and retry taken; inputs,"
            f" items and results of tools as {ASSUMED:,} tokens each; answers that break off midway come on top"
        )
