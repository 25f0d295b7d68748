"""What depends on what, as a graph in memory, and the walks in it: who is reached, by which way, in which circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.document.suggest import did_you_mean, shortened
from app.tools.base import ToolError
from app.tools.rows import Row, check_columns, columns_of

MOST_CRITICAL = 5
_KIND = "depends on"
Onward = Mapping[str, Mapping[str, str]]  # from each node to its neighbours, with the kind of the link


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by id, and the links between them both ways: `needs` along an arrow, `needed_by` against it."""

    nodes: Mapping[str, Row]
    needs: dict[str, dict[str, str]]
    needed_by: dict[str, dict[str, str]]


class Reached(NamedTuple):
    """A node on the way from a start: how far it is, and which node comes before it."""

    distance: int
    before: str | None


def graph_of(nodes: list[Row] | None, edges: list[Row], orgs: list[str] | None) -> Graph:
    """Build the graph; without nodes, those that the edges name. Raises ToolError with the row that is wrong."""
    if edges:
        check_columns(("from", "to"), columns_of(edges[:1]))
    links = [(_name(edge.get("from")), _name(edge.get("to")), edge.get("kind") or _KIND) for edge in edges]
    known = _by_id(nodes) if nodes is not None else {node: {"id": node} for link in links for node in link[:2]}
    kept = {node: row for node, row in known.items() if row.get("org") in orgs} if orgs else known
    graph = Graph(kept, {node: {} for node in kept}, {node: {} for node in kept})
    for row, (start, end, kind) in enumerate(links, 1):
        if start in kept and end in kept:
            graph.needs[start].setdefault(end, kind)
            graph.needed_by[end].setdefault(start, kind)
        elif start not in known or end not in known or not start or not end:
            raise _unknown(start if start not in known else end, row, known)
    return graph


def reach(starts: list[str], onward: Onward, most: int | None = None) -> dict[str, Reached]:
    """Walk from all starts at once, nearest first; what is found first, by the order of the links, is kept."""
    found: dict[str, Reached] = {start: Reached(0, None) for start in starts}
    edge = list(found)
    distance = 0
    while edge and distance != most:
        distance += 1
        further = []
        for node in edge:
            for neighbour in onward[node]:
                if neighbour not in found:
                    found[neighbour] = Reached(distance, node)
                    further.append(neighbour)
        edge = further
    return found


def way_back(node: str, found: Mapping[str, Reached]) -> list[str]:
    """Return the nodes from this one back to the start it was reached from."""
    way = [node]
    while (before := found[way[-1]].before) is not None:
        way.append(before)
    return way


def circles(graph: Graph) -> list[list[str]]:
    """Return the groups whose members all depend on one another, each as its shortest circle through its first node."""
    order = {node: position for position, node in enumerate(graph.nodes)}
    found = []
    for group in groups(graph):
        first = min(group, key=order.__getitem__)
        if len(group) > 1 or first in graph.needs[first]:
            found.append((order[first], _circle(first, group, graph.needs)))
    return [circle for _, circle in sorted(found)]


def groups(graph: Graph) -> Iterator[set[str]]:
    """Yield the strongly connected groups, dependents before what they depend on (Kosaraju's two walks)."""
    taken: set[str] = set()
    for node in reversed(_finished(graph)):
        if node in taken:
            continue
        group = {node}
        taken.add(node)
        waiting = [node]
        while waiting:
            for neighbour in graph.needed_by[waiting.pop()]:
                if neighbour not in taken:
                    taken.add(neighbour)
                    group.add(neighbour)
                    waiting.append(neighbour)
        yield group


def dependents(graph: Graph) -> dict[str, int]:
    """Count for every node all that depend on it, directly or through others; sets are bits of one number each."""
    bit = {node: 1 << position for position, node in enumerate(graph.nodes)}
    above: dict[str, int] = {}
    counted: dict[str, int] = {}
    for group in groups(graph):
        together = 0
        for node in group:
            together |= bit[node]
            for dependent in graph.needed_by[node]:
                together |= above.get(dependent, 0)  # of the same group: not yet there, and not missed
        for node in group:
            above[node] = together
            counted[node] = together.bit_count() - 1
    return counted


def _finished(graph: Graph) -> list[str]:
    """Return all nodes in the order in which a walk along the arrows is done with them."""
    done: list[str] = []
    seen: set[str] = set()
    for start in graph.nodes:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(graph.needs[start]))]
        while stack:
            node, neighbours = stack[-1]
            for neighbour in neighbours:
                if neighbour not in seen:
                    seen.add(neighbour)
                    stack.append((neighbour, iter(graph.needs[neighbour])))
                    break
            else:
                stack.pop()
                done.append(node)
    return done


def _circle(first: str, group: set[str], needs: Onward) -> list[str]:
    inside = {node: {other: kind for other, kind in needs[node].items() if other in group} for node in group}
    found = reach([first], inside)
    ends = [node for node in found if first in inside[node]]
    last = min(ends, key=lambda node: found[node].distance)
    return [*reversed(way_back(last, found)), first]


def _by_id(nodes: list[Row]) -> dict[str, Row]:
    if nodes:
        check_columns(("id",), columns_of(nodes[:1]))
    known: dict[str, Row] = {}
    for row, node in enumerate(nodes, 1):
        name = _name(node.get("id"))
        if not name or name in known:
            said = f'"{shortened(name)}" is there twice' if name else "the id is missing"
            raise ToolError("bad_arguments", f"nodes, row {row}: {said}")
        criticality = node.get("criticality") or 0
        if not isinstance(criticality, int | float) or not 0 <= criticality <= MOST_CRITICAL:
            raise ToolError(
                "bad_arguments",
                f"nodes, row {row}, criticality: this is no number from 0 to {MOST_CRITICAL}",
                f"{MOST_CRITICAL} is what must never stand still",
            )
        known[name] = node
    return known


def _unknown(name: str, row: int, known: Mapping[str, Row]) -> ToolError:
    if not name:
        return ToolError("bad_arguments", f"edges, row {row}: from or to is missing", "each edge has both")
    hint = did_you_mean(name, known)
    return ToolError("bad_arguments", f'edges, row {row}: there is no node "{shortened(name)}"', hint)


def _name(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
