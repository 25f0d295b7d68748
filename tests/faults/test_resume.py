"""Whoever goes on with a run goes on where it was: with all that was said, answered, remembered and spent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.events import (
    CallRouted,
    CallStarted,
    Directed,
    Event,
    GateAnswered,
    GateOpened,
    MemoryRead,
    StepFailed,
    StepFinished,
    StepSkipped,
)
from app.journal import Journal
from faults.performer import Kill
from faults.server import Server
from faults.theatre import ANSWERS, LONGEST, Log, Theatre, assert_same_tale, play_out, tale_of

NO_TOOLS = {name: choice for name, choice in ANSWERS.items() if name != "*"}

SHAKY = """
schema: footlights/v1
name: shaky
inputs: {server: {type: string}, topic: {type: string?}}
steps:
  first:
    tool: http
    with: {method: POST, url: "${{ inputs.server }}/shaky", json: {ordered: 1}}
    retry: {attempts: 3, delay: 20ms}
  second: {tool: http, with: {method: POST, url: "${{ inputs.server }}/shaky", json: {ordered: 1}}}
"""


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Theatre]:
    with Theatre.open(tmp_path, "live") as opened:
        yield opened


def killed_at(theatre: Theatre, path: str, when: str) -> Server:
    """Perform until the server has been asked for this, and kill the process then."""
    assert theatre.server is not None
    theatre.server.kill = (path, when)
    assert theatre.perform(answers=NO_TOOLS).killed
    return theatre.server


def test_a_write_that_was_cut_off_is_asked_about_and_not_simply_done_again(theatre: Theatre) -> None:
    server = killed_at(theatre, "/order", "done")
    ended = theatre.perform(answers=NO_TOOLS)
    assert (ended.said["status"], ended.said["reason"], ended.said["detail"]) == (["paused"], "gate", "order")
    (gate,) = asked_about_tools(theatre.log())
    assert gate.step == "order"
    assert gate.options == ("do it again", "it was done", "let it fail")
    assert server.asked["POST /order"] == 1


def test_a_write_that_a_person_says_was_done_is_not_done_again(theatre: Theatre) -> None:
    server = killed_at(theatre, "/order", "done")
    assert theatre.perform(answers={**NO_TOOLS, "order": "it was done"}).said["outcome"] == "succeeded"
    assert server.asked["POST /order"] == 1
    assert outcome_of(theatre.log(), "order") == "succeeded"


@pytest.mark.parametrize("when", ["asked", "done", "answered"])
def test_a_write_that_a_person_wants_done_again_bears_the_same_key(when: str, theatre: Theatre) -> None:
    server = killed_at(theatre, "/order", when)
    assert theatre.perform().said["outcome"] == "succeeded"
    assert len({key for path, key in server.keys if path == "/order"}) == 1
    assert server.done["/order"] == 1
    assert theatre.log().breaches() == []


def test_a_write_that_is_tried_again_with_its_step_bears_the_same_key(theatre: Theatre) -> None:
    theatre.scenario = theatre.scenario.with_name("shaky.yaml")
    theatre.scenario.write_text(SHAKY, encoding="utf-8")
    server = theatre.server
    assert server is not None
    ended = theatre.perform(answers={})
    assert ended.said.get("outcome") == "succeeded", ended
    assert server.asked["POST /shaky"] == 3
    assert sorted(server.keys.values()) == [1, 2]  # the second use asks for the same, and means it
    assert server.done["/shaky"] == 2


def test_a_write_that_a_person_lets_fail_fails_its_step(theatre: Theatre) -> None:
    server = killed_at(theatre, "/order", "asked")
    assert theatre.perform(answers={**NO_TOOLS, "order": "let it fail"}).said["outcome"] == "failed"
    assert server.asked["POST /order"] == 1
    assert outcome_of(theatre.log(), "order") == "failed"
    assert theatre.log().breaches() == []


@pytest.mark.parametrize("when", ["asked", "done", "answered"])
def test_a_write_that_can_be_done_twice_is_done_again_without_asking(when: str, theatre: Theatre) -> None:
    server = killed_at(theatre, "/store", when)
    assert theatre.perform().said["outcome"] == "succeeded"
    assert "store" not in {gate.step for gate in asked_about_tools(theatre.log())}
    assert len({key for path, key in server.keys if path == "/store"}) == 1
    assert server.done["/store"] == 1


def test_a_read_is_done_again_without_asking(theatre: Theatre) -> None:
    killed_at(theatre, "/health", "asked")
    assert theatre.perform().said["outcome"] == "succeeded"
    assert "health" not in {gate.step for gate in asked_about_tools(theatre.log())}


def test_what_was_answered_before_the_crash_is_not_asked_again(theatre: Theatre) -> None:
    assert theatre.perform(Kill("durable gate.answered")).killed
    assert theatre.perform(answers={"words": "Mind the stairs.", "*": "do it again"}).said["outcome"] == "succeeded"
    answers = [event for event in theatre.log().events if isinstance(event, GateAnswered) and event.step == "sign_off"]
    assert len(answers) == 1


def test_a_question_that_was_open_at_the_crash_is_open_again_and_not_twice(tmp_path: Path) -> None:
    theatre = Theatre.build(tmp_path, "waiting.yaml", mode="live")
    assert theatre.perform(Kill("durable gate.opened")).killed
    for _ in range(2):
        assert theatre.perform().said["reason"] == "gate"
    theatre.perform(answers={"gate": "yes"})
    opened = [event.gate for event in theatre.log().events if isinstance(event, GateOpened)]
    assert opened == ["gate#1"]
    assert theatre.log().breaches() == []


def test_files_that_changed_or_went_away_make_no_difference(tmp_path: Path) -> None:
    untouched = Theatre.build(tmp_path / "untouched")
    assert untouched.perform().said["outcome"] == "succeeded"
    theatre = Theatre.build(tmp_path / "changed")
    assert theatre.perform(Kill("durable loop.iterated")).killed
    theatre.scenario.write_text("schema: footlights/v1\nname: something else\n", encoding="utf-8")
    theatre.scenario.with_name("used.yaml").unlink()
    history = play_out(theatre, [], untouched.answered())
    assert_same_tale(tale_of(untouched.log()), tale_of(history.log))


@pytest.mark.parametrize(
    "moment",
    [
        "added loop.iterated",
        "durable step.expanded",
        "durable debate.round",
        "added debate.voted",
        "durable handoff",
        "durable step.retrying",
        "added memory.written",
    ],
)
def test_what_repeats_goes_on_in_the_middle(moment: str, tmp_path: Path) -> None:
    untouched = Theatre.build(tmp_path / "untouched")
    untouched.perform()
    theatre = Theatre.build(tmp_path / "cut")
    history = play_out(theatre, [Kill(moment, 2 if moment != "added memory.written" else 1)], untouched.answered())
    assert history.kills == 1
    assert_same_tale(tale_of(untouched.log()), tale_of(history.log), moment)


def test_what_people_said_to_a_run_outlives_its_process(tmp_path: Path) -> None:
    theatre = Theatre.build(tmp_path, "waiting.yaml", mode="live")
    performer = theatre.start(patient=True)
    try:
        wait_for(theatre, GateOpened, 1)
        with Journal.open(theatre.workspace) as journal:
            run = theatre.run()
            for direction, to, detail in (
                ("whisper", "writer", "Whisper it."),
                ("raise", "cost_usd", 1.0),
                ("mute", "critic", None),
                ("skip", "skipped", None),
                ("swap", "reader", "sure"),
            ):
                journal.post(run, "direction", direction, {"to": to, "detail": detail}, "ada")
        wait_for(theatre, Directed, 5)
    finally:
        performer.kill()
        assert performer.wait().killed

    assert theatre.perform(answers={"gate": "yes"}).said["outcome"] == "succeeded"
    log = theatre.log()
    assert log.breaches() == []
    asked = [event for event in log.events if isinstance(event, CallStarted) and event.step == "after"]
    assert any("Whisper it." in log.value(message)["content"] for message in asked[0].messages)
    (read,) = [event for event in log.events if isinstance(event, MemoryRead)]
    assert log.value(read.value) == [{"key": "hour", "value": "late"}]
    assert {event.step for event in log.events if isinstance(event, StepSkipped)} == {"muted", "skipped"}
    (routed,) = [event for event in log.events if isinstance(event, CallRouted) and event.step == "swapped"]
    assert routed.model == "sure"


def test_an_answer_that_was_not_yet_safe_when_the_process_died_is_taken_by_the_next(tmp_path: Path) -> None:
    theatre = Theatre.build(tmp_path, "waiting.yaml", mode="live")
    performer = theatre.start(Kill("added gate.answered"), patient=True)
    try:
        wait_for(theatre, GateOpened, 1)
        with Journal.open(theatre.workspace) as journal:
            journal.post(theatre.run(), "answer", "gate", {"choice": "yes"}, "ada")
        assert performer.wait().killed
    finally:
        performer.kill()
    theatre.perform()
    answers = [event for event in theatre.log().events if isinstance(event, GateAnswered)]
    assert [event.by for event in answers] == ["ada"]
    assert theatre.log().breaches() == []


def test_without_the_raised_limit_that_run_would_have_ended_early(tmp_path: Path) -> None:
    theatre = Theatre.build(tmp_path, "waiting.yaml", mode="live", answers={"gate": "yes"})
    theatre.perform()
    assert outcome_of(theatre.log(), "after") == "exhausted"


def wait_for(theatre: Theatre, kind: type[Event], count: int) -> None:
    """Until the log has so many events of a kind."""
    until = time.monotonic() + LONGEST
    while sum(isinstance(event, kind) for event in theatre.log().events) < count:
        assert time.monotonic() < until, f"no {kind.__name__} came"
        time.sleep(0.02)


def asked_about_tools(log: Log) -> list[GateOpened]:
    return [event for event in log.events if isinstance(event, GateOpened) and event.asks == "tool"]


def outcome_of(log: Log, step: str) -> Any:
    ends = [event for event in log.events if isinstance(event, StepFinished | StepFailed) and event.step == step]
    return ends[-1].outcome
