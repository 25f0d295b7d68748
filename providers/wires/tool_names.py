"""Names of tools as services take them: letters, digits, `_` and `-`, at most 64. Ours hold more, as text.count does.

Around every adapter, so that none has to think of it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from msgspec.structs import replace

from providers.base import Chunk, Message, Provider, Request, ToolCall

LONGEST = 64
_UNFIT = re.compile(r"[^A-Za-z0-9_-]")


class PlainToolNames:
    """A provider that is told tools by plain names, and understood by ours."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request, piece by piece."""
        plain = _plain_names(request)
        if all(name == ours for ours, name in plain.items()):
            return self._provider.stream(request)
        return self._renamed(request, plain)

    async def aclose(self) -> None:
        """Close its connections."""
        if (close := getattr(self._provider, "aclose", None)) is not None:
            await close()

    async def _renamed(self, request: Request, plain: dict[str, str]) -> AsyncIterator[Chunk]:
        ours = {name: known for known, name in plain.items()}
        asked = replace(
            request,
            tools=tuple(replace(tool, name=plain[tool.name]) for tool in request.tools),
            messages=tuple(_with_names(message, plain) for message in request.messages),
        )
        chunks = self._provider.stream(asked)
        try:
            async for chunk in chunks:
                if chunk.tool_calls:
                    called = tuple(replace(call, name=ours.get(call.name, call.name)) for call in chunk.tool_calls)
                    chunk = replace(chunk, tool_calls=called)
                yield chunk
        finally:
            if (close := getattr(chunks, "aclose", None)) is not None:
                await close()


def _plain_names(request: Request) -> dict[str, str]:
    """A plain name for each name in a request, no two the same."""
    names = [tool.name for tool in request.tools]
    names += [call.name for message in request.messages for call in message.tool_calls]
    plain: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        fit = _UNFIT.sub("_", name)[:LONGEST] or "_"
        number = 1
        while fit in taken:
            number += 1
            end = f"_{number}"
            fit = _UNFIT.sub("_", name)[: LONGEST - len(end)] + end
        taken.add(fit)
        plain[name] = fit
    return plain


def _with_names(message: Message, plain: dict[str, str]) -> Message:
    if not message.tool_calls:
        return message
    return replace(message, tool_calls=tuple(_renamed(call, plain) for call in message.tool_calls))


def _renamed(call: ToolCall, plain: dict[str, str]) -> ToolCall:
    return replace(call, name=plain[call.name])
