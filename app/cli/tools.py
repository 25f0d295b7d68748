"""`footlights tools`: what agents and steps can do, and one tool whole."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from app.cli.explain import padded, wrapped
from app.cli.ink import Ink
from app.cli.said import as_json
from app.cli.tool_servers import listed, offered
from app.document.suggest import did_you_mean
from app.errors import NotFound
from app.safety import clean
from app.tools.base import Tool
from app.tools.registry import families, find, names

EXAMPLES = """
footlights tools show table.filter
footlights tools show mcp:time
"""


NARROWEST = 24  # columns for what a tool does; with fewer it stands below


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="print them as JSON")
    parser.set_defaults(name=None)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    listing = actions.add_parser("list", help="all tools, by family; as without an action")
    listing.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print them as JSON")
    showing = actions.add_parser("show", help="one tool: what it takes, and an example")
    showing.add_argument("name", metavar="NAME", help="such as http, table.filter, or mcp:server")
    showing.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print it as JSON")


def perform(args: argparse.Namespace) -> int:
    """List or show."""
    if args.name is not None:
        return _show(args.name, args.json)
    return _list(args.json)


def _list(wants_json: bool) -> int:
    tools = [tool for family in families() for tool in _members(family)]
    if wants_json:
        sys.stdout.write(as_json([_summary(tool) for tool in tools], indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    widest = max(len(tool.name) for tool in tools)
    indent = widest + 20 if ink.width - widest - 20 >= NARROWEST else 4
    for tool in tools:
        lines = wrapped(clean(tool.says.partition(". ")[0].rstrip(".")), ink.width - indent)
        effect = ink.paint(f"{tool.effect:<5}", "warning" if tool.effect == "write" else "dim")
        network = "network" if tool.network else ""
        head = f"  {padded(tool.name, widest)}  {effect}  {network:<7}  "
        if indent == 4:
            lines = ["", *lines]
        sys.stdout.write(f"{head}{lines[0]}".rstrip() + "\n")
        sys.stdout.writelines(f"{' ' * indent}{line}\n" for line in lines[1:])
    sys.stdout.write(f"\n{len(tools)} tools; footlights tools show NAME tells more\n")
    if servers := list(listed(ink)):
        sys.stdout.write("\n".join(["", ink.paint("servers of your own", "bold"), *servers, ""]))
    return 0


def _show(name: str, wants_json: bool) -> int:
    found = _found(name)
    if not found:
        raise NotFound(f'there is no tool "{clean(name)}"', did_you_mean(name, [*names(), *families()]))
    if wants_json:
        whole = [_summary(tool) | {"parameters": tool.parameters, "example": tool.example} for tool in found]
        sys.stdout.write(as_json(whole[0] if len(whole) == 1 else whole, indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    sys.stdout.write(ink.glyphs("\n\n".join("\n".join(_portrait(tool, ink)) for tool in found) + "\n"))
    return 0


def _found(name: str) -> Sequence[Tool]:
    if name.startswith("mcp:"):
        return offered(name)
    return _members(name) if name in families() else tuple(filter(None, [find(name)]))


def _members(family: str) -> list[Tool]:
    return [tool for name in names() if name.partition(".")[0] == family and (tool := find(name))]


def _portrait(tool: Tool, ink: Ink) -> list[str]:
    width = min(ink.width, 100)
    effect = "reads or writes" if tool.varies else f"{tool.effect}s"
    traits = [effect, "reaches the network" if tool.network else "stays on this machine"]
    if tool.effect == "write" and not tool.varies:
        traits.append("done twice is done once" if tool.idempotent else "done twice is done twice")
    lines = [f"{ink.paint(tool.name, 'bold')}  {ink.paint(', '.join(traits), 'dim')}", ""]
    lines += [*wrapped(clean(tool.says), width), "", ink.paint("takes", "bold")]
    required = tool.parameters["required"]
    properties = {clean(name): schema for name, schema in tool.parameters["properties"].items()}
    widest = max(map(len, properties), default=0)
    for name, schema in properties.items():
        told = [_kind_of(schema), schema.get("description", ""), "required" if name in required else ""]
        first, *rest = wrapped(clean("; ".join(filter(None, told))), width - widest - 4)
        lines += [f"  {padded(name, widest)}  {first}", *(" " * (widest + 4) + line for line in rest)]
    if not tool.example:  # of a server
        return lines
    lines += ["", ink.paint("example", "bold"), f"  tool: {tool.name}", "  with:"]
    return lines + [f"    {name}: {clean(_flow(value))}" for name, value in tool.example.items()]


def _kind_of(schema: dict[str, Any]) -> str:
    """Say in words what values a schema takes."""
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind_of(choice) for choice in schema["anyOf"]))
    kinds = schema.get("type", "anything")
    words = [_WORDS.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    if words == ["list"] and "type" in schema.get("items", {}):
        return f"list of {_WORDS.get(schema['items']['type'], 'thing')}s"
    return " or ".join(words)


def _flow(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON is YAML, in one line


def _summary(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "effect": tool.effect,
        "idempotent": tool.idempotent or tool.effect == "read",
        "network": tool.network,
        "says": tool.says,
    }


_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "map",
    "array": "list",
    "null": "null",
}
