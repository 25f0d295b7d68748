"""What every provider of models offers, and what one call of a model needs and gives.

A provider answers a `Request` with a stream of `Chunk`s, the last of which says how it ended, or raises a
`ProviderError` with its class. It retries nothing, prices nothing and logs nothing: the engine does, in sight.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec

from app.events import Usage

Role = Literal["system", "user", "assistant", "tool"]
Finish = Literal["stop", "length", "tool_calls", "refused"]
ErrorClass = Literal[
    "rate_limited", "overloaded", "timeout", "connection", "auth", "quota", "bad_request", "context_too_long",
    "refused", "truncated", "malformed", "incomplete", "empty",
]  # fmt: skip


class ToolCall(msgspec.Struct, frozen=True):
    """A model asks for a tool. The arguments are as it wrote them: text that may or may not be JSON."""

    id: str
    name: str
    arguments: str


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()  # of an assistant
    tool_call: str = ""  # of a tool: the id of the call that it answers
    echo: dict[str, Any] | None = None  # of an assistant: what its provider must be sent back as it was


class ToolOffer(msgspec.Struct, frozen=True):
    """A tool that the model may ask for."""

    name: str
    description: str
    parameters: dict[str, Any]  # a JSON Schema


class Script(msgspec.Struct, frozen=True):
    """What is said when it is only rehearsed; providers of real models do not look at it."""

    turns: tuple[Any, ...] = ()  # as written: a reply, {reply}, {tool, with} or {fault}; the last one repeats
    turn: int = 1  # which of them is due, from 1
    repeats: bool = False  # turns that go round, as a card's lines do, instead of staying at the last
    fault: ErrorClass | None = None
    times: int | None = None  # how often the fault comes; None: always
    attempt: int = 1  # of this very call, from 1, those that a crash cut off not counted
    confidence: float | None = None
    takes: float | None = None  # seconds
    persona: str = ""
    mode: str = ""
    title: str = ""  # who speaks
    prompt: str = ""  # what was asked, without the rest of the conversation
    seed: int = 0
    place: str = ""  # the step's path: with the seed, what makes two calls differ


class Request(msgspec.Struct, frozen=True):
    """One call of a model."""

    model: str  # as the provider calls it
    messages: tuple[Message, ...]
    params: dict[str, Any] = {}
    tools: tuple[ToolOffer, ...] = ()
    shape: dict[str, Any] | None = None  # a JSON Schema the answer must have; None: text
    script: Script = Script()
    most_output: int = 0  # tokens it may write; 0: as many as it likes
    privacy: str = "public"  # who may see it: an adapter that knows more of its server than the engine looks once more


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """A piece of an answer.

    One has `finish`: the answer is complete then, and what may still follow is `usage`. Usage is all that was used so
    far: a later one takes the place of an earlier one. An empty one says that something grows that is not shown yet.
    """

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: Finish | None = None
    usage: Usage | None = None
    after: float = 0.0  # seconds since the chunk before, on the rehearsal's clock; real time passes by itself
    thought: str = ""  # what the model says to itself before it answers
    echo: dict[str, Any] | None = None  # goes into the assistant's Message when the conversation goes on
    served: str = ""  # the model that answered, as the provider names it
    remote: str = ""  # the machine that the server has handed the request on to
    request: str = ""  # the provider's own number for the request


class ProviderError(Exception):
    """A call that went wrong, by class; what came before it is kept by whoever read the stream."""

    def __init__(
        self, error: ErrorClass, message: str, *, hint: str = "", retry_after: float | None = None, after: float = 0.0
    ) -> None:
        super().__init__(message)
        self.error: ErrorClass = error
        self.message = message
        self.hint = hint
        self.retry_after = retry_after  # seconds the provider asks for
        self.after = after  # as in Chunk
        self.was_read = False  # the answer had begun when this came: the request was taken in, and is paid for


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where models are served, and what opens the door there."""

    service: str  # a name of the catalogue: openai, ollama, ...
    base_url: str
    key: str = field(default="", repr=False)
    key_source: str = ""  # where the key comes from, for people: "OPENAI_API_KEY in the environment"
    connect: float = 10.0  # seconds to reach it

    @property
    def host(self) -> str:
        """Its address as people may see it: without a path, and without what is no address."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


class Provider(Protocol):
    """Speaks to one service."""

    def stream(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer a request, piece by piece."""
        ...


class NoProvider(Exception):
    """A model cannot be asked, and why: no key, no SDK, nobody here who speaks to its service."""

    def __init__(self, use: str, why: str = "nobody here speaks to its service", hint: str = "") -> None:
        super().__init__(f"{use}: {why}")
        self.use = use
        self.why = why
        self.hint = hint
