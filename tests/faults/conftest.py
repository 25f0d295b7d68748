"""A hall for all tests of a worker in which models are asked over real sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.engine import calls, endpoints
from app.journal import Journal
from corpus.playing import House
from corpus.wires import WIRES
from faults.wired import KEY, Hall
from providers import limiter


@pytest.fixture(scope="session")
def hall_of_the_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    folder = tmp_path_factory.mktemp("hall")
    with Journal.open(folder / "workspace", fast=True) as journal:
        yield Hall(House(journal, folder))


@pytest.fixture
def hall(hall_of_the_worker: Hall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    """A hall with keys, in which nobody waits long before trying again."""
    for wire in WIRES:
        monkeypatch.setenv(wire.key, KEY)
    monkeypatch.setattr(calls, "FIRST_WAIT", 0.002)
    monkeypatch.setattr(limiter, "DISTANCE", 0.001)
    endpoints.of_this_process.cache_clear()
    yield hall_of_the_worker
    endpoints.of_this_process.cache_clear()
