"""The HTTP beneath every adapter, also beneath the SDKs: no hidden retries, redirects, time limits or compression."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import cache, partial
from typing import cast

import httpx2

from providers.base import Endpoint, ProviderError
from providers.catalogue import is_loopback, services
from providers.key_hosts import is_own
from providers.wires.decoding import shortened

MOST_OF_A_REFUSAL = 65_536  # bytes
_MOST_OF_A_NAME = 40


def client_of(endpoint: Endpoint) -> httpx2.AsyncClient:
    """A client for one endpoint. How long an answer may take is the watchdog's business, not the socket's."""
    return httpx2.AsyncClient(
        headers={"accept-encoding": "identity"},  # a few bytes can be gigabytes when they are unpacked
        timeout=httpx2.Timeout(None, connect=endpoint.connect, write=60.0),
        verify=_trusted() if endpoint.base_url.startswith("https:") else False,  # it takes 100 ms to read
        trust_env=_is_far(endpoint),  # a proxy has no business with a server of one's own
        follow_redirects=False,  # a key must not follow to another host
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=32),
        event_hooks={"response": [partial(_insist_on_plain, endpoint), _keep_short]},
    )


def _is_far(endpoint: Endpoint) -> bool:
    """Is it the service itself, somewhere in the world?"""
    service = services().get(endpoint.service)
    return service is not None and not is_loopback(endpoint.base_url) and is_own(service, endpoint.base_url)


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts, read once for all clients."""
    return httpx2.create_ssl_context()


async def _insist_on_plain(endpoint: Endpoint, response: httpx2.Response) -> None:
    """Nothing is unpacked: an answer that is compressed all the same is none, and of a refusal the status is enough."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return
    if response.is_success:
        said = f"{endpoint.host} compresses its answer ({shortened(encoding, _MOST_OF_A_NAME)}), though not asked to"
        raise ProviderError("bad_request", said, hint="is there a proxy on the way that does it?")
    del response.headers["content-encoding"]
    response.stream = _Beginning(cast(httpx2.AsyncByteStream, response.stream), 0)


async def _keep_short(response: httpx2.Response) -> None:
    """SDKs read the whole body of a refusal, however long it is."""
    if not response.is_success:
        response.stream = _Beginning(cast(httpx2.AsyncByteStream, response.stream), MOST_OF_A_REFUSAL)


class _Beginning(httpx2.AsyncByteStream):
    """As much of a body as may hold an error."""

    def __init__(self, whole: httpx2.AsyncByteStream, most: int) -> None:
        self._whole = whole
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for piece in self._whole:
            yield piece[: self._most - taken]
            taken += len(piece)
            if taken >= self._most:
                break

    async def aclose(self) -> None:
        await self._whole.aclose()
