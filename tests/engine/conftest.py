"""One workspace for all tests of a worker: a run costs a few milliseconds in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.journal import Journal
from corpus.playing import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with Journal.open(folder / "workspace", fast=True) as journal:
        yield House(journal, folder)
