"""What something takes, and how fast this machine is beside the one on which the limits of time were set."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import thread_time

COUNTING = 0.0007  # seconds that it took there
TIMES = 30  # the best counts, as the machine may be busy


def slowness() -> float:
    """How many times longer this machine takes; a quicker one is given no less."""
    return max(1.0, min(_counting() for _ in range(TIMES)) / COUNTING)


def _counting() -> float:
    return _taken(lambda: sum(number * number for number in range(20_000)))


def effort(work: Callable[[], object], times: int = 3) -> float:
    """The seconds of its own that something takes this thread at best: others and the collector are not counted."""
    gc.disable()
    try:
        return min(_taken(work) for _ in range(times))
    finally:
        gc.enable()


def _taken(work: Callable[[], object]) -> float:
    start = thread_time()
    work()
    return thread_time() - start
