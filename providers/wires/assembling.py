"""Puts together what comes in pieces: tool calls from their deltas, characters cut in two, thoughts between tags."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from providers.base import ProviderError, ToolCall

MOST_CHARACTERS = 4_000_000  # of the arguments of all calls of an answer
_HIGH, _LOW = "\ud800", "\udc00"


class _Call:
    __slots__ = ("arguments", "id", "name")

    def __init__(self, id: str) -> None:
        self.id = id
        self.name = ""
        self.arguments: list[str] = []


class ToolCalls:
    """Joins the deltas of tool calls, also when their index is missing, null or always 0."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, _Call] = {}
        self._last: _Call | None = None
        self._characters = 0

    def feed(self, id: Any, name: Any, arguments: Any, index: Any = None) -> None:
        """A piece: another id, or without one another name, or one after whole arguments, begins another call."""
        at = index if isinstance(index, int) else None
        id = id if isinstance(id, str) else ""
        current = self._last if at is None else self._by_index.get(at)
        if current is None or _is_another(current, id, name):
            current = _Call(id)
            self._calls.append(current)
        if at is not None:
            self._by_index[at] = current
        self._last = current
        current.id = current.id or id
        if isinstance(name, str) and not current.name:
            current.name = name
        if arguments is not None:
            piece = arguments if isinstance(arguments, str) else json.dumps(arguments)
            current.arguments.append(piece)
            self._count(len(piece))

    def __bool__(self) -> bool:
        return bool(self._calls)

    def done(self) -> tuple[ToolCall, ...]:
        """All calls, each with an id of its own."""
        return tuple(self._done())

    def _done(self) -> Iterator[ToolCall]:
        taken: set[str] = set()
        for number, call in enumerate(self._calls, 1):
            id = whole_characters(call.id) or f"call_{number}"
            while id in taken:
                id = f"{id}_{number}"
            taken.add(id)
            yield ToolCall(id, whole_characters(call.name), whole_characters("".join(call.arguments).strip()) or "{}")

    def _count(self, characters: int) -> None:
        self._characters += characters
        if self._characters > MOST_CHARACTERS or len(self._calls) > MOST_CHARACTERS // 1000:
            raise ProviderError(
                "malformed", f"the arguments of its tool calls go on after {MOST_CHARACTERS:,} characters"
            )


def _is_another(current: _Call, id: str, name: Any) -> bool:
    if id and current.id:
        return id != current.id
    return bool(name) and bool(current.name) and (name != current.name or _is_whole(current.arguments))


def _is_whole(arguments: list[str]) -> bool:
    if not arguments or not arguments[-1].rstrip().endswith("}"):
        return False
    try:
        json.loads("".join(arguments))
    except (ValueError, RecursionError):
        return False
    return True


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
        return whole_characters(text)


def whole_characters(text: str) -> str:
    """The text with its halves joined, and a mark for each that is alone."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Thinking:
    """Parts what a model thinks from what it says, where both come as one text that begins with a tag."""

    def __init__(self, opens: str = "<think>", closes: str = "</think>") -> None:
        self._opens = opens
        self._closes = closes
        self._held = ""
        self._is_inside = False
        self._is_over = False  # of all that comes nothing is thought any more
        self._has_said = True  # nothing to trim

    def part(self, text: str) -> tuple[str, str]:
        """What of it is said, and what is thought."""
        if self._is_over:
            return self._trimmed(text), ""
        text, self._held = self._held + text, ""
        if not self._is_inside:
            begun = text.lstrip()
            if not begun.startswith(self._opens):
                if self._opens.startswith(begun):
                    self._held = text
                    return "", ""
                self._is_over = True
                return text, ""
            self._is_inside = True
            text = begun[len(self._opens) :]
        thought, closed, said = text.partition(self._closes)
        if closed:
            self._is_over, self._has_said = True, False
            return self._trimmed(said), thought
        kept = _overlap(thought, self._closes)
        self._held = thought[len(thought) - kept :]
        return "", thought[: len(thought) - kept]

    def end(self) -> tuple[str, str]:
        """What was held back, when nothing more comes."""
        held, self._held = self._held, ""
        return ("", held) if self._is_inside and not self._is_over else (held, "")

    def _trimmed(self, said: str) -> str:
        if self._has_said:
            return said
        said = said.lstrip()
        self._has_said = bool(said)
        return said


def _overlap(text: str, tag: str) -> int:
    """How much of the end of a text may be the beginning of a tag."""
    return next((size for size in range(min(len(tag) - 1, len(text)), 0, -1) if text.endswith(tag[:size])), 0)
