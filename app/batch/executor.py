"""Whoever performs the runs of a batch: in this process, in others, or on other machines. Whole runs are the unit."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Literal, Protocol, Self

import msgspec

from app.batch.verdicts import Verdict, verdict_of
from app.errors import FootlightsError
from app.events import Failure, Mode, Origin, Outcome, Usage


class Work(msgspec.Struct, frozen=True):
    """One run to be performed, or to be gone on with when it has begun."""

    run: str
    source: int
    inputs: dict[str, Any] = {}
    seed: int = 0
    mode: Mode = "rehearsal"
    matrix: dict[str, Any] | None = None
    origin: Origin = Origin()
    limits: dict[str, float] = {}
    hosts: tuple[str, ...] = ()
    answers: dict[str, str] = {}
    begun: bool = False
    cassette: str = ""
    record: str = ""
    alone: bool = False  # no worker is given anything else meanwhile: whose fault it was is known then


class Ending(msgspec.Struct, frozen=True):
    """How a run went, without what it gave."""

    run: str
    status: Literal["finished", "paused"]
    outcome: Outcome | None = None
    expected: bool = True
    excused: bool = False
    exhausted: bool = False
    cost_usd: float = 0.0
    usage: Usage = Usage()
    unpriced: int = 0
    reason: str = ""  # of a pause
    detail: str = ""
    failure: Failure | None = None
    seconds: float = 0.0
    score: float | None = None  # the mean of the marks that agents gave it

    @property
    def verdict(self) -> Verdict:
        """How the run stands."""
        if self.status == "paused":
            return "paused"
        return verdict_of(self.outcome, expected=self.expected, excused=self.excused)

    @property
    def over(self) -> bool:
        """Has it its final result?"""
        return self.status == "finished"

    @property
    def passed(self) -> bool:
        """Did it end as was expected?"""
        return self.verdict == "passed"

    @property
    def tokens(self) -> int:
        """All that it used."""
        return self.usage.total


class Health(msgspec.Struct, frozen=True):
    """How an executor is doing."""

    workers: int = 0
    lost: int = 0
    under_way: int = 0
    trouble: str = ""  # the last there was with a worker


class WorkerLost(FootlightsError):
    """Whoever performed a run is gone. What it wrote is kept, and the run can be gone on with elsewhere."""


class Stopped(FootlightsError):
    """A run was not begun, since the executor was told to stop."""


class NoWorkers(FootlightsError):
    """Nobody is left who could perform anything."""


class Executor(Protocol):
    """Takes runs, and tells how each went."""

    @property
    def slots(self) -> int:
        """How many runs at a time it performs."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything that is left."""
        ...

    async def perform(self, work: Work) -> Ending:
        """Perform a run to its end; WorkerLost when it has to be asked for again, as one that has begun."""
        ...

    async def stop(self, grace: float) -> None:
        """Begin nothing new; what is under way ends, or is paused, within so many seconds."""
        ...

    def health(self) -> Health:
        """How it is doing just now."""
        ...
