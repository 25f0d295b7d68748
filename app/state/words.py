"""Money and time in words, the same wherever they stand: on the stage, in lines, in lists.

What was spent is told with how far the figure can be trusted. `$0.0123` is what services said they counted; `≈$0.0123`
holds a part that none has confirmed; `? + $0.0123` lacks calls whose price nobody knows; what ran on a machine of one's
own took time, and no money; and what a cassette played was paid for when it was recorded, and is never added up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from app.events import Failure, Ref, RunFinished, RunStarted

UNMET = "unmet"


class Spending(Protocol):
    """What some calls have cost together."""

    @property
    def cost_usd(self) -> float:
        """All of it, as far as prices are known."""

    @property
    def estimated_usd(self) -> float:
        """The part that no provider has confirmed."""

    @property
    def rehearsed_usd(self) -> float:
        """The part that was never paid: no model was asked."""

    @property
    def rehearsed(self) -> int:
        """Calls for which no model was asked."""

    @property
    def unpriced(self) -> int:
        """Calls whose price nobody knows."""

    @property
    def local_ms(self) -> int:
        """How long models ran on a machine of one's own."""

    @property
    def played_usd(self) -> float:
        """What calls that came from a cassette had cost when they were recorded; no part of the cost."""

    @property
    def played(self) -> int:
        """Calls that came from a cassette."""


def paid(spending: Spending) -> str:
    """What was spent, with the mark it needs; never nothing where a price is not known."""
    usd, unpriced = spending.cost_usd, spending.unpriced
    if is_played(spending):
        return money(spending.played_usd)
    if usd <= 0:
        if unpriced:
            return "unpriced" if unpriced == 1 else f"{unpriced:,} unpriced"
        return f"local · {took(spending.local_ms)}" if spending.local_ms else money(0)
    known = money(usd)
    if spending.estimated_usd > 0 and not known.startswith("<"):
        known = f"≈{known}"
    return f"? + {known}" if unpriced else known


def notes(spending: Spending) -> list[str]:
    """What else is to be known of it, a few words each; nothing where the figure says it all."""
    told = []
    if is_played(spending):
        return [AS_RECORDED]
    if is_rehearsed(spending):
        told.append("rehearsed, nothing to pay")
    elif spending.rehearsed_usd > 0:
        told.append(f"{money(spending.rehearsed_usd)} of it rehearsed")
    if spending.estimated_usd > 0:
        is_all = spending.estimated_usd >= spending.cost_usd * (1 - 1e-9)
        told.append("estimated" if is_all else f"{money(spending.estimated_usd)} of it estimated")
    if spending.unpriced:
        told.append(f"{plural(spending.unpriced, 'call')} unpriced")
    if spending.played:
        told.append(f"{plural(spending.played, 'call')} from a cassette, {money(spending.played_usd)} as recorded")
    if spending.local_ms and (spending.cost_usd > 0 or spending.unpriced):
        told.append(f"{took(spending.local_ms)} on this machine at no cost")
    return told


def in_short(spending: Spending) -> str:
    """The same in fewer cells: time on a machine of one's own is left out, where it stands beside it anyway."""
    return paid(spending).partition(" · ")[0]


def in_a_cell(spending: Spending) -> str:
    """The same for a table, where nothing else says that nothing was paid."""
    short = kind_of(spending).short
    return f"{paid(spending)} {short}" if short else paid(spending)


def in_full(spending: Spending) -> list[str]:
    """What was spent and all that is to be known of it, in parts."""
    first, *more = notes(spending) or [""]
    if is_rehearsed(spending) or is_played(spending):
        return [f"{paid(spending)} {first}", *more]
    return [paid(spending), *filter(None, (first, *more))]


def paid_at_all(spending: Spending) -> str:
    """What was spent; nothing where there is nothing to tell."""
    is_told = spending.cost_usd > 0 or spending.unpriced or spending.local_ms or spending.played_usd > 0
    return paid(spending) if is_told else ""


def all_usd(spending: Spending) -> float:
    """What `cost_usd` says to programs: what calls come to, be they paid, rehearsed or played."""
    return spending.cost_usd + spending.played_usd


def known_usd(spending: Spending) -> float | None:
    """The same; none where calls have no price and nothing else is known, since that is not nothing."""
    usd = all_usd(spending)
    return None if spending.unpriced and not usd else usd


def is_rehearsed(spending: Spending) -> bool:
    """Was no model asked at all?"""
    is_paid = spending.rehearsed_usd < spending.cost_usd * (1 - 1e-9)
    return bool(spending.rehearsed) and not (is_paid or spending.unpriced or spending.local_ms or spending.played)


def is_played(spending: Spending) -> bool:
    """Did all of it come from a cassette?"""
    is_paid = spending.cost_usd > 0 or spending.unpriced or spending.local_ms or spending.rehearsed
    return bool(spending.played) and not is_paid


class Kind(NamedTuple):
    """What to call money that nobody paid; nothing, where it was paid."""

    word: str = ""
    short: str = ""
    told: str = ""


PAID = Kind()
_KINDS = {
    "live": PAID,
    "rehearsal": Kind("rehearsed", "reh.", "rehearsed, nothing is paid"),
    "cassette": Kind("as recorded", "tape", "from a cassette, nothing is paid"),
}


def kind_of(spending: Spending, start: RunStarted | None = None) -> Kind:
    """What some of the money of a run is, also before any was spent."""
    if is_played(spending):
        return _KINDS["cassette"]
    if is_rehearsed(spending):
        return _KINDS["rehearsal"]
    if start is None or start.asks_models:
        return _KINDS["live"]
    return _KINDS[start.mode]


def kind_in(mode: str) -> Kind:
    """What to call the money of runs of a mode, where nothing more is known of them."""
    return _KINDS[mode]


def how_performed(start: RunStarted) -> str:
    """Who answers in a run, for people: live, rehearsal, cassette; and who is asked all the same."""
    if start.mode != "cassette" or not start.asks_models:
        return start.mode
    live = start.settings.get("live") or ()
    return f"cassette, {', '.join(live)} live" if live else "cassette, models are asked what it lacks"


def how_ended(finish: RunFinished) -> str:
    """In a word, how a run has ended: one that did all it was told, and not what was expected of it, is unmet."""
    did_as_told = finish.outcome == "succeeded" or finish.excused
    return UNMET if did_as_told and not finish.expected else finish.outcome


def because(failure: Failure) -> str:
    """A failure in one line: its class, unless what was said begins with it, and what was said first."""
    kind, said = spaced(failure.error), failure.message.partition("\n")[0].rstrip(":")
    if said.startswith(kind):
        return said
    return f"{kind}: {said}" if said else kind


def as_said(text: str | Ref, value_of: Callable[[Ref], Any]) -> str:
    """A text that an event holds itself, or by a Ref: then it may be erased."""
    return str(value_of(text)) if isinstance(text, Ref) else text


def money(usd: float) -> str:
    """An amount, finer where it is small: $0.00, <$0.0001, $0.0123, $2.40, $1,204.00."""
    if 0 < usd < 0.00005:
        return "<$0.0001"
    return f"${usd:,.2f}" if usd >= 0.99995 or usd <= 0 else f"${usd:.4f}"


def a_million(usd: float) -> str:
    """A price of a million tokens, in cents, or finer where it has them: $0.30, $15.00, $0.075."""
    return f"${usd:,.2f}" if round(usd, 2) == usd else f"${usd:,.6f}".rstrip("0")


def took(ms: float) -> str:
    """How long something took: 340 ms, 1.2 s, 1 min 12 s, 2 h 5 min."""
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def percent(share: float, digits: int = 1) -> str:
    """A share; never all where something lacks, nor nothing where there is something: 100 %, 99.9 %, 33.3 %."""
    said = f"{100 * share:.{digits}f}".removesuffix(".0")
    if said in ("0", "100") and share not in (0, 1):
        said = f"{min(max(100 * share, 0.1), 99.9):.1f}"
    return f"{said} %"


def plural(count: int, word: str) -> str:
    """A count with its word: 1 call, 3 calls."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def amount(measure: str, value: float, counted: Callable[[int, str], str] = plural) -> str:
    """So much of what is limited: $2.00, 15 min, 4 calls, 20,000 tokens; `counted` writes a count with its word."""
    if measure == "cost_usd":
        return money(value)
    if measure == "wall":
        return took(value * 1000)
    return counted(round(value), "call" if measure == "turns" else "token")


def times(count: int) -> str:
    """How often, to be said after a verb: nothing for once, ` twice`, ` four times`."""
    if count < 2:
        return ""
    return " twice" if count == 2 else f" {_COUNTS.get(count, str(count))} times"


_COUNTS = dict(enumerate(("three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=3))

AS_RECORDED = "as recorded, nothing paid"

BASES = {
    "exact": "as the service counted",
    "estimated": "by our own count: the service did not say",
    "unpriced": "nobody knows its price",
    "rehearsed": "rehearsed, nothing to pay",
}


def spaced(name: str) -> str:
    """A name that was written for machines, as people say it: fleet manager."""
    return name.replace("_", " ")


def short_id(run: str) -> str:
    """The end of the id of a run or a batch, which is enough to name it: eight letters at random."""
    return run[-8:]
