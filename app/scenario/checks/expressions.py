"""Expressions are read, refer to what there is, and fit where they stand; what they refer to becomes a need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from app.document import Path, Report, Source
from app.document.suggest import did_you_mean
from app.document.tree import Mark, Node
from app.scenario import expressions
from app.scenario.checks.inspection import Inspection
from app.scenario.expressions import Expression, ExpressionMistake, Scope, Template
from app.scenario.model import SetStep, UsesStep
from app.scenario.model.steps import SEES
from app.scenario.order import order_of
from app.scenario.passages import AFTER_THE_STEP, Passage, passages_of_step, passages_of_top_level
from app.scenario.places import Block, Place, places_in
from app.scenario.scopes import Scopes, is_true_or_false
from app.scenario.types import Anything, Boolean, Integer, ListOf, MapOf, Maybe, Number, Text, Type, accepts, describe
from app.scenario.types.fit import of_fair_size

MAX_PATTERNS = 50
_STEP_NAMES = frozenset(name.strip() for name in SEES.split(","))


class Located(NamedTuple):
    """An expression with the place of the text it stands in and its offset there."""

    expression: Expression
    offset: int
    passage: Passage


class Reader:
    """Reads the passages of one scenario: parses each once, reports what is wrong in it at the right place."""

    def __init__(self, case: Inspection) -> None:
        self.case = case
        self._parsed: dict[Path, list[Located]] = {}

    def read(self, passage: Passage) -> list[Located]:
        """The expressions of a passage, those that can be read."""
        if passage.at not in self._parsed:
            self._parsed[passage.at] = self._parse(passage)
        return self._parsed[passage.at]

    def _parse(self, passage: Passage) -> list[Located]:
        text = self._text(passage)
        if passage.reading == "none":
            if "${{" in text:
                message = f'expressions are not read in "{passage.key}"'
                self.report(passage, "no-expression-here", message, "the prompt is the place for them", "${{")
            return []
        if passage.reading == "bare":
            try:
                return [Located(expressions.parse_bare(text), 0, passage)]
            except ExpressionMistake as mistake:
                self.mistake(passage, mistake, 0)
                return []
        if "${{" not in text:
            return []
        template = self._template(passage, text)
        return [Located(part.expression, part.start, passage) for part in template.placed] if template else []

    def _template(self, passage: Passage, text: str) -> Template | None:
        try:
            return expressions.parse_template(text)
        except expressions.ExpressionMistakes as group:
            for mistake in group.mistakes:
                self.mistake(passage, mistake, 0)
            return None

    def mistake(self, passage: Passage, mistake: ExpressionMistake, offset: int) -> None:
        """Report a mistake at its own characters."""
        text = self._text(passage)
        start = offset + mistake.start
        part = text[start : max(offset + mistake.end, start + 1)]
        self.report(passage, "expression", mistake.message, mistake.hint, part, start)

    def report(self, passage: Passage, code: str, message: str, hint: str, part: str, offset: int = 0) -> None:
        """Report something about a passage, in the file in which it stands."""
        if passage.file is None:
            self.case.report.error(code, message, hint, at=passage.at, part=part, offset=offset)
        elif (source := self.case.files.get(passage.file)) is not None:
            inner = Report(source, _whole(source))
            inner.error(code, message, hint, at=(), part=part, offset=offset)
            self.case.report.extend(inner.problems)

    def _text(self, passage: Passage) -> str:
        if passage.file is None:
            return passage.text
        source = self.case.files.get(passage.file)
        return source.text if source else ""


def check_expressions(case: Inspection) -> None:
    """Read all expressions, order the steps by them, then check their types, each step after its needs."""
    reader = Reader(case)
    by_step = {place.name: list(passages_of_step(place)) for place in case.places}
    top_level = list(passages_of_top_level(case.scenario))
    _count_patterns(case, reader, [*top_level, *(passage for passages in by_step.values() for passage in passages)])
    needed = _references(case, reader, by_step)
    for block in case.blocks:
        wanted = {place.id: needed.get(place.name, []) for place in places_in(block)}
        case.orders[block.name] = order_of(block, wanted)
    typing = _Typing(case, reader, by_step)
    typing.vars()
    typing.block(case.blocks[0])
    typing.top_level(top_level)
    typing.outputs()


def _whole(source: Source) -> Node:
    lines = source.lines
    end = Mark(len(lines), len(lines[-1]) + 1, len(source.text))
    return Node(source.text, Mark(1, 1, 0), end, style="|")


def _count_patterns(case: Inspection, reader: Reader, passages: Iterable[Passage]) -> None:
    """Compiling a pattern costs far more than anything else here, so a file cannot have thousands."""
    count = 0
    for passage in passages:
        count += passage.text.count("matches(")
        if count > MAX_PATTERNS:
            reader.report(
                passage,
                "too-many-patterns",
                f"more than {MAX_PATTERNS} patterns in one file",
                "use contains()",
                "matches(",
            )
            return


def _references(case: Inspection, reader: Reader, by_step: dict[str, list[Passage]]) -> dict[str, list[str]]:
    """For each step, the siblings that its texts, and those of the steps inside it, refer to."""
    needed: dict[str, list[str]] = {}
    for place in case.places:
        for passage in by_step[place.name]:
            for located in reader.read(passage):
                for reference in expressions.references(located.expression):
                    path = reference.path
                    if len(path) >= 2 and isinstance(path[1], str):
                        case.referred.add((str(path[0]), path[1]))
                        if path[0] == "inputs":
                            for around in (place, *place.enclosing()):
                                case.inputs_of.setdefault(around.name, set()).add(path[1])
                    if path[0] == "steps":
                        _refer_to_step(case, reader, place, located, reference, needed)
    return needed


def _refer_to_step(
    case: Inspection,
    reader: Reader,
    place: Place,
    located: Located,
    reference: expressions.Reference,
    needed: dict[str, list[str]],
) -> None:
    """Find the step that is meant, from the innermost block outwards, and note the need where it arises."""
    name = reference.path[1] if len(reference.path) > 1 else None
    if not isinstance(name, str):
        return
    key = located.passage.key
    inner = place.inner()
    if key == "until" and inner and name in inner.steps:
        return
    if key in AFTER_THE_STEP and name == place.id:
        return
    waiting = place
    while name not in waiting.block.steps:
        if waiting.block.owner is None:
            _unknown_step(case, reader, place, located, reference, name)
            return
        waiting = waiting.block.owner
    if name == waiting.id:
        if waiting is place and inner is None:
            message, hint = f'"{name}" refers to itself', "a step that repeats sees loop.previous"
        else:
            message, hint = f'"{name}" is the block around this; it has no output yet', "refer to a step inside it"
        _at_reference(reader, located, reference, "self-need", message, hint)
        return
    needed.setdefault(waiting.name, []).append(name)


def _unknown_step(
    case: Inspection, reader: Reader, place: Place, located: Located, reference: expressions.Reference, name: str
) -> None:
    elsewhere = [other for other in case.places if other.id == name]
    if elsewhere and (owner := elsewhere[0].block.owner) is not None:
        output = f"steps.{owner.id}.output.{name}"
        hint = (
            f"from outside, write {output}"
            if owner.step.for_each is None
            else f"from outside there is only steps.{owner.id}.output, a list"
        )
        _at_reference(reader, located, reference, "unknown-step", f'"{name}" is inside "{owner.id}"', hint)
        return
    known = {other for around in (place, *place.enclosing()) for other in around.block.steps if other != around.id}
    _at_reference(reader, located, reference, "unknown-step", f'there is no step "{name}"', did_you_mean(name, known))


def _at_reference(
    reader: Reader, located: Located, reference: expressions.Reference, code: str, message: str, hint: str
) -> None:
    start = located.offset + reference.start
    text = located.passage.text or reader._text(located.passage)
    reader.report(located.passage, code, message, hint, text[start : located.offset + reference.end], start)


class _Typing:
    """Gives every step the type of its output and checks each expression against what is known by then."""

    def __init__(self, case: Inspection, reader: Reader, by_step: dict[str, list[Passage]]) -> None:
        self.case = case
        self.reader = reader
        self.by_step = by_step
        self.scopes = Scopes(case.scenario, case.types)

    def vars(self) -> None:
        """Each var sees the ones above it."""
        for name, written in self.case.scenario.vars.items():
            names = frozenset(("inputs", "env", "matrix", "vars"))
            self.case.types.vars[name] = self._value(written, ("vars", name), self.scopes.of_top_level(names))

    def top_level(self, passages: list[Passage]) -> None:
        """The texts outside the steps."""
        for passage in passages:
            for located in self.reader.read(passage):
                for reference in expressions.references(located.expression):
                    if len(reference.path) >= 2 and isinstance(reference.path[1], str):
                        self.case.referred.add((str(reference.path[0]), reference.path[1]))
                if passage.key not in ("vars", "outputs"):
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
        for passage in self.by_step[place.name]:
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
        passage = next(passage for passage in self.by_step[place.name] if passage.key == "for_each")
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
        template = expressions.parse_template(passage.text)
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
        for name, written in used.scenario.inputs.items():
            if written.required and name not in given:
                self.case.report.error(
                    "missing-input",
                    f'"{step.uses}" needs the input "{name}"',
                    f"add  with: {{{name}: ...}}",
                    at=(*place.at, "uses"),
                )
        return MapOf(used.output_types, noun="output")

    def _value(self, value: Any, at: Path, scope: Scope) -> Type:
        """The type of data in which texts may be expressions; each expression in it is checked."""
        match value:
            case str():
                return self._text(value, at, scope)
            case bool():
                return Boolean()
            case int():
                return Integer()
            case float():
                return Number()
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
        if len(found) == 1 and text.strip().startswith("${{") and expressions.parse_template(text).lone is not None:
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
