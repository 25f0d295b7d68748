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


def test_each_agent_knows_its_own(journal: Journal) -> None:
    assert journal.recollect("qa") == [{"key": "customer", "value": "finds every fault"}]
    assert keys(journal.recollect("cto")) == ["budget", "customer"]
    assert journal.recollect("editor") == []


def test_words_are_looked_for_in_keys_and_values(journal: Journal) -> None:
    assert keys(journal.recollect("cto", "customer")) == ["customer"]
    assert sorted(map(str, keys(journal.recollect("cto", "short")))) == ["budget", "customer"]
    assert keys(journal.recollect("cto", "SHORT money")) == ["budget"]
    assert journal.recollect("cto", "fault") == []
    assert keys(journal.recollect("cto", "", 1)) == ["budget"]


def test_a_key_keeps_its_latest_value_alone(journal: Journal) -> None:
    journal.remember("cto", "customer", ["left", None], "RUN2")
    assert journal.recollect("cto", "customer") == [{"key": "customer", "value": ["left", None]}]
    assert keys(journal.recollect("cto", "answers")) == []


@pytest.mark.parametrize("words", ['"', "AND", "customer OR", "key:customer", "(", "*", "'; DROP TABLE memory; --"])
def test_words_are_never_a_language(journal: Journal, words: str) -> None:
    journal.recollect("cto", words)
    assert len(journal.recollect("cto")) == 2
