"""Performs the runs of a batch on a Ray cluster: what `footlights batch --on ray` opens."""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from app.batch.executor import Ending, Health, Stopped, Work, WorkerLost
from app.batch.ray.cluster import Cluster, connect
from app.batch.workers.elsewhere import Elsewhere
from app.batch.workers.holds import begun_calls

if TYPE_CHECKING:
    from app.batch.plan import Plan
    from app.batch.ray.workers import Shared
    from app.engine.ledger import SharedLedger
    from app.journal import Journal


class OnRay:
    """The executor: workers elsewhere, once it is connected."""

    def __init__(self, on: str, journal: Journal, plan: Plan, ledger: SharedLedger | None) -> None:
        """`ledger` says what the batch may spend, and what is spent of that."""
        self._on = on
        self._journal = journal
        self._plan = plan
        self._account = None if ledger is None else ledger.account
        self._cluster: Cluster | None = None
        self._elsewhere: Elsewhere | None = None
        self._shared: Shared | None = None
        self._stopped = False

    @property
    def slots(self) -> int:
        """How many runs at a time its workers perform; none before it is connected."""
        return 0 if self._elsewhere is None else self._elsewhere.slots

    async def __aenter__(self) -> Self:
        self._cluster = await connect(self._on)
        try:
            from app.batch.ray.sharing import shared_by
            from app.batch.ray.workers import RayCompany

            self._shared = await shared_by(self._plan, self._account, self._cluster)
            company = RayCompany(self._cluster, self._shared, self._plan)
            self._elsewhere = Elsewhere(self._journal, self._plan.sources, company)
            await self._elsewhere.__aenter__()
        except BaseException:
            await self._cluster.leave()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._elsewhere is not None and self._cluster is not None
        try:
            await self._elsewhere.__aexit__(kind, error, trace)
        finally:
            await self._cluster.leave()

    async def perform(self, work: Work) -> Ending:
        """Have a run performed by whoever has the fewest."""
        assert self._elsewhere is not None
        if self._stopped:
            raise Stopped("the batch is being stopped")
        try:
            return await self._elsewhere.perform(work)
        except WorkerLost:
            await self._count_as_spent(work.run)
            raise

    async def stop(self, grace: float) -> None:
        """Begin nothing new; what is under way ends, or is paused, within so many seconds."""
        self._stopped = True
        if self._elsewhere is not None:
            await self._elsewhere.stop(grace)

    def health(self) -> Health:
        """How the workers are doing."""
        return Health() if self._elsewhere is None else self._elsewhere.health()

    async def _count_as_spent(self, run: str) -> None:
        """What a lost worker had sent out for a run, and what nobody heard the end of, may have to be paid."""
        assert self._shared is not None
        if self._shared.ledger is not None:
            from ray.exceptions import RayError

            recorded = self._journal.recorded(run) if self._journal.knows(run) else []
            with suppress(RayError):  # a ledger that is gone grants nothing any more
                await self._shared.ledger.lose.remote(run, begun_calls(recorded))
