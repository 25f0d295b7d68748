"""Asks for more where something was used up: of the budgets of a whole batch, or of the limits of its single runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from app.events import BudgetExceeded
from app.journal.inbox import unread
from app.journal.reader import Reader
from app.safety import one_line
from app.state.words import plural
from app.tui.limits import EXAMPLES, limit_in
from app.tui.naming import amount
from app.tui.paint.options import Option
from app.tui.screens.choosing import Choosing
from app.tui.screens.writing import Writing

if TYPE_CHECKING:
    from app.batch.results import Results
    from app.journal import Archive
    from app.tui.app import Theatre

TITLE = "Go on with more"
WORDS = {"cost_usd": "money", "tokens": "tokens", "turns": "calls"}


class Limit(NamedTuple):
    """One of a scenario's own, in each of its runs."""

    scenario: str
    scope: str  # run, agent:clerk, step:plan
    measure: str
    most: float


class Raised(NamedTuple):
    """One of them, in one run."""

    run: str
    limit: str  # as a direction names it: agent:clerk.tokens
    to: float


Reached = Mapping[Limit, dict[str, float]]  # the runs that each has paused, with what is the least they would need


class Lacking(NamedTuple):
    """What a batch has to be given before it can go on."""

    budget: bool  # more for all runs together
    limits: Reached  # more for single runs
    answers: bool  # nothing else is left than what people are asked, and nobody has answered


async def lacking_in(archive: Archive, before: Results) -> Lacking:
    """A run says in its log whether a limit of its own has paused it, and which, or the budget of all."""
    with closing(Reader(archive.path)) as reader:
        letters = reader.read(unread)
    left = [item for item in before.items if item.goes_on]
    asks = bool(left) and all(item.reason == "gate" and item.item.run not in letters for item in left)
    budget = any(item.waits_for_budget for item in left)
    paused = {item.item.run: item.scenario for item in left if item.met_its_limit}
    if not paused:
        return Lacking(budget, {}, asks)
    last: dict[str, BudgetExceeded] = {}
    for run, event in await archive.batch_events(before.row.batch, ("budget.exceeded",)):
        if isinstance(event, BudgetExceeded) and event.action in ("pause", "ask"):
            last[run] = event
    bodies = ((run, letter.body) for run, told in letters.items() for letter in told if letter.about == "raise")
    raised = {(run, str(body.get("to", ""))) for run, body in bodies if isinstance(body, dict)}  # and yet to be heard
    found: dict[Limit, dict[str, float]] = {}
    for run in paused.keys() & last.keys():
        event = last[run]
        if (run, f"{event.scope}.{event.measure}") not in raised:
            needed = event.spent + event.needed
            found.setdefault(Limit(paused[run], event.scope, event.measure, event.limit), {})[run] = needed
    return Lacking(budget, found, asks)


async def more_for_each(app: Theatre, limits: Reached) -> list[Raised] | None:
    """How much more single runs may use; nothing, when somebody thinks better of it."""
    raised: list[Raised] = []
    for limit, runs in sorted(limits.items()):
        whose, _, name = limit.scope.partition(":")
        who = f"the {whose} {one_line(name)}" if name else "each"
        says = (
            f"{plural(len(runs), 'run')} of {one_line(limit.scenario)} {'is' if len(runs) == 1 else 'are'} paused: "
            f"{who} may use {amount(limit.measure, limit.most)}. How much may it be?"
        )
        value = await _asked(app, says, limit.measure, limit.most, max(runs.values()))
        if value is None:
            return None
        raised += [Raised(run, f"{limit.scope}.{limit.measure}", value) for run in runs]
    return raised


async def more_for_all(app: Theatre, before: Results) -> dict[str, float] | None:
    """How much more all runs together may use; nothing, when somebody thinks better of it."""
    budget = before.plan.budget
    used = {
        "cost_usd": before.cost_usd,
        "tokens": float(sum(item.tokens for item in before.items)),
        "turns": float(sum(item.calls for item in before.items)),
    }
    measure = next(iter(budget)) if len(budget) == 1 else await _which(app, before.row.stopped, budget, used)
    if measure is None:
        return None
    says = (
        f"All runs together might use {amount(measure, budget[measure])}, and have used "
        f"{amount(measure, used[measure])}. How much may it be in all?"
    )
    value = await _asked(app, says, measure, budget[measure])
    return None if value is None else {measure: value}


async def _which(app: Theatre, why: str, budget: Mapping[str, float], used: Mapping[str, float]) -> str | None:
    """Of several the one that was used up; the fullest stands first."""
    fullest = sorted(budget, key=lambda name: used[name] / budget[name], reverse=True)
    options = [
        Option(name, WORDS[name], f"{_so_much(name, used[name])} of {amount(name, budget[name])}") for name in fullest
    ]
    return await app.push_screen_wait(Choosing(TITLE, options, says=one_line(why)))


def _so_much(measure: str, used: float) -> str:
    return amount(measure, used) if measure == "cost_usd" else f"{used:,.0f}"


async def _asked(app: Theatre, says: str, measure: str, most: float, least: float = 0.0) -> float | None:
    def wrong(text: str) -> str:
        value, said = limit_in(measure, text)
        if said or value <= most:
            return said or f"more than the {amount(measure, most)} that did not suffice"
        return f"{amount(measure, least)} at least, or the next call would not fit" if value < least else ""

    hint = f"US dollars, such as {EXAMPLES[measure]}" if measure == "cost_usd" else f"such as {EXAMPLES[measure]}"
    text = await app.push_screen_wait(Writing(TITLE, says=says, hint=hint, wrong=wrong))
    return None if text is None else limit_in(measure, text)[0]
