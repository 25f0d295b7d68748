"""Chat Completions, the protocol that OpenAI began and nearly everyone speaks, each with an accent.

What comes is read as dictionaries and believed only where it has the right form: fields that are null, missing or of
another kind are as if they were not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from app.document.nesting import NotJson, read_json
from providers.base import Chunk, Endpoint, Finish, Message, ProviderError, Request
from providers.wires import faults, usage
from providers.wires.assembling import Halves, Thinking, ToolCalls
from providers.wires.capabilities import Ability, Capabilities
from providers.wires.conversation import (
    arguments_of,
    as_list,
    as_map,
    as_text,
    echo_of,
    first_of,
    place_of,
    unknown_end,
)
from providers.wires.params import limit_of, others
from providers.wires.strict_shapes import held_to

PATH = "/chat/completions"
PROTOCOL = "chat"

_REASONS: dict[Finish, tuple[str, ...]] = {
    "stop": (
        "stop", "end_turn", "stop_sequence", "eos", "eos_token", "end_of_text", "complete", "completed", "done",
    ),
    "length": ("length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"),
    "tool_calls": ("tool_calls", "tool_call", "tool_use", "function_call"),
    "refused": ("content_filter", "refusal", "safety", "sensitive", "recitation"),
}  # fmt: skip
_FINISHES = {reason: finish for finish, reasons in _REASONS.items() for reason in reasons}
_FAILED = {
    "error": "the server gave up on the answer",
    "insufficient_system_resource": "the server ran out of resources in the middle of the answer",
    "abort": "the server broke the answer off",
    "cancelled": "the server broke the answer off",
}
MOST_OF_A_NAME = 200  # characters
_PROGRESS = Chunk()  # a tool call grows: nothing to show yet, and still not a standstill
_ECHOED = ("reasoning_content", "reasoning_details")


def body(
    request: Request,
    capabilities: Capabilities,
    endpoint: Endpoint,
    limits: tuple[Ability, Ability] = ("max_tokens", "max_completion_tokens"),
) -> dict[str, Any]:
    """The request. `limits` are the names for the limit of an answer, first the one that is surely not ignored."""
    asked: dict[str, Any] = others(request.params)
    if not capabilities.can("temperature"):
        asked.pop("temperature", None)
    if not capabilities.can("effort"):
        asked.pop("reasoning_effort", None)
    asked |= {
        "model": request.model,
        "messages": [_message(message, place_of(endpoint, request.model)) for message in request.messages],
        "stream": True,
    }
    if capabilities.can("usage_in_stream"):
        asked["stream_options"] = {"include_usage": True}
    if most := limit_of(request):
        asked[limits[0] if capabilities.can(limits[0]) else limits[1]] = most
    if request.tools:
        asked["tools"] = [
            {
                "type": "function",
                "function": {"name": offer.name, "description": offer.description, "parameters": offer.parameters},
            }
            for offer in request.tools
        ]
    if (shape := held_to(request.shape, capabilities)) is not None:
        asked["response_format"] = {"type": "json_schema", "json_schema": shape}
    return asked


def asks(body: dict[str, Any]) -> list[Ability]:
    """What a request asks for that a server may refuse, and that can be left out or said otherwise."""
    found: list[Ability] = []
    if "stream_options" in body:
        found.append("usage_in_stream")
    if "response_format" in body:
        if body["response_format"].get("json_schema", {}).get("strict"):
            found.append("strict")
        found.append("json_schema")
    found.extend(limit for limit in ("max_completion_tokens", "max_tokens") if limit in body)
    if "temperature" in body:
        found.append("temperature")
    if "reasoning_effort" in body:
        found.append("effort")
    return found


def _message(message: Message, place: str) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call, "content": message.content}
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _readable(call.arguments)},
            }
            for call in message.tool_calls
        ]
    echo = echo_of(message, PROTOCOL)
    if echo.get("place") == place:
        written |= {name: echo[name] for name in _ECHOED if name in echo}
    return written


def _readable(arguments: str) -> str:
    """Servers that read the arguments of past calls stumble over those that never were JSON."""
    try:
        is_map = isinstance(read_json(arguments), dict)
    except NotJson:
        is_map = False
    return arguments if is_map else json.dumps(arguments_of(arguments))


class Reader:
    """Reads one answer."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.number = ""  # the server's own number for the request
        self._endpoint = endpoint
        self._place = place_of(endpoint, model)
        self._said, self._thought = Halves(), Halves()
        self._thinking = Thinking()
        self._calls = ToolCalls()
        self._reasoning: list[str] = []  # as `reasoning_content`
        self._details: list[dict[str, Any]] = []
        self._has_begun = self._has_said = self._refuses = self._is_complete = self._was_counted = self._is_over = False
        self._last: dict[str, Any] = {}  # of the pieces

    @property
    def is_done(self) -> bool:
        return self._is_over

    def read(self, message: Any) -> Iterator[Chunk]:
        if not isinstance(message, dict):
            raise ProviderError("malformed", "the stream holds JSON that is no message")
        if message.get("error") or message.get("object") == "error":
            raise faults.in_band(message.get("error") or message, self._endpoint)
        choice = first_of(message.get("choices"))
        told = message.get("usage")
        if not choice:
            if told:
                self._was_counted = not message.get("choices")
                self._is_over = self._is_complete
                yield Chunk(usage=usage.of_chat(told))
            return
        self._was_counted = False  # some count as they go
        if not self._has_begun:
            yield from self._begins(message)
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._last = delta
            yield from self._delta(delta)
        elif not self._has_said and isinstance(choice.get("message"), dict):
            yield from self._whole(choice)
        finish = as_text(choice.get("finish_reason"))
        if finish and not self._is_complete:
            yield from self._finished(finish, choice)
        told = told or choice.get("usage") or as_map(message.get("x_groq")).get("usage")
        if told:
            yield Chunk(usage=usage.of_chat(told))

    def end(self, was_said: bool) -> Iterator[Chunk]:
        """Ollama may leave out why an answer ended: then nothing comes last, and its count, and that it is done."""
        says_nothing = not any(value for name, value in self._last.items() if name != "role")
        if was_said and says_nothing and self._was_counted and self._has_begun and not self._is_complete:
            yield from self._finished("stop", {})

    def _begins(self, message: dict[str, Any]) -> Iterator[Chunk]:
        self._has_begun = True
        served, number = as_text(message.get("model")), self.number or as_text(message.get("id"))
        if served or number:
            yield Chunk(served=served[:MOST_OF_A_NAME], request=number[:MOST_OF_A_NAME])

    def _delta(self, delta: dict[str, Any]) -> Iterator[Chunk]:
        text = delta.get("content")
        if text and len(delta) == 1:  # as nearly all are
            yield from self._text(text)
            return
        if thought := self._thoughts(delta):
            yield Chunk(thought=thought)
        if text:
            yield from self._text(text)
        if calls := delta.get("tool_calls"):
            self._feed(calls)
            yield _PROGRESS
        if refusal := as_text(delta.get("refusal")):
            self._refuses = True
            yield Chunk(text=self._said.join(refusal))

    def _text(self, text: Any) -> Iterator[Chunk]:
        if not isinstance(text, str):  # parts, as Mistral writes them
            parts = [as_map(part) for part in as_list(text)]
            if thought := "".join(map(_thought_of, parts)):
                yield Chunk(thought=self._thought.join(thought))
            text = "".join(as_text(part.get("text")) for part in parts)
        said, thought = self._thinking.part(self._said.join(text))
        if thought:
            yield Chunk(thought=thought)
        if said:
            self._has_said = True
            yield Chunk(text=said)

    def _thoughts(self, delta: dict[str, Any]) -> str:
        """In whichever spelling; OpenRouter sends two at once."""
        details = [one for one in as_list(delta.get("reasoning_details")) if isinstance(one, dict)]
        self._details += details
        if thought := as_text(delta.get("reasoning_content")):
            self._reasoning.append(thought)
        else:
            thought = as_text(delta.get("reasoning")) or "".join(map(_text_of, details))
        return self._thought.join(thought) if thought else ""

    def _feed(self, calls: Any) -> None:
        for call in map(as_map, as_list(calls)):
            function = as_map(call.get("function"))
            if function or call.get("id"):
                self._calls.feed(call.get("id"), function.get("name"), function.get("arguments"), call.get("index"))

    def _whole(self, choice: dict[str, Any]) -> Iterator[Chunk]:
        """A server that does not stream: its whole answer at once."""
        yield from self._delta(choice["message"])
        if not choice.get("finish_reason"):
            yield from self._finished("stop", choice)

    def _finished(self, reason: str, choice: dict[str, Any]) -> Iterator[Chunk]:
        reason = reason.lower()
        if reason in _FAILED:
            error = choice.get("error")
            raise faults.in_band(error, self._endpoint) if error else ProviderError("overloaded", _FAILED[reason])
        said, thought = self._thinking.end()
        calls = self._calls.done()
        finish = _FINISHES.get(reason)
        if finish is None:
            raise unknown_end(reason)
        if finish in ("stop", "tool_calls"):
            finish = "refused" if self._refuses else "tool_calls" if calls else "stop"
        self._is_complete = True
        yield Chunk(
            text=said,
            thought=thought,
            tool_calls=calls,
            finish=finish,
            echo=self._echo() if calls else None,
        )

    def _echo(self) -> dict[str, Any] | None:
        """What the model wants to see again when it is told what its tools gave."""
        echo: dict[str, Any] = {}
        if self._reasoning:
            echo["reasoning_content"] = Halves().join("".join(self._reasoning))
        if self._details:
            echo["reasoning_details"] = _merged(self._details)
        return {"protocol": PROTOCOL, "place": self._place, **echo} if echo else None


def _merged(pieces: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the pieces of each detail, which have its type and index."""
    found = []
    for _, group in groupby(pieces, lambda piece: (piece.get("type"), piece.get("index"))):
        parts = list(group)
        detail = {name: value for part in parts for name, value in part.items() if value is not None}
        for name in ("text", "summary", "data"):
            if name in detail:
                detail[name] = Halves().join("".join(str(part[name]) for part in parts if part.get(name)))
        found.append(detail)
    return found


def _text_of(detail: dict[str, Any]) -> str:
    return as_text(detail.get("text")) or as_text(detail.get("summary"))


def _thought_of(part: dict[str, Any]) -> str:
    inner = part.get("thinking")
    return as_text(inner) or "".join(_text_of(as_map(one)) for one in as_list(inner))
