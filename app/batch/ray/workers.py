"""Workers on a cluster: an actor for each, and the way to it. What they perform, they perform as every worker does.

They ask Ray for no processors. So they never keep a cluster's own work waiting, and are placed by us: one for every
processor of every node, a lost one anew where the fewest were lost.
"""

from __future__ import annotations

import asyncio
import os
import platform
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ray
from ray.exceptions import ActorUnschedulableError, RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import footlights
from app.batch.ray.asking import ActorAsking, no_ledger, no_limiter
from app.batch.ray.cluster import Cluster, is_guarded
from app.batch.ray.errors import ClusterError
from app.batch.ray.sender import Sender
from app.batch.variables import changed_among, digests_of
from app.batch.workers.shared import DistantEndpoints, DistantLedger
from app.batch.workers.worker import Worker
from app.document.suggest import listed

if TYPE_CHECKING:
    from app.batch.plan import Plan

SLOTS = 24  # runs at a time of one worker: with more of them fewer, larger messages go back and forth
PATIENCE = 60.0  # seconds for a worker to be there


class About(NamedTuple):
    """What a worker is made of."""

    footlights: str
    python: str
    is_guarded: bool  # nobody comes to its node without a token
    variables: dict[str, str]  # of its environment that the batch reads, each with a digest of its value


def about_this_process(batch: str, variables: Iterable[str]) -> About:
    """The same of this process."""
    python = ".".join(platform.python_version_tuple()[:2])
    return About(footlights.__version__, python, is_guarded(), digests_of(variables, batch, os.environ))


class Shared(NamedTuple):
    """Handles to what all workers of a batch ask."""

    limiter: Any = None  # only live runs need one
    ledger: Any = None  # only a batch with a budget has one


class WorkerActor:
    """A worker, as an asyncio actor."""

    def __init__(self, name: str, shared: Shared, batch: str, variables: list[str]) -> None:
        self._name = name
        self._shared = shared
        self._batch = batch
        self._variables = variables
        self._said: asyncio.Queue[bytes] = asyncio.Queue()
        self._worker: Worker | None = None

    async def begin(self) -> About:
        """Get ready, and say what one is."""
        me, (limiter, ledger) = ray.get_runtime_context().current_actor, self._shared
        endpoints = ledger_of = None
        if limiter is not None:
            await limiter.join.remote(me, self._name)
            endpoints = DistantEndpoints(ActorAsking(self._name, me, limiter, no_limiter))
        if ledger is not None:
            ledger_of = partial(DistantLedger, ActorAsking(self._name, me, ledger, no_ledger))
        outbox = Path(tempfile.mkdtemp(prefix="footlights-")) / "outbox"
        self._worker = Worker(self._said.put_nowait, outbox, ledger_of, endpoints)
        return about_this_process(self._batch, self._variables)

    async def hear(self, messages: list[bytes]) -> None:
        """The driver has said something."""
        assert self._worker is not None
        for message in messages:
            self._worker.hear(message)

    async def say(self) -> AsyncIterator[list[bytes]]:
        """Tell the driver everything, as it comes."""
        while True:
            messages = [await self._said.get()]
            while not self._said.empty():
                messages.append(self._said.get_nowait())
            yield messages

    async def gone(self) -> None:
        """Whoever waits for this waits until the worker is gone."""
        await asyncio.Event().wait()


class RayLink:
    """The way to one of them."""

    def __init__(self, name: str, slots: int, actor: Any, ledger: Any, lost: Callable[[], None]) -> None:
        """`lost` is called when the worker is gone by itself."""
        self.name = name
        self.slots = slots
        self._actor = actor
        self._ledger = ledger
        self._lost = lost
        self._why = ""
        self._sender: Sender[bytes] = Sender(lambda messages: actor.hear.remote(messages), self._give_up)

    def send(self, message: bytes) -> None:
        """Send it."""
        self._sender.send(message)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for said in self._actor.say.remote():
                for message in await said:
                    yield message
        except RayError as error:
            self._give_up(error)

    async def close(self, grace: float) -> str:
        """End it. It keeps nothing, so there is nothing to wait for."""
        ray.kill(self._actor)
        if self._ledger is not None:
            with suppress(RayError):  # a ledger that is gone holds nothing any more
                await self._ledger.bury.remote(self.name)
        return self._why

    def _give_up(self, error: Exception) -> None:
        if not self._why:
            self._why = _cause(error)
            self._lost()
        ray.kill(self._actor)


class RayCompany:
    """Where they come from."""

    def __init__(self, cluster: Cluster, shared: Shared, plan: Plan) -> None:
        self.places = sum(node.processors for node in cluster.nodes())
        self.slots = SLOTS
        self._plan = plan
        self._cluster = cluster
        self._shared = shared
        self._placed: Counter[str] = Counter()  # workers that are on a node
        self._lost: Counter[str] = Counter()  # that were there; Ray is slow to say that a node is dead
        self._hired = 0

    async def hire(self, number: int) -> RayLink:
        """Place one where there is the most room, and see whether it is fit for this batch."""
        nodes = self._cluster.nodes()
        if not nodes:
            raise ClusterError("the cluster has no node any more")
        node = min(nodes, key=lambda node: (self._lost[node.id], self._placed[node.id] / node.processors))
        self._placed[node.id] += 1
        self._hired += 1
        name = f"worker {self._hired} on {node.name}"
        actor = _actor(WorkerActor, node.id, max_concurrency=1000).remote(
            name, self._shared, self._plan.batch, list(self._plan.variables)
        )
        try:
            async with asyncio.timeout(PATIENCE):
                about: About = await actor.begin.remote()
            self._insist_on(about, node.name)
        except BaseException as error:
            ray.kill(actor)
            self._lose(node.id)
            if isinstance(error, RayError | TimeoutError):
                raise _unfit(error, node.name) from error
            raise
        return RayLink(name, self.slots, actor, self._shared.ledger, lambda: self._lose(node.id))

    def _lose(self, node: str) -> None:
        self._placed[node] -= 1
        self._lost[node] += 1

    def _insist_on(self, about: About, node: str) -> None:
        mine = about_this_process(self._plan.batch, ())
        if about.footlights != mine.footlights:
            raise ClusterError(
                f"{node} has Footlights {about.footlights}, and here it is {mine.footlights}",
                f"pip install 'footlights[ray]=={mine.footlights}' on every node, and start Ray there again",
            )
        if about.python != mine.python:
            raise ClusterError(
                f"{node} runs Python {about.python}, and here it is {mine.python}",
                "use the same minor version of Python everywhere",
            )
        if not self._cluster.is_loopback and not about.is_guarded:
            raise ClusterError(
                f"{node} takes anybody's work without a token",
                "stop Ray there, and start it with RAY_AUTH_MODE=token; docs/ray.md shows how",
            )
        if changed := changed_among(self._plan.variables, about.variables):
            raise ClusterError(
                f"{node} has other values of {listed(changed)} than this machine",
                "set the same in the shell of `ray start` there, and start Ray there again",
            )


def _actor(kind: type, node: str, **options: Any) -> Any:
    """An actor to be placed on a node; it asks for no processor."""
    strategy = NodeAffinitySchedulingStrategy(node, soft=False)
    return ray.remote(kind).options(num_cpus=0, max_restarts=0, scheduling_strategy=strategy, **options)


def _cause(error: Exception) -> str:
    """Why a worker is gone, in few words."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__


def _unfit(error: Exception, node: str) -> ClusterError:
    """A worker could not begin."""
    if isinstance(error, TimeoutError):
        return ClusterError(f"a worker on {node} was not there after {PATIENCE:.0f} seconds", "is that node too busy?")
    if "ModuleNotFoundError" in str(error):
        return ClusterError(
            f"{node} does not have Footlights, or has another version of it",
            f"pip install 'footlights[ray]=={footlights.__version__}' on every node, and start Ray there again",
        )
    if isinstance(error, ActorUnschedulableError):
        return ClusterError(f"{node} is gone", "see what became of it, or go on with fewer")
    return ClusterError(f"no worker can begin on {node}: {_cause(error)}", "docs/ray.md says where Ray logs")
