"""The steps of a scenario as they were planned, for whoever watches: what comes, in which order, and who acts."""

from __future__ import annotations

from typing import Any

from app.scenario import Checked
from app.scenario.checks.inspection import speakers


def plan_of(checked: Checked) -> list[dict[str, Any]]:
    """Every step with what it waits for."""
    planned = []
    for place in checked.places:
        assert checked.scenario is not None
        planned.append(
            {
                "step": place.name,
                "kind": place.step.kind,
                "title": place.step.title or "",
                "needs": checked.orders[place.block.name].needs.get(place.id, []),
                "agents": [name for name, _ in speakers(place)],
                "line": checked.scenario.line_of(place.name) or 0,
                "cue": place.step.cue or "",
            }
        )
    return planned
