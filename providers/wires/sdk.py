"""A service's SDK makes the request, and nothing else: no retries, no decoding, no types.

Loading one takes up to two seconds and a client's certificates a tenth of one more, so both happen in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import httpx2

from providers.base import Endpoint, ProviderError
from providers.wires import faults


class Client:
    """The client of an SDK, made by `make(sdk)` when it is first needed, once for all who ask."""

    def __init__(self, package: str, make: Callable[[Any], Any]) -> None:
        self._package = package
        self._make = make
        self._making = asyncio.Lock()
        self._made: tuple[Any, Any] | None = None

    async def ready(self) -> tuple[Any, Any]:
        """The SDK and the client."""
        if self._made is None:
            async with self._making:
                if self._made is None:
                    self._made = await asyncio.to_thread(self._loaded)
        return self._made

    async def aclose(self) -> None:
        """Close its connections."""
        if self._made is not None:
            made, self._made = self._made, None
            await made[1].close()

    def _loaded(self) -> tuple[Any, Any]:
        try:
            sdk = import_module(self._package)
        except ImportError as error:
            said = f"the package {self._package} is there and cannot be loaded: {error}"
            raise ProviderError("bad_request", said, hint=f"pip install --force-reinstall {self._package}") from error
        return sdk, self._make(sdk)


@asynccontextmanager
async def answer(sdk: Any, request: Awaitable[Any], endpoint: Endpoint) -> AsyncIterator[httpx2.Response]:
    """The answer to a request, its body unread; a ProviderError whose cause is the SDK's error when there is none."""
    try:
        response: httpx2.Response = await request
    except sdk.APIStatusError as error:
        raise faults.of_status(error.status_code, error.response.headers, error.response.content, endpoint) from error
    except sdk.APIConnectionError as error:
        cause = error.__cause__
        raise faults.of_transport(cause if isinstance(cause, Exception) else error, endpoint) from error
    try:
        yield response
    finally:
        await response.aclose()
