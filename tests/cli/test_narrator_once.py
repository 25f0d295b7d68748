"""What is told is told once: what is passed on, what is remembered, why something failed. Headings wait for more."""

from __future__ import annotations

from typing import Any

import pytest

from app.events import (
    Failure,
    Handoff,
    MemoryWritten,
    Performer,
    RunFinished,
    RunStarted,
    StepExpanded,
    StepFinished,
    StepRetrying,
    StepSkipped,
    StepStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
)
from corpus.histories import History
from corpus.narrations import spoken, tell

CAST = (
    Performer(id="cto", title="CTO", glyph="◆"),
    Performer(id="api", title="Backend", glyph="■"),
    Performer(id="qa", title="QA", glyph="▲"),
)


def begun() -> History:
    history = History()
    history.add(RunStarted(scenario="play", title="A play", cast=CAST))
    return history


def hand(history: History, giver: str, taker: str, words: str, *, step: str, source: str = "") -> None:
    summary = history.keep(words) if words else None
    history.add(Handoff(giver=giver, taker=taker, source=source, summary=summary, step=step, agent=taker))


def use(history: History, tool: str, gives: Any, *, step: str = "fill", agent: str = "") -> None:
    where: dict[str, Any] = {"step": step, "agent": agent, "call": f"{step}#1"}
    history.add(ToolStarted(tool=tool, arguments=history.keep({"key": "contract"}), **where))
    if tool == "memory.write":
        history.add(MemoryWritten("run", "contract", history.keep("GET and PUT"), step=step, agent=agent))
    history.add(ToolFinished(result=history.keep(gives), **where))


def arrows(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if " → " in line]


# What is passed on


def test_the_same_words_from_one_to_another_are_told_once_in_a_run() -> None:
    history = begun()
    for turn in range(1, 5):
        hand(history, "cto", "qa", "The long way.", step=f"weeks/{turn}/read")
        history.act(f"weeks/{turn}/read", "qa", "Read", f"Week {turn}.")
    assert arrows(tell(history)) == ["◆ CTO → ▲ QA  The long way."]


def test_other_words_or_another_taker_are_told() -> None:
    history = begun()
    hand(history, "cto", "qa", "One.", step="first")
    hand(history, "cto", "qa", "Two.", step="second")
    hand(history, "cto", "api", "One.", step="third")
    assert arrows(tell(history)) == ["◆ CTO → ▲ QA  One.", "◆ CTO → ▲ QA  Two.", "◆ CTO → ■ Backend  One."]


def test_an_arrow_whose_words_were_just_said_stands_once_in_a_step() -> None:
    history = begun()
    for turn in range(1, 4):
        history.act(f"polish/{turn}/write", "api", "Write", f"Page {turn}. It is better.")
        hand(history, "api", "qa", f"Page {turn}.", step=f"polish/{turn}/check")
    assert arrows(tell(history)) == ["■ Backend → ▲ QA"]


def test_many_results_of_one_step_are_handed_over_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    history = begun()
    plan = [{"step": "ask", "title": "Ask sixteen people"}]
    history.events[0] = RunStarted(scenario="play", cast=CAST, plan=history.keep(plan))
    for item in range(1, 17):
        hand(history, "api", "qa", f"Answer {item}.", step="read", source=f"ask[{item}]")
    hand(history, "cto", "qa", "And be kind.", step="read", source="plan")
    said = tell(history)
    assert arrows(said) == ["■ Backend → ▲ QA  16 results of Ask sixteen people", "◆ CTO → ▲ QA  And be kind."]
    assert "Answer" not in said
    assert "Backend hands over to QA: 16 results of Ask sixteen people.\n" in spoken(history, monkeypatch)


def test_two_results_of_one_step_keep_their_words() -> None:
    history = begun()
    for item in (1, 2):
        hand(history, "api", "qa", f"Answer {item}.", step="read", source=f"ask[{item}]")
    assert arrows(tell(history)) == ["■ Backend → ▲ QA  Answer 1.", "■ Backend → ▲ QA  Answer 2."]


def test_each_step_that_is_escalated_in_says_so() -> None:
    history = begun()
    for item in (1, 2):
        step = f"desk[{item}]"
        history.add(Handoff("api", "cto", step, "escalation", number=1, step=step, agent="cto"))
    assert arrows(tell(history)) == ["■ Backend → ◆ CTO  escalates"] * 2


def test_what_is_passed_on_stands_before_what_comes_of_it() -> None:
    history = begun()
    hand(history, "cto", "qa", "Break it.", step="check")
    history.act("check", "qa", "Try to break it", "It broke.")
    said = tell(history)
    assert said.index("◆ CTO → ▲ QA") < said.index("It broke.")


# Steps


def test_the_heading_of_an_item_comes_with_the_first_thing_below_it() -> None:
    history = begun()
    history.add(StepStarted(step="houses", of="steps", title="House by house"))
    history.add(StepExpanded(step="houses", count=3))
    for item in (1, 2, 3):
        history.add(StepStarted(step=f"houses[{item}]", of="steps", title="House by house"))
    for item in (2, 1):
        history.act(f"houses[{item}]/look", "qa", "Look", f"House {item}.")
    said = tell(history)
    marks = ["once for each of 3 items", "─ 2 of 3\n", "House 2.", "─ 1 of 3\n", "House 1."]
    places = [said.index(mark) for mark in marks]
    assert places == sorted(places)
    assert "─ 3 of 3" not in said


def test_a_section_in_which_nothing_is_told_has_no_heading() -> None:
    history = begun()
    history.add(StepStarted(step="both", of="parallel", title="Side by side"))
    history.add(StepFinished(step="both"))
    assert "Side by side" not in tell(history)


def test_a_section_inside_another_stands_below_its_heading() -> None:
    history = begun()
    history.add(StepStarted(step="outer", of="steps", title="The whole"))
    history.add(StepStarted(step="outer/inner", of="parallel", title="The part"))
    history.act("outer/inner/look", "qa", "Look", "Here.")
    said = tell(history)
    assert said.index("The whole") < said.index("The part") < said.index("Here.")
    assert said.count("The whole") == 1


@pytest.mark.parametrize("reason", ["if: not steps.facts.output.tie and loop.index == 1 is false", "hope was skipped"])
def test_a_step_that_the_play_leaves_out_is_not_needed(reason: str) -> None:
    history = begun()
    history.add(StepSkipped(step="owner", reason=reason))
    assert "  ○ owner  not needed\n" in tell(history)
    assert "\x1b[2m○ owner  not needed\x1b[0m\n" in tell(history, colour=True)


@pytest.mark.parametrize(
    ("reason", "because"), [("api failed", "api"), ("api was skipped", "db"), ("a person said so", "")]
)
def test_a_step_left_out_for_a_failure_or_by_a_person_says_why(reason: str, because: str) -> None:
    history = begun()
    history.add(StepSkipped(step="ship", reason=reason, because=because))
    assert f"  ○ ship  skipped, {reason}\n" in tell(history)


def test_what_a_step_computes_is_told_in_one_line_and_in_brief() -> None:
    history = begun()
    page = "<!doctype html>\n" + "<p>Hello</p>\n" * 30
    history.add(StepStarted(step="facts", of="set", title="Make the page"))
    facts = {"html": page, "score": 80, "rows": [{"number": row} for row in range(30)], "why": "because " * 40}
    history.add(StepFinished(step="facts", output=history.keep(facts)))
    (line,) = [line for line in tell(history).splitlines() if "Make the page" in line]
    assert line.startswith("  · Make the page  html <!doctype html> … 31 lines · score 80 · rows 30 items")
    assert len(line) <= 80
    assert line.endswith("…")
    assert "……" not in line


# Tools


def test_what_is_remembered_is_told_once() -> None:
    history = begun()
    use(history, "memory.write", {"remembered": "contract"}, agent="cto")
    said = tell(history)
    assert "· ◆ CTO  remembers contract: GET and PUT\n" in said
    assert "memory.write" not in said


def test_a_rehearsed_use_of_the_memory_that_wrote_nothing_is_told_as_a_tool() -> None:
    history = begun()
    history.add(ToolStarted(tool="memory.write", step="fill", call="fill#1"))
    history.add(ToolFinished(result=history.keep({"remembered": "contract"}), step="fill", call="fill#1"))
    assert "◇ memory.write" in tell(history)


def test_of_a_text_that_a_tool_made_the_text_is_shown_and_no_counts() -> None:
    history = begun()
    made = "Ladina: 9 for Alpenrose.\n924 francs in all. Beds are held."
    use(history, "text.render", {"text": made, "characters": 58, "fields": ["guardian", "people"], "kind": "note"})
    said = tell(history)
    assert "  │ Ladina: 9 for Alpenrose.\n  │ 924 francs in all. Beds are held.\n" in said
    assert "characters" not in said
    assert "guardian" not in said


@pytest.mark.parametrize("more", [{"ok": False}, {"problems": ["too long by far"]}, {"rows": [{"a": 1}]}, {"to": None}])
def test_what_says_more_than_how_much_stays_beside_the_text(more: dict[str, Any]) -> None:
    history = begun()
    use(history, "text.check", {"text": "Beds are held, and " * 4, **more})
    assert f"│ {next(iter(more))}" in tell(history)


def test_a_rehearsed_failure_is_named_once_and_its_reason_given_once() -> None:
    history = begun()
    failure = Failure(error="overloaded", message="overloaded, as rehearsed")
    where: dict[str, Any] = {"step": "fetch", "call": "fetch#1"}
    history.add(StepStarted(step="fetch", of="tool", title="Fetch the bookings"))
    history.add(ToolStarted(tool="http", **where))
    history.add(ToolFailed(failure=failure, **where))
    history.add(StepRetrying(step="fetch", attempt=1, failure=failure, wait_ms=2_000))
    history.add(RunFinished(outcome="cancelled"))
    said = tell(history)
    assert "! Fetch the bookings  the tool http failed: overloaded, as rehearsed\n" in said
    assert "↻ Fetch the bookings  attempt 1 failed, again in 2.0 s\n" in said
    assert said.count("overloaded") == 1
