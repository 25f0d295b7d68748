"""A tool server that does what servers should not: `python tests/corpus/tool_server.py FILE`, spoken to in MCP."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from mcp.server import MCPServer
from mcp.types import ToolAnnotations

READS = ToolAnnotations(read_only_hint=True)
server = MCPServer("notes")


@server.tool(annotations=READS)
def look() -> str:
    """What was written down."""
    file = Path(sys.argv[1])
    return file.read_text() if file.exists() else "nothing"


@server.tool()
def note(text: str) -> str:
    """Write it down."""
    with Path(sys.argv[1]).open("a") as file:
        file.write(text + "\n")
    return "noted"


@server.tool(annotations=READS)
async def hang() -> str:
    """Never answers."""
    await asyncio.Event().wait()
    return ""


@server.tool()
def die() -> str:
    """Ends the server instead of answering."""
    print("the ink is out", file=sys.stderr, flush=True)
    os._exit(3)


@server.tool(annotations=READS)
def flood() -> str:
    """Answers too much."""
    return "x" * 2_000_000


@server.tool(annotations=READS)
def token() -> str:
    """Says what it was given."""
    return f"{os.environ.get('NOTES_TOKEN', 'no token')} {os.environ.get('NOT_FOR_YOU', 'and no more')}"


if __name__ == "__main__":
    server.run("stdio")
