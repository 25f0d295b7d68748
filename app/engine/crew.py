"""Strands that run side by side and belong to somebody: whoever starts them waits for them, or ends them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Generic, TypeVar

from app.engine.clocks import Clock, Signal, strand

T = TypeVar("T")


class Crew(Generic[T]):
    """Tasks of one owner, handed back one by one as they end. Those left over are ended with the crew."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._names: dict[asyncio.Task[T], str] = {}
        self._ended: deque[asyncio.Task[T]] = deque()
        self._end = Signal(clock)

    def __len__(self) -> int:
        return len(self._names)

    async def __aenter__(self) -> Crew[T]:
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._names:
            task.cancel()
        interrupted = False
        while self._names:
            try:
                await self._wait()
            except asyncio.CancelledError:
                interrupted = True
                continue
            task = self._ended.popleft()
            del self._names[task]
            if not task.cancelled():
                task.exception()  # what it raised while it was ended interests nobody any more
        if interrupted:
            raise asyncio.CancelledError

    def start(self, name: str, index: int, work: Coroutine[object, object, T]) -> None:
        """Begin something; `index` is its place among its siblings."""
        context = copy_context()
        context.run(strand.set, (*strand.get(), index))
        task = asyncio.get_running_loop().create_task(work, context=context)
        self._names[task] = name
        self._clock.enter()
        task.add_done_callback(self._on_end)

    async def next(self) -> tuple[str, T]:
        """The next that ends, with what it gave; what it raised is raised here."""
        await self._wait()
        task = self._ended.popleft()
        return self._names.pop(task), task.result()

    async def _wait(self) -> None:
        if not self._ended:
            await self._end.wait()

    def _on_end(self, task: asyncio.Task[T]) -> None:
        self._ended.append(task)
        self._end.fire()
        self._clock.leave()
