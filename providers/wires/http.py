"""The HTTP beneath every adapter, also beneath the SDKs: no hidden retries, redirects or time limits."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import cast

import httpx2

from providers.base import Endpoint
from providers.catalogue import is_loopback

MOST_OF_A_REFUSAL = 65_536  # bytes


def client_of(endpoint: Endpoint) -> httpx2.AsyncClient:
    """A client for one endpoint. How long an answer may take is the watchdog's business, not the socket's."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=endpoint.connect, write=60.0),
        verify=_trusted() if endpoint.base_url.startswith("https:") else False,  # it takes 100 ms to read
        trust_env=not is_loopback(endpoint.base_url),  # a proxy has no business with a server on this machine
        follow_redirects=False,  # a key must not follow to another host
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=32),
        event_hooks={"response": [_keep_short]},
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts, read once for all clients."""
    return httpx2.create_ssl_context()


async def _keep_short(response: httpx2.Response) -> None:
    """SDKs read the whole body of a refusal, however long it is."""
    if not response.is_success:
        response.stream = _Beginning(cast(httpx2.AsyncByteStream, response.stream))


class _Beginning(httpx2.AsyncByteStream):
    """As much of a body as may hold an error."""

    def __init__(self, whole: httpx2.AsyncByteStream) -> None:
        self._whole = whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for piece in self._whole:
            yield piece[: MOST_OF_A_REFUSAL - taken]
            taken += len(piece)
            if taken >= MOST_OF_A_REFUSAL:
                break

    async def aclose(self) -> None:
        await self._whole.aclose()
