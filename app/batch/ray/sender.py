"""Gives messages to an actor in their order: while some are on their way, the next are collected.

Ray does not promise that an asyncio actor begins calls in the order in which they were made, and each call costs about
two milliseconds, however much it carries.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

M = TypeVar("M")


class Sender(Generic[M]):
    """The messages of one side to one actor."""

    def __init__(self, deliver: Callable[[list[M]], Awaitable[object]], lost: Callable[[Exception], None]) -> None:
        """`lost` is told, once, that nothing arrives any more."""
        self._deliver = deliver
        self._lost = lost
        self._waiting: list[M] = []
        self._task: asyncio.Task[None] | None = None
        self._is_lost = False

    def send(self, message: M) -> None:
        """Send it, after those that came before."""
        if self._is_lost:
            return
        self._waiting.append(message)
        if self._task is None:
            self._task = asyncio.create_task(self._send_all())

    async def sent(self) -> None:
        """Until everything has arrived, or nothing does any more."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _send_all(self) -> None:
        await asyncio.sleep(0)  # what else comes in this round of the event loop goes with it
        try:
            while self._waiting:
                messages, self._waiting = self._waiting, []
                await self._deliver(messages)
        except Exception as error:  # whatever Ray raises: the other side is out of reach
            self._is_lost = True
            self._waiting.clear()
            self._lost(error)
        finally:
            self._task = None
