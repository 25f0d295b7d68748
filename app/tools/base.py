"""What every tool offers: a name, what it takes, whether it changes the world, and how it is done."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from providers.base import ErrorClass

Arguments = dict[str, Any]
Effect = Literal["read", "write"]
ToolErrorClass = Literal[
    "bad_arguments", "not_found", "refused", "rate_limited", "overloaded", "timeout", "connection", "auth",
    "bad_request", "failed",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a tool is used: what it may reach, and what it must not repeat."""

    root: Path  # the project: files are inside it
    outbox: Path  # where a dry run leaves what it would have sent
    key: str = ""  # idempotency: the same for every try of the same use
    hosts: tuple[str, ...] = ()  # that may be reached: "api.example.com", "*.example.com", "localhost:8080"; "*" is any
    offline: bool = False  # a rehearsal: nothing leaves the machine
    secrets: tuple[str, ...] = ()  # values to keep out of results and errors
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


class ToolError(Exception):
    """A tool that cannot do what was asked: a class to decide by, what is wrong, and what to do."""

    def __init__(
        self,
        error: ToolErrorClass | ErrorClass,  # the latter: a rehearsal may ask for any fault
        message: str,
        hint: str = "",
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.error: ToolErrorClass | ErrorClass = error
        self.message = message
        self.hint = hint
        self.retry_after = retry_after  # seconds the other side asks for, as it said: the caller bounds it


class Use(NamedTuple):
    """What one use of a tool does to the world."""

    effect: Effect
    idempotent: bool  # doing it twice with one key is doing it once


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that agents and steps can do."""

    name: str
    says: str  # for models and for people
    parameters: dict[str, Any]  # a JSON Schema of the arguments
    perform: Callable[[Arguments, Surroundings], Awaitable[Any]]  # gives plain data, or raises ToolError
    effect: Effect = "read"  # the most it ever does
    idempotent: bool = False  # whatever the arguments are
    network: bool = False
    asks_first: bool = False  # a person is asked before it writes
    example: Arguments = field(default_factory=dict)
    varies: Callable[[Arguments], Use] | None = None  # what it does when that depends on the arguments

    def use_of(self, arguments: Arguments) -> Use:
        """Say what it does to the world with these arguments; what only reads can always be done again."""
        if self.varies is not None:
            return self.varies(arguments)
        return Use(self.effect, self.idempotent or self.effect == "read")


def arguments_of(*, required: tuple[str, ...] = (), **properties: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments: no name beyond these is taken."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
