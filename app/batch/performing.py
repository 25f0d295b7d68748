"""Begins one run of a batch, or goes on with it, in whatever process it is performed; and says how it went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.batch.executor import Ending, Work
from app.batch.plan import Source
from app.batch.verdicts import score_of
from app.engine.bundle import checked_again
from app.engine.choices import EVERY_GATE
from app.engine.run import Result, Run
from app.engine.starting import perform, resume
from app.events import Event, ExpectationChecked, RunFinished, definition
from app.scenario import Checked

if TYPE_CHECKING:
    from app.engine.endpoints import Endpoints
    from app.engine.ledger import Ledger
    from app.journal import Journal


class Prepared:
    """The scenarios of a batch, each checked once, when it is first needed."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self._checked: dict[int, Checked] = {}

    def __getitem__(self, number: int) -> Checked:
        if number not in self._checked:
            self._checked[number] = checked_again(self.sources[number].bundle)
        return self._checked[number]


def begin(
    work: Work, prepared: Prepared, journal: Journal, ledger: Ledger | None = None, endpoints: Endpoints | None = None
) -> Run:
    """Begin a run, or go on with it; call it inside a running event loop."""
    answers = own_answers(prepared[work.source], work.answers)
    cassette = Path(work.cassette) if work.cassette else None
    if work.begun:
        return resume(
            work.run, journal=journal, answers=answers, hosts=work.hosts, by=work.origin.who, cassette=cassette,
            ledger=ledger, endpoints=endpoints, unwatched=True,
        )  # fmt: skip
    return perform(
        prepared[work.source], work.inputs, run=work.run, mode=work.mode, seed=work.seed, journal=journal,
        matrix=work.matrix, origin=work.origin, limits=work.limits, answers=answers, hosts=work.hosts,
        root=Path(prepared.sources[work.source].root),
        cassette=cassette, record=Path(work.record) if work.record else None,
        ledger=ledger, endpoints=endpoints, unwatched=True,
    )  # fmt: skip


def own_answers(checked: Checked, answers: Mapping[str, str]) -> dict[str, str]:
    """Of the answers of a whole batch those to questions of one scenario; the others it would refuse."""
    steps = {place.name for place in checked.places}
    return {
        gate: answer for gate, answer in answers.items()
        if gate == EVERY_GATE or definition(gate.partition("#")[0]) in steps
    }  # fmt: skip


def ending_of(result: Result, events: Sequence[Event]) -> Ending:
    """How a run went that was performed here; `events` are all of it."""
    return Ending(
        run=result.run, status=result.status, outcome=result.outcome, expected=result.expected, excused=result.excused,
        exhausted=result.exhausted, cost_usd=result.cost_usd, usage=result.usage, unpriced=result.unpriced,
        reason=result.reason, detail=result.detail, failure=result.failure, seconds=events[-1].mono / 1000,
        score=_score(events),
    )  # fmt: skip


def ending_recorded(events: Sequence[Event]) -> Ending | None:
    """How a run went that was over already; nothing when it is not."""
    last = events[-1]
    if not isinstance(last, RunFinished):
        return None
    exhausted = last.outcome == "exhausted" and not last.excused
    return Ending(
        run=last.run, status="finished", outcome=last.outcome, expected=last.expected, excused=last.excused,
        exhausted=exhausted, cost_usd=last.cost_usd, usage=last.usage, unpriced=last.unpriced, failure=last.failure,
        seconds=last.mono / 1000, score=_score(events),
    )  # fmt: skip


def _score(events: Iterable[Event]) -> float | None:
    return score_of(event.mark for event in events if isinstance(event, ExpectationChecked))
