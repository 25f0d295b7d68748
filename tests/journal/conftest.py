"""Processes of a test, none of which outlives it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from corpus import journals

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start one of the processes of corpus/journals.py."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: object) -> subprocess.Popen[str]:
        started.append(journals.start(*words))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        if process.stdout is not None and not process.stdout.closed:
            process.communicate()
