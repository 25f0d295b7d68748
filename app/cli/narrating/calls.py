"""What a narrator says of calls of models: figures of an answer, waits told once, and who takes over from whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.events import CallFailed, CallFinished, CallWaiting
from app.state import CallState, Tally, spent_by
from app.state.terms import WAITS
from app.state.words import paid, paid_at_all, plural, took

_SHORT_WAIT = 1_000  # milliseconds that nobody needs to be told of
_REFUSAL = "error: "  # what a model is told begins so, when it asked for something that cannot be
_ENDS = {"length": "cut off at its limit", "refused": "refused"}


class Waits:
    """Which waits were told already: each attempt at one answer waits anew, and says the same again."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], set[str]] = {}

    def tell(self, event: CallWaiting) -> str:
        """What is said of a wait; nothing, where it was said or is too short."""
        if 0 < event.wait_ms < _SHORT_WAIT:
            return ""
        told = self._told.setdefault((event.step, event.agent), set())
        why = f"{event.waits_for} {event.detail}"
        if why in told:
            return ""
        told.add(why)
        wait = f"waits {took(event.wait_ms)}" if event.wait_ms else "waits"
        return f"{wait} {WAITS[event.waits_for]}" + (f": {event.detail}" if event.detail else "")

    def forget(self, event: CallFinished) -> None:
        """It is answered: the next wait is another one."""
        self._told.pop((event.step, event.agent), None)


def refusals(messages: Iterable[Any]) -> Iterator[str]:
    """What a model was told of things that it asked for and that cannot be: in its last messages, newest first."""
    for message in messages:
        if not isinstance(message, dict) or message.get("role") != "tool":
            return
        said = str(message.get("content", ""))
        if said.startswith(_REFUSAL):
            yield said.removeprefix(_REFUSAL)


def figures_of(call: CallState, event: CallFinished) -> list[str]:
    """What stands beside an answer."""
    spent = spent_by(event)
    lasted = "" if spent.local_ms else took(event.took_ms)  # told in place of money
    cost = f"{paid(spent)} as recorded" if spent.played else paid(spent)
    figures = [call.model, plural(event.usage.total, "token"), cost, lasted]
    doubted = "count in doubt" if event.counted is not None else ""
    return [figure for figure in (*figures, doubted, _ENDS.get(event.finish, "")) if figure]


def cost_of_failure(event: CallFailed) -> str:
    """What an attempt has cost that came to nothing."""
    cost = paid_at_all(spent_by(event))
    return f" ({cost} for nothing)" if cost and event.basis != "rehearsed" and not event.played else ""


def beyond_price(tally: Tally) -> list[str]:
    """What a limit of money cannot count."""
    if not tally.unpriced:
        return []
    return [f"the price of {plural(tally.unpriced, 'call')} is not known, and not in it"]
