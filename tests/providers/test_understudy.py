"""What is made up when nobody wrote a line: about what was asked, in the speaker's manner, and different each time."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from providers import understudy
from providers.base import Message, Request, Script
from providers.understudy import phrases
from providers.understudy.manner import habits
from providers.understudy.reading import KINDS, Reading, read

SPRINT = """\
Turn 2. Review what was built for "dark mode".

Server side:
Every successful PUT now also writes a cookie, one word long. Nothing else changed.

Pass it only if you would want to be on call for it.
"""


def asked(prompt: str, messages: tuple[Message, ...] = (), **script: Any) -> Request:
    return Request(
        "understudy", messages or (Message("user", prompt),), script=Script(prompt=prompt, **{"place": "a", **script})
    )


def reading(prompt: str) -> Reading:
    return read(asked(prompt))


@pytest.mark.parametrize(
    ("prompt", "kind", "topic"),
    [
        ("Write the rollout plan for \"dark mode\": 10 %, half.", "make", "the rollout plan for “dark mode”"),
        ("We want dark mode by Friday. Split it in two. It is called \"night shift\".", "plan", "“night shift”"),
        ("Look at the competitors in Austria, one by one.", "find", "the competitors in Austria"),
        ("Fix your last answer.", "mend", "my last answer"),
        ("Should the theme live on the server?", "decide", "the theme live on the server"),
        ("Decide it.", "decide", ""),
        ("你好，请写一个计划。", "tell", ""),
        ("", "tell", ""),
    ],
)  # fmt: skip
def test_it_finds_what_is_asked_and_of_what(prompt: str, kind: str, topic: str) -> None:
    found = reading(prompt)
    assert (found.kind, found.topic) == (kind, topic)


def test_it_tells_what_was_handed_over_from_what_is_asked() -> None:
    found = reading(SPRINT)
    assert found.kind == "judge"
    assert found.topic == "what was built for “dark mode”"
    assert found.handed == "Every successful PUT now also writes a cookie, one word long"
    assert reading("Review it.\n\nFound last time: nothing yet").handed == ""
    assert (
        reading('Fix these:\n["The first paint is white, then dark."]').handed == "The first paint is white, then dark"
    )


def test_what_a_tool_answered_was_handed_over_too() -> None:
    messages = (
        Message("user", "How are we?"),
        Message("tool", "Two of 40 rows are left. Hurry.", tool_call="1"),
    )
    assert "Two of 40 rows are left" in understudy.answer(asked("How are we?", messages))


def test_it_refers_to_what_was_asked_and_to_what_was_handed_over() -> None:
    answers = [understudy.answer(asked(SPRINT, seed=seed)) for seed in range(12)]
    assert all("writes a cookie" in answer for answer in answers)
    assert any("dark mode" in answer for answer in answers)


def test_seed_place_speaker_and_turn_make_it_different_and_nothing_else_does() -> None:
    assert understudy.answer(asked(SPRINT)) == understudy.answer(asked(SPRINT))
    different: list[list[dict[str, Any]]] = [
        [{"seed": number} for number in range(9)],
        [{"place": name} for name in "abcdefghi"],
        [{"title": name} for name in "abcdefghi"],
        [{"turn": number} for number in range(1, 10)],
    ]
    for scripts in different:
        assert len({understudy.answer(asked(SPRINT, **script)) for script in scripts}) >= 4, scripts
    assert len({understudy.answer(asked(SPRINT, attempt=attempt)) for attempt in range(1, 5)}) == 1


def test_it_says_as_many_sentences_and_items_as_were_wished_for() -> None:
    for seed in range(9):
        assert sentences(understudy.answer(asked("Describe the harbour in two sentences.", seed=seed))) == 2
        assert 2 <= sentences(understudy.answer(asked("Describe the harbour.", seed=seed))) <= 5
    assert understudy.answer(asked("Give three ideas for the harbour.")).count("\n  - ") == 3


def test_it_welcomes_somebody_to_their_first_scenario() -> None:
    prompt = "Welcome somebody to their first scenario. Two sentences and one secret of the house."
    for seed in range(12):
        answer = understudy.answer(asked(prompt, seed=seed))
        assert "secret" in answer
        assert sentences(answer) == 3
    assert any("your first scenario" in understudy.answer(asked(prompt, seed=seed)) for seed in range(12))


def test_a_persona_is_heard() -> None:
    persona = "You ask for the address first. You are calm, and are proud of it. Your coat is red."
    assert habits(persona) == ("I ask for the address first.", "I am calm, and am proud of it.")
    assert habits("A stage manager who has called ten thousand cues and still likes it.") == (
        "I have called ten thousand cues.",
    )
    assert any("the address first" in understudy.answer(asked("Describe the harbour.", persona=persona, seed=seed))
               for seed in range(12))  # fmt: skip


def test_every_sentence_can_be_said() -> None:
    slots = {"topic", "Topic", "handed", "number", "question", "place"}
    assert KINDS.keys() == phrases.OPENINGS.keys() == phrases.MIDDLES.keys() == phrases.CLOSINGS.keys()
    for kind in KINDS:
        for group in (phrases.OPENINGS, phrases.MIDDLES, phrases.CLOSINGS):
            assert set(re.findall(r"{(\w+)}", " ".join(group[kind]))) <= slots
            assert any("{" not in one or "{topic}" in one or "{Topic}" in one for one in group[kind])
    assert {kind for _, kind in phrases.ITEM_OF} <= phrases.ITEMS.keys()


@pytest.mark.parametrize(
    "prompt", ["{topic} {0} %s {", 'Review "{topic}".', "(" * 6000, "a " * 200_000, "\ud800", '"' * 999, ":\n" * 3000]
)
def test_no_prompt_is_too_strange_and_none_takes_long(prompt: str) -> None:
    begun = time.thread_time()
    assert understudy.answer(asked(prompt))
    assert time.thread_time() - begun < 0.1


def sentences(answer: str) -> int:
    return len(re.findall(r"[.!?](?=\s|$)", answer))
