"""An agent's part: what was said to them, what they said and did, in the order in which it began."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    CallWaiting,
    Directed,
    Failure,
    GateAnswered,
    GateOpened,
    Narration,
    RunResumed,
    RunStarted,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    Usage,
)
from app.playback.show import Show
from app.tui.entries import Asked, Direction, Received, Skipped, Speech, ToolUse
from app.tui.script import book_of, first_task, script_of
from tui.telling import Telling


def test_a_part_tells_what_was_handed_over_said_and_used_in_its_order() -> None:
    told = Telling()
    told.say("cto", "Two tasks.")
    told.hand("cto", "qa", "Have a look.")
    call = told.begin("qa")
    told.tell(ToolStarted(step="qa", agent="qa", call=f"{call}/read", tool="fetch_table"))
    told.tell(ToolFinished(step="qa", agent="qa", call=f"{call}/read", result=told.book.keep([1, 2, 3]), took_ms=1200))
    received, speech, use = script_of(told.show, "qa")
    assert isinstance(received, Received) and received.giver.title == "CTO" and received.words == "Have a look."
    assert isinstance(speech, Speech) and speech.status == "speaking"
    assert isinstance(use, ToolUse)
    assert (use.tool, use.status, use.took_ms, use.about) == ("fetch_table", "done", 1200, "3 items")


def test_what_is_being_said_is_as_long_as_it_was_heard_and_then_whole() -> None:
    told = Telling()
    call = told.begin("qa")
    told.show.hear(call, "It is")
    assert [entry.text for entry in script_of(told.show, "qa") if isinstance(entry, Speech)] == ["It is"]
    told.tell(
        CallFinished(
            step="qa",
            agent="qa",
            call=call,
            text=told.book.keep("It is dead."),
            usage=Usage(output=4),
            cost_usd=0.01,
            basis="estimated",
        )
    )
    (speech,) = script_of(told.show, "qa")
    assert isinstance(speech, Speech)
    assert (speech.text, speech.status, speech.tokens, speech.basis) == ("It is dead.", "said", 4, "estimated")
    assert script_of(told.show, "qa")[0] is speech, "what is finished is worked out once"


@pytest.mark.parametrize(
    ("ending", "status", "about"),
    [
        ({"retry_ms": 2000}, "retrying", "rate limited: too many"),
        ({}, "failed", "rate limited: too many"),
    ],
)
def test_a_call_that_went_wrong_says_why_and_whether_it_is_tried_again(
    ending: dict[str, Any], status: str, about: str
) -> None:
    told = Telling()
    call = told.begin("qa")
    told.tell(CallFailed(step="qa", agent="qa", call=call, failure=Failure("rate_limited", "too many"), **ending))
    (speech,) = script_of(told.show, "qa")
    assert isinstance(speech, Speech)
    assert (speech.status, speech.about) == (status, about)


def test_a_call_that_is_tried_again_is_one_entry() -> None:
    told = Telling()
    call = told.begin("qa")
    told.tell(CallFailed(step="qa", agent="qa", call=call, failure=Failure("overloaded"), retry_ms=100))
    told.tell(CallStarted(step="qa", agent="qa", call=call, model="smart", attempt=2))
    (speech,) = script_of(told.show, "qa")
    assert isinstance(speech, Speech) and speech.status == "thinking"


@pytest.mark.parametrize(("finish", "status"), [("length", "cut off"), ("refused", "refused"), ("tool_calls", "said")])
def test_an_answer_that_is_no_whole_one_says_so(finish: str, status: str) -> None:
    told = Telling()
    told.say("qa", "So far", finish=finish)
    (speech,) = script_of(told.show, "qa")
    assert isinstance(speech, Speech) and speech.status == status


def test_a_call_that_waits_says_what_for_and_one_that_was_cut_off_is_lost() -> None:
    told = Telling()
    told.tell(StepStarted(step="qa"))
    told.tell(CallWaiting(step="qa", agent="qa", call="qa#1", waits_for="limiter", wait_ms=4000))
    (speech,) = script_of(told.show, "qa")
    assert isinstance(speech, Speech)
    assert (speech.status, speech.about, speech.wait_ms) == ("waiting", "the rate limit", 4000)
    told.tell(RunResumed(reason="crash"))
    (speech,) = script_of(told.show, "qa")
    assert isinstance(speech, Speech) and speech.status == "lost"


def test_a_tool_that_failed_says_why() -> None:
    told = Telling()
    told.tell(ToolStarted(step="qa", agent="qa", call="qa#1/t", tool="mail"))
    told.tell(ToolFailed(step="qa", agent="qa", call="qa#1/t", failure=Failure("timeout", "no answer"), took_ms=30))
    (use,) = script_of(told.show, "qa")
    assert isinstance(use, ToolUse)
    assert (use.status, use.about) == ("failed", "timeout: no answer")


def test_what_a_person_does_to_somebody_stands_in_their_part_alone() -> None:
    told = Telling()
    told.tell(Directed(direction="whisper", by="sam", to="qa", detail=told.book.keep("be kind")))
    (direction,) = script_of(told.show, "qa")
    assert isinstance(direction, Direction)
    assert (direction.what, direction.words, direction.by) == ("whisper", "be kind", "sam")
    assert script_of(told.show, "cto") == []


def test_questions_and_skipped_steps_belong_to_whoever_was_planned_for_them() -> None:
    plan = [
        {"step": "check", "title": "Try it", "needs": [], "agents": ["qa"]},
        {"step": "fix", "title": "", "needs": ["check"], "agents": ["cto", "editor"]},
    ]
    told = Telling(plan=plan)
    told.tell(StepStarted(step="check", of="agent"))
    told.tell(GateOpened(step="check", gate="check#1", asks="tool", question=told.book.keep("May it write?")))
    told.tell(StepSkipped(step="fix", reason="if: all is well is false"))
    (asked,) = script_of(told.show, "qa")
    assert isinstance(asked, Asked) and (asked.question, asked.status) == ("May it write?", "open")
    told.tell(GateAnswered(step="check", gate="check#1", choice=told.book.keep("yes")))
    (asked,) = script_of(told.show, "qa")
    assert isinstance(asked, Asked) and (asked.status, asked.choice) == ("answered", "yes")
    for agent in ("cto", "editor"):
        (skipped,) = script_of(told.show, agent)
        assert isinstance(skipped, Skipped) and skipped.title == "fix"


def test_of_a_long_part_only_the_last_entries_are_worked_out_and_each_event_is_read_once() -> None:
    told = Telling()
    for number in range(200):
        told.say("qa", f"line {number}", step=f"turn/{number}")
    script = script_of(told.show, "qa", 5)
    assert [entry.text for entry in script if isinstance(entry, Speech)] == [f"line {n}" for n in range(195, 200)]
    book = book_of(told.show)
    told.say("qa", "the last line")
    assert book_of(told.show) is book and [mark.seq for mark in book.marks("qa", 1)] == [told.book.events[-4].seq]


def test_a_show_that_starts_again_has_only_what_happened_since() -> None:
    told = Telling()
    told.say("qa", "first")
    assert len(script_of(told.show, "qa")) == 1
    events = list(told.show.events)
    told.show.start_again()
    assert script_of(told.show, "qa") == []
    for event in events[:3]:
        told.show.apply(event)
    assert [type(entry) for entry in script_of(told.show, "qa")] == [Speech]


def test_seen_late_a_part_is_what_it_was_for_those_who_were_there() -> None:
    told = Telling()
    seen = []
    for step in ("one", "two"):
        told.hand("cto", "qa", f"do {step}", step=step)
        told.say("qa", f"done {step}", step=step)
        seen = script_of(told.show, "qa")
    late = Show(told.show.value)
    for event in told.show.events:
        late.apply(event)
    assert script_of(late, "qa") == seen


def test_what_somebody_does_first_is_the_first_step_that_is_planned_for_them() -> None:
    plan = [
        {"step": "build", "title": "", "needs": [], "agents": ["cto", "editor"]},
        {"step": "check_it", "title": "Try it", "needs": ["build"], "agents": ["qa"]},
        {"step": "again", "title": "Once more", "needs": [], "agents": ["qa"]},
    ]
    show = Telling(plan=plan).show
    assert [first_task(show, agent) for agent in ("cto", "qa", "nobody")] == ["build", "Try it", ""]


def test_what_somebody_does_first_may_stand_inside_a_block_that_comes_before_their_own_step() -> None:
    plan = [
        {"step": "open", "agents": ["cto"]},
        {"step": "polish", "agents": []},
        {"step": "decide", "title": "Refund or resend", "agents": ["lead"]},
        {"step": "polish/draft", "agents": ["qa"]},
        {"step": "polish/review", "title": "Read it", "agents": ["lead"]},
    ]
    show = Telling(plan=plan).show
    assert [first_task(show, agent) for agent in ("lead", "qa", "cto")] == ["Read it", "draft", "open"]


@pytest.mark.parametrize(
    ("file", "has"), [("steps:\n  - a:\n      caption: Monday.", True), ("- narrate: >-", True), ("captions", False)]
)
def test_whether_a_play_speaks_to_its_audience_is_known_from_its_files(file: str, has: bool) -> None:
    told = Telling()
    source = told.book.keep({"path": "a.yaml", "files": {"a.yaml": file}})
    show = Show(told.show.value)
    show.apply(RunStarted(scenario="a play", source=source))
    assert book_of(show).has_captions == has


def test_a_play_whose_files_are_lost_speaks_once_it_has_spoken() -> None:
    told = Telling()
    assert not book_of(told.show).has_captions
    told.tell(Narration(text=told.book.keep("Monday.")))
    assert book_of(told.show).has_captions


def test_the_caption_is_what_a_step_or_a_narrator_said_last() -> None:
    told = Telling()
    assert len(told.show.caption) == 0
    told.tell(StepStarted(step="one", caption=told.book.keep("The seam.")))
    told.tell(Narration(text=told.book.keep("Monday.")))
    assert told.show.caption == "Monday."
    told.tell(StepStarted(step="two"))
    assert told.show.caption == "Monday."


def test_what_models_and_people_wrote_is_fit_for_a_terminal_on_one_line() -> None:
    told = Telling()
    told.hand("cto", "qa", "bell\x07 and\n\nline \x1b[31m red \u202e")
    told.tell(Directed(direction="whisper", by="\x1b]0;x\x07", to="qa", detail=told.book.keep("a\nb")))
    received, direction = script_of(told.show, "qa")
    assert isinstance(received, Received) and isinstance(direction, Direction)
    shown = received.words + direction.words + direction.by
    assert not any(ord(character) < 32 or character == "\u202e" for character in shown)


def test_a_show_that_nobody_holds_is_forgotten() -> None:
    told = Telling()
    told.say("qa", "soon gone")
    script_of(told.show, "qa")
    gone = weakref.ref(told.show)
    del told
    gc.collect()
    assert gone() is None
