"""Fills a JSON Schema with values that a model might have given: in range, named after their fields, and never absurd.

Understood are types, enums and constants, maps, lists, ranges, lengths, formats, references inside the schema, allOf,
anyOf and oneOf (the first branch that is not null). Not understood are patterns, not, if and dependencies: a reply for
such a shape has to be written.
"""

from __future__ import annotations

from typing import Any

from providers.understudy.composing import Voice, item_kind
from providers.understudy.numbers import usual_range, within
from providers.understudy.schemas import Schema, allows_null, resolved, type_of
from providers.understudy.texts import text_for, words_of

DEEPEST = 6  # below this only what is required is filled, so that a schema that refers to itself comes to an end
_TRIES = 64  # to find items that differ
_VERDICTS = (
    "pass passed passes ok okay approved approve accept accepted valid done finished complete ready good safe holds "
    "success agree agreed agrees met solved resolved enough sure confirmed"
)

Path = tuple[str, ...]


def fill(schema: Schema, voice: Voice, confidence: float | None = None) -> Any:
    """A value of this shape, in a speaker's words."""
    return _Filling(schema, voice, confidence).value(schema, (), 0)


class _Filling:
    """One filling of one schema."""

    def __init__(self, root: Schema, voice: Voice, confidence: float | None) -> None:
        self._root = root
        self._voice = voice
        self._confidence = confidence
        self._good = False  # the verdict in the map being filled: findings beside a good one would contradict it

    def value(self, schema: Any, path: Path, number: int) -> Any:
        """A value for one place; `number` counts the items of a list, so that neighbours differ."""
        if len(path) >= DEEPEST and allows_null(schema, self._root):
            return None
        schema = resolved(schema, self._root)
        if "const" in schema:
            return schema["const"]
        if options := schema.get("enum"):
            return options[(self._chance(path) + number) % len(options)]
        match type_of(schema):
            case "object":
                return self._map(schema, path, number)
            case "array":
                return self._list(schema, path, number)
            case "boolean":
                return self._verdict(path, number)
            case "integer":
                return self._number(schema, path, number, whole=True)
            case "number":
                return self._number(schema, path, number, whole=False)
            case "null":
                return None
        return text_for(schema, path, number, self._voice)

    def _map(self, schema: Schema, path: Path, number: int) -> dict[str, Any]:
        properties: Schema = schema.get("properties") or {}
        required = dict.fromkeys(schema.get("required", ()))
        optional = [name for name in properties if name not in required and len(path) < DEEPEST]
        room = schema.get("maxProperties", len(required) + len(optional)) - len(required)
        chosen = {*required, *optional[: max(0, room)]}
        names = [name for name in properties if name in chosen] + [name for name in required if name not in properties]
        others = (f"note_{at}" for at in range(1, schema.get("minProperties", 0) + 1))
        names += [name for name in others if name not in names][: max(0, schema.get("minProperties", 0) - len(names))]
        rest = schema.get("additionalProperties", {})
        outer, self._good = self._good, self._says_good(names, properties, path, number)
        filled = {name: self.value(properties.get(name, rest), (*path, name), number) for name in names}
        self._good = outer
        return filled

    def _says_good(self, names: list[str], properties: Schema, path: Path, number: int) -> bool:
        for name in names:
            if _is_verdict(name) and type_of(resolved(properties.get(name), self._root)) == "boolean":
                return self._verdict((*path, name), number)
        return False

    def _verdict(self, path: Path, number: int) -> bool:
        """Yes or no. In a loop the first verdict is mostly no and later ones mostly yes: turning has to be worth it."""
        chance = self._chance(path)
        if not path or not _is_verdict(path[-1]):
            return (chance + number) % 2 == 0
        turn = self._voice.loop_turn
        if turn == 0:
            return (chance + number) % 6 > 0
        return (chance + number) % 4 > 0 if turn > 1 else (chance + number) % 4 == 0

    def _list(self, schema: Schema, path: Path, number: int) -> list[Any]:
        first = schema.get("prefixItems") or []
        least = schema.get("minItems", 0)
        most = min(
            schema.get("maxItems", max(3, least, len(first))), len(first) if schema.get("items") is False else 1000
        )
        spare = self._good and item_kind(path[-1] if path else "") == "finding"
        wish = 0 if spare or len(path) >= DEEPEST else 1 + self._chance((*path, "#")) % 3
        count = min(max(least, len(first), wish), most)
        items: list[Any] = []
        for at in range(_TRIES + count):
            if len(items) == count:
                break
            one = self.value(first[at] if at < len(first) else schema.get("items", {}), path, number * 3 + at)
            if not schema.get("uniqueItems") or not any(_same(one, other) for other in items):
                items.append(one)
        return items

    def _number(self, schema: Schema, path: Path, number: int, *, whole: bool) -> int | float:
        name = path[-1] if path else ""
        if name == "confidence" and self._confidence is not None and not whole:
            return within(schema, self._confidence, whole=False)
        low, high, decimals = usual_range(words_of(name), whole=whole)
        if name and (asked := self._voice.reading.range_for(name)):
            low, high = asked[0] + (asked[1] - asked[0]) / 5, asked[1] - (asked[1] - asked[0]) / 5  # rarely an extreme
            decimals = 0 if high - low >= 3 else 2
        guess = round(low + (high - low) * (self._chance(path) % 1000) / 999, decimals)
        steps = schema.get("multipleOf", 1 if whole or high - low > _TRIES else 0.01) * number
        found = within(schema, guess + steps, whole=whole)
        if number and found == within(schema, guess + 2 * steps, whole=whole):  # at the upper end: go down instead
            found = within(schema, guess - steps, whole=whole)
        return found

    def _chance(self, path: Path) -> int:
        return self._voice.chance("/".join(path))


def _is_verdict(name: str) -> bool:
    return not words_of(name).isdisjoint(_VERDICTS.split())


def _same(one: Any, other: Any) -> bool:
    """Equal to JSON Schema, for which true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
