"""A recording may come from a stranger: what no sound log holds is refused, with the line where it is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.journal.recording import NoRecording, lines_of, read_recording
from corpus.rehearsals import rehearsed

Line = dict[str, Any]
WHOLE = "".join(lines_of(rehearsed("feature-sprint")))


def written(path: Path, change: Callable[[list[Line]], None]) -> Path:
    """A recording of which somebody has changed the lines."""
    lines = [json.loads(line) for line in WHOLE.splitlines()]
    change(lines)
    file = path / "strange.run.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def first(lines: list[Line], kind: str) -> Line:
    return next(line for line in lines if line.get("kind") == kind)


@pytest.mark.parametrize("run", ["", "01M7\x1b]0;hi\x07", "01M7\nrm -r *", "01M7;reboot ", "-o", "a" * 41, "../../x"])
def test_the_id_of_a_run_is_one(run: str, tmp_path: Path) -> None:
    with pytest.raises(NoRecording, match=r"strange\.run\.jsonl:1:1 this is no id of a run") as refused:
        read_recording(written(tmp_path, lambda lines: lines[0].update(run=run)))
    assert refused.value.hint


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("step.started", {"step": ""}),
        ("step.started", {"step": "/"}),
        ("step.started", {"step": "a//b"}),
        ("step.started", {"step": "a\nclick a href"}),
        ("step.started", {"step": "a\x1b[2J"}),
        ("step.started", {"step": "a/" * 600 + "a"}),
        ("step.started", {"at": -1}),
        ("step.started", {"at": 10**18}),
        ("step.started", {"mono": -1000}),
        ("step.started", {"mono": 10**15}),
        ("step.started", {"kind": "step.started", "seq": 1}),
        ("step.started", {"seq": -3}),
        ("step.started", {"seq": 2**60}),
        ("step.started", {"attempt": 10**9}),
        ("step.started", {"agent": "cto\x1b[31m"}),
        ("call.started", {"call": "plan#1\x07"}),
        ("call.finished", {"cost_usd": 1e12}),
        ("call.finished", {"cost_usd": -4.0}),
        ("call.finished", {"usage": {"output": 2**60}}),
        ("call.finished", {"usage": {"output": -9}}),
        ("handoff", {"from": "\u202ecto"}),
        ("run.finished", {"kind": "run.started", "scenario": "again"}),
    ],
)
def test_what_no_run_holds_is_refused(kind: str, wrong: Line, tmp_path: Path) -> None:
    path = written(tmp_path, lambda lines: first(lines, kind).update(wrong))
    number = next(
        at for at, line in enumerate(path.read_text().splitlines(), 1) if wrong.items() <= json.loads(line).items()
    )
    with pytest.raises(NoRecording, match=rf"strange\.run\.jsonl:{number}:1 this is no event of a run: \w"):
        read_recording(path)


def test_a_number_that_json_does_not_know_is_no_figure(tmp_path: Path) -> None:
    path = written(tmp_path, lambda lines: first(lines, "call.finished").update(cost_usd=float("inf")))
    with pytest.raises(NoRecording, match="this is no event"):
        read_recording(path)


def test_the_first_event_is_the_beginning(tmp_path: Path) -> None:
    with pytest.raises(NoRecording, match="the first event is not the beginning of a run"):
        read_recording(written(tmp_path, lambda lines: lines.remove(first(lines, "run.started"))))


def test_half_a_character_is_read_as_one_that_is_not_known(tmp_path: Path) -> None:
    def tear(lines: list[Line]) -> None:
        next(line for line in lines if "ref" in line).update(value={"a\ud800": ["b\udc00"]})
        first(lines, "run.started").update(title="c\ud800")

    recording = read_recording(written(tmp_path, tear))
    assert {"a\ufffd": ["b\ufffd"]} in recording.values.values()
    assert recording.title == "c\ufffd"


def test_what_our_own_house_writes_is_sound(tmp_path: Path) -> None:
    assert "".join(lines_of(read_recording(written(tmp_path, lambda lines: None)))) == WHOLE


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.run.jsonl")
    with pytest.raises(NoRecording, match="is no file"):
        read_recording(tmp_path / "pipe.run.jsonl")
