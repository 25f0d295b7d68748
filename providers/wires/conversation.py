"""Small readings that adapters share when they tell a conversation, or hear an answer, in their own protocol."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.document.nesting import NotJson, read_json
from providers.base import Endpoint, Message, ProviderError, Request
from providers.wires.decoding import shortened

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
        found = read_json(written)
    except NotJson:
        found = None
    return found if isinstance(found, dict) else {"INVALID_JSON": written}


def first_of(answers: Any) -> dict[str, Any]:
    """The answer that was asked for, where a server gives several side by side; they are told apart by their index."""
    for one in as_list(answers):
        if isinstance(one, dict) and not one.get("index"):
            return one
    return {}


def unknown_end(reason: str) -> ProviderError:
    """Why an answer ended, where that is no end we know: nobody can say that it is whole."""
    if not reason:
        return ProviderError("incomplete", "the answer ended without a reason")
    said = f"the answer ended for a reason that is not known here: {shortened(reason, MOST_OF_A_NAME)}"
    return ProviderError("incomplete", said)


def safe_id(id: str) -> str:
    """An id of a call that every service takes, also one that another service made."""
    return _UNFIT.sub("_", id)


def echo_of(message: Message, protocol: str) -> dict[str, Any]:
    """What an answer has to be sent back with in a protocol; empty when it was given in another."""
    echo = message.echo
    return echo if echo is not None and echo.get("protocol") == protocol else {}


def place_of(endpoint: Endpoint, model: str) -> str:
    """Who gave an answer: what a model thought goes back to it alone, another one refuses it or cannot open it."""
    return f"{endpoint.host} {model}"


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
