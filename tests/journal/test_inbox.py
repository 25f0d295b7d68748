"""What others say to a performer: each answer once, in order, and cheap to look for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.events import RunFinished, RunStarted
from app.journal import Journal
from app.journal.errors import AnswerRefused, RunNotFound, RunOver


@pytest.fixture
def performer(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace.db") as journal:
        for run in ("RUN", "OTHER"):
            log = journal.begin(run)
            log.add(RunStarted(scenario="relay"))
            asyncio.run(log.durable())
        yield journal


@pytest.fixture
def visitor(performer: Journal) -> Iterator[Journal]:
    with Journal.open(performer.path) as journal:
        yield journal


def test_letters_arrive_in_order_at_the_run_they_are_for(performer: Journal, visitor: Journal) -> None:
    assert performer.inbox("RUN") == []
    visitor.post("RUN", "direction", "whisper", {"to": "cto", "detail": "louder"}, "ada")
    visitor.post("OTHER", "direction", "pause", {})
    visitor.post("RUN", "answer", "release", {"choice": "yes"}, "bob")
    letters = performer.inbox("RUN")
    assert [(each.kind, each.about, each.body, each.by) for each in letters] == [
        ("direction", "whisper", {"to": "cto", "detail": "louder"}, "ada"),
        ("answer", "release", {"choice": "yes"}, "bob"),
    ]
    assert [each.about for each in performer.inbox("OTHER")] == ["pause"]


def test_a_letter_that_was_taken_does_not_come_again(performer: Journal, visitor: Journal) -> None:
    visitor.post("RUN", "direction", "pause", {})
    (letter,) = performer.inbox("RUN")
    performer.take_letter(letter.id)
    assert performer.inbox("RUN") == []


@pytest.mark.parametrize("taken", [False, True])
def test_a_gate_is_answered_once(performer: Journal, visitor: Journal, taken: bool) -> None:
    visitor.post("RUN", "answer", "release", {"choice": "yes"}, "ada")
    if taken:
        performer.take_letter(performer.inbox("RUN")[0].id)
    with pytest.raises(AnswerRefused, match="by ada"):
        visitor.post("RUN", "answer", "release", {"choice": "no"}, "bob")
    visitor.post("OTHER", "answer", "release", {"choice": "no"}, "bob")


def test_a_gate_whose_answer_was_refused_takes_another(performer: Journal, visitor: Journal) -> None:
    visitor.post("RUN", "answer", "release", {"choice": "perhaps"})
    performer.take_letter(performer.inbox("RUN")[0].id, "perhaps is no option")
    visitor.post("RUN", "answer", "release", {"choice": "yes"})
    assert [each.body for each in performer.inbox("RUN")] == [{"choice": "yes"}]


def test_nobody_can_speak_to_a_run_that_is_over_or_never_was(performer: Journal, visitor: Journal) -> None:
    log = performer.begin("DONE")
    log.add(RunFinished(outcome="succeeded"))
    performer._writer.perform(lambda connection: None)
    with pytest.raises(RunOver):
        visitor.post("DONE", "direction", "pause", {})
    with pytest.raises(RunNotFound):
        visitor.post("NOSUCH", "direction", "pause", {})


def test_nothing_is_read_again_while_nobody_has_written(performer: Journal, visitor: Journal) -> None:
    visitor.post("RUN", "direction", "pause", {})
    first = performer.inbox("RUN")
    assert performer.inbox("RUN") is first
