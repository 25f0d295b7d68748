"""Ollama's own chat API, which alone takes the size of the context window. Its SDK loses parts of tools and counts.

A window is always asked for: the server's own is small, and it cuts away what does not fit, in silence.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2

from providers import tokens
from providers.base import Chunk, Endpoint, Message, ProviderError, Request
from providers.catalogue import lookup
from providers.wires import faults
from providers.wires.capabilities import capabilities_of
from providers.wires.conversation import arguments_of, as_map, echo_of, names_of
from providers.wires.exchange import exchange
from providers.wires.ollama_answer import PROTOCOL, OllamaAnswer, insist_on_staying, remote_of
from providers.wires.params import limit_of, others
from providers.wires.posting import Line, Refusal
from providers.wires.shaping import Shape, shaped

SMALLEST = 4096  # tokens: a smaller window saves nothing worth having
ROOM = 2048  # tokens for the answer, where nobody says how long it may be
_BESIDE_OPTIONS = ("think", "keep_alive", "truncate", "shift")


def open(endpoint: Endpoint) -> Ollama:
    """Connections are made with the first request."""
    return Ollama(endpoint)


class Ollama:
    """Speaks to one server."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._line = Line(endpoint)
        self._remotes: dict[str, str] = {}  # by model: the machine that does its work, if it is another one
        self._windows: dict[str, int] = {}  # by model; they only grow, because each change loads the model anew

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request, piece by piece."""
        estimate = tokens.of_request(request)
        window = self._window(request, estimate)
        before = len(names_of(request.messages))
        answer = OllamaAnswer(self._endpoint, estimate, window, before, request.privacy)
        return exchange(self._endpoint, lambda: self._opened(request, window), answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()

    def _window(self, request: Request, estimate: int) -> int:
        """Tokens that the prompt and the answer have room in."""
        options = {**request.params, **as_map(request.params.get("options"))}
        written = options.get("num_ctx")
        if isinstance(written, int) and written > 0:
            return written
        needed = int(estimate * tokens.MARGIN) + (limit_of(request) or ROOM)
        window = max(SMALLEST, 1 << (needed - 1).bit_length(), self._windows.get(request.model, 0))
        facts = lookup(f"ollama/{request.model}", self._endpoint.base_url)
        if facts is not None and facts.context:
            window = min(window, facts.context)
        self._windows[request.model] = window
        return window

    @asynccontextmanager
    async def _opened(self, request: Request, window: int) -> AsyncIterator[httpx2.Response]:
        if request.privacy != "public" and (remote := await self._remote(request.model)):
            insist_on_staying(request.model, remote, request.privacy)

        def posted(shape: Shape) -> AbstractAsyncContextManager[httpx2.Response]:
            return self._posted(body_of(request, shape, window))

        shape = None if request.tools else request.shape  # held to a shape, it could ask for no tool
        async with shaped(capabilities_of(self._endpoint.base_url, request.model), shape, posted) as response:
            yield response

    async def _remote(self, model: str) -> str:
        """Where a model runs, if not there: asked before anything is shown to it, since any name may stand for that."""
        known = self._remotes.get(model)
        if known is None:
            known = self._remotes[model] = remote_of(await self._shown(model))
        return known

    async def _shown(self, model: str) -> dict[str, Any]:
        """What the server tells of a model; nothing, where it does not know the question or the model."""
        try:
            async with self._asked("/api/show", {"model": model}) as response:
                return as_map(json.loads(b"".join([piece async for piece in response.aiter_bytes()])))
        except ValueError as error:
            raise ProviderError("malformed", f"{self._endpoint.host} does not answer as Ollama does") from error
        except ProviderError as refused:
            if isinstance(refused.__cause__, Refusal) and refused.__cause__.status in (404, 405, 501):
                return {}
            raise

    @asynccontextmanager
    async def _posted(self, body: dict[str, Any]) -> AsyncIterator[httpx2.Response]:
        async with AsyncExitStack() as stack:
            try:
                response = await stack.enter_async_context(self._asked("/api/chat", body))
            except ProviderError as refused:
                if _is_missing(refused.__cause__):
                    refused.hint = f"footlights models pull ollama/{body['model']}"
                raise
            yield response

    @asynccontextmanager
    async def _asked(self, path: str, body: dict[str, Any]) -> AsyncIterator[httpx2.Response]:
        endpoint = self._endpoint
        headers = {"authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        async with AsyncExitStack() as stack:
            try:
                posting = self._line.posted(f"{_base(endpoint)}{path}", body, headers)
                response = await stack.enter_async_context(posting)
            except httpx2.ConnectError as error:
                failed = faults.of_transport(error, endpoint)
                if failed.error == "connection":
                    failed.hint = f"is Ollama running on {endpoint.host}? ollama serve starts it"
                raise failed from error
            yield response


def body_of(request: Request, shape: Shape, window: int) -> dict[str, Any]:
    """The request as the API wants it."""
    options = others(request.params)
    options |= as_map(options.pop("options", None))
    beside = {name: options.pop(name) for name in _BESIDE_OPTIONS if name in options}
    options["num_ctx"] = window
    if most := limit_of(request):
        options["num_predict"] = most
    if isinstance(options.get("stop"), str):
        options["stop"] = [options["stop"]]
    body: dict[str, Any] = {
        "model": request.model,
        "messages": _messages(request.messages),
        "stream": True,
        "truncate": False,  # newer servers say then that a prompt is too long, instead of cutting it
        "shift": False,  # and end an answer at the window's end, instead of forgetting how it began
        "options": options,
        **beside,
    }
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {"name": one.name, "description": one.description, "parameters": one.parameters},
            }
            for one in request.tools
        ]
    if shape is not None:
        body["format"] = shape
    return body


def _base(endpoint: Endpoint) -> str:
    return endpoint.base_url.rstrip("/").removesuffix("/api")


def _messages(messages: tuple[Message, ...]) -> list[dict[str, Any]]:
    names = names_of(messages)
    return [_told(message, names) for message in messages]


def _told(message: Message, names: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.role == "tool":
        told |= {"tool_name": names.get(message.tool_call, ""), "tool_call_id": message.tool_call}
    if message.tool_calls:
        told["tool_calls"] = [
            {"id": call.id, "function": {"name": call.name, "arguments": arguments_of(call.arguments)}}
            for call in message.tool_calls
        ]
    if thinking := echo_of(message, PROTOCOL).get("thinking"):
        told["thinking"] = thinking
    return told


def _is_missing(refusal: BaseException | None) -> bool:
    """Does the server know no such model?"""
    return isinstance(refusal, Refusal) and refusal.status == 404 and b"model" in refusal.body
