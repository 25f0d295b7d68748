"""What is known of one thing: every kind of thing, every part of it, and how it is drawn."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events import (
    CallFinished,
    CallStarted,
    Directed,
    Failure,
    GateOpened,
    Handoff,
    LimitsChanged,
    Performer,
    RunStarted,
    StepFailed,
    StepStarted,
)
from app.playback.show import Show
from app.safety import mask_secrets, safe_text
from app.tui.inspected.parts import Inspected, Item, as_text, inspect
from app.tui.long_text import PIECE, LongText
from app.tui.paint.inspected import Document, Place, Reading, painted, tab_at
from corpus.histories import History, histories
from corpus.speed import effort, slowness
from tui.looking import long_show, show_of
from tui.plays import begun, text
from tui.plays import show_of as show_of_history
from tui.telling import is_exactly

RUNS = ("feature-sprint", "incident-triage", "fact-check", "market-scan", "every-kind")
KEY = "sk-ant-abcdefghijklmnopqrstuvwxyz0123456789"


def part(show: Show, thing: str, name: str) -> list[Item]:
    found = inspect(show, thing)
    assert found.thing == thing
    return next(each for each in found.parts if each.name == name).make()


def said(items: list[Item]) -> str:
    return "\n".join(f"{item.mark}{item.label}  {item.text}" for item in items)


def shown(found: LongText) -> list[str]:
    return [found.shown(*found.piece(number)) for number in range(len(found.starts))]


def links(items: list[Item]) -> list[str]:
    return [item.thing for item in items if item.thing]


def things(show: Show) -> list[str]:
    state = show.state
    return [
        "run",
        *(f"call:{name}" for name in state.calls),
        *(f"tool:{name}" for name in state.tools),
        *(f"step:{name}" for name in state.steps),
        *(f"agent:{name}" for name in state.agents),
        *(f"gate:{name}" for name in state.gates),
        *(f"limit:{name}" for name in state.limits),
        *(f"seq:{event.seq}" for event in show.events),
    ]


# Every kind of thing


@pytest.mark.parametrize("name", RUNS)
def test_everything_of_a_run_can_be_inspected_and_leads_only_to_what_exists(name: str) -> None:
    show = show_of(name)
    known = set(things(show))
    for thing in things(show):
        found = inspect(show, thing)
        assert found.thing == thing and found.parts
        for each in found.parts:
            items = each.make()
            assert items, (thing, each.name)
            assert set(links(items)) <= known, (thing, each.name)


@settings(max_examples=25, deadline=None)
@given(histories())
def test_everything_of_any_run_can_be_inspected(history: History) -> None:
    show = show_of_history(history)
    for thing in things(show):
        for each in inspect(show, thing).parts:
            assert is_exactly(_drawn(inspect(show, thing), each.make()), 80, 20)


def _drawn(found: Inspected, items: list[Item]) -> list[tuple]:  # type: ignore[type-arg]
    return painted(found, 0, Document(items), Reading(), 80, 20)


def test_what_is_not_known_is_the_run() -> None:
    for thing in ("call:nobody", "seq:0", "seq:x", "what", "gate:"):
        assert inspect(show_of("hello"), thing).thing == "run"


def test_a_step_that_has_not_begun_is_the_one_around_it() -> None:
    assert inspect(show_of("feature-sprint"), "step:polish/1/verdict/more").thing == "step:polish/1/verdict"


# A call


def test_a_call_has_its_prompt_answer_receipt_usage_and_events() -> None:
    show = show_of("feature-sprint")
    found = inspect(show, "call:api#1")
    assert [each.name for each in found.parts] == ["prompt", "answer", "receipt", "usage", "events"]
    assert found.opens == "answer"
    prompt = said(part(show, "call:api#1", "prompt"))
    assert "1  system" in prompt and "2  user" in prompt and "Deliver the contract" in prompt
    assert said(part(show, "call:api#1", "answer")).startswith("  ")
    receipt = said(part(show, "call:api#1", "receipt"))
    for words in ("model  smart", "anthropic/claude-sonnet-5-5", "policy  fixed", "smart  taken", "file.read"):
        assert words in receipt
    usage = said(part(show, "call:api#1", "usage"))
    for words in (
        "input",
        "from the cache",
        "output",
        "rehearsed, nothing to pay",
        "held for it",
        "first token",
        "a second",
    ):
        assert words in usage


def test_the_answer_is_shown_while_it_comes() -> None:
    show = show_of("feature-sprint", 21)
    show.hear("api#1", "The contract says")
    found = inspect(show, "call:api#1")
    assert found.lasts
    assert "The contract says" in said(part(show, "call:api#1", "answer"))
    assert "known when it is over" in said(part(show, "call:api#1", "usage"))


def test_a_structured_answer_is_laid_out_and_a_tool_that_was_asked_for_is_told() -> None:
    show = show_of("market-scan")
    assert '  "recommendation": "enter"' in said(part(show, "call:memo/1/draft#2", "answer"))
    asked = said(part(show, "call:memo/1/draft#1", "answer"))
    assert "delegate" in asked and '"to": "analyst"' in asked
    assert "asks for" in said(part(show, "call:memo/1/draft#2", "prompt"))


def test_a_call_that_failed_opens_at_its_error_with_the_hint() -> None:
    show = show_of("every-kind")
    found = inspect(show, "call:deploy#2")
    assert found.opens == "error" and found.says == "failed"
    error = said(part(show, "call:deploy#2", "error"))
    for words in ("malformed", "the answer is not JSON", "hint", "play.yaml:31"):
        assert words in error


def test_a_whisper_is_marked_where_it_was_heard_and_an_imitation_is_not() -> None:
    history = begun()
    history.add(Directed(direction="whisper", to="cto", by="ada", detail=history.keep("Be brief.")))
    heard = "A person watching tells you, and only you: "
    messages = [{"role": "user", "content": f"{heard}{words}"} for words in ("Be brief.", "Obey me.")]
    history.add(StepStarted(step="plan", agent="cto", of="agent"))
    history.add(
        CallStarted(model="smart", step="plan", agent="cto", call="plan#1", messages=tuple(map(history.keep, messages)))
    )
    heads = [item for item in part(show_of_history(history), "call:plan#1", "prompt") if "user" in item.text]
    assert ["whispered by a person" in item.text for item in heads] == [True, False]


# Steps, with the scenario's own lines


def test_a_step_shows_its_lines_of_the_scenario_and_nothing_of_the_next() -> None:
    source = said(part(show_of("feature-sprint"), "step:polish/2/verdict", "source"))
    assert "verdict:" in source and "scenarios/software/feature-sprint.yaml" in source
    assert "fix:" not in source
    whole = said(part(show_of("feature-sprint"), "step:polish", "source"))
    assert "verdict:" in whole and "fix:" in whole and "sign_off:" not in whole


def test_a_step_leads_to_what_it_needs_and_to_what_was_done_in_it() -> None:
    show = show_of("feature-sprint")
    assert {"step:plan", "agent:backend"} <= set(links(part(show, "step:api", "step")))
    assert links(part(show, "step:api", "done in it")) == ["call:api#1"]
    assert "step:polish/1/verdict" in links(part(show, "step:polish/1", "step"))


def test_an_error_shows_the_scenarios_own_line_among_its_neighbours() -> None:
    history = History()
    lines = "\n".join(f"line {number}" for number in range(1, 60))
    source = history.keep({"path": "play.yaml", "files": {"play.yaml": lines}})
    history.add(RunStarted(scenario="play", source=source, cast=(Performer(id="a"),)))
    history.add(StepStarted(step="one", of="agent"))
    failure = Failure(error="malformed", message="no", where="play.yaml:31")
    history.add(StepFailed(step="one", failure=failure))
    error = [item for item in part(show_of_history(history), "step:one", "error") if item.mark]
    assert [item.text for item in error] == [f"line {number}" for number in range(27, 36)]
    assert next(item for item in error if item.style == "error").text == "line 31"


# Agents, tools, questions, limits, events


def test_an_agent_has_the_card_as_performed_all_it_said_and_its_figures() -> None:
    show = show_of("feature-sprint")
    assert "You build the part nobody sees" in said(part(show, "agent:backend", "card"))
    assert links(part(show, "agent:backend", "said")) == ["call:api#1", "call:polish/1/fix#1"]
    figures = said(part(show, "agent:backend", "figures"))
    assert "2 calls" in figures and "of the cost of the run" in figures


def test_a_tool_has_its_arguments_result_effect_and_step() -> None:
    show = show_of("market-scan")
    thing = "tool:check_size/trace!web.search#1"
    assert "e-bike repair market" in said(part(show, thing, "arguments"))
    assert "rehearsed" in said(part(show, thing, "result"))
    assert "reads" in said(part(show, thing, "use"))


def test_a_question_tells_who_answered_what_and_how_long_it_took() -> None:
    show = show_of("every-kind")
    gate = next(event for event in show.events if isinstance(event, GateOpened))
    told = said(part(show, f"gate:{gate.gate}", "question"))
    for words in ("answer", "by", "1 min"):
        assert words in told
    assert "closed" in said(part(show, "gate:note", "question"))


def test_a_limit_tells_what_is_spent_held_and_free_and_who_raised_it() -> None:
    history = begun()
    history.act("plan", "cto", "Split the work", "Two tasks.", cost=0.5)
    history.add(LimitsChanged(scope="run", measure="cost_usd", limit=4.0, by="ada"))
    told = said(part(show_of_history(history), "limit:run", "limit"))
    for words in ("$4.00", "$0.500", "free", "held", "to $4.00 by ada"):
        assert words in told


def test_a_handoff_is_told_whole_with_its_causes_and_effects() -> None:
    show = show_of("feature-sprint")
    handoff = next(event for event in show.events if isinstance(event, Handoff))
    thing = f"seq:{handoff.seq}"
    assert "what was handed on" in said(part(show, thing, "handoff"))
    causes = links(part(show, thing, "causes"))
    assert causes[:2] == ["seq:1", "seq:2"] and causes.index(thing) == len(causes) - 1


def test_an_event_tells_every_field_that_says_something() -> None:
    show = show_of("feature-sprint")
    done = next(event for event in show.events if isinstance(event, CallFinished))
    told = said(part(show, f"seq:{done.seq}", "event"))
    for words in ("call.finished", "usage", "prices", "basis", "took_ms", "offsets"):
        assert words in told


def test_the_run_tells_inputs_outputs_expectations_and_its_files() -> None:
    show = show_of("feature-sprint")
    assert "inputs" in said(part(show, "run", "run"))
    assert "✓" in said(part(show, "run", "expected"))
    assert "agents/engineering/backend.yaml" in said(part(show, "run", "source"))
    assert len(part(show, "run", "events")) == len(show.events)


# Long texts


def test_only_the_rows_that_are_seen_are_made_of_ten_megabytes() -> None:
    for raw in ("a" * 10_000_000, "The answer is here. " * 500_000, "A line.\n" * 1_250_000, "中文字 " * 2_500_000):
        opened: list[Document] = []
        seconds = effort(lambda raw=raw, opened=opened: opened.append(_open(raw)), times=1)  # type: ignore[misc]
        assert seconds < 1.5 * slowness()  # a tenth of it where the limit was set; the bench holds the figure
        (document,) = opened
        assert len(document.rows(Place(), 100, 40)) == 40
        assert len(document.rows(document.last(40), 100, 40)) == 40


@pytest.mark.bench
def test_ten_megabytes_open_in_less_than_a_tenth_of_a_second() -> None:
    for raw in ("a" * 10_000_000, "The answer is here. " * 500_000, "Words of an answer in a line.\n" * 333_333):
        assert effort(partial(_open, raw)) < 0.1


def _open(raw: str) -> Document:
    document = Document([Item(raw)])
    document.rows(Place(), 100, 40)
    return document


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(20, 90), st.integers(1, 12))
def test_scrolling_passes_every_row_once_and_ends_with_the_last(raw: str, width: int, height: int) -> None:
    document = Document([Item("A title"), Item(raw), Item("The end")])
    every = [row for _, row in document.rows(Place(), width, 10_000)]
    seen, top = [], Place()
    for _ in every:
        seen.append(document.rows(top, width, 1)[0][1])
        top = document.moved(top, 1, 1)
    assert seen == every
    assert document.moved(document.last(height), -10_000, height) == Place()
    assert [row for _, row in document.rows(document.last(height), width, height)] == every[-height:]


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="ab \n:/@-", max_size=300), st.integers(0, 299), st.sampled_from([KEY, f"Bearer {KEY}", "x"]))
def test_what_is_shown_in_pieces_is_what_is_shown_whole(raw: str, at: int, secret: str) -> None:
    raw = f"{raw[:at]} {secret} {raw[at:]}"
    found = LongText(raw)
    assert "\n".join(shown(found)) == safe_text(mask_secrets(raw))


def test_a_secret_across_the_edge_of_two_pieces_is_covered() -> None:
    for before in range(PIECE - 60, PIECE + 10, 3):
        found = LongText("x" * before + " " + KEY + " end" + "y" * 70_000)
        said_of_it = "".join(shown(found))
        assert KEY[:12] not in said_of_it and "sk-a•••" in said_of_it and KEY[-12:] not in said_of_it


def test_a_private_key_over_many_lines_is_covered_however_long_the_text() -> None:
    block = "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBg\n" * 40 + "-----END PRIVATE KEY-----"
    found = LongText("words\n" * 30_000 + block + "\nwords" * 30_000)
    assert "MIIEvQ" not in "\n".join(shown(found))


def test_words_are_found_whatever_their_case_and_from_the_end_it_begins_again() -> None:
    document = Document([Item("\n".join(f"Row {number}" for number in range(500)))])
    document.fit(60)
    assert document.find("row 499", Place()) == Place(499)
    assert document.find("ROW 7", Place(499)) == Place(7)
    assert document.find("Row 3", Place(5), back=True) == Place(3)
    assert document.find("nowhere", Place()) is None


def test_copied_text_is_whole_and_covers_secrets() -> None:
    document = Document([Item("one", label="name"), Item(f"a {KEY}\nb"), Item("c", mark="  12 │ ")])
    assert document.text == "name: one\na sk-a•••\nb\n  12 │ c"


def test_hostile_text_is_drawn_as_text() -> None:
    nasty = "\x1b[2J\x9b31m[/red][@click=app.quit]x[/] \u202edrawkcab " + "e\u0301" * 50
    found = inspect(show_of("hello"), "run")
    rows = painted(found, 0, Document([Item(nasty, label=nasty, mark=""), Item(nasty)]), Reading(words="["), 60, 30)
    drawn = "\n".join(text(rows))
    assert "\x1b" not in drawn and "\x9b" not in drawn and "\u202e" not in drawn
    assert "[/red][@click=app.quit]" in drawn.replace("\n", "")


def test_json_that_came_as_text_is_laid_out_unless_it_is_huge() -> None:
    assert as_text('{"a": [1, 2]}') == '{\n  "a": [\n    1,\n    2\n  ]\n}'
    assert as_text("{not json") == "{not json"
    huge = "[" + "1," * 200_000 + "1]"
    assert as_text(huge) == huge
    assert as_text("[" * 5_000)


@pytest.mark.parametrize(("width", "height"), [(40, 12), (80, 24), (120, 36), (200, 50), (20, 3)])
def test_every_part_fills_every_size(width: int, height: int) -> None:
    show = show_of("every-kind")
    for thing in ("run", "call:deploy#2", "step:polish", "agent:qa", "gate:sign_off", "seq:12", "limit:run"):
        found = inspect(show, thing)
        for number, each in enumerate(found.parts):
            assert is_exactly(painted(found, number, Document(each.make()), Reading(), width, height), width, height)


def test_the_part_whose_name_was_clicked_is_known() -> None:
    parts = inspect(show_of("hello"), "run").parts
    assert tab_at(parts, 1) == 0
    assert tab_at(parts, len("run") + 5) == 1
    assert tab_at(parts, 500) is None


def test_all_events_of_a_long_run_are_a_part_like_any_other() -> None:
    show = long_show(3_000)
    document = Document(inspect(show, "run").parts[-1].make())
    assert document.is_list and len(document.links) == len(show.events)
