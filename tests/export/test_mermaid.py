"""A diagram keeps to its lines, whatever stands in a run."""

from __future__ import annotations

import pytest

from app.events import RunStarted, StepFinished, StepStarted
from app.export.account import account_of
from app.export.mermaid import gantt, plain
from app.journal.recording import Recording
from corpus.histories import History


@pytest.mark.parametrize("text", ["a\nclick b href", "a\rb", "a\x1b[2Jb", "a\u202eb", "a\u2028b"])
def test_no_text_begins_a_line_or_drives_a_terminal(text: str) -> None:
    assert plain(text).isprintable()


def test_the_path_of_a_step_stays_on_its_line() -> None:
    history = History()
    history.add(RunStarted("play"))
    history.add(StepStarted(step="x\n    click x href", of="agent"))
    history.add(StepFinished(step="x\n    click x href"))
    account = account_of(Recording("RUN", tuple(history.events), {}))
    assert all("\n" not in line for line in gantt(account))
