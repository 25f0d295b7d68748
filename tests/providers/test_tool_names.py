"""Tools have names that services take, and are understood by ours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from providers.base import Chunk, Message, Request, ToolCall, ToolOffer
from providers.wires.tool_names import PlainToolNames

FIT = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Parrot:
    """Asks for every tool that it is offered."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        self.asked.append(request)
        calls = tuple(ToolCall(str(number), tool.name, "{}") for number, tool in enumerate(request.tools))
        yield Chunk("one moment")
        yield Chunk(tool_calls=(*calls, ToolCall("x", "never_offered", "{}")), finish="tool_calls")


@given(names=st.lists(st.text(max_size=80), unique=True, max_size=6))
async def test_whatever_a_tool_is_called_its_service_can_take_it_and_we_know_it_again(names: list[str]) -> None:
    parrot = Parrot()
    before = Message("assistant", "", tuple(ToolCall("0", name, "{}") for name in names))
    request = Request("m", (before,), tools=tuple(ToolOffer(name, "", {}) for name in names))
    chunks = [chunk async for chunk in PlainToolNames(parrot).stream(request)]
    assert [call.name for call in chunks[-1].tool_calls] == [*names, "never_offered"]
    asked = parrot.asked[0]
    told = [tool.name for tool in asked.tools]
    assert len(set(told)) == len(names)
    if any(not FIT.fullmatch(name) for name in names):
        assert all(FIT.fullmatch(name) for name in told)
    assert [call.name for call in asked.messages[0].tool_calls] == told


async def test_names_that_fit_are_left_as_they_are() -> None:
    parrot = Parrot()
    request = Request("m", (), tools=(ToolOffer("text_count", "", {}),))
    assert [chunk async for chunk in PlainToolNames(parrot).stream(request)]
    assert parrot.asked == [request]
