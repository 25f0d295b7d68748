"""The tool servers of a person, for `footlights tools`: those of mcp.yaml, and what one of them offers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from app.cli.ink import Ink
from app.cli.said import clean
from app.errors import FootlightsError, NotFound
from app.settings import project_root
from app.tools.base import Tool, ToolError
from app.tools.mcp import PREFIX, Servers
from app.tools.servers import read_servers, servers_file


class NotReached(FootlightsError):
    """A server that cannot be asked what it offers."""


def offered(word: str) -> tuple[Tool, ...]:
    """What `mcp:server` or `mcp:server/tool` stands for: the server is started, asked and ended."""
    return asyncio.run(_offered(word))


def listed(ink: Ink) -> Iterator[str]:
    """A line for each server of the file; none of them is asked."""
    for name, server in read_servers(servers_file()).items():
        way = server.url or " ".join(server.command or ())
        bounds = [f"writes: {server.writes}"]
        if server.tools is not None:
            bounds.append(f"{len(server.tools)} of its tools")
        yield f"  {PREFIX}{name}  {clean(way)}  {ink.paint(', '.join(bounds), 'dim')}"


async def _offered(word: str) -> tuple[Tool, ...]:
    servers = Servers(servers_file(), project_root(Path.cwd()))
    try:
        return await servers.tools(word)
    except ToolError as error:
        raise (NotFound if error.error == "not_found" else NotReached)(error.message, error.hint) from None
    finally:
        await servers.close()
