"""YAML text becomes a tree of nodes that know where they stand.

Built on PyYAML's events, not on its constructors: the C constructor crashes on deep nesting, all of
them let the last of two equal keys win, and YAML 1.1 turns `on` and `no` into booleans. Here the
scalars are those of YAML 1.2's core schema, and tags, merge keys, second documents, and whatever grows
without bound are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from app.document import traps
from app.document.source import UNWANTED, Source
from app.document.suggest import shortened
from app.errors import Problem, ScenarioRefused

MAX_DEPTH = 64
MAX_NODES = 30_000
MAX_ALIASES = 100
MAX_PROBLEMS = 200  # in one file: nobody reads more, and to find the words for 20,000 takes a minute

Path = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class Mark(NamedTuple):
    """A place in the text: line and column from 1, offset from 0."""

    line: int
    column: int
    offset: int


@dataclass(slots=True)
class Node:
    """One value: plain data, where it stands, and its children with their places."""

    data: Any
    start: Mark
    end: Mark
    style: str = ""  # of a scalar: "" plain, ' or " quoted, | or > block
    entries: dict[str, Entry] | None = None
    items: list[Node] | None = None
    size: int = 1
    height: int = 0

    def child(self, step: str | int) -> Node | None:
        """The value under a key or index, if there is one."""
        if self.entries is not None and isinstance(step, str):
            entry = self.entries.get(step)
            return entry.value if entry else None
        if self.items is not None and isinstance(step, int) and 0 <= step < len(self.items):
            return self.items[step]
        return None

    def children(self) -> Iterator[Node]:
        """The values inside, in file order."""
        if self.entries is not None:
            yield from (entry.value for entry in self.entries.values())
        yield from self.items or ()


class Entry(NamedTuple):
    """A key of a map with its value."""

    key: Node
    value: Node


def parse(source: Source) -> Node:
    """The root of the document; raises `ScenarioRefused` with every problem found."""
    _refuse_directives(source)
    builder = _Builder(source)
    try:
        for event in yaml.parse(source.text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        found = traps.explain_syntax_error(source, error)
        told = any(problem.line == found.line for problem in builder.problems)  # what follows from it in the same line
        raise ScenarioRefused(builder.problems if told else [*builder.problems, found]) from error
    except yaml.YAMLError as error:  # only the pure-Python reader, on characters that were refused before
        raise source.refuse("yaml", f"this is not YAML: {error}") from error
    if builder.root is None:
        raise source.refuse("empty", "the file is empty", 'start one with "footlights new"')
    if not isinstance(builder.root.data, dict) and not builder.problems:
        hint = "put a space after each colon" if ":" in source.text else 'such as "schema: footlights/v1"'
        raise source.refuse("not-a-map", "the file is not a map of keys and values", hint)
    if builder.problems:
        raise ScenarioRefused(builder.problems)
    return builder.root


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    node: Node
    anchor: str | None
    flow: bool
    key: Node | None = None  # a map's key that waits for its value


class _Builder:
    """Takes events one by one and grows the tree; the depth of nesting costs no recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0
        self._aliases = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            node = Node(None, _mark(event.start_mark), _mark(event.end_mark), event.style or "")
            node.data = self._scalar(event, node)
            self._anchor(event, node)
            self._count(event, 1)
            self._place(node, event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._finish(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "two-documents", "a second document begins here", "keep one document a file")

    def _begin(self, event: Any) -> None:
        start = _mark(event.start_mark)
        if isinstance(event, yaml.MappingStartEvent):
            node = Node({}, start, start, entries={})
        else:
            node = Node([], start, start, items=[])
        self._refuse_tag(event)
        self._count(event, 1)
        if len(self._open) >= MAX_DEPTH:
            self._stop(event, "too-deep", f"more than {MAX_DEPTH} levels of nesting", "no scenario needs that many")
        if event.anchor:
            self._anchors[event.anchor] = None  # known, but not finished: an alias inside would be endless
        self._open.append(_Open(node, event.anchor, bool(event.flow_style)))

    def _finish(self, event: Any) -> None:
        closed = self._open.pop()
        closed.node.end = _mark(event.end_mark)
        if closed.anchor:
            self._anchors[closed.anchor] = closed.node
        self._place(closed.node, event)

    def _alias(self, event: Any) -> None:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._stop(event, "too-many-aliases", f"more than {MAX_ALIASES} aliases (*name)", "write the values out")
        if event.anchor not in self._anchors:
            self._stop(
                event,
                "unknown-alias",
                f'there is no anchor "&{shortened(event.anchor)}" above',
                traps.quote_line(self.source, event),
            )
        node = self._anchors[event.anchor]
        if node is None:
            self._stop(
                event,
                "endless-alias",
                f'"*{shortened(event.anchor)}" stands inside what it repeats',
                "write the value out",
            )
            return
        if len(self._open) + node.height > MAX_DEPTH:
            self._stop(event, "too-deep", f"with this alias there are more than {MAX_DEPTH} levels of nesting")
        self._count(event, node.size)
        self._place(node, event)

    def _count(self, event: Any, values: int) -> None:
        self._nodes += values
        if self._nodes > MAX_NODES:
            self._stop(
                event, "too-many-values", f"more than {MAX_NODES:,} values in one file", "split the file, see uses:"
            )

    def _place(self, node: Node, event: Any) -> None:
        """Put a finished value where it belongs."""
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.node.size += node.size
        parent.node.height = max(parent.node.height, node.height + 1)
        if parent.node.items is not None:
            parent.node.items.append(node)
            parent.node.data.append(node.data)
            if parent.flow:
                self._add(traps.split_call(self.source, parent.node.items))
        elif parent.key is None:
            parent.key = self._key(node, event)
        else:
            self._enter(parent, parent.key, node)
            parent.key = None

    def _key(self, node: Node, event: Any) -> Node:
        if node.entries is not None or node.items is not None:
            self._stop(
                event, "key", "a key must be plain text, not a list or a map", traps.quote_braces(self.source, node)
            )
        return Node(getattr(event, "value", str(node.data)), node.start, node.end, node.style)

    def _enter(self, parent: _Open, key: Node, value: Node) -> None:
        entries = parent.node.entries
        assert entries is not None
        name = key.data
        if name == "<<" and not key.style:
            self._problem(key, "merge-key", "merge keys (<<) are not read", "write the keys out")
        elif name in entries:
            first = entries[name].key.start.line
            self._problem(
                key, "duplicate-key", f'"{shortened(name)}" stands twice in this map, first in line {first}', "keep one"
            )
        elif parent.flow and value.data is None and value.start.offset == value.end.offset and not key.style:
            # `{if: contains(a, b)}` is two keys to YAML; a person who reads it sees one call.
            self._add(traps.key_without_value(self.source, entries, key))
        elif parent.flow and isinstance(value.data, str):
            self._add(traps.unfinished_call(self.source, value))
        entries[name] = Entry(key, value)
        parent.node.data[name] = value.data

    def _scalar(self, event: Any, node: Node) -> Any:
        self._refuse_tag(event)
        text: str = event.value
        if node.style:
            if node.style == '"' and (unwanted := UNWANTED.search(text)):
                found = f"the escape in this text gives U+{ord(unwanted[0]):04X}, which may not stand in a text"
                self._problem(node, "control-character", found, "leave it out")
            return text
        if event.tag is not None:  # refused above; what it stood for is not guessed
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] in "-+.0123456789":
            return self._number(text, node)
        self._add(traps.cut_by_comment(self.source, node, text))
        return text

    def _number(self, text: str, node: Node) -> Any:
        if _NOT_FINITE.match(text):
            self._problem(node, "number", f"{text} is not a number that can be used", "write a finite number")
            return 0
        if _INTEGER.match(text) or _OCTAL_OR_HEX.match(text):
            value = int(text, 0) if text[:2] in ("0x", "0o") else int(text) if len(text) < 40 else 1 << 64
            if abs(value) < 1 << 63:
                return value
            self._problem(node, "number", "this number has more than 64 bits", "put it in quotes if it is a text")
            return 0
        if _FLOAT.match(text):
            number = float(text)
            if number - number == 0:  # neither infinite nor not-a-number
                return number
            self._problem(node, "number", "this number is too large", "put it in quotes if it is a text")
            return 0
        return text

    def _anchor(self, event: Any, node: Node) -> None:
        if event.anchor is None:
            return
        self._anchors[event.anchor] = node
        if not traps.is_repeated(self.source, event.anchor):
            self._add(traps.lone_anchor(self.source, event))

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            self._add(traps.tag(self.source, event))

    def _problem(self, node: Node, code: str, message: str, hint: str = "") -> None:
        start = node.start
        length = max(1, node.end.offset - start.offset) if node.end.line == start.line else 1
        self._add(Problem(code, message, hint, self.source.name, start.line, start.column, length))

    def _add(self, problem: Problem | None) -> None:
        if problem is None:
            return
        self.problems.append(problem)
        if len(self.problems) == MAX_PROBLEMS:
            raise ScenarioRefused([*self.problems, and_more(problem)])

    def _stop(self, event: Any, code: str, message: str, hint: str = "") -> None:
        """A limit is passed: reading on would only cost time."""
        mark = _mark(event.start_mark)
        found = Problem(code, message, hint, self.source.name, mark.line, mark.column)
        raise ScenarioRefused([*self.problems, found])


def _refuse_directives(source: Source) -> None:
    """A line that begins with %; libyaml compares each of them with all others, so thousands would take minutes."""
    if found := _DIRECTIVE.search(source.text):
        line = source.text.count("\n", 0, found.end()) + 1
        raise source.refuse(
            "directive", "a line that begins with % is a directive to YAML, and none is read", "delete it", line=line
        )


def and_more(last: Problem) -> Problem:
    """What to say after the last problem that is told."""
    message = f"only the first {MAX_PROBLEMS} problems are told"
    return Problem(
        "and-more", message, "mend these, and check again", last.file, last.line, last.column, severity="note"
    )


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1, mark.index)
