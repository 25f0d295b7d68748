"""Google's Gemini API, without its SDK: that one is 28 MB and takes a second to load, for one request.

Some answers sign their parts, and want them back unchanged while tools are at work: they travel as an echo.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx2

from providers.base import Chunk, Endpoint, Message, Request
from providers.wires.capabilities import capabilities_of
from providers.wires.conversation import arguments_of, as_list, as_map, as_name, echo_of, names_of, spoken
from providers.wires.exchange import exchange
from providers.wires.gemini_answer import MADE, PROTOCOL, GeminiAnswer
from providers.wires.params import limit_of, others
from providers.wires.posting import Line
from providers.wires.shaping import Shape, shaped

# What a scenario may call it, beside what Gemini does: nobody should have to write two spellings of one thing.
_NAMES = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "stop": "stopSequences",
    "stop_sequences": "stopSequences",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "thinking_config": "thinkingConfig",
}
# Later models refuse a call of a tool that another model made, and nobody signed, unless it says so.
_WANTS_NO_SIGNATURE = re.compile(r"(?:models/)?gemini-[12]\b")
_UNSIGNED = {"thoughtSignature": "skip_thought_signature_validator"}
_OUTSIDE = {"safety_settings": "safetySettings", "tool_config": "toolConfig", "cached_content": "cachedContent"}


def open(endpoint: Endpoint) -> Gemini:
    """Connections are made with the first request."""
    return Gemini(endpoint)


class Gemini:
    """Speaks to one server."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._line = Line(endpoint)

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request, piece by piece."""
        answer = GeminiAnswer(self._endpoint, len(names_of(request.messages)))
        return exchange(self._endpoint, lambda: self._opened(request, answer), answer)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()

    @asynccontextmanager
    async def _opened(self, request: Request, answer: GeminiAnswer) -> AsyncIterator[httpx2.Response]:
        endpoint = self._endpoint
        base = endpoint.base_url.rstrip("/").removesuffix("/v1beta")
        url = f"{base}/v1beta/models/{request.model.removeprefix('models/')}:streamGenerateContent?alt=sse"
        headers = {"x-goog-api-key": endpoint.key} if endpoint.key else {}

        def posted(shape: Shape) -> AbstractAsyncContextManager[httpx2.Response]:
            return self._line.posted(url, body_of(request, shape), headers)

        shape = None if request.tools else request.shape  # most models take one or the other
        async with shaped(capabilities_of(endpoint.base_url, request.model), shape, posted) as response:
            answer.request = as_name(response.headers.get("x-goog-request-id"))
            yield response


def body_of(request: Request, shape: Shape) -> dict[str, Any]:
    """The request as the API wants it."""
    system, messages = spoken(request)
    body: dict[str, Any] = {}
    settings = dict(as_map(request.params.get("generationConfig")))
    for name, value in others(request.params).items():
        if name in _OUTSIDE or name in _OUTSIDE.values():
            body[_OUTSIDE.get(name, name)] = value
        elif name != "generationConfig":
            settings[_NAMES.get(name, name)] = value
    if isinstance(settings.get("stopSequences"), str):
        settings["stopSequences"] = [settings["stopSequences"]]
    if most := limit_of(request):
        settings["maxOutputTokens"] = most
    if shape is not None:
        settings |= {"responseMimeType": "application/json", "responseJsonSchema": shape}
    body["contents"] = _contents(messages, {} if _WANTS_NO_SIGNATURE.match(request.model) else _UNSIGNED)
    if system:
        body["systemInstruction"] = {"parts": [{"text": system}]}
    if request.tools:
        declared = [
            {"name": one.name, "description": one.description, "parametersJsonSchema": one.parameters}
            for one in request.tools
        ]
        body["tools"] = [{"functionDeclarations": declared}]
    if settings:
        body["generationConfig"] = settings
    return body


def _contents(messages: list[Message], unsigned: dict[str, str]) -> list[dict[str, Any]]:
    """User and model by turns: what follows in the same role is joined, results of tools are the user's."""
    names = names_of(messages)
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = "model" if message.role == "assistant" else "user"
        parts = _parts_of(message, names, unsigned)
        if turns and turns[-1]["role"] == role:
            turns[-1]["parts"] += parts
        elif parts:
            turns.append({"role": role, "parts": parts})
    return turns


def _parts_of(message: Message, names: dict[str, str], unsigned: dict[str, str]) -> list[dict[str, Any]]:
    if message.role == "tool":
        name = names.get(message.tool_call, "")
        response = {"name": name, "response": {"result": message.content}}
        return [{"functionResponse": {**_id(message.tool_call), **response}}]
    if echoed := as_list(echo_of(message, PROTOCOL).get("parts")):
        return list(echoed)
    parts: list[dict[str, Any]] = [{"text": message.content}] if message.content else []
    for call in message.tool_calls:
        asked = {"name": call.name, "args": arguments_of(call.arguments)}
        parts.append({"functionCall": {**_id(call.id), **asked}, **unsigned})
        unsigned = {}  # the first stands for all
    return parts


def _id(id: str) -> dict[str, str]:
    """The id of a call, unless we had to make one: the server would not know it."""
    return {} if id.startswith(MADE) else {"id": id}
