"""What agents remember across runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.journal import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace.db") as journal:
        journal.remember("cto", "customer", "prefers short answers", "RUN1")
        journal.remember("cto", "budget", {"year": 2026, "note": "short of money"}, "RUN1")
        journal.remember("qa", "customer", "finds every fault", "RUN1")
        yield journal


def keys(found: list[dict[str, object]]) -> list[object]:
    return [each["key"] for each in found]


async def test_each_agent_knows_its_own(journal: Journal) -> None:
    assert await journal.recollect("qa") == [{"key": "customer", "value": "finds every fault"}]
    assert keys(await journal.recollect("cto")) == ["budget", "customer"]
    assert await journal.recollect("editor") == []


async def test_words_are_looked_for_in_keys_and_values(journal: Journal) -> None:
    assert keys(await journal.recollect("cto", "customer")) == ["customer"]
    assert sorted(map(str, keys(await journal.recollect("cto", "short")))) == ["budget", "customer"]
    assert keys(await journal.recollect("cto", "SHORT money")) == ["budget"]
    assert await journal.recollect("cto", "fault") == []
    assert keys(await journal.recollect("cto", "", 1)) == ["budget"]


async def test_a_key_keeps_its_latest_value_alone(journal: Journal) -> None:
    journal.remember("cto", "customer", ["left", None], "RUN2")
    assert await journal.recollect("cto", "customer") == [{"key": "customer", "value": ["left", None]}]
    assert keys(await journal.recollect("cto", "answers")) == []


@pytest.mark.parametrize("words", ['"', "AND", "customer OR", "key:customer", "(", "*", "'; DROP TABLE memory; --"])
async def test_words_are_never_a_language(journal: Journal, words: str) -> None:
    await journal.recollect("cto", words)
    assert len(await journal.recollect("cto")) == 2
