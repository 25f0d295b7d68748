"""Telegraph, a service that answers in words, a line each. A toy: it shows all that a provider has to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from app.events import Usage
from providers.base import Chunk, Endpoint, Request
from providers.wires import faults
from providers.wires.decoding import Response
from providers.wires.exchange import exchange
from providers.wires.posting import Line


def open(endpoint: Endpoint) -> Telegraph:
    """What Footlights calls, once for each address and key."""
    return Telegraph(endpoint)


class Telegraph:
    """Speaks to one server."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._line = Line(endpoint)

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request, piece by piece."""
        return exchange(self._endpoint, lambda: self._asked(request), Answer(self._endpoint))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()

    def _asked(self, request: Request) -> AbstractAsyncContextManager[Response]:
        body = {
            "model": request.model,
            "messages": [[message.role, message.content] for message in request.messages],
            "most": request.most_output,
            **request.params,
        }
        headers = {"authorization": f"Bearer {self._endpoint.key}"}
        return self._line.posted(f"{self._endpoint.base_url}/telegram", body, headers)


class Answer:
    """The lines of one answer become chunks."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.is_done = False

    def read(self, line: dict[str, Any]) -> Iterator[Chunk]:
        """`{"word": "Hello"}`, and at last `{"stop": true, "read": 12, "wrote": 3, "by": "morse-2"}`."""
        if "error" in line:
            raise faults.in_band(line["error"], self._endpoint)
        if "word" in line:
            yield Chunk(text=f"{line['word']} ")
        if line.get("stop"):
            self.is_done = True
            usage = Usage(input=line["read"], output=line["wrote"])
            yield Chunk(finish="stop", usage=usage, served=line["by"])

    def end(self, was_said: bool) -> Iterator[Chunk]:
        """Nothing: an answer that was not stopped has broken off."""
        return iter(())
