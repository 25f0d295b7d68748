"""Anthropic's Messages API: what is asked, what is understood, and what travels back unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from app.events import Usage
from corpus.hearing import heard, read_by
from corpus.stub import Answer, Stub
from corpus.wires import NAMED
from providers import anthropic
from providers.anthropic import body_of
from providers.base import Chunk, Endpoint, Message, ProviderError, Request, ToolCall, ToolOffer
from providers.wires.anthropic_answer import AnthropicAnswer

WIRE = NAMED["anthropic"]
HERE = Endpoint("anthropic", "http://127.0.0.1:1")
CLOCK = ToolOffer("clock", "Tells the time.", {"type": "object", "properties": {"zone": {"type": "string"}}})
MOOD = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
ASKED = Request("parrot", (Message("system", "Be brief."), Message("user", "Hello?")), most_output=200)


@pytest.fixture
def opened(opened_at: Callable[..., Any]) -> Callable[..., Any]:
    """Open the service at a stub."""
    return partial(opened_at, "anthropic")


def read(*events: Any) -> Any:
    return read_by(AnthropicAnswer(HERE), *events)


def start(**usage: Any) -> dict[str, Any]:
    return {"type": "message_start", "message": {"id": "msg_1", "model": "parrot-1", "usage": usage}}


def begins(index: int | None = 0, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def grows(index: int | None = 0, **delta: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def says(text: str) -> dict[str, Any]:
    return grows(type="text_delta", text=text)


def ends(reason: str | None = "end_turn", usage: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason, **more}, "usage": usage}


STOP = {"type": "message_stop"}
TEXT = begins(type="text", text="")


async def test_an_answer_is_heard_with_thoughts_calls_counts_and_names(opened: Any) -> None:
    call = ToolCall("toolu_1", "clock", '{"zone": "CET"}')
    used = Usage(input=5, cache_read=100, cache_write=20, output=9, reasoning=4)
    reply = WIRE.stream(WIRE.answer(["It ", "is"], thought=["let ", "me see"], tool_calls=[call], usage=used))
    reply = Answer(200, {**reply.headers, "request-id": "req_7"}, reply.pieces)
    async with Stub(reply) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.thought, answer.tool_calls) == ("It is", "let me see", (call,))
    assert (answer.finish, answer.usage) == ("tool_calls", used)
    assert (answer.served, answer.request) == ("parrot-2026-11-21", "req_7")


async def test_the_request_goes_out_once_with_both_kinds_of_key_and_no_word_of_the_sdk_in_the_body(opened: Any) -> None:
    async with Stub(WIRE.reply("Hi")) as stub:
        await heard(opened(stub), ASKED)
        asked = stub.asked[0]
    assert (asked.method, asked.path, len(stub.asked)) == ("POST", "/v1/messages", 1)
    assert asked.headers["x-api-key"] == "parrot-key"
    assert asked.headers["authorization"] == "Bearer parrot-key"
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert asked.json == {
        "model": "parrot",
        "max_tokens": 200,
        "stream": True,
        "system": [{"type": "text", "text": "Be brief."}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello?"}]}],
    }


async def test_what_the_environment_holds_for_anthropic_is_not_for_other_servers(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "canary")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-gateway: canary\nAuthorization: canary")
    async with Stub(WIRE.reply("Hi")) as stub:
        await heard(opened(stub), ASKED)
        assert "canary" not in str(stub.asked[0].headers)
        await heard(opened(stub, ""), ASKED)
        assert stub.asked[1].headers.keys().isdisjoint({"authorization", "x-api-key"})


async def test_an_address_may_end_with_the_version(opened: Any) -> None:
    async with Stub(WIRE.reply("Hi")) as stub:
        provider = anthropic.open(Endpoint("anthropic", f"{stub.url}/v1/", "sk"))
        assert (await heard(provider, ASKED)).text == "Hi"
        await provider.aclose()
    assert stub.asked[0].path == "/v1/messages"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, "auth"),
        (403, "auth"),
        (400, "bad_request"),
        (404, "bad_request"),
        (429, "rate_limited"),
        (529, "overloaded"),
    ],
)
async def test_a_refusal_is_an_error_of_its_class_and_nothing_is_tried_again(
    opened: Any, status: int, error: str
) -> None:
    async with Stub(WIRE.refusal(status, "no", retry_after="7")) as stub:
        with pytest.raises(ProviderError) as raised:
            await heard(opened(stub), ASKED)
        assert len(stub.asked) == 1
    assert (raised.value.error, raised.value.retry_after) == (error, 7.0)


async def test_an_overload_inside_a_good_answer_is_no_answer(opened: Any) -> None:
    pieces = [*WIRE.answer(["Hel", "lo"])[:4], WIRE.failure(529, "Overloaded")]
    async with Stub(WIRE.stream(pieces)) as stub:
        with pytest.raises(ProviderError, match="Overloaded") as raised:
            await heard(opened(stub), ASKED)
    assert raised.value.error == "overloaded"


async def test_a_stream_that_ends_early_has_no_finish(opened: Any) -> None:
    async with Stub(WIRE.stream(WIRE.answer("Hello", usage=None)[:-2])) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.finish) == ("Hello", None)


async def test_events_need_no_names(opened: Any) -> None:
    pieces = [piece[piece.index(b"data:") :] for piece in WIRE.answer("Hello")]
    async with Stub(WIRE.stream(pieces)) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.finish) == ("Hello", "stop")


async def test_a_server_that_does_not_stream_is_understood(opened: Any) -> None:
    whole = {
        "type": "message",
        "id": "msg_2",
        "model": "parrot-1",
        "content": [
            {"type": "text", "text": "Hello"},
            {"type": "tool_use", "id": "t", "name": "clock", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }
    async with Stub(Answer(200, {"content-type": "application/json"}, (json.dumps(whole).encode(),))) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.finish, answer.usage) == ("Hello", "tool_calls", Usage(input=3, output=4))
    assert answer.tool_calls == (ToolCall("t", "clock", '{"a": 1}'),)


class TestShapes:
    async def test_an_answer_is_held_to_its_shape(self, opened: Any) -> None:
        async with Stub(WIRE.reply("{}")) as stub:
            await heard(
                opened(stub), Request("parrot", ASKED.messages, shape=MOOD, params={"output_config": {"effort": "low"}})
            )
            config = stub.asked[0].json["output_config"]
        shape = {**MOOD, "additionalProperties": False}
        assert config == {"effort": "low", "format": {"type": "json_schema", "schema": shape}}

    async def test_a_server_that_will_not_be_held_is_asked_again_at_once_and_never_more(self, opened: Any) -> None:
        refusal = WIRE.refusal(400, "output_config: Extra inputs are not permitted")
        shaped = Request("parrot", ASKED.messages, shape=MOOD)
        async with Stub(refusal, WIRE.reply("{}")) as stub:
            provider = opened(stub)
            assert (await heard(provider, shaped)).text == "{}"
            assert (await heard(provider, shaped)).text == "{}"
            assert ["output_config" in asked.json for asked in stub.asked] == [True, False, False]

    async def test_a_shape_that_is_too_much_says_nothing_about_the_next(self, opened: Any) -> None:
        refusal = WIRE.refusal(400, "output_config.format.schema: Schema is too complex")
        shaped = Request("parrot", ASKED.messages, shape=MOOD)
        async with Stub(refusal, WIRE.reply("{}")) as stub:
            provider = opened(stub)
            await heard(provider, shaped)
            await heard(provider, shaped)
            assert ["output_config" in asked.json for asked in stub.asked] == [True, False, True]

    async def test_what_is_wrong_with_something_else_is_not_tried_again(self, opened: Any) -> None:
        async with Stub(WIRE.refusal(400, "temperature: Extra inputs are not permitted")) as stub:
            with pytest.raises(ProviderError, match="temperature"):
                await heard(opened(stub), Request("parrot", ASKED.messages, shape=MOOD))
            assert len(stub.asked) == 1


class TestReading:
    @pytest.mark.parametrize(
        ("reason", "finish"),
        [
            ("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("refusal", "refused"),
            ("tool_use", "stop"),
        ],
    )  # fmt: skip
    def test_how_it_ended(self, reason: str, finish: str) -> None:
        assert read(start(), TEXT, says("Hello"), ends(reason), STOP).finish == finish

    def test_counts_take_the_place_of_earlier_ones(self) -> None:
        first = {"input_tokens": 100, "cache_read_input_tokens": 7, "output_tokens": 1}
        last = {
            "input_tokens": 90,
            "cache_creation_input_tokens": 10,
            "output_tokens": 40,
            "cache_read_input_tokens": None,
        }
        used = read(start(**first), TEXT, says("Hi"), ends(usage={"output_tokens": 20}), ends(None, last), STOP).usage
        assert used == Usage(input=90, cache_read=7, cache_write=10, output=40)

    def test_counts_that_fall_to_zero_at_the_end_are_not_believed(self) -> None:
        used = read(start(input_tokens=100), TEXT, ends(usage={"input_tokens": 0, "output_tokens": 4})).usage
        assert used == Usage(input=100, output=4)

    def test_counts_of_the_beginning_say_what_was_read_and_nothing_of_what_was_written(self) -> None:
        answer = read(start(input_tokens=100, cache_read_input_tokens=20, output_tokens=1), TEXT, says("Hello"))
        assert (answer.usage, answer.finish) == (Usage(input=100, cache_read=20), None)
        whole = read(start(input_tokens=100, output_tokens=1), TEXT, says("Hello"), ends(), STOP)
        assert (whole.usage, whole.finish) == (Usage(input=100), "stop"), "what was written is left to our own count"

    def test_without_a_reason_it_has_not_ended(self) -> None:
        assert read(start(), TEXT, says("Hello"), ends(None, {"output_tokens": 2})).finish is None
        with pytest.raises(ProviderError, match="ended without a reason") as raised:
            read(start(), TEXT, says("Hello"), STOP)
        assert raised.value.error == "incomplete"

    def test_a_reason_that_nobody_knows_is_named(self) -> None:
        with pytest.raises(ProviderError, match="not known here: something_new") as raised:
            read(start(), TEXT, says("Hello"), ends("something_new"), STOP)
        assert raised.value.error == "incomplete"

    def test_two_calls_at_one_index_stay_two(self) -> None:
        def asks(id: str) -> list[Any]:
            return [
                begins(type="tool_use", id=id, name="clock", input={}),
                grows(type="input_json_delta", partial_json='{"a":'),
                grows(type="input_json_delta", partial_json="1}"),
            ]

        calls = read(start(), *asks("t1"), *asks("t2"), ends("tool_use")).tool_calls
        assert [(call.id, call.arguments) for call in calls] == [("t1", '{"a":1}'), ("t2", '{"a":1}')]

    def test_a_call_that_grows_is_progress_though_there_is_nothing_to_show(self) -> None:
        reader = AnthropicAnswer(HERE)
        assert not list(reader.read(begins(type="tool_use", id="t", name="clock", input={})))
        assert list(reader.read(grows(type="input_json_delta", partial_json='{"a":'))) == [Chunk()]
        assert not list(reader.read({"type": "ping"}))

    def test_a_call_without_arguments_has_empty_ones(self) -> None:
        (call,) = read(begins(type="tool_use", id="t", name="clock", input={}), ends("tool_use")).tool_calls
        assert json.loads(call.arguments) == {}

    def test_arguments_that_break_off_are_given_as_they_are(self) -> None:
        begun = begins(type="tool_use", id="t", name="clock", input={})
        answer = read(begun, grows(type="input_json_delta", partial_json='{"zone": "C'), ends("max_tokens"))
        assert (answer.finish, answer.tool_calls[0].arguments) == ("length", '{"zone": "C')

    def test_halves_of_a_character_become_one(self) -> None:
        assert read(TEXT, says("a\ud83d"), says("\ude00b"), ends()).text == "a\U0001f600b"

    def test_a_refusal_gives_its_reason(self) -> None:
        details = {"type": "refusal", "category": "bio", "explanation": "This could do harm."}
        answer = read(start(), ends("refusal", stop_details=details))
        assert (answer.text, answer.finish) == ("This could do harm.", "refused")
        assert "bio" in read(ends("refusal", stop_details={"category": "bio"})).text

    @pytest.mark.parametrize(
        ("reason", "error"), [("model_context_window_exceeded", "context_too_long"), ("pause_turn", "bad_request")]
    )
    def test_reasons_that_are_errors(self, reason: str, error: str) -> None:
        with pytest.raises(ProviderError) as raised:
            read(start(), TEXT, says("Hello"), ends(reason))
        assert raised.value.error == error

    @pytest.mark.parametrize(
        "event",
        [
            None, [], 7, "text", {}, {"type": None}, {"type": "ping"}, {"type": "brand_new", "delta": 1},
            {"type": "message_start"}, {"type": "message_start", "message": None}, {"type": "content_block_start"},
            {"type": "content_block_delta", "delta": None}, {"type": "content_block_delta", "index": 9, "delta": {}},
            {"type": "content_block_delta", "index": {}, "delta": {"type": "text_delta", "text": None}},
            {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}},
            {"type": "message_delta", "delta": None, "usage": "many"}, {"type": "content_block_stop", "index": "x"},
        ],
    )  # fmt: skip
    def test_what_nobody_knows_says_nothing(self, event: Any) -> None:
        answer = read(start(), TEXT, event, says("Hello"), ends(usage={"output_tokens": 1}), STOP)
        assert (answer.text, answer.finish) == ("Hello", "stop")


class TestEcho:
    def test_signed_thoughts_come_back_unchanged_between_what_else_was_said(self) -> None:
        answer = read(
            begins(0, type="thinking", thinking="", signature=""),
            grows(0, type="thinking_delta", thinking="Let me "),
            grows(0, type="thinking_delta", thinking="see."),
            grows(0, type="signature_delta", signature="c2ln"),
            begins(1, type="redacted_thinking", data="secret=="),
            begins(2, type="text", text=""),
            grows(2, type="text_delta", text="Looking."),
            begins(3, type="tool_use", id="clock:0", name="clock", input={}),
            grows(3, type="input_json_delta", partial_json='{"zone": "CET"}'),
            ends("tool_use"),
        )
        content = [
            {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"},
            {"type": "redacted_thinking", "data": "secret=="},
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "clock_0", "name": "clock", "input": {"zone": "CET"}},
        ]
        assert answer.echo == {"protocol": "anthropic", "content": content}
        said = Message("assistant", answer.text, answer.tool_calls, echo=answer.echo)
        body = body_of(Request("parrot", (*ASKED.messages, said, Message("tool", "noon", tool_call="clock:0"))), None)
        assert body["messages"][1] == {"role": "assistant", "content": content}
        assert body["messages"][2]["content"][0]["tool_use_id"] == "clock_0"

    def test_thoughts_without_a_signature_stay_here(self) -> None:
        begun = begins(type="thinking", thinking="hm")
        answer = read(begun, TEXT, says("Hi"), ends())
        assert (answer.thought, answer.text, answer.echo) == ("hm", "Hi", None)

    def test_the_echo_of_another_protocol_is_not_for_this_one(self) -> None:
        said = Message("assistant", "Hi", echo={"protocol": "gemini", "parts": [{"text": "Ho"}]})
        assert body_of(Request("parrot", (said,)), None)["messages"][0]["content"] == [{"type": "text", "text": "Hi"}]


class TestBodies:
    def test_results_of_tools_stand_in_one_message_of_the_user(self) -> None:
        calls = (ToolCall("call:1", "clock", "{}"), ToolCall("call_2", "clock", "not json"))
        body = body_of(
            Request(
                "parrot",
                (
                    *ASKED.messages,
                    Message("assistant", "", calls),
                    Message("tool", "noon", tool_call="call:1"),
                    Message("tool", "", tool_call="call_2"),
                    Message("user", "Go on."),
                ),
            ),
            None,
        )
        assert [one["role"] for one in body["messages"]] == ["user", "assistant", "user"]
        assert body["messages"][1]["content"] == [
            {"type": "tool_use", "id": "call_1", "name": "clock", "input": {}},
            {"type": "tool_use", "id": "call_2", "name": "clock", "input": {"INVALID_JSON": "not json"}},
        ]
        assert body["messages"][2]["content"] == [
            {"type": "tool_result", "tool_use_id": "call_1", "content": "noon"},
            {"type": "tool_result", "tool_use_id": "call_2"},
            {"type": "text", "text": "Go on."},
        ]

    def test_what_will_be_sent_again_is_marked_for_the_cache_and_a_single_question_is_not(self) -> None:
        marked = {"type": "ephemeral"}
        body = body_of(Request("parrot", ASKED.messages, tools=(CLOCK,)), None)
        assert body["system"] == [{"type": "text", "text": "Be brief.", "cache_control": marked}]
        assert body["tools"] == [{"name": "clock", "description": "Tells the time.", "input_schema": CLOCK.parameters}]
        without_system = body_of(Request("parrot", (Message("user", "Hi"),), tools=(CLOCK,)), None)
        assert without_system["tools"][0]["cache_control"] == marked
        assert "cache_control" not in str(body_of(ASKED, None))

    def test_params_go_out_as_they_are_and_only_those(self) -> None:
        params = {"temperature": 0.2, "thinking": {"type": "adaptive"}, "max_tokens": 50}
        body = body_of(Request("parrot", ASKED.messages, params), None)
        assert (body["temperature"], body["thinking"], body["max_tokens"]) == (0.2, {"type": "adaptive"}, 50)
        assert body_of(Request("parrot", ASKED.messages, params, most_output=40), None)["max_tokens"] == 40
        assert body_of(Request("parrot", ASKED.messages), None)["max_tokens"] == anthropic.MOST_OUTPUT

    def test_a_conversation_of_the_system_alone_is_asked_by_the_user(self) -> None:
        body = body_of(Request("parrot", (Message("system", "Say hello."),)), None)
        assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "Say hello."}]}]
        assert "system" not in body
