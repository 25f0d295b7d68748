"""What a narrator says of limits: how much of one is used, what happens at its end, and what money cannot count."""

from __future__ import annotations

from app.cli.narrating.calls import beyond_price
from app.cli.narrating.words import reached, used
from app.events import BudgetExceeded, BudgetWarned
from app.state import RunState, tally_of
from app.state.terms import ACTIONS


class Limits:
    """The limits of a run, as they are told: the text, and what more there is to say."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._downgraded: set[str] = set()  # scopes in which cheaper models were looked for already

    def warned(self, event: BudgetWarned) -> tuple[str, list[str]]:
        """Much of a limit is used."""
        spent = used(event.measure, event.spent, event.limit)
        return f"{event.share:.0%} of its limit is used: {spent}", self._more(event)

    def exceeded(self, event: BudgetExceeded) -> tuple[str, list[str]]:
        """A limit is reached."""
        then = ACTIONS[event.action]
        if event.action == "downgrade":
            then = "there is no cheaper model" if event.scope in self._downgraded else then
            self._downgraded.add(event.scope)
        return f"{reached(event.measure, event.spent, event.limit)}: {then}", self._more(event)

    def _more(self, event: BudgetWarned | BudgetExceeded) -> list[str]:
        return beyond_price(tally_of(self._state, event.scope)) if event.measure == "cost_usd" else []
