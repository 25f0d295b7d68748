"""What is said in a rehearsal: what was written, when it is due; and what goes wrong, when that was written."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, get_args

import jsonschema_rs
import pytest

from corpus.commands import ROOT
from providers import tokens
from providers.base import Chunk, ErrorClass, Message, ProviderError, Request, Script, ToolOffer
from providers.delivery import MOST_PIECES
from providers.rehearsal import Rehearsal

PARTLY = {"connection", "malformed", "incomplete"}  # some of the answer comes before these
ENDINGS = {"refused": "refused", "truncated": "length"}
LONG = "One seam, one flag and one number are what we kept, and the rest was refused, kindly, in the first hour. " * 40


def asked(
    *turns: Any, shape: dict[str, Any] | None = None, params: dict[str, Any] | None = None, **script: Any
) -> Request:
    messages = (Message("system", "You write short."), Message("user", "Split the work."))
    place = {"place": "plan", "prompt": "Split the work.", **script}
    return Request("understudy", messages, params or {}, shape=shape, script=Script(turns=turns, **place))


async def heard(request: Request) -> list[Chunk]:
    return [chunk async for chunk in Rehearsal().stream(request)]


async def said(request: Request) -> str:
    return "".join(chunk.text for chunk in await heard(request))


async def failed(request: Request) -> tuple[list[Chunk], ProviderError]:
    chunks = []
    with pytest.raises(ProviderError) as raised:
        async for chunk in Rehearsal().stream(request):
            chunks.append(chunk)
    return chunks, raised.value


async def test_a_written_reply_is_said_word_for_word_and_ends_with_its_usage() -> None:
    chunks = await heard(asked(LONG))
    assert "".join(chunk.text for chunk in chunks) == LONG
    assert [chunk.finish for chunk in chunks if chunk.finish] == ["stop"]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.output == tokens.of_text(LONG)
    assert chunks[-1].usage.input == tokens.of_request(asked(LONG))


async def test_a_reply_may_be_written_with_its_name() -> None:
    assert await said(asked({"reply": "Done."})) == "Done."


async def test_turns_are_taken_in_order_and_the_last_one_stays() -> None:
    assert [await said(asked("no", "nearly", "yes", turn=turn)) for turn in (1, 2, 3, 4, 9)] == [
        "no", "nearly", "yes", "yes", "yes",
    ]  # fmt: skip


async def test_turns_of_a_card_go_round() -> None:
    assert [await said(asked("one", "two", turn=turn, repeats=True)) for turn in (1, 2, 3, 4)] == [
        "one", "two", "one", "two",
    ]  # fmt: skip


async def test_data_is_said_as_json_with_a_shape_and_without() -> None:
    shape = {"type": "object", "properties": {"risk": {"type": "integer"}}}
    assert json.loads(await said(asked({"risk": 3}, shape=shape))) == {"risk": 3}
    assert json.loads(await said(asked({"risk": 3}))) == {"risk": 3}
    assert json.loads(await said(asked("short", shape={"type": "string"}))) == "short"
    assert json.loads(await said(asked("ship", shape={"enum": ["ship", "hold"]}))) == "ship"
    assert json.loads(await said(asked(None, shape={"type": "null"}))) is None


async def test_an_answer_of_the_wrong_shape_can_be_rehearsed_too() -> None:
    assert await said(asked("I would rather not say.", shape={"type": "object"})) == "I would rather not say."


async def test_a_confidence_is_added_where_the_shape_asks_for_one() -> None:
    flat = {"type": "object", "properties": {"answer": {}, "more": {}, "confidence": {"type": "number"}}}
    assert json.loads(await said(asked({"answer": "A"}, shape=flat, confidence=0.4))) == {
        "confidence": 0.4, "answer": "A",
    }  # fmt: skip
    assert json.loads(await said(asked({"answer": "A", "confidence": 0.7}, shape=flat)))["confidence"] == 0.7
    envelope = {"type": "object", "properties": {"answer": {}, "confidence": {"type": "number"}}}
    assert json.loads(await said(asked("A", shape=envelope, confidence=0.4))) == {"answer": "A", "confidence": 0.4}
    assert json.loads(await said(asked("A", shape=envelope)))["confidence"] > 0.7


async def test_a_tool_is_asked_for_with_json_and_each_turn_has_an_id_of_its_own() -> None:
    turn = {"tool": "table.filter", "with": {"where": "at >= '13:30'", "rows": [1, 2]}}
    (chunk,) = await heard(asked(turn))
    (again,) = await heard(asked(turn))
    (call,) = chunk.tool_calls
    assert (call.name, json.loads(call.arguments), chunk.finish) == ("table.filter", turn["with"], "tool_calls")
    assert again.tool_calls == chunk.tool_calls
    (bare,) = await heard(asked({"tool": "clock"}, turn=2))
    assert json.loads(bare.tool_calls[0].arguments) == {}
    assert bare.tool_calls[0].id != call.id


async def test_a_manager_without_lines_hands_work_to_each_member_and_then_answers() -> None:
    offer = ToolOffer("delegate", "Hand work to a member.", {
        "type": "object", "required": ["to", "task"], "additionalProperties": False,
        "properties": {"to": {"enum": ["backend", "frontend"]}, "task": {"type": "string"}},
    })  # fmt: skip
    messages: tuple[Message, ...] = (Message("user", "Split the work."),)
    handed = []
    for turn in range(1, 9):
        script = Script(prompt="Split the work.", place="plan", turn=turn)
        chunks = await heard(Request("m", messages, tools=(offer, ToolOffer("file.write", "", {})), script=script))
        if not chunks[-1].tool_calls:
            break
        (call,) = chunks[-1].tool_calls
        jsonschema_rs.validate(offer.parameters, json.loads(call.arguments))
        handed.append((call.name, json.loads(call.arguments)["to"]))
        messages += (
            Message("assistant", "", (call,)),
            Message("tool", "It is built, and it is boring.", tool_call=call.id),
        )
    assert handed == [("delegate", "backend"), ("delegate", "frontend")]
    assert "It is built, and it is boring" in "".join(chunk.text for chunk in chunks)


async def test_no_other_tool_is_asked_for_unless_it_was_written() -> None:
    offers = (ToolOffer("file.write", "Writes.", {}), ToolOffer("http", "Asks.", {}))
    for seed in range(20):
        chunks = await heard(
            Request("m", (Message("user", "Go."),), tools=offers, script=Script(prompt="Go.", seed=seed))
        )
        assert chunks[-1].finish == "stop"


async def test_the_same_request_is_answered_alike_and_another_seed_or_place_at_another_pace() -> None:
    assert await heard(asked(LONG)) == await heard(asked(LONG))
    paces = [[chunk.after for chunk in await heard(asked(LONG, **other))] for other in (
        {}, {"seed": 1}, {"place": "elsewhere"}, {"turn": 2}, {"attempt": 2}, {"title": "QA"},
    )]  # fmt: skip
    assert len({tuple(pace) for pace in paces}) == len(paces)


@pytest.mark.parametrize("seed", range(20))
async def test_it_comes_at_the_pace_of_a_model(seed: int) -> None:
    chunks = await heard(asked(LONG, seed=seed))
    assert 0.4 <= chunks[0].after <= 1.2
    spoken = sum(chunk.after for chunk in chunks[1:])
    assert 30 < len(LONG) / 4 / spoken < 130  # tokens a second
    assert all(chunk.after > 0 for chunk in chunks)


async def test_it_takes_as_long_as_was_written() -> None:
    for turn in (LONG, "Yes.", {"tool": "clock"}):
        assert sum(chunk.after for chunk in await heard(asked(turn, takes=4.0))) == pytest.approx(4.0)


@pytest.mark.parametrize("text", ["a", "word " * 12, LONG, "x" * 5000, "说" * 3000, "e\u0301" * 900, " " * 400])
async def test_pieces_are_few_and_put_together_they_are_the_text(text: str) -> None:
    chunks = await heard(asked(text))
    assert "".join(chunk.text for chunk in chunks) == text
    assert len(chunks) <= MOST_PIECES


@pytest.mark.parametrize("fault", sorted(set(get_args(ErrorClass)) - ENDINGS.keys()))
async def test_a_fault_is_raised_as_its_class_and_says_that_it_was_written(fault: ErrorClass) -> None:
    chunks, error = await failed(asked(LONG, fault=fault))
    assert error.error == fault
    assert error.message
    assert "rehearse" in error.hint
    assert error.after > 0
    assert (error.retry_after == 2.0) == (fault == "rate_limited")
    heard_of_it = "".join(chunk.text for chunk in chunks)
    assert bool(heard_of_it) == (fault in PARTLY)
    assert LONG.startswith(heard_of_it)
    assert all(chunk.finish is None for chunk in chunks)


async def test_a_refusal_and_a_cut_are_endings_and_no_errors() -> None:
    refused = await heard(asked(LONG, fault="refused"))
    assert refused[-1].finish == "refused"
    assert "help" in "".join(chunk.text for chunk in refused)
    truncated = await heard(asked(LONG, fault="truncated"))
    assert truncated[-1].finish == "length"
    assert "".join(chunk.text for chunk in truncated) == LONG[: len(LONG) // 2]


async def test_a_fault_comes_as_often_as_was_written_and_then_the_answer() -> None:
    for attempt in (1, 2):
        _, error = await failed(asked("Done.", fault="overloaded", times=2, attempt=attempt))
        assert error.error == "overloaded"
    assert await said(asked("Done.", fault="overloaded", times=2, attempt=3)) == "Done."
    assert (await failed(asked("Done.", fault="overloaded", attempt=99)))[1].error == "overloaded"


async def test_a_turn_can_be_a_fault() -> None:
    turns = ({"fault": "timeout"}, "Done.")
    assert (await failed(asked(*turns)))[1].error == "timeout"
    assert await said(asked(*turns, turn=2)) == "Done."
    assert await said(asked({"fault": "timeout"}, fault="truncated", times=1))  # something is made up, to be cut


async def test_a_fault_of_a_turn_that_asks_for_a_tool_has_something_to_break_off() -> None:
    chunks, _ = await failed(asked({"tool": "clock"}, fault="incomplete"))
    assert all(not chunk.tool_calls for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks)


async def test_a_limit_on_the_answer_cuts_it_as_it_would_in_earnest() -> None:
    chunks = await heard(asked(LONG, params={"max_tokens": 40}))
    assert chunks[-1].finish == "length"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.output == 40
    assert (await heard(asked("Done.", params={"max_tokens": 40})))[-1].finish == "stop"


async def test_half_a_surrogate_is_no_reason_to_fall_over() -> None:
    assert await said(asked("a\ud83c b")) == "a\ud83c b"
    assert json.loads(await said(asked({"text": "a\ud83c"}, shape={"type": "object"})))
    assert await said(asked(prompt='Review "\ud83c\ud83c".', place="a\ud83c"))


def test_it_is_imported_without_the_network_an_understudy_or_a_loop() -> None:
    program = (
        "import app.events, sys; import providers.rehearsal;"
        "print(sorted({'httpx', 'asyncio', 'random', 'providers.understudy', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
