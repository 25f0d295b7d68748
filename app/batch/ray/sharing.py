"""Places what all workers of a batch ask on the driver's node: its ledger, and the limiter of all batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ray
from ray.exceptions import RayActorError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from app.batch.ray.actors import LedgerActor, LimiterActor
from app.batch.ray.cluster import NAMESPACE, Cluster
from app.batch.ray.errors import ClusterError
from app.batch.ray.workers import Shared

if TYPE_CHECKING:
    from app.batch.plan import Plan
    from app.engine.budgets import Account

LIMITER = "limiter"  # of all batches on a cluster
_TRIES = 5
_MANY = 10_000  # calls that wait in an actor at the same time
_ALWAYS = -1


async def shared_by(plan: Plan, account: Account | None, cluster: Cluster) -> Shared:
    """What the workers of this batch ask. Rehearsals call nobody, and so have no limiter."""
    limiter = None if plan.mode == "rehearsal" else await _limiter(cluster)
    if account is None:
        return Shared(limiter)
    options = _options(cluster, f"ledger of {plan.batch}", max_restarts=0)  # it could not know what was spent
    ledger = ray.remote(LedgerActor).options(**options).remote(account.limits, account.spent)
    return Shared(limiter, ledger)


async def _limiter(cluster: Cluster) -> Any:
    """The one there is, or a new one. It may end just when it is found."""
    options = _options(
        cluster, LIMITER, lifetime="detached", get_if_exists=True, max_restarts=_ALWAYS,
        max_task_retries=_ALWAYS,
    )  # fmt: skip
    for _ in range(_TRIES):
        limiter = ray.remote(LimiterActor).options(**options).remote()
        try:
            await limiter.ready.remote()
        except RayActorError:
            continue
        return limiter
    raise ClusterError("the limiter of the cluster ends whenever it is asked", "try again in a moment")


def _options(cluster: Cluster, name: str, **more: Any) -> dict[str, Any]:
    strategy = NodeAffinitySchedulingStrategy(cluster.own, soft=False)
    return {
        "name": name, "namespace": NAMESPACE, "num_cpus": 0, "max_concurrency": _MANY, "scheduling_strategy": strategy,
        **more,
    }  # fmt: skip
