"""One workspace for all tests of a worker: a run costs a few milliseconds in it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from app.engine import Run
from app.journal import Journal
from corpus.playing import House, Played

Play = Callable[..., Coroutine[Any, Any, Played]]
Begin = Callable[..., Run]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with Journal.open(folder / "workspace", fast=True) as journal:
        yield House(journal, folder)


@pytest.fixture
def play(house: House) -> Play:
    return house.play
