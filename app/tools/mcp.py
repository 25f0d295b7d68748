"""Tools of a server that speaks the Model Context Protocol: `mcp:time/convert_time`, or all of `mcp:time`.

A server is started when it is first needed and ended with the run. One task enters and leaves each connection, because
the protocol's library wants it so. What a server says is a stranger's word: its answers are bounded, and a tool counts
as reading only when the server says so.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from app.document.suggest import did_you_mean, listed, shortened
from app.errors import ScenarioRefused
from app.safety import safe_text
from app.tools.base import Arguments, Surroundings, Tool, ToolError
from app.tools.servers import ToolServer, read_servers

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult
    from mcp.types import Tool as Offered

PREFIX = "mcp:"
MOST_TOOLS = 500
MOST_BYTES = 1_000_000
_START = 60.0  # seconds; the first time some servers are fetched before they begin
_LONGEST = 4_000  # characters of what a server says about a tool
_TIMED_OUT, _CLOSED, _BAD_ARGUMENTS = -32001, -32000, -32602  # codes of the protocol
_LAST_WORDS = 400  # characters of what a server that died wrote last


class Servers:
    """The servers that one run speaks to."""

    def __init__(self, file: Path, root: Path, environment: Mapping[str, str] | None = None) -> None:
        self._file = file
        self._root = root
        self._environment = os.environ if environment is None else environment
        self._known: dict[str, ToolServer] | None = None
        self._open: dict[str, Connection] = {}
        self._opening = asyncio.Lock()

    async def tools(self, word: str) -> tuple[Tool, ...]:
        """What `mcp:server` or `mcp:server/tool` stands for; ToolError when there is no such thing."""
        name, _, wanted = word.removeprefix(PREFIX).partition("/")
        server = self._server(name)
        connection = await self._connected(name, server)
        found = [tool for tool in connection.offered if server.offers(tool.name)]
        if server.writes == "refuse":
            found = [tool for tool in found if _only_reads(tool)]
        if wanted:
            found = [tool for tool in found if tool.name == wanted]
            if not found:
                raise _not_offered(name, wanted, server, connection.offered)
        return tuple(self._tool(name, server, tool) for tool in found)

    async def close(self) -> None:
        """End all of them."""
        while self._open:
            await self._open.popitem()[1].close()

    def _server(self, name: str) -> ToolServer:
        if self._known is None:
            try:
                self._known = read_servers(self._file)
            except ScenarioRefused as refused:
                first = refused.problems[0]
                raise ToolError("failed", f"{self._file}:{first.line}: {first.message}", first.hint) from None
        if name not in self._known:
            there = f"there are {listed(self._known)}" if self._known else f"{self._file} names none"
            hint = did_you_mean(name, self._known, otherwise=there)
            raise ToolError("not_found", f'there is no tool server "{shortened(name)}"', hint)
        return self._known[name]

    async def _connected(self, name: str, server: ToolServer) -> Connection:
        async with self._opening:
            connection = self._open.get(name)
            if connection is None or connection.is_over:
                if connection is not None:
                    await connection.close()
                connection = Connection(name, server, self._root, self._environment)
                self._open[name] = connection
                await connection.open()
            return connection

    def _tool(self, name: str, server: ToolServer, offered: Offered) -> Tool:
        reads = _only_reads(offered)
        hints = offered.annotations
        says = safe_text(offered.description or offered.title or offered.name)[:_LONGEST]
        return Tool(
            f"{PREFIX}{name}/{offered.name}",
            says,
            {"type": "object", "properties": {}, "required": [], **offered.input_schema},
            partial(self._use, name, server, offered),
            effect="read" if reads else "write",
            idempotent=bool(hints and hints.idempotent_hint),
            network=True,  # for all that is known of it
            asks_first=not reads and server.writes == "ask",
        )

    async def _use(
        self, name: str, server: ToolServer, tool: Offered, arguments: Arguments, _surroundings: Surroundings
    ) -> Any:
        connection = await self._connected(name, server)
        try:
            return await connection.use(tool.name, arguments)
        except ToolError as error:
            if error.error != "connection" or not _only_reads(tool):
                raise
        # It may have died long ago, unseen. What only reads can be asked of a new one.
        return await (await self._connected(name, server)).use(tool.name, arguments)


class Connection:
    """One server while it is spoken to."""

    def __init__(self, name: str, server: ToolServer, root: Path, environment: Mapping[str, str]) -> None:
        self.offered: list[Offered] = []
        self._name = name
        self._server = server
        self._root = root
        self._environment = environment
        self._client: Client | None = None
        self._ready: asyncio.Future[None] | None = None
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._said: IO[str] | None = None  # what it writes beside the protocol

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
            return _plain(await asked, f"{self._name}/{tool}")
        except MCPError as error:
            raise self._failed(error, tool) from error
        finally:
            asked.cancel()

    async def close(self) -> None:
        """End it."""
        self._stop.set()
        if self._task is not None:
            with suppress(Exception):
                await self._task
        if self._said is not None:
            self._said.close()
            self._said = None

    async def _own(self, ready: asyncio.Future[None]) -> None:
        """Enter and leave the connection, both here; what goes wrong on the way in is told to whoever waits."""
        try:
            client = await self._made()
            async with client:
                self._client = client
                self.offered = [tool async for tool in _all_tools(client)]
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

            assert server.url is not None
            headers = {"authorization": f"Bearer {self._secret(server.bearer)}"} if server.bearer else {}
            # Redirects are not followed: the token goes where its owner wrote, and nowhere else.
            web = httpx2.AsyncClient(headers=headers, timeout=server.seconds, trust_env=False)
            return streamable_http_client(server.url, http_client=web)
        from mcp import StdioServerParameters
        from mcp.client.stdio import stdio_client

        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        given = {name: self._secret(name) if value is None else value for name, value in server.env.items()}
        program, *words = server.command
        parameters = StdioServerParameters(command=program, args=words, env=given or None, cwd=self._root)
        return stdio_client(parameters, errlog=self._said)

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
        said = shortened(safe_text(str(first) or type(first).__name__), 200)
        return ToolError("connection", f"{self._name} cannot be reached: {said}", self._last_words())

    def _died(self) -> ToolError:
        self._stop.set()
        return ToolError("connection", f"{self._name} has ended in the middle of its work", self._last_words())

    def _failed(self, error: Any, tool: str) -> ToolError:
        said = shortened(safe_text(str(error.error.message)), 300)
        if error.error.code == _TIMED_OUT:
            return ToolError("timeout", f"{self._name}/{tool} gave no answer within {self._server.seconds:g} s")
        if error.error.code == _CLOSED:
            return self._died()
        return ToolError("bad_arguments" if error.error.code == _BAD_ARGUMENTS else "failed", f"{tool}: {said}")

    def _last_words(self) -> str:
        if self._said is None or self._said.closed:
            return ""
        self._said.seek(0)
        words = safe_text(self._said.read(100_000)).strip()[-_LAST_WORDS:]
        return f"it wrote: {words}" if words else ""


def _library() -> Any:
    from importlib import import_module

    return import_module("mcp")


async def _all_tools(client: Client) -> Any:
    cursor: str | None = None
    count = 0
    while count < MOST_TOOLS:
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools[: MOST_TOOLS - count]:
            count += 1
            yield tool
        cursor = page.next_cursor
        if cursor is None:
            return


def _only_reads(tool: Offered) -> bool:
    return bool(tool.annotations and tool.annotations.read_only_hint)


def _not_offered(server: str, wanted: str, config: ToolServer, offered: list[Offered]) -> ToolError:
    names = [tool.name for tool in offered]
    if wanted in names:
        why = "is not in its list of tools" if not config.offers(wanted) else "may write, and its writes are refused"
        return ToolError("refused", f"{server}/{wanted} {why}", "mcp.yaml says what may be used")
    hint = did_you_mean(wanted, names, otherwise=f"it has {listed(names)}" if names else "it has none")
    return ToolError("not_found", f'{server} has no tool "{shortened(wanted)}"', hint)


def _plain(result: CallToolResult, tool: str) -> Any:
    """The answer as data: structured if the server says so, else its text, else what kinds of thing it sent."""
    said = "\n".join(part.text for part in result.content if part.type == "text")
    if len(said.encode()) > MOST_BYTES:
        raise ToolError("failed", f"{tool} answered with more than {MOST_BYTES:,} bytes", "ask for less")
    if result.is_error:
        raise ToolError("failed", f"{tool}: {shortened(safe_text(said), 500) or 'it failed, and says no more'}")
    if result.structured_content is not None:
        if len(msgspec.json.encode(result.structured_content)) > MOST_BYTES:
            raise ToolError("failed", f"{tool} answered with more than {MOST_BYTES:,} bytes", "ask for less")
        return result.structured_content
    others = [part.type for part in result.content if part.type != "text"]
    return {"text": said, "left_out": others} if others else said


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """What is inside groups of errors."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
