"""Events as data for other programs: one JSON object an event, with what was said in its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from app.events import Event, Ref
from app.safety import covered


def told(event: Event, value_of: Callable[[Ref], Any]) -> dict[str, Any]:
    """The event as plain data, every Ref replaced by its value; what looks like a key is covered."""
    data: dict[str, Any] = msgspec.to_builtins(event)
    for field in msgspec.structs.fields(event):
        value = getattr(event, field.name)
        if isinstance(value, Ref):
            data[field.encode_name] = value_of(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Ref):
            data[field.encode_name] = [value_of(ref) for ref in value]
    whole: dict[str, Any] = covered(data)
    return whole


def told_line(event: Event, value_of: Callable[[Ref], Any]) -> str:
    """The same as one line of ASCII, in which nothing can drive a terminal."""
    return json.dumps(told(event, value_of), separators=(",", ":"))
