"""The providers that the runs of one event loop share, so that all of them use the same connections.

Connections belong to an event loop. Whoever performs a run holds a lease; when the last one is given back, they close.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from providers import provider_at
from providers.base import Endpoint, Provider

_OPEN: dict[asyncio.AbstractEventLoop, Connections] = {}


class Connections:
    """Providers by endpoint, made when they are first asked for."""

    def __init__(self) -> None:
        self.leases = 0
        self._providers: dict[Endpoint, Provider] = {}

    def to(self, endpoint: Endpoint) -> Provider:
        """Whoever speaks to an endpoint."""
        known = self._providers.get(endpoint)
        if known is None:
            known = self._providers[endpoint] = provider_at(endpoint)
        return known

    async def close(self) -> None:
        """Close every connection."""
        closing, self._providers = list(self._providers.values()), {}
        for provider in closing:
            if (close := getattr(provider, "aclose", None)) is not None:
                await close()


def connections() -> Connections:
    """Those of the event loop that runs."""
    loop = asyncio.get_running_loop()
    if loop not in _OPEN:
        _OPEN[loop] = Connections()
    return _OPEN[loop]


@asynccontextmanager
async def leased() -> AsyncIterator[Connections]:
    """Around what uses them."""
    held = connections()
    held.leases += 1
    try:
        yield held
    finally:
        held.leases -= 1
        if held.leases == 0:
            _OPEN.pop(asyncio.get_running_loop(), None)
            await held.close()
