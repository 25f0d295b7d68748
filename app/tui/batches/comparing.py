"""Asks along which axis a batch is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.safety import one_line
from app.tui.paint.options import Option
from app.tui.screens.choosing import Choosing

if TYPE_CHECKING:
    from app.tui.app import Theatre
    from app.tui.batches.reading import Reading


async def axis_to_compare(house: Theatre, reading: Reading) -> str | None:
    """The one that varies, or that a person chooses; empty where none varies, none where nobody wants to."""
    axes, plan = reading.axes, reading.watch.plan
    if len(axes) < 2:
        return next(iter(axes), "")
    planned = plan.compare if plan is not None else ""
    options = [Option(axis, one_line(axis), "as was planned" if axis == planned else "") for axis in axes]
    cursor = next((at for at, axis in enumerate(axes) if axis == (reading.along or planned)), 0)
    return await house.push_screen_wait(Choosing("Compare along", options, cursor=cursor))
