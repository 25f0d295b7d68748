"""Plain data, all that expressions ever touch: what is true, what is equal, how it reads, and how much is too much.

Only the exact built-in types count. Anything else, a subclass too, is refused before a method of it could run.
Work is charged by its size before it is done, so that no expression can ask for more than a few milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from json import JSONEncoder, loads
from math import isfinite
from operator import ge, gt, le, lt
from typing import Any, NamedTuple, NoReturn, TypeAlias, TypeGuard, cast

from app.document.types import spoken_value

Value: TypeAlias = bool | int | float | str | list["Value"] | dict[str, "Value"] | None

MAX_RESULT = 262_144  # characters of one result, about
MAX_WORK = 1_048_576  # characters that one evaluation may touch
MAX_NESTING = 64
MAX_INTEGER = 2**63 - 1

# What other work costs, in characters, so that all that an evaluation may do takes about five milliseconds: to begin on
# a value; to look at an item of a list or map; to compare or write it; to make it; to mend a byte of half a pair.
SURVEY = 768
LOOK = 16
WRITE = 24
MAKE = 32
MEND = 5

_LESS = "take a part of it, or let a tool do it"
_PLAIN = frozenset((type(None), bool, int, float, str, list, dict))
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_HALF = re.compile("[\ud800-\udfff]")
_write_json = JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False).encode


class Refused(Exception):
    """Something that cannot be worked out; the evaluator adds where."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Size(NamedTuple):
    """How much there is in a value."""

    items: int
    characters: int
    whole: bool  # no half of a surrogate pair stands alone in it


@dataclass(slots=True)
class Work:
    """What one evaluation may still do."""

    left: int = MAX_WORK

    def charge(self, amount: int) -> None:
        """Take an amount of work off, before it is done."""
        self.left -= amount
        if self.left < 0:
            raise Refused("this goes through too much text or data", _LESS)

    def room(self, characters: int) -> None:
        """Make sure that a result of this size may be made, before it is."""
        _insist_on_fair_length(characters)
        self.charge(characters)


def _insist_on_fair_length(characters: int) -> None:
    if characters > MAX_RESULT:
        raise Refused(f"the result is longer than {MAX_RESULT // 1024} KB", _LESS)


def is_true(value: object) -> bool:
    """Tell what counts as true: all but null, false, 0 and what is empty."""
    _insist_on_plain((value,))
    return bool(value)


def look_up(value: object, key: object) -> object:
    """Return what stands in a map under a name, or in a list at a place; null if nothing does."""
    if value is None:
        return None
    if type(value) is dict:
        if type(key) is not str:
            raise Refused(f"a map is looked into by name, this is {spoken_value(key)}")
        return value.get(key)
    if type(value) is list:
        if type(key) is not int:
            raise Refused(f"a list is looked into by a whole number, this is {spoken_value(key)}")
        return value[key] if -len(value) <= key < len(value) else None
    raise Refused(f"there is nothing to look up in {spoken_value(value)}")


def equal(left: object, right: object, work: Work) -> bool:
    """Tell whether two values are the same, all the way down. Nothing is converted, but 1 equals 1.0."""
    kinds = _insist_on_plain((left, right))
    if list in kinds or dict in kinds:
        for value in (left, right):
            work.charge(WRITE * survey(value, work).items)
    elif type(left) is str and type(right) is str:
        work.charge(min(len(left), len(right)))
    return left == right and _same_truths(left, right)


def _same_truths(left: object, right: object) -> bool:
    """Of values that Python finds equal: is true never compared with 1?"""
    if type(left) is list and type(right) is list:
        return all(map(_same_truths, left, right))
    if type(left) is dict and type(right) is dict:
        return all(_same_truths(value, right[key]) for key, value in left.items())
    return (type(left) is bool) == (type(right) is bool)


def holds(items: list[object], wanted: object, work: Work) -> bool:
    """Tell whether one of the items is equal to what is wanted."""
    survey(items, work)
    survey(wanted, work)
    return wanted in items and any(item == wanted and _same_truths(item, wanted) for item in items)


def in_order(left: object, operator: str, right: object, work: Work) -> bool:
    """Tell whether `left < right`, or what other order the operator asks for, of two numbers or two texts."""
    if type(left) is str and type(right) is str:
        work.charge(min(len(left), len(right)))
        return _ORDERS[operator](left, right)
    if is_number(left) and is_number(right):
        return _ORDERS[operator](left, right)
    hint = "write default(value, 0) where null may come" if left is None or right is None else ""
    raise Refused(f"{spoken_value(left)} cannot be compared with {spoken_value(right)}", hint)


def is_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number; true and false are none."""
    return type(value) is int or type(value) is float


def text_of(value: object, work: Work) -> str:
    """Return how a value reads inside a text: nothing for null, JSON for all but texts."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if is_number(value):
        insist_on_fair_numbers((value,))
        return repr(value)
    return to_json(value, work)


def to_json(value: object, work: Work) -> str:
    """Return a value as JSON text."""
    size = survey(value, work)
    work.room(size.characters + 2 * size.items)
    work.charge(WRITE * size.items + 2 * size.characters)
    text = _write_json(value)
    work.room(len(text))  # escapes can make six characters of one
    return text


def from_json(text: str, work: Work) -> object:
    """Return the value of a JSON text."""
    work.room(len(text))
    work.charge(MAKE * (text.count(",") + text.count("[") + text.count("{")))
    try:
        value: object = loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # of a text that is no JSON, a number of 5,000 digits, brackets without end
        raise Refused("this text is not JSON", "check the step that wrote it: output: makes its data certain") from None
    survey(value, work)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def settled(value: object, work: Work) -> Value:
    """Return a result as it may leave: plain, of a fair size, with no half of a surrogate pair."""
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        _insist_on_fair_length(len(value))
        return mended(value, work)
    size = survey(value, work)
    _insist_on_fair_length(size.characters + 4 * size.items)
    plain = cast(Value, value)
    return plain if size.whole else _mended_all(plain, work)


def mended(text: str, work: Work) -> str:
    """Return a text in which no half of a surrogate pair stands alone: UTF-8 has no bytes for it."""
    if _is_whole(text):
        return text
    bytes_of_halves = len(text.encode("utf-8", "surrogatepass")) - len(text.encode("utf-8", "ignore"))
    work.charge(MEND * bytes_of_halves)
    return _HALF.sub("\ufffd", text)


def _is_whole(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mended_all(value: Value, work: Work) -> Value:
    if type(value) is str:
        return mended(value, work)
    if type(value) is list:
        return [_mended_all(item, work) for item in value]
    if type(value) is dict:
        return {mended(key, work): _mended_all(item, work) for key, item in value.items()}
    return value


def survey(value: object, work: Work) -> Size:
    """Go through a value, level by level, and return how much there is; refuse what is not plain data or too deep."""
    work.charge(SURVEY)
    items, characters, whole = 0, 0, True
    level: list[object] = [value]
    for _ in range(MAX_NESTING):
        items += len(level)
        kinds = _insist_on_plain(level)
        if int in kinds or float in kinds:
            insist_on_fair_numbers(level)
        below, texts = _inside(level, work) if list in kinds or dict in kinds else ([], [])
        if str in kinds:
            texts += [inner for inner in level if type(inner) is str]
        length = sum(map(len, texts))
        work.charge(length)
        characters += length
        whole = whole and _is_whole("".join([text for text in texts if not text.isascii()]))
        if not below:
            return Size(items, characters, whole)
        level = below
    raise Refused(f"this data is nested too deeply: {MAX_NESTING} levels at most")


def _inside(level: list[object], work: Work) -> tuple[list[object], list[str]]:
    """Return what stands in the lists and maps among some values, and the names in the maps."""
    below: list[object] = []
    names: list[str] = []
    for value in level:
        if type(value) is list:
            work.charge(LOOK * len(value))
            below += value
        elif type(value) is dict:
            work.charge(LOOK * len(value))
            names += value
            below += value.values()
    if not set(map(type, names)) <= {str}:
        raise Refused("a map has a key that is not text")
    return below, names


def _insist_on_plain(values: Iterable[object]) -> set[type]:
    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        raise Refused("this is no plain data", "expressions see texts, numbers, true, false, null, lists and maps")
    return kinds


def insist_on_fair_numbers(values: Sequence[object]) -> None:
    """Refuse whole numbers beyond 64 bits, infinity and what is not a number."""
    whole = [value for value in values if type(value) is int]
    if whole and (min(whole) < -MAX_INTEGER - 1 or max(whole) > MAX_INTEGER):
        raise Refused("this number is too large", "64 bits at most")
    if not all(isfinite(value) for value in values if type(value) is float):
        raise Refused("this is not a number")
