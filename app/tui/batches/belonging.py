"""Which batch a run belongs to, and which of its items it is: for whoever meets the run outside of its grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.batch.plan import Plan, decoded
from app.batch.planning import SCENARIO
from app.errors import FootlightsError
from app.safety import one_line
from app.state.words import short_id

if TYPE_CHECKING:
    from app.journal import Archive
    from app.journal.rows import RunRow


@dataclass(frozen=True, slots=True)
class Belonging:
    """One run's place."""

    batch: str  # as people call it, with the end of its id
    number: int  # of the item
    item: str  # which of the repeats, and its values: #4 threat · quick


class Belongings:
    """Knows them by run; reads the plan of a batch once, as long as anything of it is asked for."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan | None] = {}
        self._known: dict[str, Belonging] = {}

    def of(self, run: str) -> Belonging | None:
        """That of a run, once it was looked for; nothing, where the run is no batch's."""
        return self._known.get(run)

    async def look(self, archive: Archive, rows: Iterable[RunRow]) -> None:
        """Find those of these runs, and forget the others."""
        wanted = {row.run: row.batch for row in rows if row.batch}
        plans = {batch: self._plans[batch] for batch in self._plans if batch in wanted.values()}
        for batch in set(wanted.values()) - plans.keys():
            plans[batch] = await _plan(archive, batch)
        known = {run: self._known[run] for run in wanted if run in self._known}
        for batch, plan in plans.items():
            asked = {run for run, of in wanted.items() if of == batch and run not in known}
            known |= _places(plan, asked) if plan is not None and asked else {}
        self._plans, self._known = plans, known


async def _plan(archive: Archive, batch: str) -> Plan | None:
    try:
        await archive.batch(batch)  # a run can outlive its batch
    except FootlightsError:
        return None
    return decoded(await archive.batch_plan(batch))


def _places(plan: Plan, runs: set[str]) -> dict[str, Belonging]:
    called, names = f"{one_line(plan.title)} {short_id(plan.batch)}", plan.names
    found = {}
    for number, item in enumerate(plan.items, 1):
        if item.run in runs:
            values = " · ".join(names.of(axis, value) for axis, value in item.cell.items() if axis != SCENARIO)
            said = one_line(f"#{item.repeat + 1} {values}".strip())
            found[item.run] = Belonging(called, number, said)
    return found
