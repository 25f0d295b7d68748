"""What a run makes of a service that says no, or does not answer as one: what is tried again, what is not, and why."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest

from app.events import CallFailed, CallRouted, CallWaiting
from corpus.certificates import self_signed
from corpus.playing import Played, until
from corpus.stub import Answer, Asked, Stub
from corpus.wires import NAMED, WIRES, Wire
from faults.wired import (
    KEY,
    TEXT,
    WHOLE,
    Hall,
    every_wire,
    failures,
    insist_it_failed_at_once,
    insist_it_was_tried_again,
)
from providers import limiter

PAIRS = [pytest.param(one, other, id=one.name) for one, other in zip(WIRES, [*WIRES[1:], WIRES[0]], strict=True)]


@every_wire
@pytest.mark.parametrize("status", [500, 503, 504, 529])
async def test_trouble_that_may_pass_is_tried_again(wire: Wire, status: int, hall: Hall) -> None:
    async with Stub(wire.refusal(status), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "timeout" if status == 504 else "overloaded", "")
    assert failures(played)[0].cost_usd == 0  # nothing was read


@every_wire
async def test_trouble_that_does_not_pass_is_tried_five_times_and_no_more(wire: Wire, hall: Hall) -> None:
    page = Answer(502, {"content-type": "text/html"}, (b"<html><title>Bad gateway</title>",), "length")
    async with Stub(page) as stub:
        played = await hall.ask(wire, stub)
    assert len(stub.asked) == 5
    waits = [failed.retry_ms for failed in failures(played)]
    assert waits[-1] is None
    assert None not in waits[:-1]
    assert played.failure("ask").message == f"{stub.host} answers 502: a page called Bad gateway"


@every_wire
@pytest.mark.parametrize("status", [400, 404, 413, 422])
async def test_a_request_that_is_wrong_is_not_repeated(wire: Wire, status: int, hall: Hall) -> None:
    async with Stub(wire.refusal(status, "There is no model parrot", x_request_id="req_7")) as stub:
        played = await hall.ask(wire, stub)
    failed = insist_it_failed_at_once(played, stub, "bad_request")
    said = f"{stub.host} answers {status}: There is no model parrot"
    assert failed.failure.message.startswith(said)
    assert failed.failure.message.endswith("[request req_7]")


@every_wire
@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_refused_is_named_by_its_source(wire: Wire, status: int, hall: Hall) -> None:
    async with Stub(wire.refusal(status, f"No such key: {KEY}")) as stub:
        played = await hall.ask(wire, stub)
    failed = insist_it_failed_at_once(played, stub, "auth")
    assert f"to the key from {wire.key} in the environment" in failed.failure.message
    assert "No such key: •••" in failed.failure.message
    assert any(KEY in value for value in stub.asked[0].headers.values())


@every_wire
async def test_an_account_with_nothing_left_is_not_asked_again(wire: Wire, hall: Hall) -> None:
    async with Stub(wire.refusal(429, "Your credit balance is too low, or so")) as stub:
        played = await hall.ask(wire, stub)
    failed = insist_it_failed_at_once(played, stub, "quota")
    assert "the account has no more to spend" in failed.failure.hint


@every_wire
async def test_a_prompt_that_is_too_long_is_told_apart(wire: Wire, hall: Hall) -> None:
    async with Stub(wire.refusal(400, "prompt is too long: 9 tokens > 8 maximum")) as stub:
        played = await hall.ask(wire, stub)
    insist_it_failed_at_once(played, stub, "context_too_long")


@every_wire
async def test_a_rate_limit_is_waited_for_as_long_as_it_asks(wire: Wire, hall: Hall) -> None:
    at: list[float] = []

    def answer(asked: Asked) -> Answer:
        at.append(asyncio.get_running_loop().time())
        return wire.reply(TEXT) if len(at) > 1 else wire.refusal(429, retry_after_ms="40", retry_after="60")

    async with Stub(answer) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "rate_limited", "")
    assert at[1] - at[0] >= 0.04
    wait = failures(played)[0].retry_ms
    assert wait is not None
    assert 40 <= wait <= 42


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ("86400", 120_000),
        ("Sun, 22 Nov 2026 12:00:00 GMT", 120_000),
        ("-60", 2),
        ("Fri, 20 Nov 2026 12:00:00 GMT", 2),
    ],
)
async def test_a_wait_that_makes_no_sense_is_kept_within_reason(asked: str, waits: int, hall: Hall) -> None:
    wire = NAMED["chat"]
    limited = wire.refusal(429, retry_after=asked, date="Sat, 21 Nov 2026 12:00:00 GMT")
    async with Stub(limited) as stub:
        models = f"models: {{only: {wire.model(stub.url)}}}\nagents: {{a: {{persona: P., model: only}}}}\n"
        run = hall.house.begin(models + "steps: {ask: {agent: a, prompt: Greet me.}}\n", mode="live")
        await until(lambda: any(isinstance(event, CallFailed) for event in run.events))
        await run.stop(grace=0)
    (first, *_) = [event for event in run.events if isinstance(event, CallFailed)]
    assert first.retry_ms is not None
    assert first.retry_ms == waits if waits > 1000 else first.retry_ms <= waits


async def test_siblings_wait_out_the_pause_that_one_of_them_was_asked_for(hall: Hall) -> None:
    wire = NAMED["anthropic"]
    at: list[float] = []

    def answer(asked: Asked) -> Answer:
        at.append(asyncio.get_running_loop().time())
        return wire.refusal(429, retry_after_ms="60") if len(at) == 1 else wire.reply(TEXT)

    together = limiter.AT_A_TIME + 4  # more than go out at once
    each = f"{{for_each: {list(range(together))}, as: one, max_parallel: {together}, agent: a, prompt: Greet me.}}"
    async with Stub(answer) as stub:
        played = await hall.ask(wire, stub, steps=f"steps: {{each: {each}}}\n")
    assert played.outcome == "succeeded"
    assert len(failures(played)) == 1
    later = [moment for moment in at[limiter.AT_A_TIME :] if moment - at[0] < 0.06]
    assert not later  # those that had not gone out when the first was refused, and the first itself
    assert len(stub.asked) == together + 1
    assert {wait.waits_for for wait in played.of(CallWaiting)} == {"limiter"}


@pytest.mark.parametrize(("first", "then"), PAIRS)
@pytest.mark.parametrize(
    ("status", "says", "error", "attempts"),
    [
        (529, "Overloaded", "overloaded", 5),
        (401, "Wrong key", "auth", 1),
        (429, "Your credit balance is too low", "quota", 1),
        (400, "prompt is too long", "context_too_long", 1),
    ],
)
async def test_another_model_answers_when_the_first_one_cannot(
    first: Wire, then: Wire, status: int, says: str, error: str, attempts: int, hall: Hall
) -> None:
    async with Stub(first.refusal(status, says)) as one, Stub(then.reply(TEXT)) as other:
        played = await hall.ask_first(first, one, then, other)
    assert played.output("ask") == WHOLE
    assert [failed.failure.error for failed in failures(played)] == [error] * attempts
    assert (len(one.asked), len(other.asked)) == (attempts, 1)
    chosen = [(routed.model, routed.policy) for routed in played.of(CallRouted)]
    assert chosen[-1] == ("second", "fallback")
    receipt = {candidate.model: candidate.out for candidate in played.of(CallRouted)[-1].candidates}
    assert receipt["first"] == error


@every_wire
async def test_no_other_model_is_asked_what_is_wrong_in_itself(wire: Wire, hall: Hall) -> None:
    async with Stub(wire.refusal(400, "No")) as one, Stub(wire.reply(TEXT)) as other:
        played = await hall.ask_first(wire, one, wire, other)
    assert played.failure("ask").error == "bad_request"
    assert other.asked == []


@every_wire
@pytest.mark.parametrize("status", [301, 307])
async def test_a_redirect_is_not_followed_and_takes_no_key_along(wire: Wire, status: int, hall: Hall) -> None:
    async with Stub(wire.reply(TEXT)) as elsewhere:
        moved = Answer(status, {"location": f"{elsewhere.url}/in?key={KEY}"}, (), "length")
        async with Stub(moved) as stub:
            played = await hall.ask(wire, stub)
        assert elsewhere.asked == []
    failed = insist_it_failed_at_once(played, stub, "bad_request")
    assert failed.failure.message == f"{stub.host} answers {status}: it redirects to {elsewhere.host}"


@every_wire
@pytest.mark.parametrize("kind", ["text/html", ""])
async def test_a_page_is_no_answer(wire: Wire, kind: str, hall: Hall) -> None:
    page = Answer(200, {"content-type": kind} if kind else {}, (b"<html>\x1b[1mPlease log in", b" here" * 500))
    async with Stub(page) as stub:
        played = await hall.ask(wire, stub)
    failed = insist_it_failed_at_once(played, stub, "bad_request")
    assert "<html>␛[1mPlease log in" in failed.failure.message
    assert "is base_url right" in failed.failure.hint


@every_wire
async def test_an_error_in_place_of_the_stream_is_what_it_says(wire: Wire, hall: Hall) -> None:
    said = wire.refusal(503, "Overloaded")
    async with Stub(Answer(200, said.headers, said.pieces, "length"), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
    insist_it_was_tried_again(played, stub, "overloaded", "")


@every_wire
async def test_an_error_that_goes_on_for_ever_is_cut_off(wire: Wire, hall: Hall) -> None:
    async with Stub(Answer(500, {"content-type": "text/plain"}, repeat(b"no " * 3000)), wire.reply(TEXT)) as stub:
        played = await hall.ask(wire, stub)
        await stub.asked[0].gone.wait()
    insist_it_was_tried_again(played, stub, "overloaded", "")
    assert len(failures(played)[0].failure.message) < 400


@pytest.fixture
def nowhere() -> Iterator[str]:
    """An address on which nobody listens, and nobody begins to while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


@every_wire
async def test_a_server_that_is_not_there_is_looked_for_five_times(wire: Wire, hall: Hall, nowhere: str) -> None:
    played = await _ask_at(wire, f"http://{nowhere}", hall)
    assert [failed.failure.error for failed in failures(played)] == ["connection"] * 5
    assert played.failure("ask").message == f"{nowhere} refuses to be connected to"
    assert "running" in played.failure("ask").hint


@every_wire
async def test_a_certificate_that_is_not_trusted_is_not_tried_again(wire: Wire, hall: Hall, tmp_path: Path) -> None:
    async with Stub(wire.reply(TEXT), tls=self_signed(tmp_path)) as stub:
        played = await hall.ask(wire, stub)
    (failed,) = failures(played)
    assert failed.failure.error == "auth"
    assert failed.failure.message.startswith(f"{stub.host} shows a certificate that is not trusted")
    assert "SSL_CERT_FILE" in failed.failure.hint
    assert stub.asked == []


@every_wire
async def test_a_server_that_never_greets_back_is_not_waited_for(wire: Wire, hall: Hall) -> None:
    async with Stub(Answer(0, ends="never")) as stub:
        played = await _ask_at(wire, f"https://{stub.host}", hall, ", timeouts: {connect: 20ms}")
    assert [failed.failure.error for failed in failures(played)] == ["timeout"] * 5
    assert played.failure("ask").message == f"{stub.host} could not be connected to within 0.02 seconds"


async def _ask_at(wire: Wire, url: str, hall: Hall, more: str = "") -> Played:
    models = f"models: {{only: {wire.model(url, more)}}}\nagents: {{a: {{persona: P., model: only}}}}\n"
    return await hall.play(models + "steps: {ask: {agent: a, prompt: Greet me.}}\n")
