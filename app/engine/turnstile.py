"""Lets effects begin, all, one by one or none: a run that is held or about to stop starts nothing new."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.clocks import Clock, Signal


class Turnstile:
    """Where every call and every tool passes before it begins."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._opened = Signal(clock)
        self._held = False
        self._steps = 0
        self._closing = False
        self._under_way = 0
        self._when_quiet: Callable[[], None] | None = None

    async def passage(self) -> None:
        """Wait until an effect may begin."""
        if self._closing or (self._held and not self._steps):
            with self._clock.still():
                while self._closing or (self._held and not self._steps):
                    await self._opened.wait()
        if self._held:
            self._steps -= 1

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
    def is_held(self) -> bool:
        """Does it hold effects back?"""
        return self._held

    def close(self, when_quiet: Callable[[], None]) -> None:
        """Let nothing begin any more, and say when what is under way has ended."""
        self._closing = True
        self._when_quiet = when_quiet
        if not self._under_way:
            when_quiet()

    def __enter__(self) -> None:
        """An effect is under way."""
        self._under_way += 1

    def __exit__(self, *_: object) -> None:
        """It has ended."""
        self._under_way -= 1
        if self._closing and not self._under_way and self._when_quiet is not None:
            self._when_quiet()
