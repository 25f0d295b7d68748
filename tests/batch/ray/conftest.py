"""A cluster for all tests here, started once; what hangs on it is connected to by each test anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.journal import Journal
from corpus.two_nodes import SETTINGS, TwoNodes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the cluster needs Ray."""
    for item in items:
        if "two_nodes" in getattr(item, "fixturenames", ()):
            item.add_marker("ray")


@pytest.fixture(scope="session")
def two_nodes() -> Iterator[TwoNodes]:
    """Two nodes. Ray reads its settings once a process, so this one has them from the first connection on."""
    os.environ.update(SETTINGS)
    cluster = TwoNodes()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def cluster(two_nodes: TwoNodes) -> TwoNodes:
    """Both nodes are there, whatever the test before did to them."""
    two_nodes.start_second()
    return two_nodes


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened
