"""Ollama's own chat API: nothing lost of tools and counts, and a window that holds the prompt."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from app.events import Usage
from corpus.hearing import Heard, heard, read_by
from corpus.stub import Answer, Stub
from corpus.wires import NAMED, line
from providers import ollama
from providers.base import Endpoint, Message, ProviderError, Request, ToolCall, ToolOffer
from providers.ollama import SMALLEST, body_of
from providers.wires.ollama_answer import OllamaAnswer, was_cut

WIRE = NAMED["ollama"]
HERE = Endpoint("ollama", "http://127.0.0.1:1")
SCHEMA = {
    "type": "object",
    "properties": {"at": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Zone"}], "default": "now"}},
    "$defs": {"Zone": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1}}}},
    "additionalProperties": False,
}
CLOCK = ToolOffer("clock", "Tells the time.", SCHEMA)
MOOD = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
ASKED = Request("parrot", (Message("system", "Be brief."), Message("user", "Hello?")), most_output=200)


@pytest.fixture
def opened(opened_at: Callable[..., Any]) -> Callable[..., Any]:
    """Open the service at a stub."""
    return partial(opened_at, "ollama", key="")


def read(*lines: Any, estimate: int = 10, window: int = 4096) -> Heard:
    return read_by(OllamaAnswer(HERE, estimate, window), *lines)


def says(content: str = "", **message: Any) -> dict[str, Any]:
    return {"model": "parrot:8b", "message": {"role": "assistant", "content": content, **message}, "done": False}


def ends(**more: Any) -> dict[str, Any]:
    return {**says(), "done": True, "done_reason": "stop", **more}


def long(words: int) -> Request:
    """A request of about as many tokens."""
    return Request("parrot", (Message("user", "word " * words),), most_output=500)


async def test_an_answer_is_heard_with_thoughts_calls_and_counts(opened: Any) -> None:
    call = ToolCall("call_x", "clock", '{"at": "now"}')
    used = Usage(input=5, cache_read=100, output=9)
    reply = WIRE.reply(["It ", "is"], thought=["let ", "me see"], tool_calls=[call], usage=used)
    async with Stub(reply) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.thought, answer.tool_calls) == ("It is", "let me see", (call,))
    assert (answer.finish, answer.usage, answer.served) == ("tool_calls", used, "parrot-2026-11-21")


async def test_the_request_keeps_every_word_of_a_tool_and_asks_for_a_window(opened: Any) -> None:
    async with Stub(WIRE.reply("Hi")) as stub:
        await heard(opened(stub), Request("parrot", ASKED.messages, tools=(CLOCK,), most_output=200))
        asked = stub.asked[0]
    assert (asked.method, asked.path) == ("POST", "/api/chat")
    assert "authorization" not in asked.headers
    function = {"name": "clock", "description": "Tells the time.", "parameters": SCHEMA}
    assert asked.json == {
        "model": "parrot",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}],
        "stream": True,
        "truncate": False,
        "shift": False,
        "options": {"num_ctx": SMALLEST, "num_predict": 200},
        "tools": [{"type": "function", "function": function}],
    }


async def test_a_server_behind_a_door_gets_its_key(opened: Any) -> None:
    async with Stub(WIRE.reply("Hi")) as stub:
        await heard(opened(stub, key="parrot-key"), ASKED)
        assert stub.asked[0].headers["authorization"] == "Bearer parrot-key"


async def test_characters_that_others_take_for_line_ends_and_empty_lines_do_no_harm(opened: Any) -> None:
    said = "one\u2028two\u0085three\x0bfour"
    pieces = [json.dumps(says(said), ensure_ascii=False).encode() + b"\n\n\r\n", line(ends())]
    async with Stub(WIRE.stream(pieces)) as stub:
        assert (await heard(opened(stub), ASKED)).text == said


async def test_an_error_in_the_middle_is_no_answer(opened: Any) -> None:
    pieces = [*WIRE.answer(["Hel", "lo"])[:2], line({"error": "an error was encountered while running the model"})]
    async with Stub(WIRE.stream(pieces)) as stub:
        with pytest.raises(ProviderError, match="while running the model"):
            await heard(opened(stub), ASKED)


async def test_a_stream_that_ends_early_has_no_finish(opened: Any) -> None:
    async with Stub(WIRE.stream(WIRE.answer("Hello")[:-1])) as stub:
        answer = await heard(opened(stub), ASKED)
    assert (answer.text, answer.finish) == ("Hello", None)


async def test_a_model_that_is_not_there_can_be_fetched(opened: Any) -> None:
    async with Stub(WIRE.refusal(404, 'model "parrot" not found, try pulling it first')) as stub:
        with pytest.raises(ProviderError, match="not found") as raised:
            await heard(opened(stub), ASKED)
    assert (raised.value.error, raised.value.hint) == ("bad_request", "footlights models pull ollama/parrot")


async def test_what_is_not_for_everyone_is_not_shown_to_a_model_that_runs_elsewhere(opened: Any) -> None:
    told = {"remote_host": "https://ollama.com:443", "remote_model": "gpt-oss:120b"}
    async with Stub(WIRE.stream([line(told)]), WIRE.reply("Hi")) as stub:
        provider = opened(stub)
        for privacy in ("local", "private", "local"):
            with pytest.raises(ProviderError, match=f"parrot runs at ollama.com:443, and this step is {privacy}") as no:
                await heard(provider, replace(ASKED, privacy=privacy))
            assert no.value.error == "auth"
        assert [asked.path for asked in stub.asked] == ["/api/show"]
        assert b"Hello?" not in stub.asked[0].body
        assert (await heard(provider, ASKED)).text == "Hi"


@pytest.mark.parametrize(
    "known", [WIRE.stream([line({"capabilities": ["completion"]})]), WIRE.refusal(404, "not found")]
)
async def test_a_model_that_runs_there_is_asked_once_where_it_runs(known: Answer, opened: Any) -> None:
    async with Stub(known, WIRE.reply("Hi")) as stub:
        provider = opened(stub)
        for _ in range(2):
            assert (await heard(provider, replace(ASKED, privacy="local"))).text == "Hi"
        assert [asked.path for asked in stub.asked] == ["/api/show", "/api/chat", "/api/chat"]


async def test_an_answer_from_elsewhere_is_cut_off_where_it_was_not_allowed(opened: Any) -> None:
    from_afar = line(
        {**says("from the cloud"), "remote_model": "gpt-oss:120b", "remote_host": "https://ollama.com:443"}
    )
    async with Stub(WIRE.refusal(404, "not found"), WIRE.stream([from_afar, line(ends())])) as stub:
        with pytest.raises(ProviderError, match=r"parrot:8b runs at ollama\.com:443"):
            await heard(opened(stub), replace(ASKED, privacy="local"))


async def test_a_server_that_does_not_run_can_be_started() -> None:
    async with Stub(WIRE.reply("Hi")) as stub:
        url = stub.url
    provider = ollama.open(Endpoint("ollama", url))
    with pytest.raises(ProviderError) as raised:
        await heard(provider, ASKED)
    assert raised.value.error == "connection"
    assert "ollama serve" in raised.value.hint
    await provider.aclose()


async def test_a_busy_server_is_overloaded(opened: Any) -> None:
    async with Stub(WIRE.refusal(503, "server busy, please try again")) as stub:
        with pytest.raises(ProviderError) as raised:
            await heard(opened(stub), ASKED)
    assert raised.value.error == "overloaded"


class TestWindows:
    async def test_a_window_holds_the_prompt_and_the_answer_and_only_grows(self, opened: Any) -> None:
        async with Stub(WIRE.reply("Hi")) as stub:
            provider = opened(stub)
            for words in (10, 7_000, 10):
                await heard(provider, long(words))
            assert [asked.json["options"]["num_ctx"] for asked in stub.asked] == [4096, 16384, 16384]

    async def test_a_written_window_counts(self, opened: Any) -> None:
        async with Stub(WIRE.reply("Hi")) as stub:
            await heard(opened(stub), Request("parrot", ASKED.messages, {"num_ctx": 3000}))
            await heard(opened(stub), Request("parrot", ASKED.messages, {"options": {"num_ctx": 5000}}))
            assert [asked.json["options"]["num_ctx"] for asked in stub.asked] == [3000, 5000]

    async def test_no_window_is_larger_than_a_model_knows(self, opened: Any) -> None:
        async with Stub(WIRE.reply("Hi", usage=None)) as stub:
            await heard(opened(stub), Request("qwen3:8b", long(60_000).messages))
            assert stub.asked[0].json["options"]["num_ctx"] == 40960

    async def test_a_prompt_that_was_cut_in_silence_is_too_long(self, opened: Any) -> None:
        async with Stub(WIRE.reply("Hi", usage=Usage(input=4096, output=2))) as stub:
            with pytest.raises(ProviderError, match="4,096 of about") as raised:
                await heard(opened(stub), long(20_000))
        assert raised.value.error == "context_too_long"

    async def test_a_prompt_that_a_newer_server_refuses_is_too_long(self, opened: Any) -> None:
        inside = {
            "code": 400,
            "type": "exceed_context_size_error",
            "message": "request (351 tokens) exceeds the available context size (256 tokens), try increasing it",
        }
        async with Stub(WIRE.refusal(400, json.dumps({"error": inside}))) as stub:
            with pytest.raises(ProviderError) as raised:
                await heard(opened(stub), ASKED)
        assert raised.value.error == "context_too_long"

    @pytest.mark.parametrize(
        ("read", "estimate", "window", "cut"),
        [
            (4096, 20_000, 32_768, True),  # as much as a window holds, though not the one that was asked for
            (4095, 20_000, 32_768, True),
            (3000, 20_000, 4_096, True),  # whole messages were dropped: it could not have fitted
            (37, 20_000, 32_768, False),  # an older server that had the rest in its cache
            (15_000, 20_000, 32_768, False),  # our estimate is an estimate
            (2048, 2_500, 4_096, False),
            (10, 900, 800, False),  # too short to be sure of anything
        ],
    )
    def test_few_tokens_read_are_proof_only_where_nothing_else_explains_them(
        self, read: int, estimate: int, window: int, cut: bool
    ) -> None:
        assert was_cut(read, estimate, window) is cut


class TestShapes:
    async def test_an_answer_is_held_to_its_shape_unless_it_may_ask_for_tools(self, opened: Any) -> None:
        async with Stub(WIRE.reply("{}")) as stub:
            await heard(opened(stub), Request("parrot", ASKED.messages, shape=MOOD))
            await heard(opened(stub), Request("parrot", ASKED.messages, shape=MOOD, tools=(CLOCK,)))
            assert [asked.json.get("format") for asked in stub.asked] == [MOOD, None]

    async def test_a_server_that_knows_no_shapes_is_asked_again_at_once_and_never_more(self, opened: Any) -> None:
        said = "json: cannot unmarshal object into Go struct field ChatRequest.format of type string"
        shaped = Request("parrot", ASKED.messages, shape=MOOD)
        async with Stub(WIRE.refusal(400, said), WIRE.reply("{}")) as stub:
            provider = opened(stub)
            await heard(provider, shaped)
            await heard(provider, shaped)
            assert ["format" in asked.json for asked in stub.asked] == [True, False, False]


class TestReading:
    @pytest.mark.parametrize(
        ("reason", "finish"), [("stop", "stop"), ("length", "length"), (None, "stop"), ("x", "stop")]
    )
    def test_how_it_ended(self, reason: str | None, finish: str) -> None:
        assert read(says("Hello"), ends(done_reason=reason)).finish == finish

    def test_counts_that_are_not_there_are_unknown_and_not_zero(self) -> None:
        assert read(says("Hello"), ends(eval_count=4)).usage is None
        assert read(says("Hello"), ends(prompt_eval_count=0, eval_count=4)).usage == Usage(output=4)
        assert read(says("Hello"), ends(prompt_eval_count=8, eval_count=4)).usage == Usage(input=8, output=4)

    def test_thoughts_between_tags_are_no_part_of_what_is_said(self) -> None:
        answer = read(says("<thi"), says("nk>hm</think>\n\nHel"), says("lo"), ends())
        assert (answer.text, answer.thought) == ("Hello", "hm")
        assert read(says("<"), ends()).text == "<"

    def test_arguments_may_come_as_text(self) -> None:
        call = {"function": {"name": "clock", "arguments": '{"at": 1}'}}
        answer = read(says(tool_calls=[call, call]), ends())
        assert [one.id for one in answer.tool_calls] == ["ollama_call_1", "ollama_call_2"]
        assert {one.arguments for one in answer.tool_calls} == {'{"at": 1}'}
        assert answer.finish == "tool_calls"

    @pytest.mark.parametrize(
        "message",
        [
            None, [], 7, "text", {}, {"message": None}, {"message": {"content": None, "tool_calls": None}},
            {"message": {"content": 5}}, {"message": {"thinking": 5}}, {"done": "yes"}, {"error": None}, {"model": 5},
        ],
    )  # fmt: skip
    def test_what_nobody_knows_says_nothing(self, message: Any) -> None:
        answer = read(message, says("Hello"), ends())
        assert (answer.text, answer.finish) == ("Hello", "stop")


class TestBodies:
    def test_a_conversation_keeps_ids_names_and_thoughts(self) -> None:
        answer = read(
            says(thinking="hm"),
            says(tool_calls=[{"id": "c1", "function": {"name": "clock", "arguments": {"at": 1}}}]),
            ends(),
        )
        said = Message(
            "assistant", "Looking.", (*answer.tool_calls, ToolCall("c2", "clock", "no json")), echo=answer.echo
        )
        body = body_of(Request("parrot", (said, Message("tool", "noon", tool_call="c1"))), None, 4096)
        assert body["messages"] == [
            {
                "role": "assistant",
                "content": "Looking.",
                "thinking": "hm",
                "tool_calls": [
                    {"id": "c1", "function": {"name": "clock", "arguments": {"at": 1}}},
                    {"id": "c2", "function": {"name": "clock", "arguments": {"INVALID_JSON": "no json"}}},
                ],
            },
            {"role": "tool", "content": "noon", "tool_name": "clock", "tool_call_id": "c1"},
        ]

    def test_params_are_options_beside_those_that_are_not(self) -> None:
        params = {
            "temperature": 0.2, "stop": "END", "max_tokens": 9, "think": "low", "keep_alive": "1h",
            "options": {"mirostat": 1},
        }  # fmt: skip
        body = body_of(Request("parrot", ASKED.messages, params), None, 8192)
        assert body["options"] == {
            "temperature": 0.2,
            "stop": ["END"],
            "mirostat": 1,
            "num_predict": 9,
            "num_ctx": 8192,
        }
        assert (body["think"], body["keep_alive"]) == ("low", "1h")
