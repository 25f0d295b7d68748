"""Asks a tool server over HTTP, and reads no more of an answer than one can have, packed or not."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

MOST_BYTES = 8_000_000  # of one response: what a tool may answer, and lists of tools with room to spare


class Bounded(httpx2.AsyncBaseTransport):
    """The way to one server."""

    def __init__(self) -> None:
        self.is_denied = False  # did it last say that we may not?
        self._way = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; what comes back is counted while it is read."""
        request.headers["accept-encoding"] = "identity"
        response = await self._way.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        self.is_denied = response.status_code in (401, 403)
        packed = response.headers.get("content-encoding", "identity").strip().lower() != "identity"
        stream = _Counted(response.stream, 0 if packed else MOST_BYTES)
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=stream, extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._way.aclose()


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for piece in self._stream:
            count += len(piece)
            if count > self._most:
                why = f"it has more than {self._most:,} bytes" if self._most else "it is packed, which nobody asked for"
                raise httpx2.StreamError(why)
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
