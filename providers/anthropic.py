"""Anthropic's Messages API, and the servers that speak it too. Its SDK makes the request; what comes back is read here.

What thinks signs its thoughts, and wants them back unchanged while tools are at work: they travel as an echo.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2

from providers.base import Chunk, Endpoint, Message, Request
from providers.wires import sdk
from providers.wires.anthropic_answer import PROTOCOL, AnthropicAnswer
from providers.wires.capabilities import capabilities_of
from providers.wires.conversation import arguments_of, as_list, as_map, as_name, echo_of, safe_id, spoken
from providers.wires.exchange import exchange
from providers.wires.http import client_of
from providers.wires.params import limit_of, others
from providers.wires.shaping import Shape, closed, shaped

NEEDS = "anthropic"
HOME = "api.anthropic.com"
MOST_OUTPUT = 4096  # tokens, where nobody says how many: the API wants a number
_FOR_OTHERS = "2023-06-01"  # the version of the API that compatible servers know
_PLAIN = frozenset({"accept", "accept-encoding", "connection", "content-length", "content-type", "host"})
_PER_CALL = {"type": "ephemeral"}


def open(endpoint: Endpoint) -> Anthropic:
    """The SDK is loaded with the first request."""
    return Anthropic(endpoint)


class Anthropic:
    """Speaks to one server."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client = sdk.Client(NEEDS, self._made)

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request, piece by piece."""
        answer = AnthropicAnswer(self._endpoint)
        return exchange(self._endpoint, lambda: self._opened(request, answer), answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @asynccontextmanager
    async def _opened(self, request: Request, answer: AnthropicAnswer) -> AsyncIterator[httpx2.Response]:
        abilities = capabilities_of(self._endpoint.base_url, request.model)

        def posted(shape: Shape) -> AbstractAsyncContextManager[httpx2.Response]:
            return self._posted(body_of(request, shape))

        async with shaped(abilities, closed(request.shape), posted) as response:
            answer.request = as_name(response.headers.get("request-id"))
            yield response

    @asynccontextmanager
    async def _posted(self, body: dict[str, Any]) -> AsyncIterator[httpx2.Response]:
        package, client = await self._client.ready()

        async def posted() -> httpx2.Response:
            stream = await client.post(
                "/v1/messages", body=body, cast_to=object, stream=True, stream_cls=package.AsyncStream[object]
            )
            response: httpx2.Response = stream.response
            return response

        async with sdk.answer(package, posted(), self._endpoint) as response:
            yield response

    def _made(self, package: Any) -> Any:
        endpoint = self._endpoint
        return package.AsyncAnthropic(
            api_key=endpoint.key or "none",  # without one the SDK goes looking for credentials on disk
            base_url=endpoint.base_url.rstrip("/").removesuffix("/v1"),
            max_retries=0,
            http_client=client_of(endpoint) if endpoint.host == HOME else _as_others_know_it(endpoint),
            open_telemetry=False,  # prompts are nobody else's business
        )


def _as_others_know_it(endpoint: Endpoint) -> httpx2.AsyncClient:
    """Compatible servers know the older way in, and are told nothing of what the environment holds for Anthropic."""
    key = {"authorization": f"Bearer {endpoint.key}", "x-api-key": endpoint.key} if endpoint.key else {}

    async def plain(request: httpx2.Request) -> None:
        for name in request.headers.keys() - _PLAIN:
            del request.headers[name]
        request.headers.update({"user-agent": "footlights", "anthropic-version": _FOR_OTHERS, **key})

    client = client_of(endpoint)
    client.event_hooks = {**client.event_hooks, "request": [plain]}
    return client


def body_of(request: Request, shape: Shape) -> dict[str, Any]:
    """The request as the API wants it."""
    system, messages = spoken(request)
    body = others(request.params)
    body |= {"model": request.model, "max_tokens": limit_of(request) or MOST_OUTPUT, "stream": True}
    body["messages"] = _in_turns(messages)
    if request.tools:
        body["tools"] = [
            {"name": one.name, "description": one.description, "input_schema": one.parameters} for one in request.tools
        ]
    if system:
        body["system"] = [{"type": "text", "text": system}]
    if request.tools:  # then more calls follow that begin alike; a single one would only pay more for the cache
        (body["system"] if system else body["tools"])[-1]["cache_control"] = _PER_CALL
    if shape is not None:
        format = {"type": "json_schema", "schema": shape}
        body["output_config"] = {**as_map(request.params.get("output_config")), "format": format}
    return body


def _in_turns(messages: list[Message]) -> list[dict[str, Any]]:
    """User and assistant by turns: what follows in the same role is joined, results of tools are the user's."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks_of(message)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        elif blocks:
            turns.append({"role": role, "content": blocks})
    return turns


def _blocks_of(message: Message) -> list[dict[str, Any]]:
    if message.role == "tool":
        result = {"type": "tool_result", "tool_use_id": safe_id(message.tool_call)}
        return [{**result, "content": message.content} if message.content else result]
    if echoed := as_list(echo_of(message, PROTOCOL).get("content")):
        return list(echoed)
    blocks: list[dict[str, Any]] = []
    if message.content.strip():  # an empty text is refused
        blocks.append({"type": "text", "text": message.content})
    for call in message.tool_calls:
        input = arguments_of(call.arguments)
        blocks.append({"type": "tool_use", "id": safe_id(call.id), "name": call.name, "input": input})
    return blocks
