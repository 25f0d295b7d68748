"""OpenAI's own protocol, read event by event."""

from __future__ import annotations

from typing import Any

import pytest

from app.events import Usage
from corpus.hearing import Heard, read_by
from providers.base import Chunk, Endpoint, ProviderError, ToolCall
from providers.wires.responses import Reader

HERE = Endpoint("openai", "http://127.0.0.1:1/v1")


def read(*messages: Any) -> Heard:
    return read_by(Reader(HERE, "parrot"), *messages)


def says(text: Any, number: Any = None) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "delta": text, "sequence_number": number}


def ends(status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": {"status": status, "output": [], **more}}


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"type": "response.created", "response": None},
        {"type": "response.in_progress", "error": None},
        {"type": "response.unheard_of", "delta": "x"},
        {"type": ["list"]},
        {"type": "response.output_item.added", "item": None},
        {"type": "response.output_item.done", "item": "x"},
        {"type": "response.output_text.done", "text": "hello"},
        {"type": "response.function_call_arguments.done"},
        says(None),
        says(""),
        says(["x"]),
        says("", "7"),
    ],
)
def test_what_says_nothing_to_us_is_passed_over(odd: dict[str, Any]) -> None:
    answer = read(odd, says("hel"), odd, says("lo"), odd, ends())
    assert (answer.text, answer.finish) == ("hello", "stop")


@pytest.mark.parametrize("message", [None, [], "hi", 7])
def test_json_that_is_no_event_is_an_error(message: Any) -> None:
    with pytest.raises(ProviderError) as malformed:
        read(message)
    assert malformed.value.error == "malformed"


def test_an_event_that_comes_twice_counts_once() -> None:
    again = {**says("b", 1), "obfuscation": "xyz"}
    answer = read(says("a", 0), says("a", 0), says("b", 1), again, says("a", 0), says("c", 2), ends())
    assert answer.text == "abc"


def test_a_gap_in_the_numbers_is_an_answer_with_a_hole() -> None:
    with pytest.raises(ProviderError) as lost:
        read(says("a", 0), says("b", 1), says("d", 3))
    assert lost.value.error == "malformed"


@pytest.mark.parametrize("number", [0, -1, None, "one"])
def test_a_server_that_does_not_count_is_heard_all_the_same(number: Any) -> None:
    assert read(says("a", number), says("b", number), says("c", number), ends()).text == "abc"


@pytest.mark.parametrize(
    ("reason", "finish"), [("max_output_tokens", "length"), ("max_tokens", "length"), ("content_filter", "refused")]
)
def test_an_answer_that_was_cut_says_why(reason: str, finish: str) -> None:
    answer = read(says("a"), ends("incomplete", incomplete_details={"reason": reason}))
    assert answer.finish == finish


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (ends("incomplete", incomplete_details={"reason": "mood"}), "incomplete"),
        (ends("incomplete", incomplete_details=None), "incomplete"),
        (ends("cancelled"), "incomplete"),
        (ends("failed", error={"code": "server_is_overloaded", "message": "busy"}), "overloaded"),
        (ends("failed", error={"code": "rate_limit_exceeded", "message": "slow down"}), "rate_limited"),
        (ends("failed", error={"code": "insufficient_quota", "message": "pay"}), "quota"),
        (ends("completed", error={"code": "server_is_overloaded", "message": "busy"}), "overloaded"),
        ({"type": "error", "code": "rate_limit_exceeded", "message": "slow down"}, "rate_limited"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, "overloaded"),
        ({"error": {"message": "slow down", "code": 429}}, "rate_limited"),
    ],
)
def test_an_answer_that_fails_is_an_error_of_its_class(event: dict[str, Any], error: str) -> None:
    with pytest.raises(ProviderError) as failed:
        read(says("a"), event)
    assert failed.value.error == error


def test_what_a_failed_answer_used_is_told_before_its_error() -> None:
    used = {"input_tokens": 3, "output_tokens": 2}
    answer = iter(Reader(HERE, "parrot").read(ends("failed", usage=used, error={"code": "server_error"})))
    assert next(answer).usage == Usage(input=3, output=2)
    with pytest.raises(ProviderError):
        next(answer)


def test_a_stream_that_simply_ends_has_no_finish() -> None:
    assert read(says("a")).finish is None


def test_who_answers_is_told_first_and_once() -> None:
    about = {"model": "parrot-2", "id": "resp_1"}
    begun = {"type": "response.created", "response": about}
    reader = Reader(HERE, "parrot")
    messages = [begun, {**begun, "type": "response.in_progress"}, says("a"), ends(**about)]
    found = [chunk for message in messages for chunk in reader.read(message)]
    assert found[0] == Chunk(served="parrot-2", request="resp_1")
    assert not any(chunk.served for chunk in found[1:])
    assert read(says("a"), ends(**about)).served == "parrot-2"


def test_nothing_is_awaited_after_the_last_event() -> None:
    reader = Reader(HERE, "parrot")
    assert list(reader.read(says("a"))) and not reader.is_done
    assert list(reader.read(ends())) and reader.is_done


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (
            {
                "input_tokens": 100,
                "output_tokens": 50,
                "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10},
                "output_tokens_details": {"reasoning_tokens": 30},
            },
            Usage(30, 60, 10, 50, 30),
        ),
        ({"input_tokens": 10, "output_tokens": 5, "input_tokens_details": None}, Usage(10, 0, 0, 5)),
        ({"input_tokens": 10, "output_tokens": -5}, None),
        (None, None),
        ("x", None),
    ],
)
def test_what_was_used_falls_into_buckets_that_never_overlap(told: Any, usage: Usage | None) -> None:
    assert read(says("a"), ends(usage=told)).usage == usage


def test_a_refusal_is_told_as_one() -> None:
    answer = read({"type": "response.refusal.delta", "delta": "I will not."}, ends())
    assert (answer.text, answer.finish) == ("I will not.", "refused")


def test_parts_of_a_summary_of_thoughts_stand_apart() -> None:
    part = {"type": "response.reasoning_summary_part.added"}
    told = {"type": "response.reasoning_summary_text.delta"}
    answer = read(part, {**told, "delta": "first"}, part, {**told, "delta": "second"}, says("a"), ends())
    assert (answer.thought, answer.text) == ("first\n\nsecond", "a")


CALL = {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "add", "arguments": '{"x":1}'}
GROWS = [
    {"type": "response.output_item.added", "output_index": 0, "item": {**CALL, "arguments": ""}},
    {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": '{"x"'},
    {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": ":1}"},
]


@pytest.mark.parametrize(
    "events",
    [
        [*GROWS, ends()],
        [*GROWS, {"type": "response.output_item.done", "output_index": 0, "item": CALL}, ends()],
        [*GROWS, ends(output=[CALL])],
        [ends(output=[CALL])],
        [{"object": "response", "status": "completed", "error": None, "output": [CALL]}],
    ],
)
def test_a_tool_call_is_heard_however_much_of_it_is_repeated(events: list[dict[str, Any]]) -> None:
    end = read(*events)
    assert (end.tool_calls, end.finish) == ((ToolCall("a", "add", '{"x":1}'),), "tool_calls")


def test_sealed_thoughts_are_kept_though_the_last_event_repeats_nothing() -> None:
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "sealed"}
    done = {"type": "response.output_item.done"}
    end = read({**done, "item": thought}, *GROWS, {**done, "item": CALL}, ends(output=[]))
    assert end.echo is not None
    assert end.echo["output"] == [thought, CALL]


def test_a_tool_call_that_grows_is_progress() -> None:
    reader = Reader(HERE, "parrot")
    assert [chunk for event in GROWS for chunk in reader.read(event)] == [Chunk()] * 3


@pytest.mark.parametrize(
    ("content", "text", "finish"),
    [
        ([{"type": "output_text", "text": "hel"}, {"type": "output_text", "text": "lo"}, None], "hello", "stop"),
        ([{"type": "refusal", "refusal": "I will not."}], "I will not.", "refused"),
        (None, "", "stop"),
    ],
)
def test_an_answer_that_comes_whole_is_read(content: Any, text: str, finish: str) -> None:
    output = [{"type": "message", "role": "assistant", "content": content}, None]
    answer = read({"object": "response", "status": "completed", "output": output, "usage": None})
    assert (answer.text, answer.finish) == (text, finish)


def test_halves_of_a_character_in_two_pieces_become_one() -> None:
    assert read(says("\ud83d"), says("\ude00!"), ends()).text == "😀!"


def whole(*texts: str) -> dict[str, Any]:
    return ends(output=[{"type": "message", "content": [{"type": "output_text", "text": text} for text in texts]}])


def test_what_was_not_streamed_is_taken_from_the_whole_answer() -> None:
    assert read(says("hello"), whole("hello", " there")).text == "hello there"
    assert read(says("hello "), whole("hello")).text == "hello "  # only trimmed
    with pytest.raises(ProviderError) as other:
        read(says("hello"), whole("good morning"))
    assert other.value.error == "malformed"


ASKS: dict[str, Any] = {
    "type": "response.output_item.added",
    "output_index": 0,
    "item": {"type": "function_call", "call_id": "c", "name": "clock", "arguments": ""},
}


@pytest.mark.parametrize(
    "messages",
    [
        [ASKS, ends()],
        [ASKS, {**ASKS, "type": "response.output_item.done", "item": {**ASKS["item"], "status": "incomplete"}}, ends()],
        [ASKS, ends(output=[{**ASKS["item"], "arguments": "{}", "status": "incomplete"}])],
    ],
    ids=["never told", "left incomplete", "left incomplete as a whole"],
)
def test_a_tool_is_not_used_with_arguments_that_are_made_up(messages: list[dict[str, Any]]) -> None:
    with pytest.raises(ProviderError) as missing:
        read(*messages)
    assert missing.value.error == "malformed"


def test_a_tool_without_arguments_may_be_asked_for_with_none() -> None:
    done = {**ASKS, "type": "response.output_item.done", "item": {**ASKS["item"], "status": "completed"}}
    assert read(ASKS, done, ends()).tool_calls == (ToolCall("c", "clock", "{}"),)
