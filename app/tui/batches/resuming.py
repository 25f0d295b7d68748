"""Goes on with a batch that nobody performs any more; where its budget was spent, asks for more first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import FootlightsError
from app.state.words import money
from app.tui.batches.driving import gone_on_with, results_before
from app.tui.refused import in_words
from app.tui.screens.inputs import wrong_cost
from app.tui.screens.writing import Writing

if TYPE_CHECKING:
    from app.batch.results import Results
    from app.tui.app import Theatre

SHORT = 8  # letters of an id


async def go_on(app: Theatre, batch: str) -> bool:
    """Perform what is missing, in this process; false when it was not begun, and why not is told."""
    try:
        before = await results_before(batch, app.workspace)
        budget = await _more(app, before) if _is_spent(before) else {}
        if budget is None:
            return False
        app.perform_batch(await gone_on_with(before, app.workspace, budget))
    except FootlightsError as error:
        app.say(in_words(error), severity="error")
        return False
    return True


def _is_spent(before: Results) -> bool:
    """Was it the budget of all runs together that ended it? One of a single run is its scenario's."""
    return bool(before.plan.budget) and any(item.waits_for_budget for item in before.items)


async def _more(app: Theatre, before: Results) -> dict[str, float] | None:
    limit, used = before.plan.budget.get("cost_usd"), before.cost_usd
    if limit is None:
        word = f"footlights batch --resume {before.row.batch[-SHORT:]} --budget {next(iter(before.plan.budget))}=MORE"
        app.say(f"its budget is used up; in a terminal  {word}  goes on", severity="warning", stays=True)
        return None

    def wrong(text: str) -> str:
        if said := wrong_cost(text):
            return said
        return "" if float(text) > limit else f"more than the {money(limit)} that did not suffice"

    says = f"All runs together might use {money(limit)}, and have used {money(used)}. How much may it be in all?"
    text = await app.push_screen_wait(Writing("Go on with more", says=says, hint="US dollars", wrong=wrong))
    return None if text is None else {"cost_usd": float(text)}
