"""Puts together what comes in pieces: tool calls from their deltas, and characters that were cut in two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from providers.base import ToolCall

_HIGH, _LOW = "\ud800", "\udc00"


@dataclass(slots=True)
class _Call:
    id: str
    name: str = ""
    arguments: str = ""


class ToolCalls:
    """Joins the deltas of tool calls, also when their index is missing, null or always 0."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._last: _Call | None = None

    def feed(self, id: Any, name: Any, arguments: Any, index: Any = None) -> None:
        """A piece: a new id, or a name after whole arguments, begins another call."""
        at = index if isinstance(index, int) else None
        id = id if isinstance(id, str) else ""
        current = self._last if at is None else self._by_index.get(at)
        if current is None or (id and current.id and id != current.id) or (name and self._is_whole(current)):
            current = _Call(id)
            self._calls.append(current)
        if at is not None:
            self._by_index[at] = current
        self._last = current
        current.id = current.id or id
        if isinstance(name, str) and not current.name:
            current.name = name
        current.arguments += _text(arguments)

    def __bool__(self) -> bool:
        return bool(self._calls)

    def done(self) -> tuple[ToolCall, ...]:
        """All calls, each with an id of its own."""
        return tuple(self._done())

    def _done(self) -> Iterator[ToolCall]:
        taken: set[str] = set()
        for number, call in enumerate(self._calls, 1):
            id = call.id or f"call_{number}"
            while id in taken:
                id = f"{id}_{number}"
            taken.add(id)
            yield ToolCall(id, call.name, call.arguments.strip() or "{}")

    @staticmethod
    def _is_whole(call: _Call) -> bool:
        if not (call.name and call.arguments.strip()):
            return False
        try:
            json.loads(call.arguments)
        except ValueError:
            return False
        return True


def _text(arguments: Any) -> str:
    if isinstance(arguments, str):
        return arguments
    return "" if arguments is None else json.dumps(arguments)


class Halves:
    """Characters beyond the first 65,536 may come as two halves in two pieces: holds one back until the other comes."""

    def __init__(self) -> None:
        self._held = ""

    def join(self, text: str) -> str:
        """The text with whole characters only."""
        if not self._held and text.isascii():
            return text
        text = self._held + text
        self._held = ""
        if text and _HIGH <= text[-1] < _LOW:
            text, self._held = text[:-1], text[-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text
