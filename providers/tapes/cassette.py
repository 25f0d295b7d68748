"""Cassettes: what models said in a run, written down call by call, so that it can be played back without them.

A cassette is a text file of JSON lines: the first says what it is, each other one holds one call, what was asked and
what came of it. It is read in one pass and shared by all runs that play from it; a look-up is one look into a dict.
"""

from __future__ import annotations

import re
import stat
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.document.source import neighbour
from app.errors import FootlightsError
from app.events import Usage
from providers.base import Chunk, ErrorClass, Finish, ProviderError, Request, ToolCall

VERSION = 1
MOST_BYTES = 512 * 1024 * 1024
_PIECE = 24  # characters of an answer that come together
_MOST_PIECES = 110
_A_DAY = 86_400.0  # seconds


Change = Callable[[str], str]
T = TypeVar("T")


class CassetteRefused(FootlightsError):
    """A cassette cannot be read or written, and where it is wrong."""

    exit_code = 2


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line."""

    cassette: int  # the version of its form
    scenario: str = ""
    date: str = ""  # the day on which it was begun


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model was asked, without what differs from run to run."""

    messages: list[dict[str, Any]] = []
    params: dict[str, Any] = {}
    tools: list[dict[str, Any]] = []
    shape: dict[str, Any] | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it said, as far as it came."""

    text: str = ""
    thought: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: Finish | None = "stop"  # None: it broke off
    usage: Usage | None = None
    served: str = ""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong with it."""

    error: ErrorClass
    message: str = ""
    hint: str = ""
    retry_after: float | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call. What is compared stands first, and what differs each time stands last."""

    step: str
    agent: str
    time: int = 1  # the how many-th time the agent asks this in this step
    model: str  # by its name in the scenario
    use: str  # provider/model
    asked: Asked
    answer: Answer = Answer()
    fault: Fault | None = None
    cut_off: bool = False  # its step was ended around it, by a timeout or a person
    read: bool = True  # the model has taken the request in; what was refused before that costs nothing
    first_ms: int = 0  # until something came
    took_ms: int = 0
    date: str = ""  # the day on which it was recorded

    @property
    def place(self) -> tuple[str, str, int]:
        """Who asks, where, for which time."""
        return self.step, self.agent, self.time

    async def play(self, change: Change) -> AsyncIterator[Chunk]:
        """Say it again; `change` makes it fit the run in which it is said."""
        answer, fault, rest = self.answer, self.fault, self.took_ms / 1000
        for chunk in _spoken(self, change):
            rest -= chunk.after
            yield chunk
        if self.cut_off:  # whoever cut it off then does so again; else it must not go on for ever
            said = f"the call was cut off when it was recorded, after {self.took_ms / 1000:g} seconds"
            raise ProviderError("bad_request", said, hint="record it again", after=_A_DAY)
        rest = max(0.0, rest)
        calls = tuple(ToolCall(one.id, one.name, change(one.arguments)) for one in answer.tool_calls)
        if self.read:
            yield Chunk("", calls, answer.finish, answer.usage, 0.0 if fault else rest, served=answer.served)
        if fault is not None:
            raise ProviderError(fault.error, fault.message, hint=fault.hint, retry_after=fault.retry_after, after=rest)


def _spoken(recording: Recording, change: Change) -> Iterator[Chunk]:
    """The text, spread evenly over the time in which it came."""
    first, took = recording.first_ms / 1000, recording.took_ms / 1000
    thought, text = change(recording.answer.thought), change(recording.answer.text)
    if thought:
        yield Chunk(thought=thought, after=first)
    size = max(_PIECE, -(-len(text) // _MOST_PIECES))
    pieces = -(-len(text) // size)
    for number in range(pieces):
        after = max(0.0, took - first) / pieces if number or thought else first
        yield Chunk(text[number * size : (number + 1) * size], after=after)


def asked_of(request: Request, change: Change) -> Asked:
    """A request as it is compared and kept: without echoes, with ids that do not differ from run to run."""
    ids: dict[str, str] = {}
    messages = []
    for message in request.messages:
        kept: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.tool_calls:
            kept["tool_calls"] = [
                {"id": ids.setdefault(one.id, f"call-{len(ids) + 1}"), "name": one.name, "arguments": one.arguments}
                for one in message.tool_calls
            ]
        if message.tool_call:
            kept["tool_call"] = ids.get(message.tool_call, message.tool_call)
        messages.append(changed(kept, change))
    tools = ({"name": one.name, "description": one.description, "parameters": one.parameters} for one in request.tools)
    return Asked(
        messages=messages,
        params=changed(request.params, change),
        tools=[changed(tool, change) for tool in tools],
        shape=changed(request.shape, change),
    )


def changed(value: Any, change: Change) -> Any:
    """Plain data with each of its texts changed."""
    match value:
        case str():
            return change(value)
        case dict():
            return {change(name): changed(part, change) for name, part in value.items()}
        case list() | tuple():
            return [changed(part, change) for part in value]
    return value


class Cassette:
    """Recordings, found by who asks what, where and for which time. Never changed, so that many runs can share it."""

    def __init__(self, header: Header, recordings: Iterable[Recording] = ()) -> None:
        self.header = header
        said = tuple(recordings)
        self.days = frozenset(one.date for one in said if one.date)
        undated = without_days(self.days)
        self.recordings = tuple(
            msgspec.structs.replace(one, asked=msgspec.convert(changed(msgspec.to_builtins(one.asked), undated), Asked))
            for one in said
        )
        self._calls = {(*one.place, _key_of(one)): one for one in self.recordings}  # the last one counts
        self._models = {(*one.place, digest_of(one.asked.messages)): one.model for one in self.recordings}

    def find(self, wanted: Recording) -> Recording | None:
        """The recording of a call."""
        return self._calls.get((*wanted.place, _key_of(wanted)))

    def model(self, wanted: Recording) -> str | None:
        """The model that was chosen for it, going by the messages alone."""
        return self._models.get((*wanted.place, digest_of(wanted.asked.messages)))


def _key_of(call: Recording) -> bytes:
    return digest_of((call.use, call.asked))


def digest_of(value: Any) -> bytes:
    """A digest: the same for the same data, whatever the order of its names."""
    return blake2b(msgspec.json.encode(value, order="deterministic"), digest_size=16).digest()


@lru_cache(maxsize=64)
def without_days(days: frozenset[str]) -> Change:
    """Puts a word in the place of what the calendar and the clock said on certain days: 2026-03-01T12:30:00Z."""
    named = "|".join(map(re.escape, sorted(days)))
    if not named:
        return str
    moment = re.compile(rf"(?:{named})(?P<clock>[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
    return lambda text: moment.sub(lambda found: "⟨time⟩" if found["clock"] else "⟨date⟩", text)


def read_cassette(path: Path) -> Cassette:
    """Read a cassette, or take it from memory if the file is as it was; CassetteRefused says what is wrong with it."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise CassetteRefused(f"there is no cassette {path}", neighbour(path, str(path)) or _HOW_TO_MAKE_ONE) from error
    except OSError as error:
        raise CassetteRefused(f"the cassette {path} cannot be read: {error.strerror}", _HOW_TO_MAKE_ONE) from error
    if not stat.S_ISREG(found.st_mode):
        raise CassetteRefused(f"{path} is no cassette: it is no plain file", _HOW_TO_MAKE_ONE)
    if found.st_size > MOST_BYTES:
        raise CassetteRefused(f"{path} is no cassette: it is larger than {MOST_BYTES >> 20} MB", _HOW_TO_MAKE_ONE)
    return _read(path, found.st_mtime_ns, found.st_size)


_HOW_TO_MAKE_ONE = "footlights run FILE --record CASSETTE makes one"
_HEADER = msgspec.json.Decoder(Header)
_RECORDING = msgspec.json.Decoder(Recording)


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int, size: int) -> Cassette:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise CassetteRefused(f"the cassette {path} cannot be read: {error.strerror}", "look at its mode") from error
    lines.pop()  # behind the last end of a line: nothing, or what a recording that was killed could not finish
    header = _decoded(_HEADER, path, 1, lines[0] if lines else b"")
    if header.cassette != VERSION:
        raise CassetteRefused(
            f"{path}:1:1: this is a cassette of version {header.cassette}; version {VERSION} is played here",
            "a newer Footlights may play it; else record it again",
        )
    return Cassette(header, [_decoded(_RECORDING, path, n, one) for n, one in enumerate(lines[1:], 2) if one.strip()])


def _decoded(decoder: msgspec.json.Decoder[T], path: Path, number: int, line: bytes) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        byte = re.search(r"\(byte (\d+)\)", str(error))
        column = len(line[: int(byte[1])].decode("utf-8", "replace")) + 1 if byte else 1
        what = "the first line does not say that this is a cassette" if decoder is _HEADER else "the line is damaged"
        hint = _HOW_TO_MAKE_ONE if decoder is _HEADER else "take the line out, and --record adds its call again"
        raise CassetteRefused(f"{path}:{number}:{column}: {what}: {error}", hint) from error
