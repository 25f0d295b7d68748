"""What a run may cost at most, as `footlights explain` tells it: by agent, in all, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import floor, isclose

from app.document.suggest import listed
from app.scenario.worst import ASSUMED, Worst
from app.state.words import money, plural

_TO_THE_CENT = 0.99995  # dollars from which `money` tells two digits


def shares(worst: Worst) -> Iterator[tuple[str, str, str]]:
    """Who may spend how much: a name, how many calls, and at which price."""
    priced = sorted((share for share in worst.shares if share.dearest), key=lambda share: -share.cost_usd)
    amounts = _amounts([share.cost_usd for share in priced], worst.cost_usd)
    for share, amount in zip(priced, amounts, strict=True):
        yield share.agent, plural(share.calls, "call"), f"{amount} with {share.dearest}"


def _amounts(parts: Sequence[float], total: float | None) -> list[str]:
    """What stands above a sum adds up to what stands below: what rounding loses goes to those that lost the most."""
    if total is None or not isclose(sum(parts), total):
        return [money(part) for part in parts]
    digits = 2 if total >= _TO_THE_CENT else 4
    units = [part * 10**digits for part in parts]
    shown = [floor(unit) for unit in units]
    lost = round(total * 10**digits) - sum(shown)
    for index in sorted(range(len(parts)), key=lambda index: shown[index] - units[index])[:lost]:
        shown[index] += 1
    return [
        f"${count / 10**digits:,.{digits}f}" if count else f"<${10**-digits}" if part else money(0)
        for count, part in zip(shown, parts, strict=True)
    ]


def verdict(worst: Worst) -> str:
    """The figure that counts."""
    usd, limit = worst.cost_usd, worst.limit_usd
    if worst.never:
        cannot = f"{listed(worst.never)} can never be asked: nobody knows what {listed(worst.unpriced)} costs"
        return f"it cannot end well: under its limit of {money(limit or 0)} {cannot}"
    if usd is None:
        per_item = f"{listed(worst.lists)} is done for each item of a list; the figures are for one"
        return per_item if limit is None else f"at most ${limit:,.2f}, its limit; {per_item}"
    if worst.unknown and limit is None:
        return f"nobody can say: no model is named for {listed(worst.unknown)}"
    if worst.unpriced and limit is None:
        known = f"{money(usd)} at most, and " if usd else ""
        return f"unknown: {known}what {listed(worst.unpriced)} costs, which nobody knows"
    if limit is not None and (limit < usd or worst.unknown):
        return f"at most ${limit:,.2f}, its limit" + (f"; without one {money(usd)}" if limit < usd else "")
    return f"at most {money(usd)}"


def grounds(worst: Worst) -> Iterator[str]:
    """What is left out, and what is assumed."""
    if worst.unpriced:
        asked = "" if worst.limit_usd is None else ": under a limit of money that is not asked"
        yield f"not in it: {listed(worst.unpriced)}, whose price nobody knows{asked}; price: in models says it"
    if worst.unknown and worst.limit_usd is not None:
        yield f"not in it: {listed(worst.unknown)}, for whom no model is named"
    if worst.cost_usd is not None and sum(share.cost_usd for share in worst.shares) > worst.cost_usd * (1 + 1e-9):
        yield "whoever may answer in another's place is told with all of it; in all, only the dearest of them counts"
    if worst.longest:
        yield (
            f"reckoned with answers of up to {worst.longest:,} tokens and every turn, repair and retry taken; inputs,"
            f" items and results of tools as {ASSUMED:,} tokens each; answers that break off midway come on top"
        )
