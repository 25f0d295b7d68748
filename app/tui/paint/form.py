"""A form made from a scenario's `inputs:`: what it asks, what a text in it means, and how its parts are drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.errors import ScenarioRefused, UsageError
from app.safety import one_line
from app.state.words import spaced
from app.tui.look.glyphs import Glyphs
from app.tui.paint.rows import Row, Span, spread, width_of
from app.tui.refused import in_words
from app.tui.text import cut

if TYPE_CHECKING:
    from app.document.types import Type
    from app.scenario import Checked

Kind = Literal["line", "text", "choice"]

LONG = 120  # characters of a text from which it is given several lines
_MISSING = "this is needed"


@dataclass(frozen=True, slots=True)
class Field:
    """One input, as the form asks for it."""

    name: str
    kind: Kind
    says: str  # what kind of value it is, in words
    text: str  # what stands in it at first
    help: str = ""
    example: str = ""
    needed: bool = False
    values: tuple[str, ...] = ()  # of a choice


def fields_of(checked: Checked, last: Mapping[str, Any]) -> tuple[Field, ...]:
    """A field for each input, with what was given last time, else its default."""
    assert checked.scenario is not None
    fields = []
    for name, one in checked.scenario.inputs.items():
        type, value = checked.input_types[name], last.get(name, one.default)
        values = possible_values(type)
        if one.file is not None and value == one.default:
            value = f"@{one.file}"  # as one would name a file of one's own
        text = "" if value is None and not values else written(value)
        kind: Kind = "choice" if values else "text" if "\n" in text or len(text) > LONG else "line"
        example = "" if one.example is None else one_line(written(one.example))
        fields.append(
            Field(name, kind, spoken_type(type), text, one_line(one.help or ""), example, one.required, tuple(values))
        )
    return tuple(fields)


def written(value: Any) -> str:
    """A value as the form shows it: a text as it is, texts with commas between, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, str) and _is_plain(item) for item in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


def given(checked: Checked, texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that were written, by name; and what is wrong with those that cannot be taken."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, text in texts.items():
        try:
            if (value := _value(checked, name, text)) is not _NOT_GIVEN:
                values[name] = value
        except UsageError as error:
            wrong[name] = in_words(error)
    return values, wrong


_NOT_GIVEN = object()


def _value(checked: Checked, name: str, text: str) -> Any:
    """One value, held to everything that the engine holds it to."""
    from app.document.types import Maybe, Text, without_null

    assert checked.scenario is not None
    one, type = checked.scenario.inputs[name], checked.input_types[name]
    if one.file is not None and text.strip() == f"@{one.file}":
        return _NOT_GIVEN
    if not text.strip() and one.required:
        raise UsageError(_MISSING)
    if not text.strip() and (isinstance(type, Maybe) or without_null(type) != Text()):
        return _NOT_GIVEN
    value = _read(text, without_null(type))
    _insist(checked, name, value)
    return value


def _insist(checked: Checked, name: str, value: Any) -> None:
    """The engine's own check, of this input alone; it need not be named where it is told."""
    from app.engine.inputs import check_given

    assert checked.scenario is not None
    alone = checked.scenario.model_copy(update={"inputs": {name: checked.scenario.inputs[name]}})
    try:
        check_given(replace(checked, scenario=alone), {name: value})
    except UsageError as error:
        said = error.message.removeprefix(f'input "{name}').removeprefix('"').removeprefix(":")
        raise UsageError(said.strip(), error.hint) from error


def _read(text: str, type: Type) -> Any:
    """What a text means: `@FILE` is what the file holds, and `@@` an at sign."""
    from app.document.types import Choice, ListOf, Text

    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        text = _file(text[1:].strip())
    match type:
        case Text():
            return text
        case Choice(values):
            return next((value for value in values if written(value) == text), text)
        case ListOf(Text()) if not text.lstrip().startswith("["):
            return [item.strip() for item in text.split(",") if item.strip()]
    return _notation(text)


def _file(name: str) -> str:
    from app.document import read_source

    try:
        return read_source(Path(name), name).text
    except ScenarioRefused as refused:
        raise UsageError(refused.problems[0].message, "a text that begins with @ is written @@") from refused


def _notation(text: str) -> Any:
    """What it says in the notation of a scenario file, which JSON is a part of."""
    from app.document import Source, parse

    lines = "".join(f"  {line}" for line in text.splitlines(keepends=True))
    try:
        return parse(Source("value", f"value:\n{lines}")).data["value"]
    except ScenarioRefused as refused:
        raise UsageError(refused.problems[0].message, refused.problems[0].hint) from refused


def possible_values(type: Type) -> list[str]:
    """All of them, where they are a few, as they are written."""
    from app.document.types import Boolean, Choice, Maybe, without_null

    match without_null(type):
        case Choice(values):
            found = [written(value) for value in values]
        case Boolean():
            found = ["true", "false"]
        case _:
            return []
    return [*found, ""] if isinstance(type, Maybe) else found


def spoken_type(type: Type) -> str:
    """What kind of value it is, in words."""
    from app.document.types import ListOf, Text, spoken, without_null

    bare = without_null(type)
    if bare == ListOf(Text()):
        return "texts, commas between"
    return spoken(type)


def _is_plain(item: str) -> bool:
    """Can it stand between commas?"""
    return item == item.strip() and "," not in item and item[:1] not in ("[", "@", "")


# How it is drawn


def label(field: Field, width: int, *, focused: bool) -> Row:
    """The name of a field, and what it takes."""
    name = one_line(spaced(field.name))
    left: Row = (Span(name, "accent bold" if focused else "text bold"),)
    if field.needed:
        left = (*left, Span(" needed", "warning"))
    return spread(left, (Span(f" {field.says}", "muted"),), width)


def note(field: Field, wrong: str, width: int, glyphs: Glyphs) -> Row:
    """What is wrong with it, else what helps."""
    if wrong:
        return (Span(f"{glyphs.failed} {cut(wrong, width - 2)}", "error"),)
    said = field.help or (f"such as {field.example}" if field.example else "")
    return (Span(cut(said, width), "muted"),)


def choices(values: Sequence[str], chosen: int, width: int, glyphs: Glyphs, *, focused: bool) -> Row:
    """All values side by side with the chosen one marked; only that one, where they have no room."""
    shown = [one_line(value) or "none" for value in values]
    spans: list[Span] = []
    for at, value in enumerate(shown):
        is_it = at == chosen
        style = ("accent bold" if focused else "text bold") if is_it else "muted"
        spans += [Span(f"{glyphs.on if is_it else glyphs.off} {value}", style), Span("   ")]
    if width_of(spans) <= width + 3:
        return tuple(spans[:-1])
    count = f"  {chosen + 1} of {len(shown)}"
    one = cut(shown[chosen], max(1, width - len(count) - 4))
    return (Span(f"{glyphs.left} {one} {glyphs.right}", "accent bold" if focused else "text"), Span(count, "muted"))
