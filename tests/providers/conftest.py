"""Services opened at stubs, and closed when the test is over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from corpus.stub import Stub
from providers import provider_at
from providers.base import Endpoint


@pytest.fixture
async def opened_at() -> AsyncIterator[Callable[..., Any]]:
    """Open a service, by its name."""
    providers: list[Any] = []

    def open(service: str, stub: Stub, key: str = "parrot-key", suffix: str = "") -> Any:
        providers.append(provider_at(Endpoint(service, stub.url + suffix, key, "a test")))
        return providers[-1]

    yield open
    for provider in providers:
        await provider.aclose()
