"""A service on loopback whose every byte a test decides: HTTP/1.1 from a socket, with no library to correct it.

`async with Stub(Answer(...), ...) as stub:` answers requests to `stub.url` in that order; the last answer repeats.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

TLS = b"\x16"  # how a client begins that takes this for an https server
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing throws away what is not sent, and tells the other side so


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. A piece that is an event is waited for; pieces may go on for ever."""

    status: int = 200  # 0: no head at all, only the pieces as they are
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Iterable[bytes | asyncio.Event] = ()
    framing: Literal["chunked", "length", "close"] = "chunked"
    ends: Literal["clean", "cut", "reset", "never"] = "clean"
    promised: int | None = None  # the content-length, where it is not the truth


@dataclass(eq=False, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    gone: asyncio.Event  # the client has closed the connection
    answered: bool = False  # all of the answer was sent before that

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answers = Answer | Callable[[Asked], Answer]


class Stub:
    """The server; `asked` is what it was asked so far, `lines` how many connections it had."""

    def __init__(self, *answers: Answers, tls: ssl.SSLContext | None = None) -> None:
        self.answers: list[Answers] = list(answers)
        self.asked: list[Asked] = []
        self.lines = 0
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Line(self._connected), "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://{self.host}"

    def _connected(self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        task = asyncio.ensure_future(self._serve(line, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while await self._one(line, reader, writer):
                    pass
        finally:
            writer.transport.abort() if line.gone.is_set() else writer.close()

    async def _one(self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; does the connection stay open for another?"""
        asked = await _read(reader, line.gone)
        self.asked.append(asked)
        due = self.answers[min(len(self.asked), len(self.answers)) - 1]
        answer = due(asked) if callable(due) else due
        await _send(asked, answer, writer)
        if answer.ends == "clean" and answer.status and answer.framing != "close":
            return True
        if answer.ends == "never":
            await line.gone.wait()
        elif answer.ends == "reset":
            writer.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        return False


class _Line(asyncio.StreamReaderProtocol):
    """A connection that notices when the other side has left, also while nobody reads from it."""

    def __init__(self, connected: Callable[[_Line, asyncio.StreamReader, asyncio.StreamWriter], None]) -> None:
        self.gone = asyncio.Event()
        super().__init__(asyncio.StreamReader(), lambda reader, writer: connected(self, reader, writer))

    def eof_received(self) -> bool:
        self.gone.set()
        return bool(super().eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        super().connection_lost(exc)


async def _read(reader: asyncio.StreamReader, gone: asyncio.Event) -> Asked:
    begins = await reader.readexactly(1)
    if begins == TLS:
        return Asked("", "", {}, b"", gone)
    head = (begins + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))), gone)


async def _send(asked: Asked, answer: Answer, writer: asyncio.StreamWriter) -> None:
    pieces = answer.pieces
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.framing == "chunked":
        headers["transfer-encoding"] = "chunked"
    elif answer.framing == "length":
        pieces = tuple(pieces)
        length = sum(len(piece) for piece in pieces if isinstance(piece, bytes))
        headers["content-length"] = str(length if answer.promised is None else answer.promised)
    else:
        headers["connection"] = "close"
    if answer.status:
        lines = [f"HTTP/1.1 {answer.status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
    is_chunked = answer.status and answer.framing == "chunked"
    for piece in pieces:
        if isinstance(piece, asyncio.Event):
            await piece.wait()
            continue
        if asked.gone.is_set():
            return
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked and piece else piece)
        await writer.drain()
        await asyncio.sleep(0)  # the client reads it before the next is sent
    if is_chunked and answer.ends == "clean":
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    asked.answered = not asked.gone.is_set()
