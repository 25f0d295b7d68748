"""Bytes from a server become messages: server-sent events, or JSON line by line; byte by byte, whatever they hold.

No SDK's decoder is used: they split text at characters that are no line ends, drop events without a name, and let a
line grow without bound. Comments that only keep a connection open give nothing, so they never count as progress.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any, Protocol

import msgspec

from app.safety import mask_secrets, safe_text
from providers.base import ProviderError

MOST_OF_A_MESSAGE = 8_000_000  # bytes
SHOWN = 200  # characters of what cannot be read
_KINDS = {"": "no content type", **{kind: kind for kind in ("text/html", "text/plain", "text/xml", "application/xml")}}
COVER = "•••"  # for what must not be shown
_CUT_WORD = re.compile(r"[\w\-.~+/=%\\]+\Z")
DONE = object()
_MARK = b"\xef\xbb\xbf"  # a byte order mark, which some put before the first line
_decode = msgspec.json.Decoder().decode


class Response(Protocol):
    """What is needed of an HTTP response whose body has not been read."""

    @property
    def headers(self) -> Any: ...

    def aiter_bytes(self) -> AsyncIterator[bytes]: ...


async def messages(response: Response) -> AsyncIterator[Any]:
    """The JSON messages of an answer, in whichever of the two forms it comes; `[DONE]` ends them, and comes as DONE.

    A server that ignores the wish to stream answers with one JSON text: that is one message.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        async for data in events(response.aiter_bytes()):
            if data.strip() == b"[DONE]":
                yield DONE
                return
            yield parsed(data)
    elif kind in ("application/x-ndjson", "application/jsonl") or kind.endswith("json"):
        async for message in _json_texts(response.aiter_bytes()):
            yield message
    else:
        raise ProviderError(
            "bad_request",
            f"the server answers with {_KINDS.get(kind, 'another content type')} where a stream is expected: "
            + excerpt(await _beginning(response)),
            hint="is base_url right, and is there a proxy that wants a login?",
        )


async def events(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of server-sent events; lines end with LF, CRLF or CR, an event with an empty line or the stream."""
    data: list[bytes] = []
    length = 0
    async for line in _lines(pieces):
        if not line:
            if data:
                yield b"\n".join(data)
                data, length = [], 0
        elif line.startswith(b"data:"):
            data.append(line[6:] if line[5:6] == b" " else line[5:])
            length = _counted(length, line)
        elif line == b"data":
            data.append(b"")
    if data:
        yield b"\n".join(data)


def parsed(data: bytes) -> Any:
    """The value of a JSON text, or a ProviderError that shows how it begins."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:  # half a surrogate pair, NaN: more than the standard allows, and sent all the same
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProviderError("malformed", f"the stream holds what is not JSON: {excerpt(data)}") from error


def excerpt(data: bytes) -> str:
    """The beginning of what a server sent, fit to be shown."""
    return shortened(data[: 8 * SHOWN].decode("utf-8", "backslashreplace"), SHOWN) or "nothing"


def shortened(text: str, most: int) -> str:
    """A text of strangers, fit to be shown; no word is cut, as half a key is still half a key."""
    text = mask_secrets(text.strip())
    if len(text) > most:
        text = _CUT_WORD.sub("", text[:most]) + " ..."
    return safe_text(text, newlines=False)


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest: list[bytes] = []  # of a line that has not ended
    length = 0
    after_return = has_begun = False
    async for piece in pieces:
        if after_return and piece.startswith(b"\n"):
            piece = piece[1:]
            after_return = False
        if not piece:
            continue
        after_return = piece.endswith(b"\r")
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *others = piece.split(b"\n")
        rest.append(first)
        length = _counted(length, first)
        if others:
            line = b"".join(rest)
            yield line if has_begun else line.removeprefix(_MARK)
            has_begun = True
            for line in others[:-1]:
                yield line
            rest, length = [others[-1]], len(others[-1])
    if length:
        line = b"".join(rest)
        yield line if has_begun else line.removeprefix(_MARK)


def _counted(length: int, more: bytes) -> int:
    """The length of a message so far; no memory holds one that never ends."""
    if length + len(more) > MOST_OF_A_MESSAGE:
        raise ProviderError("malformed", f"a message is longer than {MOST_OF_A_MESSAGE:,} bytes: {excerpt(more)}")
    return length + len(more)


async def _json_texts(pieces: AsyncIterator[bytes]) -> AsyncIterator[Any]:
    """One JSON text a line; or a single one over many lines, as errors often come."""
    unread: list[bytes] = []
    length = 0
    is_told = False
    async for line in _lines(pieces):
        if not line.strip():
            continue
        if unread:
            unread.append(line)
            length = _counted(length, line)
            continue
        try:
            message = parsed(line)
        except ProviderError:
            if is_told:
                raise
            unread.append(line)
            continue
        is_told = True
        yield message
    if unread:
        yield parsed(b"\n".join(unread))


async def _beginning(response: Response) -> bytes:
    data = b""
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > SHOWN:
            break
    return data
