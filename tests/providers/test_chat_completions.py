"""Chat Completions in all its accents, read message by message."""

from __future__ import annotations

from typing import Any

import pytest

from app.events import Usage
from corpus.hearing import Heard, read_by
from providers.base import Chunk, Endpoint, ProviderError, ToolCall
from providers.wires.chat_completions import Reader
from providers.wires.decoding import DONE

HERE = Endpoint("openai-compatible", "http://127.0.0.1:1/v1")
USED = {"prompt_tokens": 11, "completion_tokens": 7}


def read(*messages: Any) -> Heard:
    return read_by(Reader(HERE, "parrot"), *messages)


def choice(delta: Any = None, finish: Any = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish, **more}]}


HELLO = choice({"content": "hello"})
STOP = choice({}, "stop")
COUNTED = {"choices": [], "usage": USED}


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": None},
        {"choices": []},
        {},
        {"choices": [None]},
        {"choices": "x"},
        choice(None),
        choice("x"),
        choice({"content": None}),
        choice({"content": 7}),
        choice({"content": [{"type": "image"}, None, 3]}),
        choice({"role": "assistant", "content": ""}),
        choice({"tool_calls": None}),
        choice({"tool_calls": [None, {}, {"function": None}]}),
        choice({"reasoning_details": [None, 1]}),
        choice({"reasoning": {"a": 1}, "refusal": None}),
        choice({}, ""),
        choice({}, None),
        choice({}, 7),
        {"choices": [], "usage": None},
        {"choices": [{"index": 0}], "model": None, "id": 3},
        {"error": None, "object": "chat.completion.chunk"},
    ],
)
def test_what_is_null_missing_or_of_another_kind_is_as_if_it_was_not_there(odd: dict[str, Any]) -> None:
    answer = read(odd, HELLO, odd, STOP, odd)
    assert (answer.text, answer.finish, answer.tool_calls, answer.usage) == ("hello", "stop", (), None)


@pytest.mark.parametrize("message", [None, [], "hi", 7])
def test_json_that_is_no_message_is_an_error(message: Any) -> None:
    with pytest.raises(ProviderError) as malformed:
        read(message)
    assert malformed.value.error == "malformed"


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"), ("STOP", "stop"), ("eos", "stop"), ("end_turn", "stop"), ("tool_calls", "stop"),
        ("length", "length"), ("MAX_TOKENS", "length"), ("content_filter", "refused"), ("safety", "refused"),
    ],
)  # fmt: skip
def test_the_reasons_for_an_end_are_understood(reason: str, finish: str) -> None:
    reader = Reader(HERE, "parrot")
    messages = [HELLO, choice({}, reason), choice({}, reason), COUNTED]
    assert [chunk.finish for message in messages for chunk in reader.read(message) if chunk.finish] == [finish]


@pytest.mark.parametrize("reason", ["error", "insufficient_system_resource", "abort"])
def test_an_end_that_is_a_failure_is_tried_again(reason: str) -> None:
    with pytest.raises(ProviderError) as failed:
        read(HELLO, choice({}, reason))
    assert failed.value.error in ("overloaded", "incomplete")


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"error": {"message": "slow down", "code": 429}}, "rate_limited"),
        ({"error": {"message": "overloaded", "type": "overloaded_error"}}, "overloaded"),
        (choice({}, "error", error={"code": 502, "message": "upstream died"}), "overloaded"),
        ({"object": "error", "message": "no such model", "code": 404}, "bad_request"),
    ],
)
def test_an_error_inside_the_stream_is_what_it_would_be_outside(message: dict[str, Any], error: str) -> None:
    with pytest.raises(ProviderError) as failed:
        read(HELLO, message)
    assert failed.value.error == error


def test_a_stream_that_simply_ends_has_no_finish() -> None:
    assert read(HELLO).finish is None
    assert read(choice({"content": "hello"}, usage=USED)).finish is None
    assert read({**HELLO, "usage": USED}).finish is None  # one that counts as it goes
    assert read(HELLO, COUNTED, HELLO).finish is None


def test_an_answer_that_is_counted_and_done_is_complete_though_nobody_says_why_it_ended() -> None:
    last = choice({"role": "assistant", "content": ""}, None)
    answer = read(HELLO, last, COUNTED, DONE)
    assert (answer.text, answer.finish, answer.usage) == ("hello", "stop", Usage(input=11, output=7))
    for broken in ([HELLO, last, COUNTED], [HELLO, COUNTED, DONE], [HELLO, last, DONE], [COUNTED, HELLO, last, DONE]):
        assert read(*broken).finish is None


@pytest.mark.parametrize("reason", ["network_error", "timeout", "unknown", "\x1b[2J"])
def test_a_reason_that_nobody_knows_is_no_end(reason: str) -> None:
    with pytest.raises(ProviderError, match="not known here: ") as failed:
        read(HELLO, choice({}, reason), COUNTED, DONE)
    assert failed.value.error == "incomplete"
    assert "\x1b" not in failed.value.message


def test_of_several_answers_side_by_side_the_first_is_read() -> None:
    both = {"choices": [{"index": 1, "delta": {"content": "B"}}, {"index": 0, "delta": {"content": "A"}}]}
    second = {"choices": [{"index": 1, "delta": {"content": "C"}, "finish_reason": "stop"}]}
    assert (read(both, second).text, read(both, second).finish) == ("A", None)
    assert read(both, second, {"choices": [{"delta": {}, "finish_reason": "stop"}]}).finish == "stop"


@pytest.mark.parametrize(
    "messages",
    [
        [HELLO, STOP, COUNTED],
        [HELLO, {**STOP, "usage": USED}],
        [HELLO, choice({}, "stop", usage=USED)],
        [HELLO, {**STOP, "x_groq": {"usage": USED}}],
        [{**HELLO, "usage": {"prompt_tokens": 11, "completion_tokens": 1}}, {**STOP, "usage": USED}],
        [{**HELLO, "usage": None}, STOP, {**choice({}, "stop"), "usage": USED}],
        [HELLO, STOP, COUNTED, {"choices": [], "usage": {"prompt_tokens": 99, "completion_tokens": 99}}],
    ],
)
def test_usage_is_found_wherever_it_stands(messages: list[dict[str, Any]]) -> None:
    assert read(*messages).usage == Usage(input=11, output=7)


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        (
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10},
                "completion_tokens_details": {"reasoning_tokens": 30},
            },
            Usage(30, 60, 10, 50, 30),
        ),
        ({"prompt_tokens": 100, "completion_tokens": 5, "prompt_cache_hit_tokens": 60}, Usage(40, 60, 0, 5)),
        ({"prompt_tokens": 100, "completion_tokens": 5, "cached_tokens": 60}, Usage(40, 60, 0, 5)),
        (  # thoughts beside the completion, as xAI counts them
            {
                "prompt_tokens": 10,
                "completion_tokens": 50,
                "total_tokens": 90,
                "completion_tokens_details": {"reasoning_tokens": 30},
            },
            Usage(10, 0, 0, 80, 30),
        ),
        ({"prompt_tokens": 10, "completion_tokens": 5.0, "prompt_tokens_details": None}, Usage(10, 0, 0, 5)),
        ({"prompt_tokens": -1, "completion_tokens": 5}, None),
        ({"prompt_tokens": 10, "completion_tokens": "5"}, None),
        ({"prompt_tokens": 10}, None),
        ({"prompt_tokens": 10**15, "completion_tokens": 5}, None),
        ({"prompt_tokens": True, "completion_tokens": 5}, None),
        ({"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 11}, None),
        ({"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": -3}, None),
        ([1], None),
    ],
)
def test_what_was_used_falls_into_buckets_that_never_overlap(told: Any, usage: Usage | None) -> None:
    assert read(HELLO, STOP, {"choices": [], "usage": told}).usage == usage


THOUGHTS = {
    "reasoning_content": [choice({"reasoning_content": "hm"}), choice({"reasoning_content": "m", "content": None})],
    "reasoning": [choice({"reasoning": "hm"}), choice({"reasoning": "m"})],
    "details": [
        choice({"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "hm"}]}),
        choice({"reasoning_details": [{"type": "reasoning.summary", "index": 1, "summary": "m"}]}),
    ],
    "both at once": [
        choice({"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "hm"}]}),
        choice({"reasoning": "m", "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "m"}]}),
    ],
    "tags": [choice({"content": "<thi"}), choice({"content": "nk>hm"}), choice({"content": "m</think>\n\n"})],
    "parts": [choice({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}]}]})],
}


@pytest.mark.parametrize("spelling", THOUGHTS)
def test_thoughts_are_told_from_the_answer_in_every_spelling(spelling: str) -> None:
    answer = read(*THOUGHTS[spelling], HELLO, STOP)
    assert (answer.thought, answer.text) == ("hmm", "hello")


def test_a_thought_that_is_cut_off_inside_its_tags_is_told_as_one() -> None:
    answer = read(choice({"content": "<think>hm</th"}), STOP)
    assert (answer.thought, answer.text) == ("hm</th", "")


def test_thoughts_of_an_answer_without_tools_need_not_go_back() -> None:
    assert read(choice({"reasoning_content": "hm"}), HELLO, STOP).echo is None


def test_an_answer_in_parts_is_joined() -> None:
    answer = read(choice({"content": [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]}), STOP)
    assert answer.text == "hello"


def call(index: Any, id: Any, name: Any, arguments: Any) -> dict[str, Any]:
    return choice({"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]})


def test_tool_calls_come_with_the_finish_also_where_that_says_stop() -> None:
    answer = read(call(0, "a", "add", '{"x"'), call(0, None, None, ":1}"), STOP, COUNTED)
    assert answer.tool_calls == (ToolCall("a", "add", '{"x":1}'),)
    assert answer.finish == "tool_calls"


def test_a_tool_call_whose_id_comes_alone_keeps_it() -> None:
    begun = choice({"tool_calls": [{"index": 0, "id": "a"}]})
    assert read(begun, call(0, None, "add", "{}"), STOP).tool_calls == (ToolCall("a", "add", "{}"),)


def test_a_tool_call_that_grows_is_progress() -> None:
    reader = Reader(HERE, "parrot")
    assert list(reader.read(call(0, "a", "add", "{"))) == [Chunk()]


def test_a_tool_call_cut_by_the_length_limit_is_an_answer_that_was_cut() -> None:
    assert read(call(0, "a", "add", '{"x"'), choice({}, "length")).finish == "length"


def test_a_refusal_is_told_as_one() -> None:
    answer = read(choice({"refusal": "I will"}), choice({"refusal": " not."}), STOP)
    assert (answer.text, answer.finish) == ("I will not.", "refused")


@pytest.mark.parametrize("reason", ["stop", None])
def test_an_answer_that_comes_whole_is_read(reason: str | None) -> None:
    said = {"role": "assistant", "content": "<think>hm</think>hello", "tool_calls": None}
    answer = read({"choices": [{"index": 0, "message": said, "finish_reason": reason}], "usage": USED, "model": "p"})
    assert (answer.text, answer.thought, answer.finish) == ("hello", "hm", "stop")
    assert answer.usage == Usage(input=11, output=7)


def test_an_answer_that_is_repeated_whole_at_its_end_is_heard_once() -> None:
    whole = {"role": "assistant", "content": "hello"}
    assert read(choice({"content": "hello"}, message=whole), choice(None, "stop", message=whole)).text == "hello"


def test_halves_of_a_character_in_two_pieces_become_one() -> None:
    assert read(choice({"content": "\ud83d"}), choice({"content": "\ude00!"}), STOP).text == "😀!"


def test_details_of_thoughts_go_back_joined() -> None:
    pieces = [
        {"type": "reasoning.text", "index": 0, "text": "h", "format": "x", "signature": None},
        {"type": "reasoning.text", "index": 0, "text": "m", "signature": "signed"},
        {"type": "reasoning.encrypted", "index": 1, "data": "sealed"},
    ]
    answer = read(*(choice({"reasoning_details": [piece]}) for piece in pieces), call(0, "a", "add", "{}"), STOP)
    assert answer.echo is not None
    assert answer.echo["reasoning_details"] == [
        {"type": "reasoning.text", "index": 0, "text": "hm", "format": "x", "signature": "signed"},
        {"type": "reasoning.encrypted", "index": 1, "data": "sealed"},
    ]
