"""The functions of expressions: one table from which calls are checked, worked out, and described in the reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from math import fsum
from typing import TYPE_CHECKING, NamedTuple, cast

from app.document.types import (
    Anything,
    Boolean,
    Integer,
    ListOf,
    Maybe,
    Nothing,
    Number,
    Text,
    Type,
    common,
    spoken_value,
    without_null,
)
from app.scenario.expressions import patterns
from app.scenario.expressions.signatures import (
    ANY,
    HOLDER,
    LIST,
    LIST_OF_NUMBERS,
    NUMBER,
    NUMBERS,
    TEXT,
    WHOLE,
    Function,
    Parameter,
    Result,
)
from app.scenario.expressions.values import (
    LOOK,
    MAKE,
    WRITE,
    Refused,
    Work,
    from_json,
    holds,
    insist_on_fair_numbers,
    is_number,
    text_of,
    to_json,
)

if TYPE_CHECKING:
    from decimal import Decimal

MAX_DIGITS = 15
MOST_DIGITS = 330  # of the largest float there is, with those after its point
SLOTS = re.compile(r"(\{\{|\}\}|\{[0-9]{1,2}\}|[{}])")  # what stands for something else in a pattern of format

RECASE = 8  # what a letter beyond ASCII costs in another case, in characters


class Status(NamedTuple):
    """How the steps before have ended, for success() and failure()."""

    success: bool
    failure: bool


FUNCTIONS: dict[str, Function] = {}

# What functions are called elsewhere.
ALIASES = {
    "startsWith": "starts_with", "startswith": "starts_with", "hasPrefix": "starts_with", "endsWith": "ends_with",
    "endswith": "ends_with", "hasSuffix": "ends_with", "fromJSON": "from_json", "fromJson": "from_json",
    "toJSON": "json", "toJson": "json", "to_json": "json", "tojson": "json", "stringify": "json", "len": "length",
    "size": "length", "count": "length", "strip": "trim", "includes": "contains", "has": "contains",
    "coalesce": "default", "ifnull": "default", "toLower": "lower", "toLowerCase": "lower", "lowercase": "lower",
    "toUpper": "upper", "toUpperCase": "upper", "uppercase": "upper", "concat": "format", "replace": "format",
    "match": "matches", "test": "matches", "regex": "matches", "total": "sum", "toLocaleString": "number",
    "format_number": "number", "formatNumber": "number", "commas": "number", "thousands": "number",
}  # fmt: skip


def _function(
    name: str, *parameters: Parameter, gives: Type | Result, example: tuple[str, str], of_status: bool = False
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Enter the function below into the table; its docstring is its line in the reference."""

    def enter(call: Callable[..., object]) -> Callable[..., object]:
        result = gives if callable(gives) else lambda _: gives
        FUNCTIONS[name] = Function(name, parameters, result, call.__doc__ or "", *example, call, of_status)
        return call

    return enter


@_function(
    "contains",
    Parameter("list", HOLDER),
    Parameter("value", ANY),
    gives=Boolean(),
    example=("contains('dark mode', 'dark')", "true"),
)
def _contains(work: Work, holder: str | list[object] | dict[str, object], what: object) -> bool:
    """Whether a text contains another, a list an item, a map a key."""
    if type(holder) is list:
        return holds(holder, what, work)
    if type(what) is not str:
        kind = "a text" if type(holder) is str else "a map"
        raise Refused(f"{kind} can only contain text, this is {spoken_value(what)}")
    work.charge(len(holder) + len(what))
    return what in holder


@_function(
    "starts_with",
    Parameter("text", TEXT),
    Parameter("start", TEXT),
    gives=Boolean(),
    example=("starts_with('feature/login', 'feature/')", "true"),
)
def _starts_with(work: Work, text: str, start: str) -> bool:
    """Whether a text begins with another."""
    work.charge(len(start))
    return text.startswith(start)


@_function(
    "ends_with",
    Parameter("text", TEXT),
    Parameter("end", TEXT),
    gives=Boolean(),
    example=("ends_with('notes.md', '.md')", "true"),
)
def _ends_with(work: Work, text: str, end: str) -> bool:
    """Whether a text ends with another."""
    work.charge(len(end))
    return text.endswith(end)


@_function(
    "format",
    Parameter("pattern", TEXT),
    Parameter("values", ANY, repeated=True),
    gives=Text(),
    example=("format('{0} of {1}', 3, 5)", '"3 of 5"'),
)
def _format(work: Work, pattern: str, *values: object) -> str:
    """The pattern with values in the places of {0}, {1} and so on; {{ and }} write braces."""
    work.room(len(pattern))
    work.charge(LOOK * (pattern.count("{") + pattern.count("}")))
    parts = SLOTS.split(pattern)
    written = {slot: _written_slot(slot, values, work) for slot in dict.fromkeys(parts[1::2])}
    parts[1::2] = [written[slot] for slot in parts[1::2]]
    work.room(sum(map(len, parts)))
    return "".join(parts)


def _written_slot(slot: str, values: Sequence[object], work: Work) -> str:
    if refused := wrong_slot(slot, len(values)):
        raise refused
    return slot[0] if slot in ("{{", "}}") else text_of(values[int(slot[1:-1])], work)


def wrong_slot(slot: str, count: int) -> Refused | None:
    """Return what is wrong with braces in a pattern that so many values go with, if anything is."""
    if slot in ("{{", "}}"):
        return None
    if len(slot) == 1:
        return Refused(
            f'there is a single "{slot}" in the pattern', "write {0} for the first value, {{ or }} for a brace"
        )
    if int(slot[1:-1]) >= count:
        return Refused(f"there is no value for {slot}", "{0} is the first value after the pattern")
    return None


@_function(
    "join",
    Parameter("list", LIST),
    Parameter("separator", TEXT, default="', '"),
    gives=Text(),
    example=("join(from_json('[1, 2, 3]'), ' - ')", '"1 - 2 - 3"'),
)
def _join(work: Work, items: list[object], separator: str = ", ") -> str:
    """The items of a list as one text."""
    work.charge(LOOK * len(items))
    texts = [item for item in items if type(item) is str]
    if len(texts) < len(items):
        work.charge(MAKE * len(items))
        texts = [text_of(item, work) for item in items]
    work.room(sum(map(len, texts)) + len(separator) * len(items))
    return separator.join(texts)


@_function("length", Parameter("list", HOLDER), gives=Integer(), example=("length('ship')", "4"))
def _length(_: Work, holder: str | list[object] | dict[str, object]) -> int:
    """How many characters a text has, items a list, or keys a map."""
    return len(holder)


def _first_there(given: Sequence[Type]) -> Type:
    some = [type for type in given[:-1] if type != Nothing()]
    return reduce(common, [*map(without_null, some), given[-1]])


@_function(
    "default",
    Parameter("value", ANY),
    Parameter("other", ANY),
    Parameter("others", ANY, repeated=True),
    gives=_first_there,
    example=("default(null, 'none yet')", '"none yet"'),
)
def _default(_: Work, *values: object) -> object:
    """The first of the values that is not null."""
    return next((value for value in values if value is not None), None)


@_function("lower", Parameter("text", TEXT), gives=Text(), example=("lower('SHIP it')", '"ship it"'))
def _lower(work: Work, text: str) -> str:
    """A text in small letters."""
    return _recased(work, text, str.lower)


@_function("upper", Parameter("text", TEXT), gives=Text(), example=("upper('ship it')", '"SHIP IT"'))
def _upper(work: Work, text: str) -> str:
    """A text in capital letters."""
    return _recased(work, text, str.upper)


def _recased(work: Work, text: str, change: Callable[[str], str]) -> str:
    work.charge(len(text) * (1 if text.isascii() else RECASE))
    changed = change(text)  # at most three times as long
    work.room(len(changed))
    return changed


@_function("trim", Parameter("text", TEXT), gives=Text(), example=("trim('  yes ')", '"yes"'))
def _trim(work: Work, text: str) -> str:
    """A text without the white space around it."""
    work.charge(len(text))
    return text.strip()


@_function(
    "round",
    Parameter("number", NUMBER),
    Parameter("digits", WHOLE, default="0"),
    gives=lambda given: Integer() if len(given) == 1 else Number(),
    example=("round(2.675, 2)", "2.68"),
)
def _round(_: Work, number: int | float, digits: int = 0) -> int | float:
    """A number rounded to so many digits after the point; a half goes away from zero."""
    if not -MAX_DIGITS <= digits <= MAX_DIGITS:
        raise Refused(f"a number is rounded to {MAX_DIGITS} digits at most")
    insist_on_fair_numbers((number,))
    whole = digits <= 0 or type(number) is int
    if abs(number) < 2**63:  # beyond, a float has no digits after the point that could be rounded
        rounded = _rounded(number, digits)
        return int(rounded) if whole else float(rounded)
    return int(number) if whole else number


@_function(
    "number",
    Parameter("number", NUMBER),
    Parameter("digits", WHOLE, default="0"),
    gives=Text(),
    example=("number(1234.5, 2)", '"1,234.50"'),
)
def _number(_: Work, number: int | float, digits: int = 0) -> str:
    """A number for people to read, rounded to so many digits after the point."""
    if not 0 <= digits <= MAX_DIGITS:
        raise Refused(f"a number is written with 0 to {MAX_DIGITS} digits after the point")
    insist_on_fair_numbers((number,))
    rounded = _rounded(number, digits)
    return f"{rounded or abs(rounded):,f}"  # nothing is never less than nothing


def _rounded(number: int | float, digits: int) -> Decimal:
    from decimal import ROUND_HALF_UP, Context, Decimal

    return Decimal(repr(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, Context(prec=MOST_DIGITS))


def _least_or_most(given: Sequence[Type]) -> Type:
    first = without_null(given[0])
    return Maybe(_added(given)) if len(given) == 1 and isinstance(first, ListOf) else _added(given)


def _added(given: Sequence[Type]) -> Type:
    numbers = [type.item if isinstance(type, ListOf) else type for type in map(without_null, given)]
    return Integer() if all(type == Integer() for type in numbers) else Number()


@_function(
    "min",
    Parameter("number", NUMBERS),
    Parameter("numbers", NUMBERS, repeated=True),
    gives=_least_or_most,
    example=("min(3, 1, 2)", "1"),
)
def _min(work: Work, *values: object) -> int | float | None:
    """The least of some numbers, or of a list of them; null of an empty list."""
    return min(_numbers(work, values), default=None)


@_function(
    "max",
    Parameter("number", NUMBERS),
    Parameter("numbers", NUMBERS, repeated=True),
    gives=_least_or_most,
    example=("max(from_json('[3, 1, 2]'))", "3"),
)
def _max(work: Work, *values: object) -> int | float | None:
    """The greatest of some numbers, or of a list of them; null of an empty list."""
    return max(_numbers(work, values), default=None)


@_function("sum", Parameter("list", LIST_OF_NUMBERS), gives=_added, example=("sum(from_json('[1, 2, 0.5]'))", "3.5"))
def _sum(work: Work, items: list[object]) -> int | float:
    """The sum of a list of numbers."""
    numbers = _numbers(work, (items,))
    if all(type(number) is int for number in numbers):
        return sum(numbers)
    try:
        return fsum(numbers)
    except OverflowError:
        raise Refused("this number is too large") from None


def _numbers(work: Work, values: Sequence[object]) -> Sequence[int | float]:
    """Return the numbers given one by one, or those of the one list that was given."""
    given = cast(Sequence[object], values[0] if len(values) == 1 and type(values[0]) is list else values)
    work.charge(WRITE * len(given))
    if not set(map(type, given)) <= {int, float}:
        index, other = next((index, value) for index, value in enumerate(given) if not is_number(value))
        raise Refused(f"this needs numbers, item {index} is {spoken_value(other)}")
    insist_on_fair_numbers(given)
    return cast(Sequence[int | float], given)


@_function("json", Parameter("value", ANY), gives=Text(), example=("json(from_json('[1,2]'))", '"[1, 2]"'))
def _json(work: Work, value: object) -> str:
    """A value as JSON text."""
    return to_json(value, work)


@_function("from_json", Parameter("text", TEXT), gives=Anything(), example=("from_json('{\"risk\": 3}').risk", "3"))
def _from_json(work: Work, text: str) -> object:
    """The value that a JSON text writes."""
    return from_json(text, work)


@_function(
    "matches",
    Parameter("text", TEXT),
    Parameter("pattern", TEXT, literal=True),
    gives=Boolean(),
    example=("matches('v1.12', '^v[0-9]+[.]')", "true"),
)
def _matches(work: Work, text: str, pattern: str) -> bool:
    """Whether a regular expression, written out, is found anywhere in a text."""
    return patterns.search(pattern, text, work)


@_function("success", gives=Boolean(), example=("success()", "true"), of_status=True)
def _success(_: Work, status: Status) -> bool:
    """Whether all that this step needs has succeeded; only in if:."""
    return status.success


@_function("failure", gives=Boolean(), example=("failure()", "false"), of_status=True)
def _failure(_: Work, status: Status) -> bool:
    """Whether something that this step needs has failed; only in if:."""
    return status.failure


@_function("always", gives=Boolean(), example=("always()", "true"), of_status=True)
def _always(_: Work, status: Status) -> bool:
    """True, so that the step is performed however others ended; only in if:."""
    return True
