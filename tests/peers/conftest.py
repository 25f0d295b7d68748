"""The servers, once for all tests of a module, and a workspace to perform in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.engine.endpoints import of_this_process
from app.journal import Journal
from corpus.playing import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with Journal.open(folder / "workspace", fast=True) as journal:
        yield House(journal, folder)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys that open nothing; and what other tests have taught about endpoints is forgotten."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, f"{name.lower()}-of-a-test")
    of_this_process.cache_clear()
    yield
    of_this_process.cache_clear()
