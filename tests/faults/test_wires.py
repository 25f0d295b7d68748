"""What a run makes of an answer that goes wrong at its first byte, in the middle or at its last, in each protocol."""

from __future__ import annotations

from itertools import chain, repeat

import pytest

from corpus.stub import Answer, Stub
from corpus.wires import ENOUGH, NAMED, Wire
from faults.wired import (
    TEXT,
    WHOLE,
    Hall,
    at_each_place,
    cost,
    every_wire,
    failures,
    finished,
    insist_it_failed_at_once,
    insist_it_was_tried_again,
    partial,
    upto,
)
from providers.wires import decoding as decoding
from providers.wires import watchdog

PING = {"application/x-ndjson": b"\n", "text/event-stream": b": ping\n\n"}


@every_wire
async def test_an_answer_that_is_right_is_heard_and_paid_for(wire: Wire, hall: Hall) -> None:
    async with Stub(wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    answered = finished(played)
    assert played.output("ask") == WHOLE
    assert (answered.usage, answered.cost_usd, answered.basis) == (ENOUGH, cost(ENOUGH), "exact")
    assert (answered.served, stub.asked[0].path) == ("parrot-2026-11-21", wire.path)
    assert not failures(played)


@every_wire
@at_each_place
async def test_a_connection_that_drops_is_tried_again(wire: Wire, share: str, hall: Hall) -> None:
    pieces, so_far = upto(wire, share)
    dropped = wire.stream(pieces, framing="length" if share == "middle" else "chunked", ends="cut", promised=9_999)
    async with Stub(dropped, wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "connection", so_far)
    assert "closed the connection before its answer was complete" in failures(played)[0].failure.message


@every_wire
@pytest.mark.parametrize("ends", ["cut", "reset"])
async def test_a_server_that_hangs_up_without_a_word_is_asked_again(wire: Wire, ends: str, hall: Hall) -> None:
    async with Stub(Answer(0, ends=ends), wire.reply(TEXT)) as stub:  # type: ignore[arg-type]
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "connection", "")
    assert failures(played)[0].cost_usd == 0


@every_wire
@at_each_place
async def test_an_answer_that_ends_early_but_cleanly_is_none(wire: Wire, share: str, hall: Hall) -> None:
    pieces, so_far = upto(wire, share)
    if wire.name == "gemini" and share == "last":
        pieces = pieces[:-1]
        so_far = "".join(TEXT[:-1])
    async with Stub(wire.stream(pieces), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "incomplete", so_far)


@every_wire
@at_each_place
async def test_json_that_is_cut_in_two_is_no_answer(wire: Wire, share: str, hall: Hall) -> None:
    pieces, so_far = upto(wire, share)
    half = wire.answer(TEXT)[len(pieces)]
    async with Stub(wire.stream([*pieces, half[: len(half) * 2 // 3]]), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "malformed", so_far)


@every_wire
@at_each_place
async def test_garbage_in_the_stream_fails_the_attempt_and_is_shown_escaped(wire: Wire, share: str, hall: Hall) -> None:
    pieces, so_far = upto(wire, share)
    garbage, shown = b'{"oops": \x1b[31m \xff\xfe\x00', '{"oops": ␛[31m \\xff\\xfe␀'
    framed = garbage + b"\n" if wire.kind.endswith("ndjson") else b"data: " + garbage + b"\n\n"
    rest = wire.answer(TEXT)[len(pieces) :]
    async with Stub(wire.stream([*pieces, framed, *rest]), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "malformed", so_far)
    assert shown in failures(played)[0].failure.message


@every_wire
@at_each_place
async def test_a_line_without_end_is_given_up_on(
    wire: Wire, share: str, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "MOST_OF_A_MESSAGE", 50_000)
    pieces, so_far = upto(wire, share)
    endless = chain(pieces, [b'data: {"a": "'], repeat(b"x" * 8_000))
    async with Stub(wire.stream(endless), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
        await stub.asked[0].gone.wait()
    insist_it_was_tried_again(played, stub, "malformed", so_far)


@every_wire
@pytest.mark.parametrize(
    ("share", "pings"), [("first", False), ("middle", False), ("last", False), ("first", True), ("middle", True)]
)
async def test_a_stream_that_stalls_is_left_and_asked_again(wire: Wire, share: str, pings: bool, hall: Hall) -> None:
    pieces, so_far = upto(wire, share)
    stalled = wire.stream(chain(pieces, repeat(PING[wire.kind])) if pings else pieces, ends="never")
    limit = "first_token" if share == "first" else "between_tokens"
    async with Stub(stalled, wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub, more=f", timeouts: {{{limit}: 200ms}}")
        await stub.asked[0].gone.wait()
    first = failures(played)[0]
    assert first.failure.error == "timeout"
    assert first.failure.message.endswith(
        f"the {limit.split('_')[0].replace('between', 'next')} token did not come within 0.2 seconds"
    )
    assert (partial(played, first), first.basis) == (so_far, "estimated")
    assert first.cost_usd > 0  # the model had taken it in
    assert played.output("ask") == WHOLE


@every_wire
async def test_a_whole_answer_counts_even_if_the_line_stays_open(
    wire: Wire, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "AFTER_THE_END", 0.05)
    async with Stub(wire.stream(wire.answer(TEXT), ends="never")) as stub:
        played = await hall.ask(wire, stub)
        await stub.asked[0].gone.wait()
    assert (played.output("ask"), finished(played).usage, failures(played)) == (WHOLE, ENOUGH, [])


@every_wire
async def test_a_whole_answer_counts_even_if_the_line_drops_after_it(wire: Wire, hall: Hall) -> None:
    async with Stub(wire.stream(wire.answer(TEXT), ends="cut")) as stub:
        played = await hall.ask(wire, stub)
    assert (played.output("ask"), finished(played).usage, failures(played)) == (WHOLE, ENOUGH, [])


@every_wire
@at_each_place
async def test_an_overload_told_inside_an_answer_is_no_answer(wire: Wire, share: str, hall: Hall) -> None:
    pieces, so_far = upto(wire, share)
    rest = wire.answer(TEXT)[len(pieces) :]
    async with Stub(wire.stream([*pieces, wire.failure(503, "Overloaded"), *rest]), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "overloaded", so_far)
    assert "Overloaded" in failures(played)[0].failure.message


@every_wire
@at_each_place
async def test_a_request_that_is_found_wrong_inside_an_answer_is_not_repeated(
    wire: Wire, share: str, hall: Hall
) -> None:
    if wire.name == "ollama":
        return  # it has no names for what is wrong
    pieces, so_far = upto(wire, share)
    async with Stub(wire.stream([*pieces, wire.failure(400, "Not like this")]), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    assert partial(played, insist_it_failed_at_once(played, stub, "bad_request")) == so_far


@every_wire
@at_each_place
async def test_money_that_runs_out_inside_an_answer_is_told_and_not_asked_for_again(
    wire: Wire, share: str, hall: Hall
) -> None:
    pieces, so_far = upto(wire, share)
    spent = wire.failure(402, "Your credit balance is too low", code="" if wire.name == "ollama" else "billing_error")
    async with Stub(wire.stream([*pieces, spent]), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    assert partial(played, insist_it_failed_at_once(played, stub, "quota")) == so_far


async def test_numbered_events_that_come_twice_count_once(hall: Hall) -> None:
    responses = NAMED["responses"]
    twice = [piece for piece in responses.answer(TEXT) for _ in range(2)]
    async with Stub(responses.stream(twice)) as stub:
        played = await hall.ask(responses, stub)
    assert played.output("ask") == WHOLE


async def test_a_gap_in_numbered_events_fails_the_attempt(hall: Hall) -> None:
    responses = NAMED["responses"]
    pieces, _ = upto(responses, "middle")
    whole = responses.answer(TEXT)
    async with Stub(responses.stream([*pieces, *whole[len(pieces) + 1 :]]), responses.reply(TEXT)) as stub:
        played = await hall.ask(responses, stub)
    insist_it_was_tried_again(played, stub, "malformed", "".join(TEXT[:2]))
