"""What holds for every protocol: connections are shared, let go of, and missed where nobody listens."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from corpus.hearing import heard
from corpus.stub import Stub
from corpus.wires import WIRES, Wire
from providers.base import Message, ProviderError, Request

every_wire = pytest.mark.parametrize("wire", WIRES, ids=[wire.name for wire in WIRES])


def asked(wire: Wire) -> Request:
    """A question in a protocol."""
    params = {"api": "responses"} if wire.name == "responses" else {}
    return Request("parrot", (Message("user", "Hello?"),), params, most_output=200)


def opened(wire: Wire, stub: Stub, opened_at: Any) -> Any:
    """The service that speaks it, at a stub."""
    return opened_at(wire.use.partition("/")[0], stub, suffix=wire.suffix)


@every_wire
async def test_answers_in_a_row_share_one_connection(wire: Wire, opened_at: Any) -> None:
    async with Stub(wire.reply("Hi")) as stub:
        provider = opened(wire, stub, opened_at)
        for _ in range(3):
            assert (await heard(provider, asked(wire))).text == "Hi"
        assert stub.lines == 1


@every_wire
async def test_a_call_that_is_called_off_lets_go_of_the_server(wire: Wire, opened_at: Any) -> None:
    pieces = wire.answer("Hello")
    said = next(number for number, piece in enumerate(pieces, 1) if b"Hello" in piece)
    async with Stub(wire.stream([*pieces[:said], asyncio.Event()])) as stub:
        chunks = opened(wire, stub, opened_at).stream(asked(wire))
        async for chunk in chunks:
            if chunk.text:
                break
        waiting = asyncio.ensure_future(anext(chunks))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await stub.asked[0].gone.wait()


@every_wire
async def test_a_service_that_nobody_runs_is_a_matter_of_connection(wire: Wire, opened_at: Any) -> None:
    async with Stub(wire.reply("Hi")) as stub:
        provider = opened(wire, stub, opened_at)
    with pytest.raises(ProviderError) as raised:
        await heard(provider, asked(wire))
    assert raised.value.error == "connection"
