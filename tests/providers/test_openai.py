"""OpenAI's own protocol over a real connection, and which of the two protocols is spoken where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus import wires
from corpus.commands import ROOT
from corpus.hearing import heard
from corpus.speaking import exchanged, speaking
from corpus.stub import Answer, Asked, Stub
from providers import openai
from providers.base import Endpoint, Message, Request, ToolCall, ToolOffer
from providers.wires.http import client_of

RESPONSES, CHAT = wires.NAMED["responses"], wires.NAMED["chat"]
API = {"api": "responses"}
HI = Request("parrot", (Message("user", "hi"),), API)
SHAPE = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


async def test_a_conversation_with_tools_goes_out_and_the_answer_comes_back() -> None:
    talk = (
        Message("system", "be brief"),
        Message("user", "1+1?"),
        Message("assistant", "let me see", (ToolCall("a", "add", '{"x": 1}'),)),
        Message("tool", "2", tool_call="a"),
    )
    params = {**API, "reasoning_effort": "low", "reasoning": {"summary": "auto"}, "text": {"verbosity": "low"}}
    request = Request("parrot", talk, params, (ToolOffer("add", "adds", {"type": "object"}),), SHAPE, most_output=64)
    said, asked = await exchanged(
        RESPONSES.reply(["2", "!"], thought=["h", "m"]), request, service="openai", key="sk-mine"
    )
    assert (said.text, said.thought, said.served) == ("2!", "hm", wires.SERVED)
    assert said.usage == wires.ENOUGH
    assert asked[0].path == "/v1/responses"
    assert asked[0].headers["authorization"] == "Bearer sk-mine"
    assert asked[0].json == {
        "model": "parrot",
        "input": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "1+1?"},
            {"role": "assistant", "content": "let me see"},
            {"type": "function_call", "call_id": "a", "name": "add", "arguments": '{"x": 1}'},
            {"type": "function_call_output", "call_id": "a", "output": "2"},
        ],
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "max_output_tokens": 64,
        "reasoning": {"effort": "low", "summary": "auto"},
        "tools": [
            {
                "type": "function",
                "name": "add",
                "description": "adds",
                "parameters": {"type": "object"},
                "strict": False,
            }
        ],
        "text": {
            "verbosity": "low",
            "format": {"type": "json_schema", "name": "answer", "schema": SHAPE, "strict": True},
        },
    }


async def test_sealed_thoughts_go_back_as_they_came_to_their_model_and_to_nobody_else() -> None:
    add = ToolCall("a", "add", '{"x":1}')
    first = RESPONSES.reply("wait", thought=["hm"], tool_calls=[add])
    async with Stub(first, RESPONSES.reply("2")) as stub, speaking(f"{stub.url}/v1", "openai", "sk-mine") as provider:
        echo = (await heard(provider, HI)).echo
        talk = (*HI.messages, Message("assistant", "wait", (add,), echo=echo), Message("tool", "2", tool_call="a"))
        for model in ("parrot", "magpie"):
            assert await heard(provider, Request(model, talk, API))
    [_, *echoed, result] = stub.asked[1].json["input"]
    assert [item["type"] for item in echoed] == ["reasoning", "message", "function_call"]
    assert echoed[0]["encrypted_content"] == "sealed"
    assert result == {"type": "function_call_output", "call_id": "a", "output": "2"}
    assert [item.get("type") for item in stub.asked[2].json["input"]] == [
        None, None, "function_call", "function_call_output",
    ]  # fmt: skip


REFUSALS = [
    ("include", "Encrypted content is not supported with this model."),
    ("text", "Invalid parameter: 'text.format' of type 'json_schema' is not supported with this model."),
    ("temperature", "Unsupported parameter: 'temperature' is not supported with this model."),
    ("reasoning", "Unsupported parameter: 'reasoning.effort' is not supported with this model."),
]


@pytest.mark.parametrize(("name", "said"), REFUSALS)
async def test_what_a_server_refuses_is_left_out_at_once_and_remembered(name: str, said: str) -> None:
    def answer(asked: Asked) -> Answer:
        return RESPONSES.refusal(400, said) if name in asked.json else RESPONSES.reply("hello")

    request = Request("parrot", HI.messages, {**API, "temperature": 0.2, "reasoning_effort": "low"}, shape=SHAPE)
    async with Stub(answer) as stub, speaking(f"{stub.url}/v1", "openai", "sk-mine") as provider:
        for _ in range(2):
            assert (await heard(provider, request)).text == "hello"
        assert [name in asked.json for asked in stub.asked] == [True, False, False]


async def test_all_that_a_server_refuses_is_left_out_one_after_the_other() -> None:
    def answer(asked: Asked) -> Answer:
        for name, said in REFUSALS:
            if name in asked.json:
                return RESPONSES.refusal(400, said)
        return RESPONSES.reply("hello")

    request = Request("parrot", HI.messages, {**API, "temperature": 0.2, "reasoning_effort": "low"}, shape=SHAPE)
    said, asked = await exchanged(answer, request, service="openai", key="sk-mine")
    assert (said.text, len(asked)) == ("hello", 5)


@pytest.mark.parametrize(
    ("written", "most_output", "sent"),
    [({}, 0, None), ({}, 64, 64), ({"max_tokens": 32}, 32, 32), ({"max_output_tokens": 32}, 64, 32)],
)
async def test_the_limit_of_an_answer_is_said_once_by_its_name_here(
    written: dict[str, Any], most_output: int, sent: int | None
) -> None:
    request = Request("parrot", HI.messages, {**API, **written}, most_output=most_output)
    _, asked = await exchanged(RESPONSES.reply("hello"), request, service="openai", key="sk-mine")
    assert asked[0].json.get("max_output_tokens") == sent
    assert not {"max_tokens", "max_completion_tokens", "api"} & set(asked[0].json)


async def test_the_number_of_a_request_is_the_one_that_support_asks_for() -> None:
    answer = Answer(
        headers={"content-type": "text/event-stream", "x-request-id": "req_7"}, pieces=RESPONSES.answer("a")
    )
    said, _ = await exchanged(answer, HI, service="openai", key="sk-mine")
    assert said.request == "req_7"


@pytest.mark.parametrize(
    ("host", "params", "path"),
    [
        ("api.openai.com", {}, "responses"),
        ("eu.api.openai.com", {}, "responses"),
        ("api.openai.com", {"api": "chat"}, "chat/completions"),
        ("api.openai.com.models.example", {}, "chat/completions"),
        ("another-api.openai.com", {}, "chat/completions"),
        ("models.example", {}, "chat/completions"),
        ("models.example", {"api": "responses"}, "responses"),
    ],
)
async def test_openai_itself_is_spoken_to_in_its_own_protocol_and_others_in_the_common_one(
    host: str, params: dict[str, Any], path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = f'services: {{openai: {{base_url: "http://{host}/v1"}}}}\n'
    (tmp_path / "models.yaml").write_text(said)  # a proxy is for a service at its own address
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(tmp_path))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    wire = RESPONSES if path == "responses" else CHAT
    async with Stub(wire.reply("hello")) as stub:  # stands in as the proxy, so that no name is looked up
        monkeypatch.setenv("HTTP_PROXY", stub.url)
        monkeypatch.setenv("http_proxy", stub.url)
        async with speaking(f"http://{host}/v1", "openai", "sk-mine") as provider:
            request = Request("parrot", HI.messages, params, most_output=64)
            assert (await heard(provider, request)).text == "hello"
    assert stub.asked[0].path == f"http://{host}/v1/{path}"
    limit = {"responses": "max_output_tokens"}.get(path, "max_tokens")
    if host == "api.openai.com" and path != "responses":
        limit = "max_completion_tokens"  # reasoning models refuse the old name
    assert stub.asked[0].json[limit] == 64


async def test_no_proxy_sees_what_is_for_a_server_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for address, service in [
        ("http://10.0.0.7:8000/v1", "openai-compatible"),
        ("http://10.0.0.7:11434", "ollama"),
        ("https://models.example/v1", "openai"),
    ]:
        async with client_of(Endpoint(service, address)) as client:
            assert not client.trust_env
    async with client_of(Endpoint("openai", "https://eu.api.openai.com/v1")) as client:
        assert client.trust_env


async def test_the_organisation_in_the_environment_is_told_to_no_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-1")
    provider = openai.open(Endpoint("openai", "https://models.example/v1", "sk-mine"))
    _, client = await provider._client.ready()
    assert {"OpenAI-Organization", "OpenAI-Project"}.isdisjoint(client.default_headers)
    await provider.aclose()


async def test_the_organisation_in_the_environment_is_told_to_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    _, asked = await exchanged(RESPONSES.reply("hello"), HI, service="openai", key="sk-mine")
    assert asked[0].headers["openai-organization"] == "org-1"


def test_the_sdk_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, providers.openai, providers.compatible; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
