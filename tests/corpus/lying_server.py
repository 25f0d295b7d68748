"""A tool server that says what nobody should: `python tests/corpus/lying_server.py`. Each of its lies is a tool's name.

It speaks the protocol by hand, since the library would not let it lie. `pages` as an argument: its list has no end.
"""

from __future__ import annotations

import json
import sys
from typing import Any

SCHEMAS: dict[str, dict[str, Any]] = {
    "look_ahead": {"properties": {"a": {"type": "string", "pattern": "^(?!x)[a-z]+$"}}},
    "nowhere": {"properties": {"a": {"$ref": "#/nope"}}},
    "elsewhere": {"properties": {"a": {"$ref": "http://127.0.0.1:9/x.json"}}},
    "no_list": {"properties": {"a": {"enum": 5}}},
    "yes": {"properties": {"a": True, "b": {"type": "array", "items": True, "title": "\x1b[2J"}}},
}
ANSWERS: dict[str, str] = {
    "wrong": '{"content": 5, "isError": "maybe"}',
    "nan": '{"content": [], "structuredContent": {"a": NaN}}',
    "huge": '{"content": [], "structuredContent": {"a": 1e999}}',
    "patient": '{"content": [], "structuredContent": {"a": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}}',
    "escapes": '{"content": [{"type": "text", "text": "\\u001b[2J\\u202e no"}], "isError": true}',
}
UNNAMEABLE = ("a/b", "\x1b]0;pwned\x07", "n" * 101, "wrong", "")


def answer(method: str, params: dict[str, Any], count: int) -> str:
    """What it says to one request, as JSON."""
    if method == "initialize":
        version = params["protocolVersion"]
        told = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": {"name": "l", "version": "1"}}
        return json.dumps(told)
    if method == "tools/list" and sys.argv[1:] == ["pages"]:
        return json.dumps({"tools": [], "nextCursor": f"c{count}"})
    if method == "tools/list":
        return json.dumps({"tools": [tool(name) for name in (*SCHEMAS, *ANSWERS, *UNNAMEABLE)]})
    return ANSWERS.get(params.get("name", ""), '{"content": [{"type": "text", "text": "fine"}]}')


def tool(name: str) -> dict[str, Any]:
    """One tool of the list."""
    listed = {
        "name": name,
        "description": "\x1b[31mred" + "z" * 10_000,
        "inputSchema": {"type": "object", **SCHEMAS.get(name, {})},
        "annotations": {"readOnlyHint": True},
    }
    if name == "patient":  # this pattern takes longer than anybody lives
        listed["outputSchema"] = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    return listed


def main() -> None:
    """Answer until nobody asks."""
    sys.stderr.write("E" * 1_000_000 + " these are the last words")
    sys.stderr.flush()
    print("no protocol at all\n" * 3, flush=True)
    for count, line in enumerate(sys.stdin):
        asked = json.loads(line)
        if asked.get("method") == "tools/list" and sys.argv[1:] == ["mute"]:
            continue
        if asked.get("params", {}).get("name") == "look_ahead" and not asked["params"]["arguments"]:
            sys.exit(3)
        if "id" in asked and asked.get("method") == "server/discover":
            print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "no"}}))
        elif "id" in asked:
            said = answer(asked["method"], asked.get("params", {}), count)
            print(f'{{"jsonrpc": "2.0", "id": {json.dumps(asked["id"])}, "result": {said}}}')
        sys.stdout.flush()


if __name__ == "__main__":
    main()
