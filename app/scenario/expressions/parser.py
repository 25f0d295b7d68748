"""Reads an expression: one look ahead, one method for each level of binding, loosest first."""

from __future__ import annotations

from collections.abc import Callable
from sys import float_info

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

_NAME_A_PART = "give a part of it a name under vars:"
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
        raise ExpressionMistake(message, f"{MAX_SOURCE:,} at most", start, end)
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

    def inverted(self, operand: Callable[[], Node]) -> Node:
        """Read what a `not` or `!` stands before."""
        start = self.start
        self.descend()
        self.grow()
        self.advance()
        node = operand()
        self.depth -= 1
        return Not(node, start, node.end)

    def value(self) -> Node:
        """Read a name, a call, a literal or something in parentheses."""
        self.grow()
        kind, word, start, end = self.kind, self.word, self.start, self.end
        if kind == "name" and word not in _NEVER_NAMES:
            self.advance()
            if word in _CONSTANTS:
                return Literal(_CONSTANTS[word], start, end)
            return self.call(word, start) if self.word == "(" else Name(word, start, end)
        if kind == "text":
            self.advance()
            return Literal(word[1:-1].replace(word[0] * 2, word[0]), start, end)
        if kind == "number":
            self.advance()
            return Literal(_number(word, start, end), start, end)
        if word == "-":
            return self.negative()
        if word == "(":
            return self.group()
        raise slips.no_value(self.token(), self.source[self.end : self.limit])

    def negative(self) -> Node:
        """Read a number with a minus before it."""
        start = self.start
        self.advance()
        if self.kind != "number":
            message = "a minus can only stand before a written number"
            raise ExpressionMistake(message, slips.NO_ARITHMETIC, start, start + 1)
        word, end = self.word, self.end
        self.advance()
        return Literal(-_number(word, start, end), start, end)

    def group(self) -> Node:
        """Read what stands in parentheses; they belong to its place."""
        opening = self.start
        self.advance()
        node = self.decision()
        self.close(")", opening)
        return node._replace(start=opening, end=self.before)

    def call(self, function: str, start: int) -> Node:
        """Read what a function is given."""
        opening = self.start
        arguments: list[Node] = []
        self.advance()
        while self.word != ")" or arguments:
            arguments.append(self.decision())
            if self.word == "=":
                raise slips.named_argument(function, self.token())
            if self.word != ",":
                break
            self.advance()
        self.close(")", opening)
        return Call(function, tuple(arguments), start, self.before)

    def lookup(self, target: Node) -> Node:
        """Read the keys after a value."""
        keys: list[Key] = []
        while self.word == "." or self.word == "[":
            self.grow()
            start, by_name = self.start, self.word == "."
            self.advance()
            if by_name:
                key = self.name(target)
            else:
                key = self.decision()
                self.close("]", start)
            keys.append(Key(key, start, self.before))
        return Lookup(target, tuple(keys), target.start, self.before)

    def name(self, target: Node) -> Node:
        """Read the name after a dot."""
        before = self.before
        if self.kind != "name":
            raise slips.no_name(self.token())
        name = Literal(self.word, self.start, self.end)
        self.advance()
        if self.word == "(":
            left = self.source[target.start : before - 1]
            raise slips.method(left, self.source[name.start : name.end], name.start, name.end)
        return name

    def close(self, sign: str, opening: int) -> None:
        """Go past the sign that closes what was opened."""
        if self.kind == "end":
            message = f'this "{self.source[opening]}" is never closed'
            raise ExpressionMistake(message, f'add a "{sign}"', opening, opening + 1)
        self.expect(sign)

    def expect(self, sign: str) -> None:
        """Go past a sign that has to stand here."""
        if self.word != sign:
            raise self.no_operator()
        self.advance()

    def descend(self) -> None:
        """Go one level deeper, if there is one."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"this is nested too deeply: {MAX_DEPTH} levels at most"
            raise ExpressionMistake(message, _NAME_A_PART, self.start, self.end)

    def grow(self) -> None:
        """Count one more name, value or operator, if there is room."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            message = f"this expression has too many parts: {MAX_NODES} at most"
            raise ExpressionMistake(message, _NAME_A_PART, self.start, self.end)

    def chained(self, left: Node, operator: str, middle: Node) -> ExpressionMistake:
        """Return the mistake of comparing what a comparison gives."""
        second, start, end = self.word, self.start, self.end
        self.advance()
        right = self.operand()
        one, two, three = (slips.shown(self.source[node.start : node.end]) for node in (left, middle, right))
        hint = f"write {one} {operator} {two} and {two} {second} {three}"
        return ExpressionMistake("comparisons cannot be chained", hint, start, end)

    def no_operator(self) -> ExpressionMistake:
        """Return the mistake of something that cannot follow a value."""
        left = self.source[self.last.start : self.last.end] if self.last else ""
        return slips.no_operator(self.token(), left, self.source[self.end : self.limit], self.before == self.start)

    def token(self) -> Token:
        """Return the token the parser has come to."""
        return Token(self.kind, self.word, self.start, self.end)


def _number(word: str, start: int, end: int) -> int | float:
    """Return the number that a word writes."""
    found = NUMBER.fullmatch(word)
    if found is None:
        raise slips.no_number(word, start, end)
    digits = word.lower().partition("e")[0].replace(".", "").lstrip("0")
    if len(digits) > MAX_DIGITS:
        message = f"this number has {len(digits)} digits: {MAX_DIGITS} at most"
        raise ExpressionMistake(message, "write it as a text, in quotes, if it is a name", start, end)
    if not found["decimal"] and not found["exponent"]:
        return int(word)
    value = float(word)
    if value > float_info.max:
        raise ExpressionMistake("this number is too large", "", start, end)
    return value
