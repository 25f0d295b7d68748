"""OpenAI, and everyone who speaks one of its two protocols.

api.openai.com is spoken to in Responses, every other server in Chat Completions, unless `params: {api: ...}` says
which. What a server turns out not to know is left out, and it is asked again at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2

from providers.base import Chunk, Endpoint, ProviderError, Request
from providers.catalogue import is_loopback, service_of
from providers.key_hosts import is_own
from providers.wires import chat_completions, exchange, responses
from providers.wires.capabilities import Ability, Capabilities, capabilities_of, refused_by
from providers.wires.decoding import Response
from providers.wires.http import client_of
from providers.wires.sdk import Client, answer

NEEDS = "openai"
_OWN = "api.openai.com"


def open(endpoint: Endpoint) -> OpenAI:
    """OpenAI itself, or a server in front of it."""
    host = urlsplit(endpoint.base_url).hostname or ""
    if host == _OWN or host.endswith(f".{_OWN}"):  # of a region
        return OpenAI(endpoint, _OWN_CHAT, usual="responses")
    return OpenAI(endpoint)


class _Reader(exchange.Reader, Protocol):
    number: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """A protocol, as an endpoint speaks it."""

    path: str
    body: Callable[[Request, Capabilities, Endpoint], dict[str, Any]]
    asks: Callable[[dict[str, Any]], list[Ability]]
    reader: Callable[[Endpoint, str], _Reader]


CHAT = Dialect(chat_completions.PATH, chat_completions.body, chat_completions.asks, chat_completions.Reader)
RESPONSES = Dialect(responses.PATH, responses.body, responses.asks, responses.Reader)
_OWN_CHAT = Dialect(
    CHAT.path, partial(chat_completions.body, limits=("max_completion_tokens", "max_tokens")), CHAT.asks, CHAT.reader
)


class OpenAI:
    """One endpoint."""

    def __init__(self, endpoint: Endpoint, chat: Dialect = CHAT, usual: str = "chat") -> None:
        self._endpoint = endpoint
        self._dialects = {"chat": chat, "responses": RESPONSES}
        self._usual = usual
        self._client = Client(NEEDS, self._made)

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        endpoint, dialect = self._endpoint, self._dialect(request)
        capabilities = capabilities_of(endpoint.base_url, request.model)
        body = dialect.body(request, capabilities, endpoint)
        while True:
            reader = dialect.reader(endpoint, request.model)
            try:
                opened = partial(self._opened, dialect, body, reader, capabilities)
                async with aclosing(exchange.exchange(endpoint, opened, reader)) as chunks:
                    async for chunk in chunks:
                        yield chunk
                return
            except ProviderError as error:
                ability = _refused(error, dialect.asks(body))
                if ability is None:
                    raise
                capabilities.leave_out(ability)
                asked, body = body, dialect.body(request, capabilities, endpoint)
                if body == asked:
                    raise

    async def aclose(self) -> None:
        await self._client.aclose()

    def _dialect(self, request: Request) -> Dialect:
        api = request.params.get("api", self._usual)
        dialect = self._dialects.get(api) if isinstance(api, str) else None
        if dialect is None:
            raise ProviderError("bad_request", f"nobody here speaks the api {api!r}", hint="api is chat or responses")
        return dialect

    @asynccontextmanager
    async def _opened(
        self, dialect: Dialect, body: dict[str, Any], reader: _Reader, capabilities: Capabilities
    ) -> AsyncIterator[Response]:
        sdk, client = await self._client.ready()
        headers = {} if self._endpoint.key else {"Authorization": sdk.Omit()}
        request = client.post(
            dialect.path, body=body, options={"headers": headers}, cast_to=httpx2.Response, stream=True
        )
        async with answer(sdk, request, self._endpoint) as response:
            capabilities.helped()
            reader.number = response.headers.get("x-request-id", "")[:200]
            yield response

    def _made(self, sdk: Any) -> Any:
        kind = sdk.AsyncOpenAI if _is_for_openai(self._endpoint) else _without_environment(sdk)
        return kind(
            api_key=self._endpoint.key or "none",
            base_url=self._endpoint.base_url,
            max_retries=0,
            http_client=client_of(self._endpoint),
        )


def _is_for_openai(endpoint: Endpoint) -> bool:
    """Does it reach OpenAI, itself or through something on this machine?"""
    service = service_of(endpoint.service)
    if service is None or service.name != "openai":
        return False
    return is_own(service, endpoint.base_url) or is_loopback(endpoint.base_url)


def _refused(error: ProviderError, asked: list[Ability]) -> Ability | None:
    """What a server refused that it can be asked without; nothing was paid then."""
    answered = getattr(error.__cause__, "response", None)
    if error.error != "bad_request" or answered is None:
        return None
    return refused_by(answered.content, asked)


def _without_environment(sdk: Any) -> Any:
    """The SDK's client as a stranger may know it: what the environment holds for OpenAI is not for everyone."""

    class Plain(sdk.AsyncOpenAI):  # type: ignore[misc]
        @property
        def default_headers(self) -> dict[str, Any]:
            return {"Accept": "application/json", "Content-Type": "application/json", "User-Agent": "footlights"}

    return Plain
