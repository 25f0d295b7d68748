"""The Gemini API without its SDK: what is asked, what is understood, and what travels back unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from app.events import Usage
from corpus.hearing import Heard, heard, read_by
from corpus.stub import Answer, Stub
from corpus.wires import NAMED
from providers import gemini
from providers.base import Endpoint, Message, ProviderError, Request, ToolCall, ToolOffer
from providers.gemini import body_of
from providers.wires.gemini_answer import GeminiAnswer

WIRE = NAMED["gemini"]
HERE = Endpoint("gemini", "http://127.0.0.1:1")
CLOCK = ToolOffer("clock", "Tells the time.", {"type": "object", "properties": {"zone": {"type": "string"}}})
MOOD = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
ASKED = Request("parrot", (Message("system", "Be brief."), Message("user", "Hello?")), most_output=200)


@pytest.fixture
def opened(opened_at: Callable[..., Any]) -> Callable[..., Any]:
    """Open the service at a stub."""
    return partial(opened_at, "gemini")


def read(*messages: Any) -> Heard:
    return read_by(GeminiAnswer(HERE), *messages)


def says(*parts: dict[str, Any], reason: str = "", **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], **more}


def counts(**told: Any) -> dict[str, Any]:
    return {"usageMetadata": told}


HELLO = {"text": "Hello"}


async def test_an_answer_is_heard_with_thoughts_calls_counts_and_names(opened: Any) -> None:
    call = ToolCall("c1", "clock", '{"zone": "CET"}')
    used = Usage(input=5, cache_read=100, output=9, reasoning=4)
    reply = WIRE.stream(WIRE.answer(["It ", "is"], thought=["let ", "me see"], tool_calls=[call], usage=used))
    reply = Answer(200, {**reply.headers, "x-goog-request-id": "goog_7"}, reply.pieces)
    async with Stub(reply) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.thought, answer.tool_calls) == ("It is", "let me see", (call,))
    assert (answer.finish, answer.usage) == ("tool_calls", used)
    assert (answer.served, answer.request) == ("parrot-2026-11-21", "goog_7")


async def test_the_key_stands_in_a_header_and_never_in_the_address(opened: Any) -> None:
    async with Stub(WIRE.reply("Hi")) as stub:
        await heard(opened(stub), ASKED)
        asked = stub.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v1beta/models/parrot:streamGenerateContent?alt=sse")
    assert asked.headers["x-goog-api-key"] == "parrot-key"
    assert "authorization" not in asked.headers
    assert asked.json == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [{"role": "user", "parts": [{"text": "Hello?"}]}],
        "generationConfig": {"maxOutputTokens": 200},
    }


async def test_an_address_may_end_with_the_version_and_a_name_begin_with_models(opened: Any) -> None:
    async with Stub(WIRE.reply("Hi")) as stub:
        provider = gemini.open(Endpoint("gemini", f"{stub.url}/v1beta", "key"))
        await heard(provider, Request("models/parrot", ASKED.messages))
        await provider.aclose()
    assert stub.asked[0].path == "/v1beta/models/parrot:streamGenerateContent?alt=sse"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, "auth"),
        (403, "auth"),
        (400, "bad_request"),
        (404, "bad_request"),
        (500, "overloaded"),
        (503, "overloaded"),
    ],
)
async def test_a_refusal_is_an_error_of_its_class_and_nothing_is_tried_again(
    opened: Any, status: int, error: str
) -> None:
    async with Stub(WIRE.refusal(status, "no")) as stub:
        with pytest.raises(ProviderError) as raised:
            await heard(opened(stub), ASKED)
        assert len(stub.asked) == 1
    assert raised.value.error == error


async def test_an_exhausted_resource_says_when_it_is_back(opened: Any) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}
    error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "Quota exceeded for requests", "details": [info]}
    body = json.dumps({"error": error}).encode()
    async with Stub(Answer(429, {"content-type": "application/json"}, (body,))) as stub:
        with pytest.raises(ProviderError) as raised:
            await heard(opened(stub), ASKED)
    assert (raised.value.error, raised.value.retry_after) == ("rate_limited", 17.0)


async def test_an_error_inside_a_good_answer_is_no_answer(opened: Any) -> None:
    pieces = [*WIRE.answer(["Hel", "lo"])[:2], WIRE.failure(503, "The model is overloaded.")]
    async with Stub(WIRE.stream(pieces)) as stub:
        with pytest.raises(ProviderError, match="overloaded") as raised:
            await heard(opened(stub), ASKED)
    assert raised.value.error == "overloaded"


async def test_a_stream_that_ends_early_has_no_finish(opened: Any) -> None:
    async with Stub(WIRE.stream(WIRE.answer(["Hel", "lo"])[:-1])) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.finish) == ("Hello", None)


async def test_a_server_that_does_not_stream_is_understood(opened: Any) -> None:
    whole = [says(HELLO), says({"text": "!"}, reason="STOP", **counts(promptTokenCount=3, candidatesTokenCount=2))]
    async with Stub(Answer(200, {"content-type": "application/json"}, (json.dumps(whole, indent=1).encode(),))) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.finish, answer.usage) == ("Hello!", "stop", Usage(input=3, output=2))


class TestShapes:
    async def test_an_answer_is_held_to_its_shape(self, opened: Any) -> None:
        async with Stub(WIRE.reply("{}")) as stub:
            await heard(opened(stub), Request("parrot", ASKED.messages, shape=MOOD))
            settings = stub.asked[0].json["generationConfig"]
        assert settings == {"responseMimeType": "application/json", "responseJsonSchema": MOOD}

    async def test_not_while_tools_are_on_offer_which_most_models_refuse(self, opened: Any) -> None:
        async with Stub(WIRE.reply("{}")) as stub:
            await heard(opened(stub), Request("parrot", ASKED.messages, shape=MOOD, tools=(CLOCK,)))
            assert "generationConfig" not in stub.asked[0].json

    async def test_a_server_that_will_not_be_held_is_asked_again_at_once_and_never_more(self, opened: Any) -> None:
        said = "Invalid JSON payload received. Unknown name 'responseJsonSchema' at 'generation_config'"
        shaped = Request("parrot", ASKED.messages, shape=MOOD)
        async with Stub(WIRE.refusal(400, said), WIRE.reply("{}")) as stub:
            provider = opened(stub)
            await heard(provider, shaped)
            await heard(provider, shaped)
            assert ["generationConfig" in asked.json for asked in stub.asked] == [True, False, False]


class TestReading:
    @pytest.mark.parametrize(
        ("reason", "finish"),
        [
            ("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "refused"), ("RECITATION", "refused"),
            ("PROHIBITED_CONTENT", "refused"), ("FUNCTION_CALL", "stop"),
        ],
    )  # fmt: skip
    def test_how_it_ended(self, reason: str, finish: str) -> None:
        assert read(says(HELLO), says(reason=reason)).finish == finish

    @pytest.mark.parametrize(
        ("reason", "error"),
        [
            ("MALFORMED_FUNCTION_CALL", "malformed"), ("OTHER", "incomplete"),
            ("MISSING_THOUGHT_SIGNATURE", "bad_request"),
        ],
    )  # fmt: skip
    def test_reasons_that_are_errors(self, reason: str, error: str) -> None:
        with pytest.raises(ProviderError) as raised:
            read(says(reason=reason))
        assert raised.value.error == error

    def test_a_blocked_prompt_is_a_refusal_with_its_reason(self) -> None:
        answer = read({"promptFeedback": {"blockReason": "SAFETY"}, **counts(promptTokenCount=8)})
        assert (answer.text, answer.finish) == ("the prompt was blocked: SAFETY", "refused")
        assert answer.usage == Usage(input=8)

    def test_an_answer_that_was_withheld_says_why_unless_it_had_begun(self) -> None:
        assert "SAFETY" in read(says(reason="SAFETY")).text
        assert read(says(HELLO), says(reason="SAFETY")).text == "Hello"

    def test_a_reason_with_every_piece_ends_nothing_too_early(self) -> None:
        call = {"functionCall": {"name": "clock", "args": {"a": 1}}}
        answer = read(
            says(HELLO, reason="STOP"),
            says({"text": "!"}, reason="STOP"),
            says(call, reason="STOP"),
            says(reason="STOP"),
        )
        assert (answer.text, answer.finish, len(answer.tool_calls)) == ("Hello!", "tool_calls", 1)

    def test_counts_are_of_everything_so_far_and_thoughts_are_output(self) -> None:
        first = counts(promptTokenCount=100, candidatesTokenCount=1, totalTokenCount=101)
        last = counts(
            promptTokenCount=100,
            cachedContentTokenCount=60,
            toolUsePromptTokenCount=5,
            candidatesTokenCount=10,
            thoughtsTokenCount=30,
            totalTokenCount=145,
        )
        used = read(says(HELLO, **first), says(reason="STOP", **last)).usage
        assert used == Usage(input=45, cache_read=60, output=40, reasoning=30)

    def test_counts_of_the_prompt_alone_are_not_all_so_far(self) -> None:
        assert read(says(HELLO, **counts(promptTokenCount=100))).usage is None

    def test_counts_without_a_reason_are_no_end(self) -> None:
        assert read(says(HELLO, **counts(promptTokenCount=1, candidatesTokenCount=1))).finish is None

    @pytest.mark.parametrize("reason", ["OTHER", "SOMETHING_NEW"])
    def test_a_reason_that_nobody_knows_is_no_end(self, reason: str) -> None:
        with pytest.raises(ProviderError, match=f"not known here: {reason}") as raised:
            read(says(HELLO, reason=reason))
        assert raised.value.error == "incomplete"

    def test_of_several_answers_side_by_side_the_first_is_read(self) -> None:
        first, second = ({"content": {"parts": [{"text": text}]}} for text in "AB")
        both = {"candidates": [{**second, "index": 1}, {**first, "finishReason": "STOP"}]}
        assert (read(both).text, read(both).finish) == ("A", "stop")

    def test_calls_without_ids_get_some_that_are_not_in_the_conversation_yet(self) -> None:
        part = {"functionCall": {"name": "clock"}}
        answer = read_by(GeminiAnswer(HERE, calls_before=2), says(part, part, reason="STOP"))
        assert [call.id for call in answer.tool_calls] == ["gemini_call_3", "gemini_call_4"]
        assert [call.arguments for call in answer.tool_calls] == ["{}", "{}"]

    @pytest.mark.parametrize(
        "message",
        [
            None, [], 7, "text", {}, {"candidates": None}, {"candidates": []}, {"candidates": [None]},
            {"candidates": [{"content": None}]}, {"candidates": [{"content": {"parts": [None, 3, {"text": None}]}}]},
            {"candidates": [{"content": {"parts": [{"functionCall": None}, {"inlineData": {}}]}}]},
            {"usageMetadata": "many"}, {"usageMetadata": {"promptTokenCount": "x", "candidatesTokenCount": 1}},
            {"candidates": [{"finishReason": None}]}, {"candidates": [{"finishReason": "FINISH_REASON_UNSPECIFIED"}]},
            {"promptFeedback": {}},
        ],
    )  # fmt: skip
    def test_what_nobody_knows_says_nothing(self, message: Any) -> None:
        answer = read(message, says(HELLO), says(reason="STOP"))
        assert (answer.text, answer.finish) == ("Hello", "stop")


class TestEcho:
    def test_signed_parts_come_back_unchanged_and_plain_text_in_one_piece(self) -> None:
        call = {"functionCall": {"name": "clock", "args": {"zone": "CET"}}, "thoughtSignature": "c2ln"}
        second = {"functionCall": {"name": "clock", "args": {}}}
        answer = read(
            says({"text": "hm", "thought": True}),
            says({"text": "Look"}),
            says({"text": "ing"}),
            says(call, second, reason="STOP"),
        )
        parts = [{"text": "Looking"}, call, second]
        assert answer.echo == {"protocol": "gemini", "parts": parts}
        said = Message("assistant", answer.text, answer.tool_calls, echo=answer.echo)
        results = (
            Message("tool", "noon", tool_call="gemini_call_1"),
            Message("tool", "one", tool_call="gemini_call_2"),
        )
        contents = body_of(Request("gemini-4-argon", (*ASKED.messages, said, *results)), None)["contents"]
        assert contents[1] == {"role": "model", "parts": parts}
        assert contents[2]["parts"] == [
            {"functionResponse": {"name": "clock", "response": {"result": "noon"}}},
            {"functionResponse": {"name": "clock", "response": {"result": "one"}}},
        ]

    def test_an_answer_without_signatures_needs_no_echo(self) -> None:
        assert read(says(HELLO, reason="STOP")).echo is None

    def test_calls_of_another_model_are_signed_as_nobodys_where_later_models_want_that(self) -> None:
        calls = (ToolCall("c1", "clock", '{"a": 1}'), ToolCall("c2", "clock", "not json"))
        said = (*ASKED.messages, Message("assistant", "", calls), Message("tool", "noon", tool_call="c1"))
        first = {"functionCall": {"id": "c1", "name": "clock", "args": {"a": 1}}}
        second = {"functionCall": {"id": "c2", "name": "clock", "args": {"INVALID_JSON": "not json"}}}
        signed = {**first, "thoughtSignature": "skip_thought_signature_validator"}
        assert body_of(Request("gemini-4-argon", said), None)["contents"][1]["parts"] == [signed, second]
        assert body_of(Request("gemini-2.5-pro", said), None)["contents"][1]["parts"] == [first, second]
        result = {"id": "c1", "name": "clock", "response": {"result": "noon"}}
        assert body_of(Request("parrot", said), None)["contents"][2]["parts"] == [{"functionResponse": result}]


class TestBodies:
    def test_params_may_be_written_as_elsewhere(self) -> None:
        params = {"temperature": 0.2, "top_p": 0.9, "top_k": 4, "seed": 7, "stop": "END", "max_tokens": 5}
        settings = body_of(Request("parrot", ASKED.messages, params, most_output=5), None)["generationConfig"]
        assert settings == {
            "temperature": 0.2, "topP": 0.9, "topK": 4, "seed": 7, "stopSequences": ["END"], "maxOutputTokens": 5,
        }  # fmt: skip

    def test_or_as_the_api_has_them(self) -> None:
        params = {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}, "safety_settings": [], "topP": 0.5}
        body = body_of(Request("parrot", ASKED.messages, params), None)
        assert body["generationConfig"] == {"thinkingConfig": {"includeThoughts": True}, "topP": 0.5}
        assert body["safetySettings"] == []

    def test_tools_keep_all_of_their_schema(self) -> None:
        (offered,) = body_of(Request("parrot", ASKED.messages, tools=(CLOCK,)), None)["tools"]
        declared = {"name": "clock", "description": "Tells the time.", "parametersJsonSchema": CLOCK.parameters}
        assert offered == {"functionDeclarations": [declared]}
