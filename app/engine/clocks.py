"""Two clocks that a run can live by: the real one, and a virtual one on which a rehearsal is the same every time.

On the virtual clock time passes only when every strand of the run waits. Then the strand that is due first goes on, by
(time, place in the plan), and none beside it, until all wait again. So what happens is decided by the scenario alone,
not by the machine, and an hour takes no time at all.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Protocol

from app.engine.log import Log

# Where in the plan the code that runs now stands: the order of what is due at the same moment.
strand: ContextVar[tuple[int, ...]] = ContextVar("strand", default=())


class Alarm(Protocol):
    """Something that will happen unless it is called off."""

    def cancel(self) -> None:
        """Call it off."""
        ...


class Clock(Protocol):
    """What the engine asks of time."""

    def now(self) -> float:
        """Seconds since the run began."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...

    async def until(self, moment: float) -> None:
        """Let time pass until then."""
        ...

    async def turn(self) -> None:
        """Wait for one's turn among the strands that are at work now."""
        ...

    async def settle(self) -> None:
        """Wait until all that was logged is durable."""
        ...

    def alarm(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        """Call `ring` after a time."""
        ...

    def waking(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        """The same for a strand that waits to go on: it rings also while a person holds others."""
        ...

    def outside(self) -> AbstractAsyncContextManager[None]:
        """Around what the clock has no power over: tools, people, the network."""
        ...

    def still(self) -> AbstractContextManager[None]:
        """Around a wait for a person who holds the run: no alarm rings for what was not allowed to begin."""
        ...

    def enter(self) -> None:
        """A strand more is at work."""
        ...

    def leave(self) -> None:
        """A strand less is at work: it ended, or waits for others."""
        ...


class Signal:
    """Lets strands wait for what another strand does; whoever is woken counts as working from that moment on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[asyncio.Future[None]] = []

    async def wait(self) -> None:
        """Until the next time it is fired."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(woken)
        self._clock.leave()
        try:
            await woken
        except asyncio.CancelledError:
            if woken.cancelled():
                self._clock.enter()
            raise

    def fire(self) -> None:
        """Wake all who wait."""
        waiting, self._waiting = self._waiting, []
        for woken in waiting:
            if not woken.done():
                woken.set_result(None)
                self._clock.enter()


class RealClock:
    """Time as it is; a laptop that sleeps loses none of it at once, since it is monotonic."""

    def __init__(self, log: Log, begun: float = 0.0) -> None:
        self._log = log
        self._zero = time.monotonic() - begun

    def now(self) -> float:
        return time.monotonic() - self._zero

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def until(self, moment: float) -> None:
        await asyncio.sleep(moment - self.now())

    async def turn(self) -> None:
        pass

    async def settle(self) -> None:
        await self._log.durable()

    def alarm(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        return asyncio.get_running_loop().call_later(seconds, ring)

    def waking(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        return self.alarm(seconds, ring)

    def outside(self) -> AbstractAsyncContextManager[None]:
        return _OUTSIDE

    def still(self) -> AbstractContextManager[None]:
        return nullcontext()

    def enter(self) -> None:
        pass

    def leave(self) -> None:
        pass


class VirtualClock:
    """Time that passes when there is nothing else to do."""

    def __init__(self, log: Log, begun: float = 0.0) -> None:
        self._log = log
        self._now = begun
        self._loop = asyncio.get_running_loop()
        self._due: list[tuple[float, tuple[int, ...], int, _Waiting | _VirtualAlarm]] = []
        self._count = 0
        self._working = 1
        self._still = 0
        self._advancing: asyncio.Handle | None = None

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await self.until(self._now + seconds)

    async def until(self, moment: float) -> None:
        if self._would_be_next(moment):
            self._now = max(self._now, moment)
        else:
            await self._wait(moment, durable=False)

    async def turn(self) -> None:
        await self.until(self._now)

    async def settle(self) -> None:
        if not self._would_be_next(self._now):
            await self._wait(self._now, durable=True)
        elif not self._log.is_durable:
            waiting = _Waiting(self._loop.create_future(), durable=True)
            # A round later than others are told: who waited to see this may act on it before the run goes on.
            self._log.when_durable(lambda error: self._loop.call_soon(waiting.settled, error))
            await waiting.future

    def alarm(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        alarm = _VirtualAlarm(ring)
        self._push(self._now + seconds, alarm)
        return alarm

    def waking(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        waking = _Waking(ring)
        self._push(self._now + seconds, waking)
        return waking

    def outside(self) -> AbstractAsyncContextManager[None]:
        return _Turn(self)

    @contextmanager
    def still(self) -> Iterator[None]:
        self._still += 1
        try:
            yield
        finally:
            self._still -= 1

    def enter(self) -> None:
        self._working += 1

    def leave(self) -> None:
        self._working -= 1
        if self._working == 0:
            self._advance_soon()

    def _would_be_next(self, due: float) -> bool:
        """Is nobody else at work, and nobody due sooner? Then a strand need not leave to be called back at once."""
        return self._working == 1 and (not self._due or self._due[0][:2] > (due, strand.get()))

    async def _wait(self, due: float, *, durable: bool) -> None:
        waiting = _Waiting(self._loop.create_future(), durable)
        self._push(due, waiting)
        self.leave()
        try:
            await waiting.future
        except asyncio.CancelledError:
            if not waiting.released:
                waiting.dropped = True
                self.enter()
            raise

    def _push(self, due: float, waiting: _Waiting | _VirtualAlarm) -> None:
        self._count += 1
        heapq.heappush(self._due, (due, strand.get(), self._count, waiting))

    def _advance_soon(self) -> None:
        """Not at once: strands that were just cancelled wake first, and count again; so do those that they cancel."""
        if self._advancing is not None:
            self._advancing.cancel()
        self._advancing = self._loop.call_soon(self._advance)

    def _advance(self) -> None:
        while self._working == 0 and self._due:
            due, place, number, waiting = heapq.heappop(self._due)
            if waiting.dropped:
                continue
            if self._still and not self._goes_on_by_itself(waiting):
                heapq.heappush(self._due, (due, place, number, waiting))
                return
            self._now = max(self._now, due)
            if isinstance(waiting, _VirtualAlarm):
                waiting.ring()
                self._advance_soon()  # after what the alarm woke
                return
            self._working += 1
            waiting.released = True
            if waiting.durable and not self._log.is_durable:
                self._log.when_durable(waiting.settled)
            else:
                waiting.settled(None)

    def _goes_on_by_itself(self, first: _Waiting | _VirtualAlarm) -> bool:
        """Is there more to come than alarms?"""
        due = (first, *(entry[3] for entry in self._due))
        return any(isinstance(one, _Waiting | _Waking) and not one.dropped for one in due)


class _Waiting:
    """A strand that waits for its moment."""

    __slots__ = ("dropped", "durable", "future", "released")

    def __init__(self, future: asyncio.Future[None], durable: bool) -> None:
        self.future = future
        self.durable = durable
        self.released = False
        self.dropped = False

    def settled(self, error: Exception | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(None)
        else:
            self.future.set_exception(error)


class _VirtualAlarm:
    __slots__ = ("dropped", "ring")

    def __init__(self, ring: Callable[[], None]) -> None:
        self.ring = ring
        self.dropped = False

    def cancel(self) -> None:
        self.dropped = True


class _Waking(_VirtualAlarm):
    """One for a strand that waits."""

    __slots__ = ()


class _Outside:
    """Real time passes by itself."""

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *error: object) -> None:
        pass


class _Turn:
    """What came from outside waits for its turn, so that its order does not depend on how long it took."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *error: object) -> None:
        if not isinstance(error[1], asyncio.CancelledError):
            await self._clock.turn()


_OUTSIDE = _Outside()


class Deadline:
    """`asyncio.timeout` on a run's own clock: cancels what takes too long, and raises TimeoutError."""

    def __init__(self, clock: Clock, seconds: float | None, is_stopped: Callable[[tuple[int, ...]], bool]) -> None:
        """`is_stopped` says of a place whether all there waits for the run to be paused: for that no time runs out."""
        self._clock = clock
        self._seconds = seconds
        self._is_stopped = is_stopped
        self._expired = False
        self._alarm: Alarm | None = None

    def __enter__(self) -> None:
        if self._seconds is None:
            return
        self._task: asyncio.Task[Any] | None = asyncio.current_task()
        assert self._task is not None
        self._cancelling = self._task.cancelling()
        self._place = strand.get()
        self._alarm = self._clock.alarm(self._seconds, self._expire)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._alarm is None:
            return
        self._alarm.cancel()
        assert self._task is not None
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _expire(self) -> None:
        if self._is_stopped(self._place):
            return
        self._expired = True
        assert self._task is not None
        self._task.cancel()
