"""Adapters that are spoken to at a stub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from corpus.hearing import Heard, heard
from corpus.stub import Asked, Stub
from providers import provider_at
from providers.base import Endpoint, Provider, Request


@asynccontextmanager
async def speaking(base_url: str, service: str = "openai-compatible", key: str = "") -> AsyncIterator[Provider]:
    """A provider with connections of its own, closed at the end."""
    provider = provider_at(Endpoint(service, base_url, key))
    try:
        yield provider
    finally:
        await provider.aclose()  # type: ignore[attr-defined]


async def exchanged(answer: Any, request: Request, **about: str) -> tuple[Heard, list[Asked]]:
    """What came of one request to a stub that answers so, and what the stub was asked."""
    async with Stub(answer) as stub, speaking(f"{stub.url}/v1", **about) as provider:
        return await heard(provider, request), stub.asked
