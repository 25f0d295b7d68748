"""Answers that were made to do harm: bombs, half characters, nests without end. The run goes on, and pays once."""

from __future__ import annotations

import gzip
import json

import pytest

from app.events import CallRouted
from corpus.stub import Answer, Stub
from corpus.wires import NAMED, SERVED, WIRES, Wire
from faults.wired import (
    TEXT,
    WHOLE,
    Hall,
    every_wire,
    failures,
    finished,
    insist_it_failed_at_once,
    insist_it_was_tried_again,
)
from providers.base import ToolCall

HALF = "\ud800"
BOMB = gzip.compress(gzip.compress(b'{"error": {"message": "' + b"a" * 5_000_000))
TOOLS = "steps: {ask: {agent: a, prompt: Greet me., tools: [text.count]}}\n"


@every_wire
@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip", "br"])
async def test_a_refusal_that_is_compressed_is_known_by_its_status_alone(wire: Wire, encoding: str, hall: Hall) -> None:
    bomb = Answer(400, {"content-type": "application/json", "content-encoding": encoding}, (BOMB,), "length")
    async with Stub(bomb) as stub:
        played = await hall.ask(wire, stub)
    failed = insist_it_failed_at_once(played, stub, "bad_request")
    assert failed.failure.message == f"{stub.host} answers 400"
    assert stub.asked[0].headers["accept-encoding"] == "identity"


@every_wire
async def test_an_answer_that_is_compressed_is_none(wire: Wire, hall: Hall) -> None:
    bomb = Answer(200, {"content-type": wire.kind, "content-encoding": "gzip, gzip"}, (BOMB,), "length")
    async with Stub(bomb) as stub:
        played = await hall.ask(wire, stub)
    failed = insist_it_failed_at_once(played, stub, "bad_request")
    assert failed.failure.message == f"{stub.host} compresses its answer (gzip, gzip), though not asked to"
    assert failed.cost_usd == 0


@every_wire
async def test_half_a_character_in_a_name_is_marked_and_nothing_is_paid_twice(wire: Wire, hall: Hall) -> None:
    pieces = [piece.replace(SERVED.encode(), b"m\\ud800") for piece in wire.answer(TEXT)]
    async with Stub(wire.stream(pieces)) as stub:
        played = await hall.ask(wire, stub)
    assert played.output("ask") == WHOLE
    assert finished(played).served == "m\ufffd"
    assert len(stub.asked) == 1


@every_wire
@pytest.mark.parametrize(
    ("call", "said"),
    [
        (ToolCall(f"c{HALF}", "text_count", '{"text": "a b"}'), "words"),
        (ToolCall("c1", f"count{HALF}", "{}"), "there is no tool"),
        (ToolCall("c1", "text_count", '{"text": ' + "[" * 150 + "]" * 150 + "}"), "nested more than 100 levels deep"),
    ],
    ids=["id", "name", "arguments"],
)
async def test_a_call_of_a_tool_that_cannot_be_written_down_ends_no_run(
    wire: Wire, call: ToolCall, said: str, hall: Hall
) -> None:
    async with Stub(wire.reply(tool_calls=[call]), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub, steps=TOOLS)
    assert played.output("ask") == WHOLE
    assert said in json.dumps(stub.asked[1].json)
    assert len(stub.asked) == 2


@pytest.mark.parametrize(
    "thought",
    [{"more": json.loads("[" * 300 + "]" * 300)}, {f"da{HALF}ta": HALF}],
    ids=["too deep", "half a character"],
)
async def test_a_thought_that_cannot_be_kept_does_not_go_back(thought: object, hall: Hall) -> None:
    wire = NAMED["chat"]
    details = {"choices": [{"index": 0, "delta": {"reasoning_details": [thought]}}]}
    call = ToolCall("c1", "text_count", '{"text": "a b"}')
    pieces = [wire.framed(details), *wire.answer(tool_calls=[call])]
    async with Stub(wire.stream(pieces), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub, steps=TOOLS)
    assert played.output("ask") == WHOLE
    assert "reasoning_details" not in json.dumps(stub.asked[1].json)


async def test_an_answer_that_is_nested_too_deep_is_no_data(hall: Hall) -> None:
    deep = '{"ok": ' + "[" * 3000 + "]" * 3000 + "}"
    steps = "steps: {ask: {agent: a, prompt: Say it., output: {ok: boolean}}}\n"
    wire = NAMED["chat"]
    async with Stub(wire.reply(deep), wire.reply('{"ok": true}')) as stub:
        played = await hall.ask(wire, stub, steps=steps)
    assert played.output("ask") == {"ok": True}
    assert "nested more than 100 levels deep" in stub.asked[1].json["messages"][-1]["content"]


@every_wire
async def test_what_breaks_off_after_it_has_begun_was_read_and_is_charged_for(wire: Wire, hall: Hall) -> None:
    begun = wire.stream([b": working\n\n" if wire.kind == "text/event-stream" else b"\n"], ends="cut")
    async with Stub(begun, wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "connection", "")
    (failed,) = failures(played)
    assert failed.usage.input > 0
    assert failed.usage.output == 0


@pytest.mark.parametrize("first", WIRES, ids=lambda wire: wire.name)
async def test_nobody_waits_an_hour_where_another_model_can_answer(first: Wire, hall: Hall) -> None:
    then = NAMED["chat" if first.name != "chat" else "anthropic"]
    async with Stub(first.refusal(429, retry_after="3600")) as one, Stub(then.reply(TEXT)) as other:
        played = await hall.ask_first(first, one, then, other)
    assert played.output("ask") == WHOLE
    assert (len(one.asked), len(other.asked)) == (1, 1)
    assert played.of(CallRouted)[-1].policy == "fallback"
