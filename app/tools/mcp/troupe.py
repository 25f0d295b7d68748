"""Tools of a server that speaks the Model Context Protocol: `mcp:time/convert_time`, or all of `mcp:time`.

A server is started when it is first needed and ended with the run. One task enters and leaves each connection, because
the protocol's library wants it so. What a server says is a stranger's word: its answers are bounded, and a tool counts
as reading only when the server says so.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from app.document.suggest import did_you_mean, listed, shortened
from app.errors import ScenarioRefused
from app.tools.base import Arguments, Surroundings, Tool, ToolError
from app.tools.mcp.connection import Connection
from app.tools.mcp.offered import Offered
from app.tools.mcp.own_servers import ToolServer, read_servers

PREFIX = "mcp:"


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
            found = [tool for tool in found if tool.reads]
        if wanted:
            found = [tool for tool in found if tool.name == wanted]
            if not found:
                raise _not_offered(name, wanted, server, connection.offered)
        return tuple(self._tool(name, server, tool) for tool in found)

    def left_out(self, word: str) -> int:
        """How many tools of a server cannot be used at all, once it was asked; `word` is as for tools()."""
        connection = self._open.get(word.removeprefix(PREFIX).partition("/")[0])
        return connection.left_out if connection is not None else 0

    async def close(self) -> None:
        """End all of them."""
        ending = [connection.close() for connection in self._open.values()]
        self._open.clear()
        await asyncio.gather(*ending)

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
        return Tool(
            f"{PREFIX}{name}/{offered.name}",
            offered.says,
            offered.parameters,
            partial(self._use, name, server, offered),
            effect="read" if offered.reads else "write",
            idempotent=offered.is_idempotent,
            network=True,  # for all that is known of it
            asks_first=not offered.reads and server.writes == "ask",
        )

    async def _use(
        self, name: str, server: ToolServer, tool: Offered, arguments: Arguments, _surroundings: Surroundings
    ) -> Any:
        connection = await self._connected(name, server)
        try:
            return await connection.use(tool.name, arguments)
        except ToolError as error:
            if error.error != "connection" or not tool.reads:
                raise
        # It may have died long ago, unseen. What only reads can be asked of a new one.
        return await (await self._connected(name, server)).use(tool.name, arguments)


def _not_offered(server: str, wanted: str, config: ToolServer, offered: list[Offered]) -> ToolError:
    names = [tool.name for tool in offered]
    if wanted in names:
        why = "is not in its list of tools" if not config.offers(wanted) else "may write, and its writes are refused"
        return ToolError("refused", f"{server}/{wanted} {why}", "mcp.yaml says what may be used")
    hint = did_you_mean(wanted, names, otherwise=f"it has {listed(names)}" if names else "it has none")
    return ToolError("not_found", f'{server} has no tool "{shortened(wanted)}"', hint)
