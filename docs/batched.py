"""A batch that is the same every time and on every machine: two clerks, each letter answered twelve times by both."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from app.batch.driving import Drive
from app.batch.planning import Wish, planned
from app.journal import Journal
from app.scenario import load

if TYPE_CHECKING:
    from app.batch.executor import Ending
    from app.batch.plan import Item, Plan

PLAY = Path(__file__).resolve().parent.parent / "scenarios" / "operations" / "two-clerks.yaml"
MODEL = "agents.clerk.model"
BATCH = "01KJVD9RB0FT3N6Y8AC1ERK5"
REPEATS = 12
_RUNS = "01KJVD9RB0FT3N6Y8B"


async def perform_clerks(left: int = 0) -> None:
    """Rehearse it into the archive of the house, one run after the other; so many are left, if somebody stops it."""
    wish = Wish(mode="rehearsal", matrix={MODEL: ["careful", "quick"]}, compare=MODEL, repeat=REPEATS, parallel=1)
    plan = _named(planned([load(PLAY, PLAY.name)], wish))
    last = plan.items[-left - 1].run if left else ""

    def enough(item: Item, ending: Ending) -> str:
        return "the talk began" if item.run == last else ""

    with Journal.open(fast=True) as journal:
        await Drive.begin(journal, plan).conduct(_Nobody(), workers=0, enough=enough)


class _Nobody:
    """Whoever is told how it comes along."""

    def begins(self, item: Item) -> None: ...

    def ended(self, item: Item, ending: Ending) -> None: ...


def _named(plan: Plan) -> Plan:
    """The same plan with names that are the same every time."""
    items = tuple(replace(item, run=f"{_RUNS}{number:08}") for number, item in enumerate(plan.items))
    return replace(plan, batch=BATCH, items=items)
