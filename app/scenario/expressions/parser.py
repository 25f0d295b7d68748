"""Reads an expression: one look ahead, one method for each level of binding, loosest first."""

from __future__ import annotations

from dataclasses import replace

from app.scenario.expressions import slips
from app.scenario.expressions.lexer import NUMBER, TOKEN, Token
from app.scenario.expressions.mistakes import ExpressionMistake
from app.scenario.expressions.nodes import (
    Call,
    Comparison,
    Decision,
    Either,
    Every,
    Expression,
    Key,
    Literal,
    Lookup,
    Name,
    Node,
    Not,
)

MAX_SOURCE = 4096
MAX_DEPTH = 32
MAX_NODES = 500
MAX_DIGITS = 15  # what every JSON number keeps exactly

_CONSTANTS = {"null": None, "true": True, "false": False}
_COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
_OR = frozenset(("or", "||"))
_AND = frozenset(("and", "&&"))
_NEVER_NAMES = frozenset(("and", "or", "not", *slips.FOREIGN_WORDS))


def parse(source: str) -> Expression:
    """Read an expression written without `${{ }}`, or raise ExpressionMistake."""
    return _parse(source, 0, len(source))


def parse_bare(source: str) -> Expression:
    """Read what stands in `if:` or `until:`, where `${{ }}` may be left out; raise ExpressionMistake."""
    start = len(source) - len(source.lstrip())
    end = len(source.rstrip())
    if source.startswith("${{", start) and source.endswith("}}", start + 3, end):
        return _parse(source, start + 3, end - 2)
    return _parse(source, 0, len(source))


def parse_wrapped(source: str) -> Expression:
    """Read an expression together with the `${{` before it and the `}}` after it; raise ExpressionMistake."""
    return _parse(source, 3, len(source) - 2)


def _parse(source: str, start: int, end: int) -> Expression:
    if end - start > MAX_SOURCE:
        message = f"this expression is too long: {end - start:,} characters"
        raise ExpressionMistake(message, f"{MAX_SOURCE:,} at most; give a part of it a name under vars:", start, end)
    if not source[start:end].strip():
        raise ExpressionMistake("an expression is missing here", "", 0, len(source))
    parser = _Parser(source, start, end)
    root = parser.decision()
    if parser.kind != "end":
        raise parser.no_operator()
    return Expression(source, root)


class _Parser:
    """Reads one expression between two offsets of a text, holding the token it has come to."""

    __slots__ = ("before", "depth", "end", "kind", "last", "limit", "nodes", "source", "start", "tokens", "word")

    def __init__(self, source: str, start: int, end: int) -> None:
        self.source = source
        self.limit = end
        self.tokens = TOKEN.finditer(source, start, end)
        self.depth = 0
        self.nodes = 0
        self.end = start
        self.last: Node | None = None  # the operand before an operator, to show in hints
        self.advance()

    def advance(self) -> None:
        """Go on to the next token."""
        found = next(self.tokens)
        kind = found.lastgroup or ""
        self.before = self.end
        self.start, self.end = found.span(kind)
        self.kind = kind
        self.word = found[kind]
        if kind == "stray":
            raise slips.stray(self.source, self.start)

    def decision(self) -> Node:
        """Read `a ? b : c`, or what binds tighter."""
        self.descend()
        node = self.either()
        if self.word == "?":
            mark = self.start
            self.advance()
            then = self.decision()
            if self.kind == "end":
                raise ExpressionMistake("a ? needs a : after it", "write condition ? value : other", mark, mark + 1)
            self.expect(":")
            otherwise = self.decision()
            node = Decision(node, then, otherwise, node.start, otherwise.end)
        self.depth -= 1
        return node

    def either(self) -> Node:
        """Read `a or b or c`, or what binds tighter."""
        first = self.every()
        if self.word not in _OR:
            return first
        operands = [first]
        while self.word in _OR:
            self.grow()
            self.advance()
            operands.append(self.every())
        return Either(tuple(operands), first.start, operands[-1].end)

    def every(self) -> Node:
        """Read `a and b and c`, or what binds tighter."""
        first = self.negation()
        if self.word not in _AND:
            return first
        operands = [first]
        while self.word in _AND:
            self.grow()
            self.advance()
            operands.append(self.negation())
        return Every(tuple(operands), first.start, operands[-1].end)

    def negation(self) -> Node:
        """Read `not a`, or what binds tighter."""
        if self.word != "not":
            return self.comparison()
        return self.inverted(self.negation)

    def comparison(self) -> Node:
        """Read `a == b`, or what binds tighter."""
        left = self.operand()
        operator = self.word
        if operator not in _COMPARISONS:
            return left
        self.grow()
        self.advance()
        right = self.operand()
        if self.word in _COMPARISONS:
            raise self.chained(left, operator, right)
        return Comparison(left, operator, right, left.start, right.end)

    def operand(self) -> Node:
        """Read `!a`, or a value with the look-ups after it."""
        if self.word == "!":
            return self.inverted(self.operand)
        node = self.value()
        if self.word == "." or self.word == "[":
            node = self.lookup(node)
        self.last = node
        return node
