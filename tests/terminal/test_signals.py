"""A process that is told to end: wherever the person is, the terminal is given back and the run can be resumed."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable

import pytest

from corpus.commands import Outcome
from terminal.ptys import Terminal
from terminal.situations import (
    SITUATIONS,
    at_home,
    on_a_card,
    while_a_question_waits,
    while_asked_how_to_leave,
    while_somebody_speaks,
)

Perform = Callable[..., Outcome]
Situation = Callable[[Callable[..., Terminal]], Terminal]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
SAMPLE = {
    (at_home, signal.SIGINT),
    (while_somebody_speaks, signal.SIGTERM),
    (on_a_card, signal.SIGHUP),
    (while_a_question_waits, signal.SIGQUIT),
    (while_asked_how_to_leave, signal.SIGINT),
}
SOON = 2.0  # seconds; what this process uses of the processor, which a busy machine does not lengthen


@pytest.mark.parametrize(
    ("situation", "number"),
    [
        pytest.param(
            situation,
            number,
            marks=[] if (situation, number) in SAMPLE else pytest.mark.soak,
            id=f"{situation.__name__}-{number.name}",
        )
        for situation in SITUATIONS
        for number in SIGNALS
    ],
)
def test_it_ends_with_everything_given_back_and_the_run_resumable(
    situation: Situation, number: signal.Signals, opens: Callable[..., Terminal], perform: Perform
) -> None:
    terminal = situation(opens)
    terminal.send(number)
    assert terminal.ends() == 128 + number
    assert terminal.left_changed == []
    assert "Traceback" not in terminal.said
    if situation is at_home:
        assert terminal.said == ""
        return
    assert "footlights resume" in terminal.said
    (run,) = json.loads(perform("runs", "--json").out)
    assert (run["status"], run["reason"]) == ("paused", "signal")
    resumed = perform("resume", "last", "--answers", str(terminal.folder / "answers.yaml"), "--json")
    assert resumed.code == 0
    assert '"outcome":"succeeded"' in resumed.out.splitlines()[-1].replace(" ", "")
