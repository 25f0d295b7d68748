"""Asks a service over plain HTTP, for the adapters that stand on no SDK."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from providers.base import Endpoint
from providers.wires import faults
from providers.wires.http import client_of


class Refusal(Exception):
    """What a service said to a request that it refused."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.body = body


class Line:
    """The connections to one endpoint, opened when they are first needed."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client: httpx2.AsyncClient | None = None
        self._making = asyncio.Lock()

    @asynccontextmanager
    async def posted(self, url: str, body: Any, headers: Mapping[str, str]) -> AsyncIterator[httpx2.Response]:
        """The answer to a request, its body unread; a ProviderError when the service refuses it."""
        client = await self._ready()
        sent = {"content-type": "application/json", **headers}
        async with client.stream("POST", url, content=json.dumps(body).encode(), headers=sent) as response:
            if not response.is_success:
                status, said = response.status_code, await response.aread()
                raise faults.of_status(status, response.headers, said, self._endpoint) from Refusal(status, said)
            yield response

    async def aclose(self) -> None:
        """Close them."""
        if self._client is not None:
            closing, self._client = self._client, None
            await closing.aclose()

    async def _ready(self) -> httpx2.AsyncClient:
        async with self._making:
            if self._client is None:  # in a thread: reading the certificates of this machine takes a while
                self._client = await asyncio.to_thread(client_of, self._endpoint)
        return self._client
