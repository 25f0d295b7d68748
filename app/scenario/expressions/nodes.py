"""What an expression is once it has been read: a tree of these nodes, each with its place in the source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias


class Expression(NamedTuple):
    """One expression. The offsets of its nodes count in `source`, which has `${{ }}` around it if they were written."""

    source: str
    root: Node


class Literal(NamedTuple):
    """A written value: null, true, 12, 'text'."""

    value: bool | int | float | str | None
    start: int
    end: int


class Name(NamedTuple):
    """A name that stands for itself: inputs, steps, item."""

    name: str
    start: int
    end: int


class Key(NamedTuple):
    """One `.name` or `[index]` of a look-up; a name is a literal text."""

    value: Node
    start: int
    end: int


class Lookup(NamedTuple):
    """A value and the keys by which to look into it, one after another."""

    target: Node
    keys: tuple[Key, ...]
    start: int
    end: int


class Call(NamedTuple):
    """A function and what it is given; the function's name begins at `start`."""

    function: str
    arguments: tuple[Node, ...]
    start: int
    end: int


class Not(NamedTuple):
    """True when the operand counts as false."""

    operand: Node
    start: int
    end: int


class Comparison(NamedTuple):
    """Two values with == != < <= > or >= between them."""

    left: Node
    operator: str
    right: Node
    start: int
    end: int


class Every(NamedTuple):
    """`and`: the first operand that counts as false, else the last."""

    operands: tuple[Node, ...]
    start: int
    end: int


class Either(NamedTuple):
    """`or`: the first operand that counts as true, else the last."""

    operands: tuple[Node, ...]
    start: int
    end: int


class Decision(NamedTuple):
    """`condition ? then : otherwise`."""

    condition: Node
    then: Node
    otherwise: Node
    start: int
    end: int


Node: TypeAlias = Literal | Name | Lookup | Call | Not | Comparison | Every | Either | Decision


class Reference(NamedTuple):
    """A name and the written keys after it, such as ("steps", "plan", "output"), with its place in the source."""

    path: tuple[str | int, ...]
    start: int
    end: int


def references(expression: Expression) -> tuple[Reference, ...]:
    """Return everything an expression looks up by written names, in the order of the source.

    A computed key ends a reference, and what it is computed from gives references of its own.
    """
    return tuple(_references(expression.root))


def _references(node: Node) -> Iterator[Reference]:
    if isinstance(node, Name):
        yield Reference((node.name,), node.start, node.end)
    elif isinstance(node, Lookup) and isinstance(node.target, Name):
        path: list[str | int] = [node.target.name]
        end = node.target.end
        for key in node.keys:
            written = written_key(key)
            if written is None:
                break
            path.append(written)
            end = key.end
        yield Reference(tuple(path), node.start, end)
        for key in node.keys:
            yield from _references(key.value)
    else:
        for inner in children(node):
            yield from _references(inner)


def written_key(key: Key) -> str | int | None:
    """Return the name or the index that a key is, or None when it is computed or can be neither."""
    value = key.value.value if isinstance(key.value, Literal) else None
    return value if isinstance(value, str | int) and not isinstance(value, bool) else None


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below one."""
    match node:
        case Literal() | Name():
            return ()
        case Lookup(target, keys):
            return (target, *(key.value for key in keys))
        case Call(arguments=nodes) | Every(nodes) | Either(nodes):
            return nodes
        case Not(operand):
            return (operand,)
        case Comparison(left, _, right):
            return (left, right)
        case Decision(condition, then, otherwise):
            return (condition, then, otherwise)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for inner in children(node):
        yield from walk(inner)
