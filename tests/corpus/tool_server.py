"""A tool server that does what servers should not: `python tests/corpus/tool_server.py FILE`, spoken to in MCP.

It speaks the protocol by hand: loading the library takes a second, and tests start it again and again.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def look() -> str:
    """What was written down."""
    file = Path(sys.argv[1])
    return file.read_text() if file.exists() else "nothing"


def note(text: str) -> str:
    """Write it down."""
    with Path(sys.argv[1]).open("a") as file:
        file.write(text + "\n")
    return "noted"


def hang() -> None:
    """Never answers."""


def die() -> str:
    """Ends the server instead of answering."""
    print("the ink is out", file=sys.stderr, flush=True)
    os._exit(3)


def flood() -> str:
    """Answers too much."""
    return "x" * 2_000_000


def token() -> str:
    """Says what it was given."""
    return f"{os.environ.get('NOTES_TOKEN', 'no token')} {os.environ.get('NOT_FOR_YOU', 'and no more')}"


TOOLS: dict[str, Callable[..., str | None]] = {tool.__name__: tool for tool in (look, note, hang, die, flood, token)}
READS = ("look", "hang", "flood", "token")


def listed(name: str) -> dict[str, Any]:
    """One tool of the list."""
    takes = {"text": {"type": "string"}} if name == "note" else {}
    gives = {"type": "object", "properties": {"result": {"type": "string"}}, "required": ["result"]}
    return {
        "name": name,
        "description": TOOLS[name].__doc__,
        "inputSchema": {"type": "object", "properties": takes, "required": list(takes)},
        "outputSchema": gives,
        "annotations": {"readOnlyHint": True} if name in READS else {},
    }


def answer(method: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """What it says to one request; nothing when it hangs."""
    if method == "initialize":
        version = params["protocolVersion"]
        me = {"name": "notes", "version": "1"}
        return {"result": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": me}}
    if method == "tools/list":
        return {"result": {"tools": [listed(name) for name in TOOLS]}}
    if method != "tools/call":
        return {"error": {"code": -32601, "message": f"there is no {method}"}}
    said = TOOLS[params["name"]](**params["arguments"])
    if said is None:
        return None
    return {"result": {"content": [{"type": "text", "text": said}], "structuredContent": {"result": said}}}


def main() -> None:
    """Answer until nobody asks."""
    for line in sys.stdin:
        asked = json.loads(line)
        said = answer(asked["method"], asked.get("params", {})) if "id" in asked else None
        if said is not None:
            print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **said}), flush=True)


if __name__ == "__main__":
    main()
