"""Who answers in the tests of faults: the rehearsal provider, with a ledger outside the product that counts each call.

Performed live, a scenario has no script; then a player knows its lines by the mark at the beginning of the prompt, the
persona and the turn, so that what it says depends on the request alone, however often the process was killed.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from app.document import Source, parse
from providers.base import Chunk, Message, Request, Script
from providers.rehearsal import Rehearsal

MARK = re.compile(r"\[(\w+)(?: (\d+))?\]")
PERSONA = re.compile(r"I am (\w+)\.")
ROUND = re.compile(r"\bround (\d+) of", re.IGNORECASE)
IN_WORDS_FIRST = "plan"  # whoever is asked this says it in words at first, so that it is asked again


class Ledger:
    """Lines in a file that outlives the process: the kernel has each as soon as `write` returns, whoever dies then."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, what: str, about: str) -> None:
        """Add a line."""
        os.write(self._file, f"{what} {about}\n".encode())


@dataclass(frozen=True)
class Line:
    """A line of the ledger."""

    what: str
    about: str


def read_ledger(path: Path) -> list[Line]:
    """Everything that was written into a ledger."""
    if not path.exists():
        return []
    return [Line(*line.split(" ", 1)) for line in path.read_text(encoding="utf-8").splitlines()]


def key_of(request: Request) -> str:
    """What makes a request the same one again, as it can also be told from the messages in the log."""
    return key_of_messages([_as_value(message) for message in request.messages])


def key_of_messages(messages: list[Any]) -> str:
    """The same, of messages as the log keeps them."""
    return blake2b(msgspec.json.encode(messages), digest_size=12).hexdigest()


@dataclass
class Player:
    """A provider that writes into the ledger when a call begins, speaks and has been answered, and tells `moment`."""

    ledger: Ledger
    lines: dict[str, Any]  # by mark; none in a rehearsal, where the engine brings the script
    moment: Callable[[str], None]
    pause: float = 0.0  # real seconds between two pieces

    async def stream(self, request: Request) -> AsyncIterator[Chunk]:
        key = key_of(request)
        self.ledger.write("asked", key)
        self.moment("call.asked")
        if self.lines:
            request = replace(request, script=_script_of(request, self.lines))
        if _mark(request)[0] == IN_WORDS_FIRST and not _spoken(request):
            request = replace(request, shape=None, script=replace(request.script, turns=("I would rather talk.",)))
        said = False
        async for chunk in Rehearsal().stream(request):
            if chunk.finish is not None:
                self.ledger.write("answered", key)
                self.moment("call.answered")
            yield chunk
            if self.pause:
                await asyncio.sleep(self.pause)
            if not said and chunk.text:
                said = True
                self.moment("call.speaking")


def lines_of(*scenarios: Path) -> dict[str, Any]:
    """The lines that are written in scenarios, by the marks of the prompts they belong to; a later one's count."""
    found: dict[str, Any] = {}
    for path in scenarios:
        for step in _steps(parse(Source(path.name, path.read_text(encoding="utf-8"))).data["steps"]):
            text = str(step.get("prompt") or step.get("debate", {}).get("question", ""))
            if (mark := re.match(r"\[(\w+)", text)) and "rehearsal" in step:
                found[mark[1]] = step["rehearsal"]
                for agent, lines in step["rehearsal"].get("by", {}).items():
                    found[f"{mark[1]}_{agent}"] = lines
    return found


def _steps(steps: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for step in steps.values():
        yield step
        for inner in ("steps", "parallel"):
            yield from _steps(step.get(inner, {}))


def _script_of(request: Request, known: dict[str, Any]) -> Script:
    name, number = _mark(request)
    system = request.messages[0].content
    agent = found[1] if (found := PERSONA.search(system)) else ""
    if found := ROUND.search(system):
        number = int(found[1])
    lines = known.get(f"{name}_{agent}") or known[name]
    turns = lines.get("turns") or [lines.get("reply", "I have nothing to say.")]
    return Script(
        turns=tuple(turns),
        turn=number + _spoken(request),
        confidence=lines.get("confidence"),
        title=agent,
        place=name,
    )


def _mark(request: Request) -> tuple[str, int]:
    for message in request.messages:
        if message.role == "user" and (found := MARK.match(message.content)):
            return found[1], int(found[2] or 1)
    return "", 1


def _spoken(request: Request) -> int:
    return sum(message.role == "assistant" for message in request.messages)


def _as_value(message: Message) -> dict[str, Any]:
    value: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        value["tool_calls"] = [
            {"id": one.id, "name": one.name, "arguments": one.arguments} for one in message.tool_calls
        ]
    if message.tool_call:
        value["tool_call"] = message.tool_call
    return value
