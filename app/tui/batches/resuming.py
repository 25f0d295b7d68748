"""Goes on with a batch that nobody performs any more; where something was used up, asks for more first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import FootlightsError
from app.tui.batches.driving import gone_on_with, left_before
from app.tui.batches.raising import more_for_all, more_for_each
from app.tui.refused import in_words

if TYPE_CHECKING:
    from app.tui.app import Theatre


async def go_on(app: Theatre, batch: str) -> bool:
    """Perform what is missing, in this process; false when it was not begun, and why not is told."""
    try:
        before, lacking = await left_before(batch, app.workspace)
        if lacking.answers:
            app.say("all that is left waits for answers: 5 leads to what is asked", severity="warning")
            return False
        raised = await more_for_each(app, lacking.limits)
        if raised is None:
            return False
        budget = await more_for_all(app, before) if lacking.budget else {}
        if budget is None:
            return False
        app.perform_batch(await gone_on_with(before, app.workspace, budget, raised))
    except FootlightsError as error:
        app.say(in_words(error), severity="error")
        return False
    return True
