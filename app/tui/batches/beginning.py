"""Begins a batch of a play in the app: asks what it performs, says what a live one may cost, and opens its grid."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from app.errors import FootlightsError
from app.tui.refused import in_words

if TYPE_CHECKING:
    from app.batch.plan import Plan
    from app.tui.app import Theatre
    from app.tui.playbill import Playbill
    from app.tui.screens.batch_form import Wished


async def begin_batch(app: Theatre, bill: Playbill, last: Mapping[str, Any], texts: Mapping[str, str]) -> Wished | None:
    """Ask, begin, and show it; what is in its way is told. Returns what was written."""
    from app.tui.batches.driving import begun
    from app.tui.screens.batch_form import BatchForm, Wished

    given = await app.push_screen_wait(BatchForm(bill, last, texts))
    if not isinstance(given, Wished):
        return None
    try:
        plan = await _performable(app, given.plan)
        if plan is None:
            return given
        if not await _is_wanted(app, plan):
            return await begin_batch(app, bill, given.inputs, given.texts) or given
        driven = begun(plan, app.workspace)
    except FootlightsError as error:
        app.say(in_words(error), severity="error")
        return given
    app.perform_batch(driven)
    app.open_batch(driven.batch)
    return given


async def _performable(app: Theatre, plan: Plan) -> Plan | None:
    """The same plan; a live one that has no models is rehearsed instead, or not performed."""
    from app.tui.batches.driving import insist_on_models_of
    from app.tui.beginning import refuse

    if plan.mode == "live":
        try:
            await asyncio.to_thread(insist_on_models_of, plan.sources)
        except FootlightsError as error:
            return replace(plan, mode="rehearsal") if await refuse(app, error, rehearsable=True) else None
    return plan


async def _is_wanted(app: Theatre, plan: Plan) -> bool:
    """A live one begins when somebody has seen what it may cost, and said yes."""
    from app.batch.outlook import outlook_of
    from app.safety import one_line
    from app.tui.batches.wishing import too_little_for
    from app.tui.paint.options import Option
    from app.tui.screens.choosing import Choosing

    if plan.mode != "live":
        return True
    options = (Option("begin", "Begin", "real models, real money", "y"), Option("back", "Back to the form", "", "n"))
    outlook, warning = await asyncio.to_thread(lambda: (outlook_of(plan), too_little_for(plan)))
    says = one_line("; ".join(filter(None, (outlook, warning))))
    return await app.push_screen_wait(Choosing("Perform it live", options, says=says, cursor=1)) == "begin"
