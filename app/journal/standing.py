"""How a run stands, as its row in `runs` says it: what each event changes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import msgspec

from app.events import (
    CallFailed,
    CallFinished,
    Event,
    Outcome,
    RunFinished,
    RunPaused,
    RunResumed,
    RunStarted,
    StepFinished,
)

ENDED = frozenset(get_args(Outcome))


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The part of a run's row that its events change."""

    status: str = "running"
    reason: str = ""
    ended: int = 0
    cost_usd: float = 0.0
    tokens: int = 0
    recoveries: int = 0
    scenario: str = ""
    title: str = ""
    digest: str = ""
    mode: str = "live"
    origin: str = ""
    batch: str = ""
    parent: str = ""
    started: int = 0
    tags: str = "[]"  # as JSON

    @property
    def over(self) -> bool:
        """Has the run ended for good?"""
        return self.status in ENDED


COLUMNS = Standing.__struct_fields__


def _started(was: Standing, event: RunStarted) -> Standing:
    return msgspec.structs.replace(
        was,
        scenario=event.scenario,
        title=event.title,
        digest=event.digest,
        mode=event.mode,
        origin=event.origin.kind,
        batch=event.origin.batch,
        parent=event.parent.run if event.parent else "",
        started=event.at,
        tags=msgspec.json.encode(event.tags).decode(),
    )


def _paused(was: Standing, event: RunPaused) -> Standing:
    return msgspec.structs.replace(was, status="paused", reason=event.reason)


def _resumed(was: Standing, event: RunResumed) -> Standing:
    return msgspec.structs.replace(was, status="running", reason="")


def _finished(was: Standing, event: RunFinished) -> Standing:
    return msgspec.structs.replace(
        was, status=event.outcome, reason="", ended=event.at, cost_usd=event.cost_usd, tokens=event.usage.total
    )


def _spent(was: Standing, event: CallFinished | CallFailed) -> Standing:
    return msgspec.structs.replace(was, cost_usd=was.cost_usd + event.cost_usd, tokens=was.tokens + event.usage.total)


def _advanced(was: Standing, event: StepFinished) -> Standing:
    return msgspec.structs.replace(was, recoveries=0) if was.recoveries else was


CHANGES: dict[type[Event], Callable[[Standing, Any], Standing]] = {
    RunStarted: _started,
    RunPaused: _paused,
    RunResumed: _resumed,
    RunFinished: _finished,
    CallFinished: _spent,
    CallFailed: _spent,
    StepFinished: _advanced,
}
