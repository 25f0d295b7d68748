"""The tools `graph.*`: what depends on what in the metadata of some organisations, and what breaks if it changes.

An edge goes from what depends to what it depends on: a report, from; the field it reads, to.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from heapq import nsmallest
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.document.suggest import did_you_mean, shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.graph.links import MOST_CRITICAL, Graph, circles, dependents, graph_of, reach, way_back
from app.tools.rows import TABLE_SCHEMA, Row, check_columns, columns_of, read_rows

MAX_COUNTED = 20_000  # nodes whose dependents are all counted: the sets grow with the square
MAX_WAY = 30  # places or links of a way that are told
_SHOWN = ("kind", "org", "owner")


def impact(graph: Graph, changed: list[str], most: int | None, limit: int) -> dict[str, Any]:
    """Say who depends on what changes, how far away, by which way, and how risky that is."""
    found = reach(changed, graph.needed_by, most)
    rest = list(found)[len(changed) :]  # nearest first
    rows = [graph.nodes[node] for node in rest]
    distances = [found[node].distance for node in rest]
    critical = [row.get("criticality") or 0 for row in rows]
    orgs = _counted(rows, "org")
    further = sorted(set(orgs) - {str(graph.nodes[node].get("org")) for node in changed})
    direct = distances.count(1)
    order = nsmallest(limit, zip(distances, (-one for one in critical), range(len(rest)), strict=True))
    return {
        "changed": changed,
        "affected": len(rest),
        "direct": direct,
        "orgs": orgs,
        "kinds": _counted(rows, "kind"),
        **risk(direct, len(rest) - direct, max(critical, default=0), further),
        "nodes": [
            _told(graph, rest[place])
            | {"distance": distance, "path": " -> ".join(_in_short(way_back(rest[place], found)))}
            for distance, _, place in order
        ],
    }


def risk(direct: int, indirect: int, worst: float, further: list[str]) -> dict[str, Any]:
    """Add up the points of a change: who is near, who is far, the most critical of them, and foreign organisations."""
    parts = [
        (min(4 * direct, 24), f"{direct} depend on it directly"),
        (min(indirect, 16), f"{indirect} through others"),
        (round(8 * worst), f"the most critical of them is {worst:g} of {MOST_CRITICAL}"),
        (min(5 * len(further), 20), f"it reaches into {', '.join(further)}"),
    ]
    score = sum(points for points, _ in parts)
    return {
        "score": score,
        "level": "high" if score >= 60 else "medium" if score >= 30 else "low",
        "reasons": [f"{points}: {reason}" for points, reason in parts if points],
    }


def path(graph: Graph, start: str, end: str) -> dict[str, Any]:
    """Say the shortest way in which one node depends on another."""
    found = reach([start], graph.needs)
    if end not in found:
        return {"depends": False, "distance": None, "path": [], "links": []}
    way = way_back(end, found)[::-1]
    links = [f"{one} {graph.needs[one][other]} {other}" for one, other in pairwise(way)]
    return {"depends": True, "distance": len(links), "path": _in_short(way), "links": _in_short(links)}


def _in_short(way: list[str]) -> list[str]:
    """Leave out the middle of a way that nobody would read to its end."""
    if len(way) <= MAX_WAY:
        return way
    return [*way[: MAX_WAY - 6], f"... {len(way) - MAX_WAY + 1:,} more", *way[-5:]]


def rank(graph: Graph, by: str, limit: int) -> dict[str, Any]:
    """Order the nodes by how many depend on them, directly or in all."""
    if by == "reach" and len(graph.nodes) > MAX_COUNTED:
        raise ToolError(
            "refused",
            f"these are {len(graph.nodes):,} nodes; all dependents are counted for {MAX_COUNTED:,} at most",
            "rank by direct dependents, or take fewer organisations",
        )
    counts = dependents(graph) if by == "reach" else {node: len(graph.needed_by[node]) for node in graph.nodes}
    order = nsmallest(limit, graph.nodes, key=lambda node: (-counts[node], node))
    return {
        "nodes": [_told(graph, node) | {"dependents": counts[node]} for node in order if counts[node]],
        "unused": sum(not graph.needed_by[node] for node in graph.nodes),
    }


def find_nodes(graph: Graph, words: str, where: dict[str, Any], limit: int) -> dict[str, Any]:
    """Find the nodes in which all words stand, in whatever column, and whose columns are as asked."""
    if graph.nodes:
        check_columns(where, columns_of(graph.nodes.values()))
    wanted = words.lower().split()
    fitting = []
    for node in graph.nodes.values():
        if all(node.get(name) == value for name, value in where.items()):
            text = " ".join(str(value) for value in node.values() if value is not None).lower()
            if all(word in text for word in wanted):
                fitting.append(node)
    return {"count": len(fitting), "nodes": fitting[:limit]}


def _told(graph: Graph, node: str) -> Row:
    return {"id": node} | {name: graph.nodes[node][name] for name in _SHOWN if graph.nodes[node].get(name) is not None}


def _counted(rows: list[Row], column: str) -> dict[str, int]:
    counts = Counter(map(str, filter(None, [row.get(column) for row in rows])))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _known(graph: Graph, name: str) -> str:
    if name not in graph.nodes:
        raise ToolError("bad_arguments", f'there is no node "{shortened(name)}"', did_you_mean(name, graph.nodes))
    return name


def _asking(question: Callable[[Graph, Arguments], dict[str, Any]]) -> Callable[..., Any]:
    """Return what a tool does: read the tables, build the graph and ask, all in a thread."""

    def ask(arguments: Arguments, root: Path) -> dict[str, Any]:
        nodes = arguments.get("nodes")
        rows = None if nodes is None else read_rows(nodes, root)
        return question(graph_of(rows, read_rows(arguments["edges"], root), arguments.get("orgs")), arguments)

    async def perform(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
        return await asyncio.to_thread(ask, arguments, surroundings.root)

    return perform


def _impact(graph: Graph, arguments: Arguments) -> dict[str, Any]:
    of = arguments["of"]
    changed = list(dict.fromkeys([of] if isinstance(of, str) else of))
    return impact(graph, [_known(graph, name) for name in changed], arguments.get("within"), arguments.get("limit", 20))


def _path(graph: Graph, arguments: Arguments) -> dict[str, Any]:
    return path(graph, _known(graph, arguments["from"]), _known(graph, arguments["to"]))


def _cycles(graph: Graph, arguments: Arguments) -> dict[str, Any]:
    found = circles(graph)
    return {
        "count": len(found),
        "cycles": [" -> ".join(_in_short(circle)) for circle in found[: arguments.get("limit", 20)]],
    }


def _rank(graph: Graph, arguments: Arguments) -> dict[str, Any]:
    return rank(graph, arguments.get("by", "direct"), arguments.get("limit", 10))


def _find(graph: Graph, arguments: Arguments) -> dict[str, Any]:
    return find_nodes(graph, arguments.get("words", ""), arguments.get("where", {}), arguments.get("limit", 20))


def _tool(
    name: str,
    says: str,
    question: Callable[[Graph, Arguments], dict[str, Any]],
    example: Arguments,
    required: tuple[str, ...] = (),
    **properties: dict[str, Any],
) -> Tool:
    parameters = arguments_of(
        required=("edges", *required),
        nodes=TABLE_SCHEMA | {"description": "rows with id, and kind, org, owner, criticality (0 to 5) if known"},
        edges=TABLE_SCHEMA | {"description": "rows with from (what depends), to (what it depends on) and kind"},
        orgs={"type": "array", "items": {"type": "string"}, "maxItems": 1000, "description": "only these"},
        **properties,
    )
    return Tool(f"graph.{name}", says, parameters, _asking(question), example={**_EXAMPLE, **example})


_ID = {"type": "string", "minLength": 1}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 30}
_EXAMPLE: Arguments = {
    "nodes": "id,kind,org\nbalance,field,north\ninvoice,flow,north\nrevenue,report,south\n",
    "edges": "from,to,kind\ninvoice,balance,reads\nrevenue,invoice,counts\n",
}

TOOLS = (
    _tool(
        "impact",
        "Say what breaks if something changes: who depends on it, how far away and how, with a score from 0 to 100.",
        _impact,
        {"of": "balance"},
        required=("of",),
        of={"anyOf": [_ID, {"type": "array", "items": _ID, "minItems": 1, "maxItems": 100}]},
        within={"type": "integer", "minimum": 1, "description": "no further away than this"},
        limit=_LIMIT,
    ),
    _tool(
        "path",
        "Say how one thing depends on another: the shortest way, link by link.",
        _path,
        {"from": "revenue", "to": "balance"},
        required=("from", "to"),
        **{"from": _ID, "to": _ID},
    ),
    _tool("cycles", "Find what depends on itself through others, each circle once.", _cycles, {}, limit=_LIMIT),
    _tool(
        "rank",
        "Order things by how many depend on them: directly, or (by: reach) in all.",
        _rank,
        {"limit": 2},
        by={"enum": ["direct", "reach"]},
        limit=_LIMIT,
    ),
    _tool(
        "find",
        "Find things by words that stand in any of their columns, and by columns: {kind: report}.",
        _find,
        {"words": "inv", "where": {"kind": "flow"}},
        words={"type": "string", "maxLength": 500},
        where={"type": "object", "maxProperties": 20},
        limit=_LIMIT,
    ),
)
