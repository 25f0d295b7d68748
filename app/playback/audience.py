"""The clock of the audience: it stands while they pause, and runs faster or slower as they like."""

from __future__ import annotations

from collections.abc import Callable
from math import inf


class AudienceClock:
    """Seconds of the show."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.limit = inf  # it goes no farther: a cue holds, or the show is over
        self._clock = clock
        self._looked = clock()
        self._then = 0.0
        self._speed = 1.0
        self._hurry = 1.0
        self._paused = False

    @property
    def now(self) -> float:
        """The moment."""
        if self._paused:
            return self._then
        return max(self._then, min(self.limit, self._then + max(0.0, self._clock() - self._looked) * self.rate))

    @property
    def rate(self) -> float:
        """Its seconds in a second."""
        return self._speed * self._hurry

    def settle(self) -> float:
        """What passed until now passed as it was; from here on it may be otherwise."""
        self._then = self.now
        self._looked = self._clock()
        return self._then

    def go_to(self, moment: float) -> None:
        """It is another moment now."""
        self._then = moment
        self._looked = self._clock()

    @property
    def speed(self) -> float:
        """How many times faster than usual it runs, as somebody wanted."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self.settle()
        self._speed = speed

    @property
    def hurry(self) -> float:
        """And how many times faster, to catch up."""
        return self._hurry

    @hurry.setter
    def hurry(self, hurry: float) -> None:
        if hurry != self._hurry:
            self.settle()
            self._hurry = hurry

    @property
    def paused(self) -> bool:
        """Does it stand?"""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self.settle()
        self._paused = paused
