"""A run is told in lines that people can read. What others may try with theirs: test_narrator_hostile.py."""

from __future__ import annotations

import msgspec
import pytest

from app.cli.ink import Ink
from app.cli.narrating.narrator import Narrator
from app.cli.narrating.status import StatusLine
from app.events import (
    BudgetExceeded,
    CallFailed,
    CallFinished,
    CallStarted,
    DebateDecided,
    DebateVoted,
    Failure,
    GateOpened,
    Narration,
    Performer,
    RunFinished,
    RunPaused,
    RunStarted,
    StepFailed,
    StepStarted,
)
from corpus.histories import History
from corpus.narrations import answered, spoken, tell
from corpus.probes import unstyled
from golden.logs import NAMES, read, telling
from golden.stories import every_kind


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_log_is_told_as_it_was_recorded(name: str) -> None:
    golden = read(name)
    assert telling(golden.events, golden.value) == golden.told


def test_nothing_but_words_is_lost_without_colour() -> None:
    history = every_kind()
    assert unstyled(tell(history, colour=True)) == tell(history)


def test_in_ascii_everything_of_ours_is_ascii() -> None:
    assert tell(every_kind(), ascii=True, colour=True).isascii()


def test_what_speakers_say_side_by_side_stays_apart() -> None:
    history = History()
    cast = (Performer(id="api", title="Backend", glyph="■"), Performer(id="ui", title="Frontend", glyph="●"))
    history.add(RunStarted(scenario="play", title="A play", cast=cast))
    for step in ("api", "ui"):
        history.add(StepStarted(step=step, agent=step, of="agent", title=f"Build the {step}"))
        history.add(CallStarted(step=step, agent=step, call=step, model="smart"))
    for step in ("ui", "api"):
        text = history.keep(f"{step} one\n{step} two")
        history.add(CallFinished(step=step, agent=step, call=step, text=text, took_ms=900))
    blocks = tell(history).split("\n\n")
    first, second = (block.splitlines() for block in blocks if "one" in block)
    assert (first[0][:24], first[1:]) == ("● Frontend  Build the ui", ["  │ ui one", "  │ ui two"])
    assert (second[0][:24], second[1:]) == ("■ Backend  Build the api", ["  │ api one", "  │ api two"])


def test_a_long_answer_is_cut_and_says_where_the_rest_is() -> None:
    said = tell(answered("\n".join(f"line {number}" for number in range(1, 51))))
    assert "line 9\n  │ +41 lines: footlights show 00000000 plan\n" in said
    assert "line 10" not in said


def test_an_answer_two_lines_longer_is_shown_whole() -> None:
    said = tell(answered("\n".join(f"line {number}" for number in range(1, 12))))
    assert "line 11" in said
    assert "+" not in said


def test_data_is_shown_as_names_and_values_not_as_json() -> None:
    said = tell(answered('{"backend": "Keep one preference.", "tests": ["one", "two"], "risk": 3, "ok": true}'))
    assert "  │ backend  Keep one preference.\n  │ tests    - one\n  │          - two\n  │ risk     3\n" in said


def test_code_and_lists_keep_their_indent_when_they_are_wrapped() -> None:
    text = f"Look:\n\n  - first {'word ' * 20}\n\n    GET /v1/preferences      200  [{'x, ' * 20}]"
    said = tell(answered(text)).splitlines()
    first = next(index for index, line in enumerate(said) if "- first" in line)
    assert said[first].startswith("  │   - first word")
    assert said[first + 1].startswith("  │     word")
    assert any(line.startswith("  │     GET /v1/preferences      200") for line in said)


def test_a_failure_tells_its_reason_and_what_to_do_once_where_it_happened() -> None:
    history = answered("Fine.")
    failure = Failure(error="timeout", message="nothing came in 20 s", hint="raise timeout")
    history.events.pop()
    history.add(StepStarted(step="api", agent="cto", of="agent", title="Build the API"))
    history.add(CallStarted(step="api", agent="cto", call="api#1", model="smart"))
    history.add(CallFailed(step="api", agent="cto", call="api#1", failure=failure))
    history.add(StepFailed(step="api", failure=msgspec.structs.replace(failure, where="play.yaml:31:5")))
    history.add(RunFinished(outcome="failed"))
    said = tell(history)
    assert "got no answer: timeout: nothing came in 20 s" in said
    assert "Build the API  failed\n" in said
    assert said.count("nothing came in 20 s") == 1
    assert said.count("hint: raise timeout") == 1
    assert "at play.yaml:31:5" in said


def test_what_differs_from_a_cassette_is_told_once_line_by_line() -> None:
    history = answered("Fine.")
    missed = "the cassette has no answer; the nearest recording differs:\n  message 1 (user):\n    -Ann\n    +Bob"
    history.events.pop()
    history.add(StepStarted(step="api", of="agent", title="Build the API"))
    failure = Failure(error="unrecorded", message=missed)
    history.add(StepFailed(step="api", failure=failure))
    history.add(RunFinished(outcome="failed", failure=failure))
    said = tell(history)
    assert "    message 1 (user):\n      -Ann\n      +Bob\n" in said
    assert said.count("-Ann") == 1
    ending = "failed after 4.0 s: unrecorded: the cassette has no answer; the nearest recording differs"
    assert ending in " ".join(said.split())


def test_an_outcome_and_its_error_are_not_told_as_one_word_twice() -> None:
    history = answered("Fine.")
    history.events.pop()
    history.add(StepStarted(step="api", of="agent", title="Build the API"))
    cut = Failure(error="truncated", message="the answer was cut at the length limit")
    history.add(StepFailed(step="api", outcome="truncated", failure=cut))
    assert "Build the API  truncated: the answer was cut" in tell(history)


def test_an_open_question_says_how_to_answer_it() -> None:
    history = answered("Fine.")
    history.events.pop()
    asked = history.keep("Deploy?\nReally?")
    history.add(
        GateOpened(step="sign_off", gate="sign_off#1", asks="approve", question=asked, options=("ship", "hold"))
    )
    history.add(RunPaused(reason="gate"))
    said = tell(history)
    assert (
        "┃ ? sign off\n┃   Deploy?\n┃   Really?\n┃   ship / hold\n┃   footlights answer 00000000:sign_off ship\n"
        in said
    )
    assert "! paused (gate) after 4.0 s" in said
    assert "footlights resume 00000000" in said


def speaking(*steps: str) -> History:
    """One agent who is called in several steps at once."""
    history = answered("Fine.")
    history.events.pop()
    for step in steps:
        history.add(StepStarted(step=step, agent="cto", of="agent", title=f"The {step}"))
        history.add(CallStarted(step=step, agent="cto", call=f"{step}#1", model="smart"))
    return history


def test_of_an_agent_in_several_steps_it_is_said_which_step_got_no_answer() -> None:
    failure = Failure(error="rate_limited", message="429")
    history = speaking("api", "screen")
    history.add(CallFailed(step="api", agent="cto", call="api#1", failure=failure, retry_ms=2000))
    history.add(CallFailed(step="screen", agent="cto", call="screen#1", failure=failure))
    said = tell(history)
    assert "◆ CTO, The api  asks again in 2.0 s: rate limited: 429" in said
    assert "◆ CTO, The screen  got no answer: rate limited: 429" in said
    alone = speaking("api")
    alone.add(CallFailed(step="api", agent="cto", call="api#1", failure=failure))
    assert "◆ CTO  got no answer: rate limited: 429" in tell(alone)


def test_who_was_interrupted_was_cut_off() -> None:
    history = speaking("api")
    interrupted = Failure(error="interrupted", message="it was cut off while it was under way")
    history.add(CallFailed(step="api", agent="cto", call="api#1", failure=interrupted))
    said = tell(history)
    assert "! ◆ CTO  was cut off\n" in said
    assert "got no answer" not in said


@pytest.mark.parametrize(("votes", "told"), [("ab", "1 to 1; now stands first"), ("aab", ""), ("aabb", "2 to 2; now")])
def test_a_tied_vote_says_so(votes: str, told: str) -> None:
    history = speaking("vote")
    choices = {"a": history.keep("now"), "b": history.keep("later")}
    for number, vote in enumerate(votes):
        history.add(DebateVoted(step="vote", agent=f"member{number}", choice=choices[vote]))
    history.add(DebateDecided(step="vote", how="vote", decision=choices["a"]))
    said = tell(history)
    assert told in said
    assert ("stands first" in said) == bool(told)


def test_what_an_agent_asked_for_and_there_is_not_is_told() -> None:
    history = speaking("plan")
    refused = history.keep({"role": "tool", "content": 'error: there is no member "zed", only x and y'})
    history.add(CallFinished(step="plan", agent="cto", call="plan#1", tool_calls=history.keep([{"name": "delegate"}])))
    history.add(CallStarted(step="plan", agent="cto", call="plan#2", model="smart", turn=2, messages=(refused,)))
    assert '! ◆ CTO  there is no member "zed", only x and y\n' in tell(history)


def test_where_nothing_is_cheaper_that_is_said() -> None:
    history = speaking("plan")
    for _ in range(2):
        history.add(BudgetExceeded(scope="run", measure="cost_usd", spent=0.1, limit=0.2, action="downgrade"))
    said = " ".join(tell(history).split())
    assert "$0.1000 of $0.2000 left, and the next call might need more: a cheaper model is looked for" in said
    assert "might need more: there is no cheaper model" in said


def test_namesakes_in_a_cast_are_told_apart() -> None:
    history = answered("Fine.")
    twins = tuple(Performer(id=name, title="Backend Developer") for name in ("reader", "detective"))
    history.events[0] = RunStarted(scenario="play", cast=twins)
    history.ask("plan", "detective", "It was the pool.", call="plan#2")
    assert "● Backend Developer (detective)" in tell(history)


def test_what_happened_before_is_known_but_not_told() -> None:
    history = every_kind()
    said: list[str] = []
    narrator = Narrator(Ink(colour=False, width=80), said.append, history.value)
    narrator.catch_up(history.events[:20])
    assert not said
    for event in history.events[20:]:
        narrator.tell(event)
    assert "■ Backend Developer  Build the API" in "".join(said)


def test_the_status_line_is_gone_before_anything_else_is_written() -> None:
    history = answered("Fine.")
    said: list[str] = []
    ink = Ink(colour=False, width=40)
    narrator = Narrator(ink, said.append, history.value, StatusLine(ink, said.append))
    for event in history.events[:4]:
        narrator.tell(event)
    narrator.tick(3_500)
    assert said[-1] == "\r\x1b[2K◆ CTO thinking 3.5 s · 3.5 s"
    narrator.tell(history.add(Narration(text=history.keep("Meanwhile."))))
    assert said[-2:] == ["\r\x1b[2K", "\n    Meanwhile.\n"]


def test_a_screen_reader_is_given_sentences_and_no_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    said = spoken(every_kind(), monkeypatch)
    assert not set(said) & set("│┃─█▌◆■▲○↻✓✗»·→\x1b")
    assert "CTO says, Split the work:\n" in said
    assert "risk: 3.\n" in said
    assert "shipped: no.\n" in said
    assert "CTO hands over to Backend Developer: Two tasks, one contract, risk 3. Go.\n" in said
    assert "CTO: calls 3, tokens 4,600, cost an unknown price and about $0.0132, time 14.0 s.\n" in said
    assert all(line[-1] in ".:!?" for line in said.splitlines())
