"""The tool servers of a person, for `footlights tools`: those of mcp.yaml, and what one of them offers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.cli.ink import Ink
from app.errors import FootlightsError, NotFound
from app.safety import clean
from app.settings import project_root
from app.tools.base import Tool, ToolError
from app.tools.mcp.own_servers import read_servers, servers_file
from app.tools.mcp.troupe import PREFIX, Servers


class NotReached(FootlightsError):
    """A server that cannot be asked what it offers."""


def offered(word: str) -> tuple[Tool, ...]:
    """What `mcp:server` or `mcp:server/tool` stands for: the server is started, asked and ended."""
    tools, left_out = asyncio.run(_offered(word))
    if left_out:
        sys.stderr.write(f"{left_out} left out: names that cannot be used\n")
    return tuple(replace(tool, parameters=_shown(tool.parameters)) for tool in tools)


def listed(ink: Ink) -> Iterator[str]:
    """A line for each server of the file; none of them is asked."""
    for name, server in read_servers(servers_file()).items():
        way = server.url or " ".join(server.command or ())
        bounds = [f"writes: {server.writes}"]
        if server.tools is not None:
            bounds.append(f"{len(server.tools)} of its tools")
        yield f"  {PREFIX}{name}  {clean(way)}  {ink.paint(', '.join(bounds), 'dim')}"


async def _offered(word: str) -> tuple[tuple[Tool, ...], int]:
    servers = Servers(servers_file(), project_root(Path.cwd()))
    try:
        return await servers.tools(word), servers.left_out(word)
    except ToolError as error:
        raise (NotFound if error.error == "not_found" else NotReached)(error.message, error.hint) from None
    finally:
        await servers.close()


def _shown(value: Any) -> Any:
    """A schema of theirs with nothing in it that drives a terminal; to check arguments it is used as it is."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): _shown(item) for name, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value
