"""What a function takes and gives: the shape of an entry in the table of functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from app.document.types import Anything, Integer, ListOf, MapOf, Number, Text, Type, accepts

Result: TypeAlias = Callable[[Sequence[Type]], Type]


class Kind(NamedTuple):
    """What a parameter takes: in words, as types for the check, as Python types for the evaluation."""

    said: str
    types: tuple[Type, ...]
    python: frozenset[type]

    def takes(self, given: Type) -> bool:
        """Could a value of this type be taken?"""
        return any(accepts(type, given) for type in self.types)


TEXT = Kind("text", (Text(),), frozenset((str,)))
NUMBER = Kind("a number", (Number(),), frozenset((int, float)))
WHOLE = Kind("a whole number", (Integer(),), frozenset((int,)))
LIST = Kind("a list", (ListOf(Anything()),), frozenset((list,)))
HOLDER = Kind(
    "text, a list or a map", (Text(), ListOf(Anything()), MapOf({}, Anything())), frozenset((str, list, dict))
)
NUMBER_OR_TEXT = Kind("a number or text", (Number(), Text()), frozenset((int, float, str)))
LIST_OF_NUMBERS = Kind("a list of numbers", (ListOf(Number()),), frozenset((list,)))
NUMBERS = Kind("numbers or one list of them", (Number(), ListOf(Number())), frozenset((int, float, list)))
ANY = Kind("anything", (Anything(),), frozenset((type(None), bool, int, float, str, list, dict)))


class Parameter(NamedTuple):
    """One thing a function is given."""

    name: str
    kind: Kind
    default: str = ""  # how the value is written that stands for it when it is left out
    repeated: bool = False  # any number more may follow
    literal: bool = False  # has to be written out, not computed


class Function(NamedTuple):
    """One function: how it is called, what it gives, and how it does it."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Result
    summary: str
    example: str
    gives: str  # what the example gives, as JSON
    call: Callable[..., object]  # the work it may do, then one argument for each value given
    of_status: bool = False  # about the steps before, so only meaningful where they have ended

    @property
    def least(self) -> int:
        """How many values it needs."""
        return sum(not parameter.default and not parameter.repeated for parameter in self.parameters)

    @property
    def most(self) -> int | None:
        """How many values it takes; None for any number."""
        return None if self.parameters and self.parameters[-1].repeated else len(self.parameters)

    def parameter(self, index: int) -> Parameter:
        """The parameter that the value at an index is for."""
        return self.parameters[min(index, len(self.parameters) - 1)]


def signature(function: Function) -> str:
    """Return how a function is called: `join(list, separator = ', ')`."""
    return f"{function.name}({', '.join(map(_written, function.parameters))})"


def _written(parameter: Parameter) -> str:
    if parameter.repeated:
        return "..."
    return f"{parameter.name} = {parameter.default}" if parameter.default else parameter.name


def wrong_count(function: Function, count: int) -> str:
    """Return what is wrong with the number of values a function is given, or nothing."""
    least, most = function.least, function.most
    if least <= count and (most is None or count <= most):
        return ""
    wanted = f"at least {least}" if most is None else f"{least}" if least == most else f"{least} to {most}"
    values = "value" if wanted.endswith("1") else "values"
    return f"{function.name} takes {wanted} {values}, not {count}"
