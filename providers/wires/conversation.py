"""Small readings that adapters share when they tell a conversation, or hear an answer, in their own protocol."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from providers.base import Message, Request

MOST_OF_A_NAME = 200  # characters
_UNFIT = re.compile(r"[^A-Za-z0-9_-]")


def spoken(request: Request) -> tuple[str, list[Message]]:
    """What the system says, as one text, and the rest; there is always somebody to answer."""
    system = "\n\n".join(one.content for one in request.messages if one.role == "system" and one.content)
    others = [one for one in request.messages if one.role != "system"]
    return (system, others) if others else ("", [Message("user", system)])


def names_of(messages: Iterable[Message]) -> dict[str, str]:
    """The tool that each call in a conversation asked for, by the call's id."""
    return {call.id: call.name for one in messages for call in one.tool_calls}


def arguments_of(written: str) -> dict[str, Any]:
    """The arguments of a call as a map, as services want them back; what the model wrote instead stands in one."""
    try:
        return msgspec.json.decode(written, type=dict[str, Any])
    except msgspec.DecodeError:
        return {"INVALID_JSON": written}


def safe_id(id: str) -> str:
    """An id of a call that every service takes, also one that another service made."""
    return _UNFIT.sub("_", id)


def echo_of(message: Message, protocol: str) -> dict[str, Any]:
    """What an answer has to be sent back with in a protocol; empty when it was given in another."""
    echo = message.echo
    return echo if echo is not None and echo.get("protocol") == protocol else {}


def as_map(value: Any) -> dict[str, Any]:
    """A map where there should be one, whatever the server sent."""
    return value if isinstance(value, dict) else {}


def as_name(value: Any) -> str:
    """A name or a number that a server gives to something, as long as such things are."""
    return as_text(value)[:MOST_OF_A_NAME]


def as_list(value: Any) -> list[Any]:
    """A list where there should be one, whatever the server sent."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """A text where there should be one, whatever the server sent."""
    return value if isinstance(value, str) else ""
