"""Every kind of event as a line of the log."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest
from hypothesis import given

from app.events import (
    KINDS,
    CallFailed,
    CallFinished,
    Event,
    Failure,
    Handoff,
    LoopIterated,
    Part,
    Performer,
    Ref,
    StepFinished,
    StepStarted,
    ToolFinished,
)
from app.playback.show import as_words
from app.tui.log.lines import Line, line_of
from app.tui.log.rules import RULES
from app.tui.look.glyphs import ASCII, UNICODE
from app.tui.naming import short_title, sign
from corpus.histories import History, histories
from corpus.probes import ALL, drives_a_terminal
from tui.plays import begun, half_way, show_of


def told(history: History, event: Event) -> Line:
    """The line for an event that happens next."""
    history.add(event)
    show = show_of(history)
    return line_of(event, show.state, show.words)


def filled(kind: type[Any], text: str) -> Any:
    """One of a kind, every text in it the same, every choice the first one."""
    fields = {}
    for found in msgspec.structs.fields(kind):
        made = _value(found.type, text)
        if made is not None:
            fields[found.name] = made
    return kind(**fields)


def _value(wanted: Any, text: str) -> Any:
    origin, choices = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is typing.Literal:
        return choices[0]
    if wanted is str:
        return text
    if wanted is bool:
        return False
    if wanted in (int, float):
        return 3
    if wanted is Ref:
        return Ref("0" * 32)
    if isinstance(wanted, type) and issubclass(wanted, Part):
        return filled(wanted, text)
    if origin is tuple and choices[-1] is Ellipsis:
        return (_value(choices[0], text),)
    if choices and (type(None) in choices or Ref in choices):
        return _value(choices[0], text)
    return None


def test_every_kind_of_event_has_its_line() -> None:
    assert set(RULES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_line_of_any_kind_can_drive_a_terminal_or_takes_two_rows(kind: type[Event]) -> None:
    event = filled(kind, f"one\n{ALL}\u202eback\ttwo")
    show = show_of(begun())
    line = line_of(event, show.state, lambda ref: as_words(f"one\n{ALL}\u202eback\ttwo"))
    assert not drives_a_terminal(line.text)
    assert "\n" not in line.text and "\t" not in line.text
    assert 0 < len(line.word) <= 8
    assert line.about


@given(histories())
def test_every_event_of_any_run_has_a_line(history: History) -> None:
    show = show_of(history)
    for event in history.events:
        line = line_of(event, show.state, show.words)
        assert (line.seq, line.at) == (event.seq, event.mono)


def test_an_answer_says_what_was_said_and_what_it_took() -> None:
    history = half_way()
    said = next(event for event in reversed(history.events) if isinstance(event, CallFinished))
    show = show_of(history)
    line = line_of(said, show.state, show.words)
    assert (line.about, line.word, line.told) == ("Backend Developer", "says", "The API stands.")
    assert line.figures == "300 tok · $0.0080 · 4.0 s"


def test_structures_are_told_without_the_quotes_of_their_keys() -> None:
    history = begun()
    said = history.ask("plan", "cto", {"tasks": ["api", "ui"], "risk": 3})
    show = show_of(history)
    assert line_of(said, show.state, show.words).told == '{tasks: ["api", "ui"], risk: 3}'


def test_a_chart_is_told_by_its_lines_and_other_data_as_they_are() -> None:
    history = begun()
    chart = {"text": "In dollars\na ███ 20\nb █ 10", "kind": "bar", "width": 12}
    assert (
        told(history, ToolFinished(step="draw", result=history.keep(as_words(chart)))).told == "a tool a chart, 3 lines"
    )
    other = told(history, ToolFinished(step="draw", result=history.keep('{"kind": "bar", "width": 12}'))).told
    assert other == 'a tool {kind: "bar", width: 12}'


def test_a_price_that_nobody_knows_is_no_price() -> None:
    history = begun()
    assert "unpriced" in told(history, CallFinished(agent="cto", basis="unpriced")).figures
    assert "≈$0.2000" in told(history, CallFinished(agent="cto", basis="estimated", cost_usd=0.2)).figures


def test_a_handoff_names_its_taker_and_what_was_handed_over() -> None:
    history = half_way()
    line = told(history, Handoff(giver="backend", taker="qa", why="escalation", summary=history.keep("Look here")))
    assert (line.agent, line.taker, line.told) == ("backend", "qa", "escalates, Look here")


def test_a_failure_that_is_tried_again_is_a_warning_and_one_that_is_not_an_error() -> None:
    history = begun()
    failure = Failure(error="rate_limited", message="slow down")
    again = told(history, CallFailed(agent="cto", failure=failure, retry_ms=1_200))
    assert (again.tone, again.told) == ("warning", "asks again in 1.2 s: rate limited: slow down")
    assert told(history, CallFailed(agent="cto", failure=failure)).tone == "error"


def test_a_loop_that_came_to_no_end_of_its_own_is_not_called_done() -> None:
    history = begun()
    history.add(StepStarted(step="polish", of="steps"))
    history.add(LoopIterated(step="polish", turn=2, until=False, last=True))
    assert told(history, StepFinished(step="polish")).word == "ends"
    assert told(history, StepFinished(step="polish")).told == "after 2 turns, the most there may be"
    history.add(LoopIterated(step="polish", turn=2, until=True, last=True))
    assert told(history, StepFinished(step="polish")).word == "done"


def test_a_turn_of_a_loop_is_told_by_its_number() -> None:
    history = begun()
    assert told(history, StepStarted(step="polish/2", of="steps", title="Polish")).told == "turn 2"
    assert told(history, LoopIterated(step="polish", turn=2)).told == "turn 2 is over, once more"


def test_a_glyph_is_one_cell_wide_and_in_ascii_a_letter() -> None:
    assert sign(Performer(id="qa", title="QA", glyph="▲"), UNICODE) == "▲"
    assert sign(Performer(id="qa", title="QA", glyph="▲"), ASCII) == "Q"
    assert sign(Performer(id="qa", glyph="🎭"), UNICODE) == UNICODE.on
    assert sign(Performer(id="qa", glyph=""), UNICODE) == UNICODE.on
    assert sign(Performer(id="qa", glyph="\x1b"), UNICODE) == "␛"


def test_a_long_title_keeps_its_first_words_and_ends_with_no_little_one() -> None:
    title = "Critic of the Season"
    assert [short_title(title, room) for room in (20, 19, 10, 8, 6, 4)] == [
        title, "Critic", "Critic", "Critic", "Critic", "Cri…",
    ]  # fmt: skip
    assert short_title("The", 3) == "The"
