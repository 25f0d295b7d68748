"""Expressions fit where they stand: every name is there, types agree, and each step's output gets a type of its own."""

from __future__ import annotations

from typing import Any

from app.document import Path
from app.document.suggest import did_you_mean
from app.document.types import (
    Anything,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Number,
    Text,
    Type,
    accepts,
    describe,
    mismatches,
    type_of,
)
from app.document.types.fit import of_fair_size
from app.scenario import expressions
from app.scenario.checks.contents import check_range
from app.scenario.checks.inspection import Inspection
from app.scenario.checks.reading import Located, Reader
from app.scenario.expressions import Scope
from app.scenario.model import Input, SetStep, UsesStep
from app.scenario.model.modifiers import SEES
from app.scenario.passages import Passage
from app.scenario.places import Block, Place
from app.scenario.scopes import Scopes, is_true_or_false

_STEP_NAMES = frozenset(name.strip() for name in SEES.split(","))


def check_expressions(case: Inspection) -> None:
    """Check the types of all expressions, each step after its needs."""
    typing = _Typing(case, case.reader)
    typing.vars()
    typing.block(case.blocks[0])
    typing.top_level()
    typing.outputs()


class _Typing:
    """Gives every step the type of its output and checks each expression against what is known by then."""

    def __init__(self, case: Inspection, reader: Reader) -> None:
        self.case = case
        self.reader = reader
        self.scopes = Scopes(case.scenario, case.types)

    def vars(self) -> None:
        """Each var sees the ones above it."""
        for name, written in self.case.scenario.vars.items():
            names = frozenset(("inputs", "env", "matrix", "vars"))
            self.case.types.vars[name] = self._value(written, ("vars", name), self.scopes.of_top_level(names))

    def top_level(self) -> None:
        """The texts outside the steps, but for those that are values and checked as such."""
        for passage in self.reader.of_top_level:
            if passage.key not in ("vars", "outputs"):
                for located in self.reader.read(passage):
                    self._check(located, self.scopes.of_top_level(passage.names))

    def outputs(self) -> None:
        """What the scenario gives back sees the outermost steps."""
        for name, written in self.case.scenario.outputs.items():
            scope = self.scopes.of_top_level(_STEP_NAMES)
            self.case.types.returned[name] = self._value(written, ("outputs", name), scope)

    def block(self, block: Block) -> None:
        """The steps of a block, each after those it waits for."""
        for name in self.case.orders[block.name].sequence():
            self.step(Place(name, block.steps[name], block))

    def step(self, place: Place) -> None:
        """One step: what it goes over, what it gives, then all its other texts."""
        types = self.case.types
        if place.step.for_each is not None:
            types.items[place.name] = self._item(place)
        match place.step:
            case SetStep(set=values):
                fields = {
                    name: self._value(value, (*place.at, "set", name), self._scope(place, "set"))
                    for name, value in values.items()
                }
                types.declared[place.name] = of_fair_size(MapOf(fields))
            case UsesStep():
                types.declared[place.name] = self._used(place, place.step)
        if (inner := place.inner()) is not None:
            self.block(inner)
        types.settle(place)
        for passage in self.reader.of_step[place.name]:
            if passage.key not in ("set", "for_each") and not (passage.key == "with" and place.step.kind == "uses"):
                self._passage(place, passage)

    def _passage(self, place: Place, passage: Passage) -> None:
        for located in self.reader.read(passage):
            scope = self.scopes.of_step(place, passage.names, passage.key)
            found = self._check(located, scope)
            if passage.reading == "bare" and not is_true_or_false(found):
                hint = "compare it:  ... == 'yes'" if isinstance(found, Text) else "compare it, or use length()"
                message = f'"{passage.key}" needs true or false, and this is {_kind_of(found)}'
                self.reader.report(passage, "condition", message, hint, passage.text)

    def _item(self, place: Place) -> Type:
        """What for_each goes over: the items of a written list, or of the list an expression gives."""
        written, at = place.step.for_each, (*place.at, "for_each")
        scope = self._scope(place, "for_each")
        if isinstance(written, list):
            found = self._value(written, at, scope)
            return found.item if isinstance(found, ListOf) else Anything()
        passage = next(passage for passage in self.reader.of_step[place.name] if passage.key == "for_each")
        located = self.reader.read(passage)
        if not located:
            if "${{" not in passage.text:
                hint = (
                    f'write  for_each: "${{{{ {passage.text} }}}}"'
                    if "." in passage.text
                    else "write a list, or an expression that gives one"
                )
                self.reader.report(passage, "for-each", "for_each needs a list, and this is text", hint, passage.text)
            return Anything()
        found = self._check(located[0], scope)
        template, _ = expressions.read_template(passage.text)
        if template.lone is None:
            self.reader.report(
                passage, "for-each", "for_each needs one expression alone, without text around it", "", passage.text
            )
            return Anything()
        bare = found.of if isinstance(found, Maybe) else found
        match bare:
            case ListOf(item=item):
                return item
            case Anything():
                return Anything()
        self.reader.report(
            passage,
            "for-each",
            f"for_each needs a list, and this is {_kind_of(found)}",
            "declare it as a list: [string]",
            passage.text,
        )
        return Anything()

    def _used(self, place: Place, step: UsesStep) -> Type:
        """What another scenario gives back; on the way, what it is given is checked."""
        scope = self._scope(place, "with")
        given = {name: self._value(value, (*place.at, "with", name), scope) for name, value in step.with_.items()}
        used = self.case.used.get(place.name)
        if used is None or used.scenario is None:
            return Anything()
        wanted = used.input_types
        for name, found in given.items():
            at: Path = (*place.at, "with", name)
            if name not in wanted:
                self.case.report.error(
                    "unknown-input",
                    f'"{step.uses}" has no input "{name}"',
                    did_you_mean(name, wanted),
                    at=(*at, "@key"),
                )
            elif not accepts(wanted[name], found):
                message = f'"{name}" is {describe(wanted[name])}, and this gives {describe(found)}'
                self.case.report.error("input-type", message, at=at)
            elif "${{" not in str(step.with_[name]):
                self._written(step.with_[name], wanted[name], used.scenario.inputs[name], at)
        for name, written in used.scenario.inputs.items():
            if written.required and name not in given:
                self.case.report.error(
                    "missing-input",
                    f'"{step.uses}" needs the input "{name}"',
                    f"add  with: {{{name}: ...}}",
                    at=(*place.at, "uses"),
                )
        return MapOf(used.output_types, noun="output")

    def _written(self, value: Any, wanted: Type, given_to: Input, at: Path) -> None:
        """A value that stands in the file fits the input to the letter, its range too."""
        for wrong in mismatches(wanted, value):
            self.case.report.error("input-value", wrong.message, at=(*at, *wrong.path))
        check_range(self.case, value, given_to.min, given_to.max, at)

    def _value(self, value: Any, at: Path, scope: Scope) -> Type:
        """The type of data in which texts may be expressions; each expression in it is checked."""
        match value:
            case str():
                return self._text(value, at, scope)
            case bool() | int() | float():
                return type_of(value)
            case list():
                items = [self._value(content, (*at, index), scope) for index, content in enumerate(value)]
                alike = items and all(item == items[0] for item in items)
                return of_fair_size(ListOf(items[0] if alike else Anything()))
            case dict():
                fields = {name: self._value(content, (*at, name), scope) for name, content in value.items()}
                return of_fair_size(MapOf(fields))
        return Anything()

    def _text(self, text: str, at: Path, scope: Scope) -> Type:
        passage = Passage(text, at, "template", _STEP_NAMES)
        located = self.reader.read(passage)
        found = [self._check(one, scope) for one in located]
        if "${{" not in text:
            return Text()
        template, mistakes = expressions.read_template(text)
        if template.lone is not None and not mistakes:
            return found[0]
        return Text() if located else Anything()

    def _check(self, located: Located, scope: Scope) -> Type:
        checked = expressions.check(located.expression, scope)
        for mistake in checked.mistakes:
            self.reader.mistake(located.passage, mistake, located.offset)
        return checked.type

    def _scope(self, place: Place, key: str) -> Scope:
        names = _STEP_NAMES | {"secrets"} if place.step.kind == "tool" else _STEP_NAMES
        return self.scopes.of_step(place, frozenset(names), key)


def _kind_of(found: Type) -> str:
    match found:
        case Text():
            return "text"
        case Number() | Integer():
            return "a number"
        case ListOf():
            return "a list"
        case MapOf():
            return "a map"
    return describe(found)
