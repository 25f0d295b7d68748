"""Reads what a batch varies as a person writes it: `market=DE,FR` on the command line and in the app alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

from app.document.suggest import did_you_mean, listed, shortened
from app.document.types import mismatches
from app.document.written import read_notation, read_text, read_value
from app.engine.inputs import out_of_range
from app.errors import FootlightsError, UsageError
from app.safety import looks_like_secret
from app.scenario import Checked
from app.scenario.model.parts import Input

_QUOTES = ('"', "'")

Given = ParamSpec("Given")
Read = TypeVar("Read")


class Wording:
    """Reads values by the type of the first scenario that knows their name, and keeps what is wrong."""

    def __init__(self, scenarios: Sequence[Checked]) -> None:
        self.wrong: list[FootlightsError] = []
        self._types = {
            name: type for checked in reversed(scenarios) for name, type in checked.input_types.items()
        }  # fmt: skip
        self._wanted: dict[str, list[Input]] = {name: [] for name in self._types}
        for checked in scenarios:
            for name, wanted in checked.scenario.inputs.items() if checked.scenario is not None else ():
                self._wanted[name].append(wanted)
        strategies = [checked.scenario.strategy for checked in scenarios if checked.scenario is not None]
        axes = {name: values for one in strategies if one is not None for name, values in one.matrix.items()}
        own = {name for one in strategies if one is not None for name in one.own}
        varied = {
            _plain(name)
            for one in strategies
            if one is not None
            for cell in (one.matrix, *one.include)
            for name in cell
        }
        self.needed = [
            name for name, wanted in self._wanted.items() if any(one.required for one in wanted) and name not in varied
        ]
        self._known = {*self._types, *own, "scenario"}
        self._texts = {name for name, values in axes.items() if all(isinstance(value, str) for value in values)}

    def attempt(self, read: Callable[Given, Read], *given: Given.args, **named: Given.kwargs) -> Read | None:
        """What is read; nothing, and one thing more that is wrong, when it cannot be."""
        try:
            return read(*given, **named)
        except FootlightsError as error:
            self.wrong.append(error)
            return None

    def axis(self, word: str) -> tuple[str, list[Any]]:
        """A name with its values."""
        name, text = _split(word, "--matrix", "market=DE,FR")
        if text.lstrip().startswith("["):
            found = read_notation(name, text)
            if not isinstance(found, list):
                raise UsageError(f"{name}: {shortened(text)} is no list", f"write  {name}=[one, two]")
            return name, found
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        torn = next((part for part in parts if part[:1] in _QUOTES and part.count(part[0]) == 1), None)
        if torn is not None:
            said = f"{name}: the quote of {shortened(torn)} is left open"
            raise UsageError(said, f'write  {name}=["a, b", c]')
        return name, [self.value(name, part) for part in parts]

    def cell(self, word: str, option: str) -> dict[str, Any]:
        """Names, each with a value."""
        if word.lstrip().startswith("{"):
            found = read_notation(option, word)
            if isinstance(found, dict):
                return found
        pairs = [_split(part, option, "market=JP,tone=formal") for part in word.split(",")]
        for name, _ in pairs:
            self._insist_on_axis(name, option)
        return {name: self.value(name, text) for name, text in pairs}

    def _insist_on_axis(self, name: str, option: str) -> None:
        """A slip of the pen would leave no cell out, or add one that nothing reads."""
        if _plain(name) not in self._known and "." not in name:
            hint = did_you_mean(name, self._known, f"there is {listed(sorted(self._known))}" if self._known else "")
            raise UsageError(f'{option}: there is nothing called "{shortened(name)}"', hint)

    def given(self, word: str) -> tuple[str, Any]:
        """An input that all scenarios get which take it."""
        if word == "-":
            raise UsageError("-i -: a batch reads no inputs from stdin", "--each TABLE gives each run its own")
        name, text = _split(word, "-i", "market=Portugal")
        return name, self.input(name, text)

    def gives(self, names: Iterable[str]) -> None:
        """These inputs are given to every run."""
        given = set(map(_plain, names))
        misread = bool(self.wrong)  # by which one of them may be given
        self.needed = [name for name in self.needed if not misread and name not in given]

    def input(self, name: str, text: str) -> Any:
        """An input, by its type."""
        self.insist(name, text)
        return self.checked(name, read_value(name, text, self._types[name]))

    def insist(self, name: str, text: str) -> None:
        """Raise UsageError when nothing takes it, or when it must not be kept."""
        if name not in self._types:
            otherwise = f"they take {listed(sorted(self._types))}" if self._types else "they take none"
            raise UsageError(f'there is no input "{shortened(name)}"', did_you_mean(name, self._types, otherwise))
        if looks_like_secret(text):
            said = f'the input "{shortened(name)}" looks like a secret key; it would be kept with the runs'
            raise UsageError(said, "a tool can take it as ${{ secrets.NAME }}; models find theirs by themselves")

    def checked(self, name: str, value: Any) -> Any:
        """The value of an input, when it is of its type, and as large as each scenario wants it."""
        for wrong in mismatches(self._types[name], value):
            place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in wrong.path)
            raise UsageError(f"{name}{place}: {wrong.message}")
        for wanted in self._wanted[name]:
            if said := out_of_range(value, wanted):
                raise UsageError(f"{name}: {said}")
        return value

    def value(self, name: str, text: str) -> Any:
        """A value of an axis: of an input by its type, else a text where only texts make sense."""
        if (plain := _plain(name)) in self._types and name not in self._texts:
            return self.input(plain, text)
        if text.startswith("@") and not text.startswith("@@"):
            return read_text(name, text[1:])
        text = text[1:] if text.startswith("@@") else text
        return text if "." in name or "/" in name or name in self._texts else read_notation(name, text)


def each_once(pairs: Sequence[tuple[str, Any]], option: str, hint: str) -> dict[str, Any]:
    """By name; of two values the last would else win without a word."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise UsageError(f'{option}: "{shortened(name)}" is there twice', hint)
        found[name] = value
    return found


def _plain(name: str) -> str:
    return name.removeprefix("inputs.")


def _split(word: str, option: str, example: str) -> tuple[str, str]:
    name, equals, text = word.partition("=")
    if not equals or not name.strip():
        lacks = "name" if equals else '"="'
        raise UsageError(f'{option}: "{shortened(word)}" has no {lacks}', f"write  {option} {example}")
    return name.strip(), text
