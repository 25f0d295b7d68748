"""A test that hangs fails, and says so, whatever it waits for: a thread, a process, a terminal, itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

LONGEST = 120  # seconds: a hundred times as long as a test takes, for a machine that is very busy


@pytest.fixture(autouse=True)
def _ends_some_time() -> Iterator[None]:
    """To be imported where every test is to be so."""

    def hangs(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"after {LONGEST} seconds the test is not over: it waits for what does not come")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(LONGEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)
