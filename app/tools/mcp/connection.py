"""One tool server while it is spoken to: started or found, asked, and ended.

One task enters and leaves the connection, because the protocol's library wants it so. Nothing that a server says, or
leaves unsaid, can hold us up, fill the memory or be taken for a mistake of ours.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import ValidationError

from app.document.suggest import shortened
from app.safety import safe_text
from app.tools.base import Arguments, ToolError
from app.tools.mcp.offered import Offered, usable
from app.tools.mcp.own_servers import ToolServer
from app.tools.mcp.stderr import LastWords
from app.tools.plain import whole_characters

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult
    from mcp.types import Tool as Listed

    from app.tools.mcp.bounded import Bounded

MOST_TOOLS = 500
MOST_PAGES = 100
MOST_BYTES = 1_000_000
_START = 60.0  # seconds; the first time some servers are fetched before they begin
_GRACE = 8.0  # seconds to end in: the library takes up to 7 to kill what does not want to
_TIMED_OUT, _CLOSED, _BAD_ARGUMENTS = -32001, -32000, -32602  # codes of the protocol


class Connection:
    """One server while it is spoken to."""

    def __init__(self, name: str, server: ToolServer, root: Path, environment: Mapping[str, str]) -> None:
        self.offered: list[Offered] = []
        self.left_out = 0  # tools that cannot be named
        self._name = name
        self._server = server
        self._root = root
        self._environment = environment
        self._client: Client | None = None
        self._ready: asyncio.Future[None] | None = None
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._last_words: LastWords | None = None
        self._web: Bounded | None = None

    @property
    def is_over(self) -> bool:
        """Has it ended, of itself or because it was ended?"""
        return self._task is None or self._task.done() or self._stop.is_set()

    async def open(self) -> None:
        """Start it, or find it, and ask what it offers."""
        self._ready = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._own(self._ready))
        try:
            async with asyncio.timeout(_START):
                await asyncio.shield(self._ready)
        except TimeoutError:
            await self.close()
            raise ToolError("timeout", f"{self._name} did not begin within {_START:g} s") from None

    async def use(self, tool: str, arguments: Arguments) -> Any:
        """Use one of its tools."""
        from mcp import MCPError

        assert self._client is not None and self._task is not None
        asked = asyncio.ensure_future(
            self._client.call_tool(tool, arguments, read_timeout_seconds=self._server.seconds)
        )
        try:
            await asyncio.wait((asked, self._task), return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise self._died()
            result = await asked
        except MCPError as error:
            raise self._failed(error, tool) from error
        except (RuntimeError, ValidationError) as error:  # the library could not make sense of what came
            raise self._not_understood() from error
        finally:
            asked.cancel()
        return _plain(result, f"{self._name}/{tool}")

    async def close(self) -> None:
        """End it; what does not end by itself in good time is cut off."""
        self._stop.set()
        if self._task is not None:
            if self._ready is not None and not self._ready.done():
                self._task.cancel()  # it waits for a word from the server, and not for us
            await asyncio.wait((self._task,), timeout=_GRACE)
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait((self._task,), timeout=_GRACE)
        if self._last_words is not None:
            self._last_words.close()

    async def _own(self, ready: asyncio.Future[None]) -> None:
        """Enter and leave the connection, both here; what goes wrong on the way in is told to whoever waits."""
        try:
            client = await self._made()
            async with client:
                if self._last_words is not None:
                    self._last_words.writer.close()  # the server has its own
                # A pattern in what a server says that it gives could keep us busy for ever.
                client.session.validate_tool_result = _unchecked  # type: ignore[method-assign]
                self._client = client
                listed = [tool async for tool in _all_tools(client)]
                self.offered = usable(listed)
                self.left_out = len(listed) - len(self.offered)
                if not ready.done():
                    ready.set_result(None)
                await self._stop.wait()
        except Exception as error:
            if not ready.done():
                ready.set_exception(self._not_reached(error))
                ready.exception()  # whoever waits may have gone
        except BaseException:
            if not ready.done():
                ready.cancel()
            raise

    async def _made(self) -> Client:
        try:
            mcp: Any = await asyncio.to_thread(_library)  # more than a second the first time: not in the loop's way
        except ImportError:
            raise ToolError(
                "failed", "tool servers need an extra that is not installed", 'pip install "footlights[mcp]"'
            ) from None
        client: Client = mcp.Client(self._way(), read_timeout_seconds=_START)
        return client

    def _way(self) -> AbstractAsyncContextManager[Any]:
        server = self._server
        if server.command is None:
            import httpx2
            from mcp.client.streamable_http import streamable_http_client

            from app.tools.mcp.bounded import Bounded

            assert server.url is not None
            headers = {"authorization": f"Bearer {self._secret(server.bearer)}"} if server.bearer else {}
            # Redirects are not followed: the token goes where its owner wrote, and nowhere else.
            self._web = Bounded()
            web = httpx2.AsyncClient(headers=headers, timeout=server.seconds, trust_env=False, transport=self._web)
            return streamable_http_client(server.url, http_client=web)
        from mcp import StdioServerParameters
        from mcp.client.stdio import stdio_client

        given = {name: self._secret(name) if value is None else value for name, value in server.env.items()}
        program, *words = server.command
        parameters = StdioServerParameters(command=program, args=words, env=given or None, cwd=self._root)
        self._last_words = LastWords()
        return stdio_client(parameters, errlog=self._last_words.writer)

    def _secret(self, name: str) -> str:
        value = self._environment.get(name)
        if not value:
            raise ToolError("auth", f"{self._name} needs the variable {name}, and it is not set", f"export {name}=...")
        return value

    def _not_reached(self, error: BaseException) -> ToolError:
        first = next(_leaves(error))
        if isinstance(first, ToolError):
            return first
        if isinstance(first, FileNotFoundError | PermissionError | NotADirectoryError):
            program = (self._server.command or ["?"])[0]
            return ToolError("failed", f'{self._name} cannot be started: "{program}" is no program here')
        if self._is_denied:
            return self._denied()
        if isinstance(first, ValidationError):
            return self._not_understood()
        said = shortened(safe_text(str(first) or type(first).__name__), 200)
        return ToolError("connection", f"{self._name} cannot be reached: {said}", self._hint())

    def _failed(self, error: Any, tool: str) -> ToolError:
        said = shortened(safe_text(str(error.error.message)), 300)
        if self._is_denied:
            return self._denied()
        if error.error.code == _TIMED_OUT:
            return ToolError("timeout", f"{self._name}/{tool} gave no answer within {self._server.seconds:g} s")
        if error.error.code == _CLOSED:
            return self._died()
        return ToolError("bad_arguments" if error.error.code == _BAD_ARGUMENTS else "failed", f"{tool}: {said}")

    def _died(self) -> ToolError:
        self._stop.set()
        return ToolError("connection", f"{self._name} has ended in the middle of its work", self._hint())

    def _not_understood(self) -> ToolError:
        return ToolError("failed", f"{self._name} does not speak the protocol: its answer makes no sense", self._hint())

    @property
    def _is_denied(self) -> bool:
        return self._web is not None and self._web.is_denied

    def _denied(self) -> ToolError:
        variable = self._server.bearer
        hint = f"is the token in {variable} still good?" if variable else "name the variable with its token: bearer:"
        return ToolError("auth", f"{self._name} does not let us in", hint)

    def _hint(self) -> str:
        words = self._last_words.told() if self._last_words is not None else ""
        return f"it wrote: {words}" if words else ""


@cache
def _library() -> Any:
    from importlib import import_module

    for name in ("mcp", "client", "httpx2", "httpcore2"):  # what servers make them say is not for our terminal
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    return import_module("mcp")


async def _all_tools(client: Client) -> AsyncIterator[Listed]:
    cursor: str | None = None
    seen: set[str | None] = set()
    count = 0
    while cursor not in seen and len(seen) < MOST_PAGES:
        seen.add(cursor)
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools[: MOST_TOOLS - count]:
            count += 1
            yield tool
        cursor = page.next_cursor
        if cursor is None or count == MOST_TOOLS:
            return


async def _unchecked(name: str, result: CallToolResult) -> None:
    """Let it pass."""


def _plain(result: CallToolResult, tool: str) -> Any:
    """The answer as data: structured if the server says so, else its text, else what kinds of thing it sent."""
    said = whole_characters("\n".join(part.text for part in result.content if part.type == "text"))
    if len(said.encode()) > MOST_BYTES:
        raise ToolError("failed", f"{tool} answered with more than {MOST_BYTES:,} bytes", "ask for less")
    if result.is_error:
        raise ToolError("failed", f"{tool}: {shortened(safe_text(said), 400) or 'it failed, and says no more'}")
    if result.structured_content is not None:
        structured = whole_characters(result.structured_content)
        if len(msgspec.json.encode(structured)) > MOST_BYTES:
            raise ToolError("failed", f"{tool} answered with more than {MOST_BYTES:,} bytes", "ask for less")
        return structured
    others = [part.type for part in result.content if part.type != "text"]
    return {"text": said, "left_out": others} if others else said


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """What is inside groups of errors."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
