"""Servers that speak Chat Completions, over real connections: what goes out, what is left out, what is remembered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from corpus import wires
from corpus.hearing import heard
from corpus.speaking import exchanged, speaking
from corpus.stub import Answer, Asked, Stub
from providers.base import Message, Provider, ProviderError, Request, ToolCall, ToolOffer

CHAT = wires.NAMED["chat"]
HI = Request("parrot", (Message("user", "hi"),))
SHAPE = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


async def test_a_conversation_with_tools_goes_out_and_the_answer_comes_back() -> None:
    talk = (
        Message("system", "be brief"),
        Message("user", "1+1?"),
        Message("assistant", "", (ToolCall("a", "add", '{"x": 1}'), ToolCall("b", "add", "not json"))),
        Message("tool", "2", tool_call="a"),
        Message("tool", "that was no JSON", tool_call="b"),
    )
    offers = (ToolOffer("add", "adds", {"type": "object"}),)
    params = {"temperature": 0.2, "max_tokens": 64, "stop": ["x"], "api": "chat"}
    request = Request("parrot", talk, params, offers, SHAPE, most_output=64)
    answer, asked = await exchanged(CHAT.reply(["2", "!"]), request)
    assert (answer.text, answer.finish, answer.usage) == ("2!", "stop", wires.ENOUGH)
    assert (answer.served, answer.request) == (wires.SERVED, "chatcmpl-1")
    assert asked[0].path == "/v1/chat/completions"
    assert asked[0].json == {
        "model": "parrot",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "1+1?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {"id": "a", "type": "function", "function": {"name": "add", "arguments": '{"x": 1}'}},
                    {
                        "id": "b",
                        "type": "function",
                        "function": {"name": "add", "arguments": '{"INVALID_JSON": "not json"}'},
                    },
                ],
            },
            {"role": "tool", "tool_call_id": "a", "content": "2"},
            {"role": "tool", "tool_call_id": "b", "content": "that was no JSON"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": 64,
        "temperature": 0.2,
        "stop": ["x"],
        "tools": [
            {"type": "function", "function": {"name": "add", "description": "adds", "parameters": {"type": "object"}}}
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SHAPE, "strict": True},
        },
    }


@pytest.mark.parametrize(
    ("shape", "strict"),
    [
        (SHAPE, True),
        ({**SHAPE, "additionalProperties": {"type": "string"}}, False),
        ({**SHAPE, "required": []}, False),
        ({**SHAPE, "properties": {"n": {}}}, False),
        ({**SHAPE, "properties": {"n": {"type": "object"}}}, False),
        ({**SHAPE, "properties": {"n": {"type": "array"}}}, False),
        ({**SHAPE, "properties": {"n": {"type": "integer", "not": {"const": 1}}}}, False),
        ({**SHAPE, "properties": {"n": {"type": "array", "items": {"anyOf": [SHAPE, {"type": "null"}]}}}}, True),
        ({"type": "array", "items": {"type": "string"}}, None),
        ({"anyOf": [SHAPE, {"type": "null"}]}, None),
        ({}, None),
    ],
)
async def test_a_shape_is_strict_only_where_that_means_the_same(shape: dict[str, Any], strict: bool | None) -> None:
    request = Request("parrot", HI.messages, shape=shape)
    _, asked = await exchanged(CHAT.reply('{"n": 1}'), request)
    held = asked[0].json.get("response_format")
    assert (None if held is None else held["json_schema"]["strict"]) == strict


async def test_an_open_shape_is_closed_where_nothing_else_would_be_said() -> None:
    inner = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    shape = {"type": "object", "properties": {"n": inner}, "required": ["n"]}
    _, asked = await exchanged(CHAT.reply("{}"), Request("parrot", HI.messages, shape=shape))
    sent = asked[0].json["response_format"]["json_schema"]
    assert sent["strict"] is True
    assert sent["schema"]["additionalProperties"] is sent["schema"]["properties"]["n"]["additionalProperties"] is False
    assert "additionalProperties" not in shape
    assert "additionalProperties" not in inner


REFUSALS = [
    ("stream_options", "Unknown field: stream_options"),
    ("response_format", "response_format: this type is unavailable now"),
    ("temperature", "Unsupported value: 'temperature' does not support 0.2"),
    ("reasoning_effort", "Unrecognized request argument supplied: reasoning_effort"),
]


@pytest.mark.parametrize(("name", "said"), REFUSALS)
async def test_what_a_server_refuses_is_left_out_at_once_and_remembered(name: str, said: str) -> None:
    def answer(asked: Asked) -> Answer:
        return CHAT.refusal(400, said) if name in asked.json else CHAT.reply("hello")

    request = Request("parrot", HI.messages, {"temperature": 0.2, "reasoning_effort": "low"}, shape=SHAPE)
    async with Stub(answer) as stub, speaking(f"{stub.url}/v1") as provider:
        for _ in range(2):
            assert (await heard(provider, request)).text == "hello"
        assert [name in asked.json for asked in stub.asked] == [True, False, False]
        async with speaking(f"{stub.url}/v1") as another:
            assert (await heard(another, request)).text == "hello"
    assert name not in stub.asked[-1].json


async def test_strictness_is_given_up_before_the_shape() -> None:
    def answer(asked: Asked) -> Answer:
        is_strict = asked.json["response_format"]["json_schema"]["strict"]
        return CHAT.refusal(422, "strict: extra fields not permitted") if is_strict else CHAT.reply("{}")

    _, asked = await exchanged(answer, Request("parrot", HI.messages, shape=SHAPE))
    assert [one.json["response_format"]["json_schema"]["strict"] for one in asked] == [True, False]


async def test_the_limit_of_an_answer_goes_by_the_other_name_where_one_is_refused() -> None:
    def answer(asked: Asked) -> Answer:
        if "max_tokens" in asked.json:
            return CHAT.refusal(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        return CHAT.reply("hello")

    _, asked = await exchanged(answer, Request("parrot", HI.messages, most_output=64))
    assert [one.json.get("max_completion_tokens") for one in asked] == [None, 64]


async def test_a_limit_that_is_refused_under_both_names_is_an_error_and_never_left_out() -> None:
    def answer(asked: Asked) -> Answer:
        name = "max_tokens" if "max_tokens" in asked.json else "max_completion_tokens"
        assert name in asked.json
        return CHAT.refusal(400, f"Unknown parameter: '{name}'")

    async with Stub(answer) as stub, speaking(f"{stub.url}/v1") as provider:
        with pytest.raises(ProviderError) as refused:
            await anext(aiter(provider.stream(Request("parrot", HI.messages, most_output=64))))
        assert refused.value.error == "bad_request"
        assert len(stub.asked) == 2


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "max_tokens is too large: 64, at most 32"),
        (400, "the model does not support tools"),
        (400, "something is wrong"),
        (500, "stream_options: unknown field"),
        (401, "stream_options: unknown field"),
    ],
)
async def test_no_other_error_is_answered_by_asking_again(status: int, said: str) -> None:
    request = Request("parrot", HI.messages, tools=(ToolOffer("add", "", {}),), most_output=64)
    async with Stub(CHAT.refusal(status, said)) as stub, speaking(f"{stub.url}/v1") as provider:
        with pytest.raises(ProviderError):
            await anext(aiter(provider.stream(request)))
        assert len(stub.asked) == 1


async def test_what_was_left_out_in_vain_is_not_remembered() -> None:
    refusals = CHAT.refusal(400, "stream_options are bad, and so is all else"), CHAT.refusal(400, "no")
    async with Stub(*refusals) as stub, speaking(f"{stub.url}/v1") as provider:
        with pytest.raises(ProviderError):
            await anext(aiter(provider.stream(HI)))
        stub.answers[:] = [CHAT.reply("hello")]
        assert (await heard(provider, HI)).text == "hello"
    assert "stream_options" in stub.asked[-1].json


async def test_without_a_key_no_authorization_goes_out_and_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "c4nary")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gate: c4nary\nAuthorization: Bearer c4nary")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/c4nary")
    _, asked = await exchanged(CHAT.reply("hello"), HI)
    assert "authorization" not in asked[0].headers
    assert "c4nary" not in json.dumps(asked[0].headers)
    _, asked = await exchanged(CHAT.reply("hello"), HI, key="sk-mine")
    assert asked[0].headers["authorization"] == "Bearer sk-mine"
    assert "c4nary" not in json.dumps(asked[0].headers)


async def test_thoughts_go_back_to_their_model_while_tools_are_at_work_and_to_nobody_else() -> None:
    add = ToolCall("a", "add", "{}")
    async with (
        Stub(CHAT.reply(thought=["h", "m"], tool_calls=[add]), CHAT.reply("2")) as stub,
        speaking(f"{stub.url}/v1") as provider,
    ):
        echo = (await heard(provider, HI)).echo
        talk = (*HI.messages, Message("assistant", "", (add,), echo=echo), Message("tool", "2", tool_call="a"))
        for model in ("parrot", "magpie"):
            assert await heard(provider, Request(model, talk))
    assert [asked.json["messages"][1].get("reasoning_content") for asked in stub.asked[1:]] == ["hm", None]


async def test_one_connection_serves_one_answer_after_the_other_also_when_their_ends_come_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("providers.wires.exchange.DRAINED_WITHIN", 10.0)  # on a busy machine too
    ends: list[asyncio.Event] = []

    def answer(asked: Asked) -> Answer:
        ends.append(asyncio.Event())
        return CHAT.stream([*CHAT.answer("hello"), ends[-1]])

    async with Stub(answer) as stub, speaking(f"{stub.url}/v1") as provider:
        for _ in range(3):
            async for chunk in provider.stream(HI):
                if chunk.usage is not None:
                    asyncio.get_running_loop().call_soon(ends[-1].set)
        assert stub.lines == 1


async def test_an_answer_that_is_left_frees_the_server_at_once() -> None:
    never = asyncio.Event()
    async with Stub(CHAT.stream([*CHAT.answer("hello")[:2], never])) as stub, speaking(f"{stub.url}/v1") as provider:
        chunks = provider.stream(HI)
        async for chunk in chunks:
            if chunk.text:
                break
        await chunks.aclose()  # type: ignore[attr-defined]
        async with asyncio.timeout(60):
            await stub.asked[0].gone.wait()


async def test_an_answer_that_is_called_off_frees_the_server_at_once() -> None:
    async def listen(provider: Provider) -> None:
        async for chunk in provider.stream(HI):
            if chunk.text:
                begun.set()

    never, begun = asyncio.Event(), asyncio.Event()
    async with Stub(CHAT.stream([*CHAT.answer("hello")[:2], never])) as stub, speaking(f"{stub.url}/v1") as provider:
        listening = asyncio.create_task(listen(provider))
        await begun.wait()
        listening.cancel()
        async with asyncio.timeout(60):
            await stub.asked[0].gone.wait()
        with pytest.raises(asyncio.CancelledError):
            await listening


async def test_many_who_ask_at_first_share_one_client() -> None:
    async def one(provider: Provider) -> str:
        return (await heard(provider, HI)).text

    async with Stub(CHAT.reply("hello")) as stub, speaking(f"{stub.url}/v1") as provider:
        assert await asyncio.gather(*(one(provider) for _ in range(20))) == ["hello"] * 20


async def test_every_catalogued_service_of_this_kind_is_spoken_to() -> None:
    for service in ("deepseek", "groq", "mistral", "openrouter", "xai"):
        async with Stub(CHAT.reply("hello")) as stub, speaking(f"{stub.url}/v1", service, "sk-x") as provider:
            assert (await heard(provider, HI)).text == "hello"


@pytest.mark.parametrize("api", ["chatty", ["chat"], None])
async def test_a_protocol_nobody_knows_is_an_error(api: Any) -> None:
    async with Stub(CHAT.reply("hello")) as stub, speaking(f"{stub.url}/v1") as provider:
        with pytest.raises(ProviderError, match="api"):
            await anext(aiter(provider.stream(Request("parrot", HI.messages, {"api": api}))))
        assert stub.asked == []
