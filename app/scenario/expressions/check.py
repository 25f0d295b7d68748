"""Checks an expression before anything runs: are its names there, do its types fit, are its calls right?

All the mistakes of an expression are found at once. A part that has one counts as anything: one slip is said once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from types import MappingProxyType
from typing import NamedTuple

from app.document.suggest import did_you_mean, listed
from app.document.types import (
    Anything,
    Boolean,
    Choice,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Nothing,
    Text,
    Type,
    accepts,
    common,
    describe,
    listed_values,
    mismatches,
    spoken,
    type_of,
    without_null,
)
from app.scenario.expressions import patterns
from app.scenario.expressions.evaluate import evaluate
from app.scenario.expressions.functions import ALIASES, FUNCTIONS, SLOTS, wrong_slot
from app.scenario.expressions.lexer import NUMBER as NUMBER_WORD
from app.scenario.expressions.mistakes import EvaluationError, ExpressionMistake
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
    written_key,
)
from app.scenario.expressions.signatures import NUMBER, NUMBER_OR_TEXT, TEXT, signature, wrong_count
from app.scenario.expressions.slips import shown


class Scope(NamedTuple):
    """What an expression may refer to where it stands."""

    names: Mapping[str, Type]
    absent: Mapping[str, str] = MappingProxyType({})  # names there are elsewhere, and the sentence that says where
    status_functions: bool = False  # whether success(), failure() and always() mean something here


class Checked(NamedTuple):
    """The type of what an expression gives, and what is wrong with it."""

    type: Type
    mistakes: tuple[ExpressionMistake, ...]


def check(expression: Expression, scope: Scope) -> Checked:
    """Return the type of an expression and all its mistakes, in the order of the source."""
    checker = _Checker(scope)
    type = checker.type_of(expression.root)
    if checker.constant and not checker.mistakes:
        try:
            evaluate(expression, {})
        except EvaluationError as error:
            checker.mistakes.append(ExpressionMistake(error.message, error.hint, error.start, error.end))
    return Checked(type, tuple(sorted(checker.mistakes, key=lambda mistake: mistake.start)))


class _Checker:
    """Walks an expression, gives each node its type, and collects mistakes."""

    __slots__ = ("constant", "mistakes", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.constant = True  # until something is used that can differ
        self.mistakes: list[ExpressionMistake] = []

    def mistake(self, node: Node | Key, message: str, hint: str = "") -> Type:
        """Note a mistake; what has one counts as anything."""
        self.mistakes.append(ExpressionMistake(message, hint, node.start, node.end))
        return Anything()

    def type_of(self, node: Node) -> Type:
        """Return the type of what a node gives."""
        match node:
            case Literal():
                return Nothing() if node.value is None else type_of(node.value)
            case Name():
                return self.named(node)
            case Lookup():
                return self.looked_up(node)
            case Call():
                return self.called(node)
            case Comparison():
                return self.compared(node)
            case Not():
                self.type_of(node.operand)
                return Boolean()
            case Every():
                return _common(self.type_of(operand) for operand in node.operands)
            case Either():
                *others, last = [self.type_of(operand) for operand in node.operands]
                return _common([*(without_null(other) for other in others if other != Nothing()), last])
            case Decision():
                self.type_of(node.condition)
                return common(self.type_of(node.then), self.type_of(node.otherwise))

    def named(self, node: Name) -> Type:
        """Return the type of a name, if there is one here."""
        self.constant = False
        found = self.scope.names.get(node.name)
        if found is not None:
            return found
        hint = self.scope.absent.get(node.name, "")
        if not hint and node.name in FUNCTIONS:
            hint = f"write {signature(FUNCTIONS[node.name])}"
        return self.mistake(node, f'there is no "{node.name}" here', hint or _hint(node.name, self.scope.names, ""))

    def looked_up(self, node: Lookup) -> Type:
        """Return the type of what stands where the keys lead."""
        type = self.type_of(node.target)
        null_comes = False
        for index, key in enumerate(node.keys):
            null_comes = null_comes or isinstance(type, Maybe)
            type = self.below(without_null(type), key, node, index)
        return _or_null(type) if null_comes else type

    def below(self, type: Type, key: Key, node: Lookup, index: int) -> Type:
        """Return the type of what one key leads to."""
        written = written_key(key)
        by = self.type_of(key.value)
        match type:
            case Anything() | Nothing():
                return type
            case MapOf() if isinstance(written, str):
                return self.field(type, written, key.value, _spelt(node, index))
            case MapOf() if not accepts(Text(), by):
                return self.mistake(key, f"a map is looked into by name, this is {spoken(by)}")
            case MapOf():
                return Anything()
            case ListOf() if isinstance(written, str):
                hint = _method_hint(written, node, index) or "write [0] for the first item"
                return self.mistake(key, f'{_spelt(node, index) or "this"} is a list: it has no "{written}"', hint)
            case ListOf() if not accepts(Integer(), by):
                return self.mistake(key, f"a list is looked into by a whole number, this is {spoken(by)}")
            case ListOf(item):
                return _or_null(item)
        path = _spelt(node, index)
        hint = _method_hint(written, node, index)
        if path and not hint and accepts(type, Text()):
            hint = "declare what is in it with output:, or read it with from_json()"
        return self.mistake(key, f"{path or 'this'} is {spoken(type)}: there is nothing to look up in it", hint)

    def field(self, type: MapOf, name: str, node: Node, path: str) -> Type:
        """Return the type of a field of a map, if it has one of that name."""
        found = type.fields.get(name)
        if found is not None:
            return found
        if type.rest is not None:
            return _or_null(type.rest)
        where = f" in {path}" if path and type.noun == "field" else ""
        return self.mistake(node, f'there is no {type.noun} "{name}"{where}', _hint(name, type.fields, path + "."))

    def compared(self, node: Comparison) -> Type:
        """Check that two values can be compared; return what comparing gives."""
        left, right = without_null(self.type_of(node.left)), without_null(self.type_of(node.right))
        if node.operator in ("==", "!="):
            self.insist_on_equal_kinds(node, (node.left, left), (node.right, right))
        else:
            self.insist_on_order(node, left, right)
        return Boolean()

    def insist_on_equal_kinds(
        self, place: Node, one: tuple[Node | None, Type], other: tuple[Node | None, Type]
    ) -> None:
        """Note a mistake when two values can never be equal. Either may come from no node of its own."""
        for (node, type), (facing, wanted) in ((one, other), (other, one)):
            if not isinstance(node, Literal) or isinstance(facing, Literal) or node.value is None:
                continue
            if isinstance(wanted, Choice) and mismatches(wanted, node.value) and accepts(type, wanted):
                message = f"{_shown(node.value)} is not one of {listed_values(wanted.values)}"
                self.mistake(node, message, did_you_mean(str(node.value), map(str, wanted.values)))
                return
        (first, left), (second, right) = one, other
        if Nothing() in (left, right) or accepts(left, right) or accepts(right, left):
            return
        said, other_said = spoken(left), spoken(right)
        if said == other_said:
            said, other_said = describe(left), describe(right)
        message = f"{said} never equals {other_said}" if len(said + other_said) <= 100 else "these are never equal"
        self.mistake(place, message, _conversion(first, right) or _conversion(second, left))

    def insist_on_order(self, node: Comparison, left: Type, right: Type) -> None:
        """Note a mistake when it makes no sense to say which of two values comes first."""
        for operand, type in ((node.left, left), (node.right, right)):
            if not NUMBER_OR_TEXT.takes(type):
                self.mistake(operand, f"{spoken(type)} has no order", "compare numbers, or texts")
                return
        if not any(kind.takes(left) and kind.takes(right) for kind in (NUMBER, TEXT)):
            hint = _conversion(node.left, right) or _conversion(node.right, left)
            self.mistake(node, f"{spoken(left)} cannot be compared with {spoken(right)}", hint)

    def called(self, node: Call) -> Type:
        """Check a call; return the type of what it gives."""
        given = [self.type_of(argument) for argument in node.arguments]
        function = FUNCTIONS.get(node.function)
        if function is None:
            return self.unknown_function(node)
        if function.of_status:
            self.constant = False
            if not self.scope.status_functions:
                return self.mistake(node, f"{function.name}() only has a meaning in if:", "")
        if wrong := wrong_count(function, len(given)):
            return self.mistake(node, wrong, f"write {signature(function)}")
        before = len(self.mistakes)
        for index, (argument, type) in enumerate(zip(node.arguments, given, strict=True)):
            parameter = function.parameter(index)
            if parameter.literal and not isinstance(argument, Literal):
                message = f"the {parameter.name} of {function.name} is written out, not computed"
                self.mistake(argument, message, f"write {function.example}")
            elif not parameter.kind.takes(type):
                self.mistake(argument, f"{function.name} needs {parameter.kind.said}, this is {spoken(type)}")
        if len(self.mistakes) > before:
            return Anything()
        if further := _FURTHER.get(function.name):
            further(self, node, [without_null(type) for type in given])
        return function.result(given)

    def unknown_function(self, node: Call) -> Type:
        """Note that there is no such function."""
        name = node.function
        hint = f"write {signature(FUNCTIONS[ALIASES[name]])}" if name in ALIASES else ""
        hint = hint or _ELSEWHERE.get(name, "") or did_you_mean(name, FUNCTIONS, f"there are {listed(FUNCTIONS)}")
        place = Name(name, node.start, node.start + len(name))
        return self.mistake(place, f'there is no function "{name}"', hint)

    def contains(self, node: Call, given: list[Type]) -> None:
        """Check that what is looked for can be in what is looked through."""
        what = node.arguments[1]
        match given[0]:
            case ListOf(item):
                self.insist_on_equal_kinds(what, (None, without_null(item)), (what, given[1]))
            case Text() | MapOf() if not accepts(Text(), given[1]):
                kind = "a map" if isinstance(given[0], MapOf) else "a text"
                self.mistake(what, f"{kind} can only contain text, this is {spoken(given[1])}")

    def format(self, node: Call, given: list[Type]) -> None:
        """Check the places in a written pattern."""
        pattern = node.arguments[0]
        if isinstance(pattern, Literal) and isinstance(pattern.value, str):
            for slot in SLOTS.findall(pattern.value):
                if refused := wrong_slot(slot, len(given) - 1):
                    self.mistake(pattern, refused.message, refused.hint)
                    return

    def matches(self, node: Call, given: list[Type]) -> None:
        """Check that a pattern can be read."""
        pattern = node.arguments[1]
        if isinstance(pattern, Literal) and (refused := patterns.mistake_in(str(pattern.value))):
            self.mistake(pattern, refused.message, refused.hint)

    def numbers(self, node: Call, given: list[Type]) -> None:
        """Check that numbers come one by one or in one list."""
        for argument, type in zip(node.arguments, given, strict=True):
            if len(given) > 1 and isinstance(type, ListOf):
                self.mistake(argument, f"{node.function} takes numbers or one list of them, not both")


# What some functions insist on beyond the kinds of their parameters.
_FURTHER: Mapping[str, Callable[[_Checker, Call, list[Type]], None]] = {
    "contains": _Checker.contains,
    "format": _Checker.format,
    "matches": _Checker.matches,
    "min": _Checker.numbers,
    "max": _Checker.numbers,
}
_ELSEWHERE = {
    "cancelled": "write steps.<id>.outcome == 'cancelled'",
    "IF": "write condition ? value : other",
    "iif": "write condition ? value : other",
    "str": "write format('{0}', value)",
    "string": "write format('{0}', value)",
    "int": "write from_json(text)",
    "float": "write from_json(text)",
    "now": "expressions know no clock: let a step or a tool tell the time",
    "random": "expressions leave nothing to chance: let a step or a tool draw",
}


def _hint(name: str, known: Mapping[str, Type], path: str) -> str:
    """Return the name that was meant: of that very name one level down, else the nearest here, else all there are."""
    for outer, type in known.items():
        inner = without_null(type)
        if isinstance(inner, MapOf) and name in inner.fields:
            return f'did you mean "{path}{outer}.{name}"?'
    if "-" in name and name.partition("-")[0] in known:
        return "a hyphen is part of a name: there is no arithmetic"
    return did_you_mean(name, known, "" if known else "there are none")


def _method_hint(name: object, node: Lookup, index: int) -> str:
    """Return what to write for list.length and the like."""
    function = ALIASES.get(str(name), str(name))
    path = _spelt(node, index)
    return f"write {function}({path})" if function in ("length", "lower", "upper", "trim", "sum", "min", "max") else ""


def _spelt(node: Lookup, count: int) -> str:
    """Return the first keys of a look-up as they are written, or nothing when it does not begin with a name."""
    if not isinstance(node.target, Name):
        return ""
    written = [written_key(key) for key in node.keys[:count]]
    return node.target.name + "".join(
        f".{key}" if isinstance(key, str) else f"[{'...' if key is None else key}]" for key in written
    )


def _conversion(node: Node | None, wanted: Type) -> str:
    """Return how a written value would be of the other value's type."""
    if isinstance(node, Not):
        return "! binds tighter than a comparison: write not a == b"
    if not isinstance(node, Literal) or node.value is None:
        return ""
    bare = str(node.value) if isinstance(node.value, str) else json.dumps(node.value)
    if isinstance(node.value, str) and (
        (bare in ("true", "false") and wanted == Boolean()) or (NUMBER_WORD.fullmatch(bare) and NUMBER.takes(wanted))
    ):
        return f"write {bare} without quotes"
    return f"write '{bare}' in quotes" if not isinstance(node.value, str) and TEXT.takes(wanted) else ""


def _or_null(type: Type) -> Type:
    return type if isinstance(type, Maybe | Anything | Nothing) else Maybe(type)


def _common(types: Iterable[Type]) -> Type:
    return reduce(common, types)


def _shown(value: object) -> str:
    return f'"{shown(value)}"' if isinstance(value, str) else json.dumps(value)
