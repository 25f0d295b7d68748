"""Events for other programs: whole, one a line, and harmless on a terminal."""

from __future__ import annotations

import json

import pytest

from app.cli.telling import told, told_line
from app.events import CallStarted, Handoff, RunStarted
from corpus.histories import History
from golden.logs import NAMES, read


@pytest.mark.parametrize("name", NAMES)
def test_a_line_is_one_json_object_of_ascii_without_controls(name: str) -> None:
    golden = read(name)
    for event in golden.events:
        line = told_line(event, golden.value)
        assert line.isascii()
        assert line.isprintable()
        assert json.loads(line)["seq"] == event.seq
        assert '"ref":' not in line


def test_what_was_said_stands_in_place_of_its_ref() -> None:
    history = History()
    call = history.add(CallStarted(model="smart", messages=(history.keep("Who?"), history.keep({"role": "user"}))))
    assert told(call, history.value)["messages"] == ["Who?", {"role": "user"}]
    handoff = history.add(Handoff(giver="cto", taker="qa", summary=history.keep("Here.")))
    data = told(handoff, history.value)
    assert (data["kind"], data["from"], data["to"], data["summary"]) == ("handoff", "cto", "qa", "Here.")


def test_a_map_that_only_looks_like_a_ref_is_left_alone() -> None:
    history = History()
    call = history.add(CallStarted(model="smart", params={"ref": "main"}))
    assert told(call, history.value)["params"] == {"ref": "main"}


def test_escapes_and_keys_cannot_be_read_off_a_line() -> None:
    history = History()
    text = history.keep({"a\x1b[2J\x9b\x7f": "sk-proj-abcDEF123456ghiJKL7890"})
    line = told_line(history.add(RunStarted(scenario="play", inputs=text)), history.value)
    assert line.isprintable()
    assert "abcDEF" not in line
    assert json.loads(line)["inputs"] == {"a\x1b[2J\x9b\x7f": "sk-p•••"}
