"""Answers that come whole and are odd all the same: their form, their counts, their ends, their tools, their size."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from itertools import chain, repeat

import pytest

from app.events import CallSpeaking, Usage
from corpus.playing import until
from corpus.stub import Stub
from corpus.wires import NAMED, Wire
from faults.wired import (
    TEXT,
    WHOLE,
    Hall,
    cost,
    every_wire,
    failures,
    finished,
    insist_it_failed_at_once,
    upto,
)
from providers.base import ToolCall


@every_wire
@pytest.mark.parametrize("ends", [b"\r\n", b"\r", b"\n"], ids=["crlf", "cr", "lf"])
async def test_lines_may_end_in_any_way_and_be_cut_anywhere(wire: Wire, ends: bytes, hall: Hall) -> None:
    whole = b": a comment\n\n" if wire.kind == "text/event-stream" else b"\n"
    whole += b"".join(wire.answer(["Grüße, ", "世界 🌍", " \u2028 and \u0085 end"]))
    whole = whole.replace(b"\n", ends)
    async with Stub(wire.stream([whole[at : at + 1] for at in range(len(whole))])) as stub:
        played = await hall.ask(wire, stub)
    assert played.output("ask") == "Grüße, 世界 🌍 \u2028 and \u0085 end"
    assert finished(played).basis == "exact"


@every_wire
async def test_an_event_may_be_spread_over_many_lines(wire: Wire, hall: Hall) -> None:
    if wire.kind != "text/event-stream":
        return
    pieces = []
    for piece in wire.answer(["one ", "two"]):
        pieces.append(piece.replace(b', "', b',\ndata: "'))
    async with Stub(wire.stream(pieces)) as stub:
        played = await hall.ask(wire, stub)
    assert played.output("ask") == "one two"


@every_wire
@pytest.mark.parametrize("text", ["", " \n\t "], ids=["nothing", "blank"])
async def test_an_empty_answer_is_asked_for_once_more(wire: Wire, text: str, hall: Hall) -> None:
    async with Stub(wire.reply(text, thought="Let me think.")) as stub:
        played = await hall.ask(wire, stub)
    assert [failed.failure.error for failed in failures(played)] == ["empty", "empty"]
    assert len(stub.asked) == 2
    assert [failed.cost_usd for failed in failures(played)] == [cost(Usage(input=11, output=7))] * 2
    async with Stub(wire.reply(text), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    assert played.output("ask") == WHOLE


@every_wire
async def test_an_answer_cut_at_its_length_is_not_asked_for_again(wire: Wire, hall: Hall) -> None:
    async with Stub(wire.reply(TEXT, finish="length")) as stub:
        played = await hall.ask(wire, stub)
    failed = insist_it_failed_at_once(played, stub, "truncated")
    assert failed.cost_usd == cost(Usage(input=11, output=7))
    assert played.ended("ask") == "truncated"


@every_wire
async def test_a_refusal_is_not_asked_for_again(wire: Wire, hall: Hall) -> None:
    if wire.name == "ollama":
        return  # its models refuse in their own words, which are an answer
    async with Stub(wire.reply(["I would ", "rather not."], finish="refused")) as stub:
        played = await hall.ask(wire, stub)
    insist_it_failed_at_once(played, stub, "refused")
    assert played.ended("ask") == "refused"


@every_wire
@pytest.mark.parametrize(
    "told",
    [None, Usage(), Usage(input=-5, output=-7), Usage(input=10**13, output=10**13)],
    ids=["missing", "zero", "negative", "impossible"],
)
async def test_usage_that_cannot_be_true_is_counted_and_marked_as_estimated(
    wire: Wire, told: Usage | None, hall: Hall
) -> None:
    async with Stub(wire.reply(TEXT, usage=told)) as stub:
        played = await hall.ask(wire, stub)
    answered = finished(played)
    assert answered.basis == "estimated"
    assert 0 < answered.usage.input < 100
    assert 0 < answered.usage.output < 20
    assert answered.cost_usd == cost(answered.usage)


@every_wire
async def test_usage_that_is_far_from_our_own_count_is_paid_and_doubted(wire: Wire, hall: Hall) -> None:
    told = Usage(input=2_000, output=900)
    async with Stub(wire.reply(TEXT, usage=told)) as stub:
        played = await hall.ask(wire, stub)
    answered = finished(played)
    assert (answered.usage, answered.cost_usd, answered.basis) == (told, cost(told), "exact")
    assert answered.counted is not None
    assert answered.counted.output < 20


@every_wire
async def test_every_bucket_is_paid_at_its_own_price(wire: Wire, hall: Hall) -> None:
    writes = wire.name in ("chat", "responses", "anthropic")
    thinks = 2 if wire.name != "ollama" else 0
    told = Usage(input=9, cache_read=30, cache_write=20 if writes else 0, output=7, reasoning=thinks)
    async with Stub(wire.reply(TEXT, thought="Hm.", usage=told)) as stub:
        played = await hall.ask(wire, stub)
    assert (finished(played).usage, finished(played).cost_usd) == (told, cost(told))


@every_wire
async def test_an_answer_without_end_is_ended(wire: Wire, hall: Hall) -> None:
    pieces, _ = upto(wire, "middle")
    endless = wire.stream(chain(pieces, repeat(_unnumbered(pieces[-1]))))
    async with Stub(endless, wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub, more=", max_output: 50")
        await stub.asked[0].gone.wait()
    first = failures(played)[0]
    assert first.failure.error == "malformed"
    assert "its limit long past" in first.failure.message
    assert played.output("ask") == WHOLE


async def test_what_never_ends_takes_no_memory(hall: Hall) -> None:
    wire = NAMED["chat"]
    arguments = {"index": 0, "function": {"name": "look", "arguments": "x" * 20_000}}
    growing = wire.framed({"choices": [{"index": 0, "delta": {"tool_calls": [arguments]}}]})
    async with Stub(wire.stream(repeat(growing)), wire.reply(TEXT)) as stub:
        gc.collect()
        tracemalloc.start()
        played = await hall.ask(wire, stub)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await stub.asked[0].gone.wait()
    assert failures(played)[0].failure.error == "malformed"
    assert most < 40_000_000


@every_wire
async def test_a_megabyte_in_one_piece_is_ended_too(wire: Wire, hall: Hall) -> None:
    async with Stub(wire.reply(["word " * 200_000]), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    assert failures(played)[0].failure.error == "malformed"
    assert played.output("ask") == WHOLE


@every_wire
async def test_a_run_that_is_stopped_frees_the_server(wire: Wire, hall: Hall) -> None:
    pieces, _ = upto(wire, "middle")
    async with Stub(wire.stream(pieces, ends="never")) as stub:
        models = f"models: {{only: {wire.model(stub.url)}}}\nagents: {{a: {{persona: P., model: only}}}}\n"
        run = hall.house.begin(models + "steps: {ask: {agent: a, prompt: Greet me.}}\n", mode="live")
        await until(lambda: any(isinstance(event, CallSpeaking) for event in run.events))
        await run.stop(grace=0)
        async with asyncio.timeout(60):
            await stub.asked[0].gone.wait()


@every_wire
async def test_one_connection_serves_many_calls(wire: Wire, hall: Hall) -> None:
    steps = "".join(f"  ask{number}: {{agent: a, prompt: Greet me.}}\n" for number in range(3))
    async with Stub(wire.reply(TEXT)) as stub:
        await hall.ask(wire, stub, steps=f"steps:\n{steps}")
    assert (len(stub.asked), stub.lines) == (3, 1)


@every_wire
async def test_a_tool_that_nobody_offered_is_not_run_and_the_model_is_told(wire: Wire, hall: Hall) -> None:
    calls = (ToolCall("call_1", "erase_everything", '{"really": "ja 🌍"}'),)
    steps = "steps: {ask: {agent: a, prompt: Greet me., tools: [text.find]}}\n"
    async with Stub(wire.reply(tool_calls=calls), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub, steps=steps)
    assert len(stub.asked) == 2, played.failure("ask")
    assert "erase_everything" in json.dumps(stub.asked[1].json)
    assert played.output("ask") == WHOLE


def _unnumbered(piece: bytes) -> bytes:
    """A piece that may come again and again."""
    head, found, data = piece.partition(b"data: ")
    if not found:
        return piece
    event = json.loads(data)
    event.pop("sequence_number", None)
    return head + found + json.dumps(event).encode() + b"\n\n"
