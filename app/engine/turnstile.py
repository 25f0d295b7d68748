"""Lets effects begin, all, one by one or none: a run that is held or about to stop starts nothing new.

A rehearsal may be led by its audience: then nothing begins before they have seen all that happened. Whoever waits for
that goes on being at work, so the run's own time stands still, and its log is the one it would have been without them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from app.engine.clocks import Clock, Signal, strand

Audience = Callable[[], Awaitable[None]]


class Turnstile:
    """Where every call and every tool passes before it begins."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened = Signal(clock)
        self._held = False
        self._steps = 0
        self._closing = False
        self._under_way: list[tuple[int, ...]] = []  # the places of effects
        self._when_quiet: Callable[[], None] | None = None
        self._audience: Audience | None = None
        self._released = asyncio.Event()  # whoever waits for the audience need not any more

    async def passage(self) -> None:
        """Wait until an effect may begin."""
        await self._clock.turn()  # one at a time, so that it does not matter how long each waits
        if self._audience is not None:
            await self._until_seen()
        if self._is_shut:
            with self._clock.still():
                while self._is_shut:
                    await self._opened.wait()
        if self._held:
            self._steps -= 1

    def follow(self, audience: Audience | None) -> None:
        """Let nothing begin before an audience has seen what happened; none: wait for nobody."""
        self._audience = audience
        self._released.set()
        self._released = asyncio.Event()

    def give_back(self) -> None:
        """Whoever was let through begins nothing yet, and comes again."""
        if self._held:
            self._steps += 1

    def hold(self) -> None:
        """Let nothing begin."""
        self._held = True

    def go(self) -> None:
        """Let everything begin again."""
        self._held, self._steps = False, 0
        self._opened.fire()

    def step(self) -> None:
        """Let one effect begin, and hold before the next."""
        self._held = True
        self._steps += 1
        self._opened.fire()

    @property
    def is_closing(self) -> bool:
        """Does nothing begin any more?"""
        return self._closing

    def close(self, when_quiet: Callable[[], None]) -> None:
        """Let nothing begin any more, and say when what is under way has ended."""
        self._closing = True
        self._when_quiet = when_quiet
        self._released.set()
        if not self._under_way:
            when_quiet()

    def is_stopped(self, place: tuple[int, ...]) -> bool:
        """Does the run stop, and does nothing at a place or below go on any more?"""
        return self._closing and not any(one[: len(place)] == place for one in self._under_way)

    @property
    def _is_shut(self) -> bool:
        return self._closing or (self._held and not self._steps)

    async def _until_seen(self) -> None:
        """Wait for the audience that there is, also when another takes its place; but not while the run stops."""
        while self._audience is not None and not self._closing:
            released = self._released
            seen = asyncio.ensure_future(self._audience())
            leaving = asyncio.ensure_future(released.wait())
            try:
                await asyncio.wait((seen, leaving), return_when=asyncio.FIRST_COMPLETED)
            finally:
                seen.cancel()
                leaving.cancel()
            if not released.is_set():
                return

    def __enter__(self) -> None:
        """An effect is under way."""
        self._under_way.append(strand.get())

    def __exit__(self, *_: object) -> None:
        """It has ended."""
        self._under_way.remove(strand.get())
        if self._closing and not self._under_way and self._when_quiet is not None:
            self._when_quiet()
