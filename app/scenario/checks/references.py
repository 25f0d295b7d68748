"""What expressions refer to: steps become needs, inputs carry their privacy along, what is named counts as used."""

from __future__ import annotations

from collections.abc import Iterator

from app.document.suggest import did_you_mean
from app.scenario import expressions
from app.scenario.checks.inspection import Inspection
from app.scenario.checks.reading import Located, Reader
from app.scenario.expressions import Reference
from app.scenario.order import order_of
from app.scenario.passages import AFTER_THE_STEP, Passage
from app.scenario.places import Place, places_in

MAX_PATTERNS = 50


def check_references(case: Inspection) -> None:
    """Read every expression, find what each refers to, and put the steps in order by it."""
    case.reader = reader = Reader(case)
    _count_patterns(reader)
    inputs_of_vars = _top_level(case, reader)
    needed: dict[str, list[str]] = {}
    for place in case.places:
        reads = case.inputs_of.setdefault(place.name, set())
        for passage in reader.of_step[place.name]:
            for located, reference, name in _named(reader, passage):
                root = str(reference.path[0])
                case.referred.add((root, name))
                if root == "steps":
                    _refer_to_step(case, reader, place, located, reference, needed)
            reads |= inputs_read(reader, passage, inputs_of_vars)
        if place.block.owner is not None:
            # What a block goes over reaches the steps inside it as their item.
            reads |= case.inputs_of[place.block.owner.name]
    case.inputs_of_vars = inputs_of_vars
    for block in case.blocks:
        wanted = {place.id: needed.get(place.name, []) for place in places_in(block)}
        case.orders[block.name] = order_of(block, wanted)


def inputs_read(reader: Reader, passage: Passage, inputs_of_vars: dict[str, set[str]]) -> set[str]:
    """The inputs that a text shows, also by way of vars."""
    found: set[str] = set()
    for _, reference, name in _named(reader, passage):
        if reference.path[0] == "inputs":
            found.add(name)
        elif reference.path[0] == "vars":
            found |= inputs_of_vars.get(name, set())
    return found


def _named(reader: Reader, passage: Passage) -> Iterator[tuple[Located, Reference, str]]:
    """Each reference of a text that goes at least one name deep: inputs.feature, steps.plan.output."""
    for located in reader.read(passage):
        for reference in expressions.references(located.expression):
            root, path = reference.path[0], reference.path
            if len(path) >= 2 and isinstance(path[1], str):
                yield located, reference, path[1]
            elif root in ("inputs", "vars"):  # all of them, as in json(inputs), or one whose name is worked out
                yield from ((located, reference, name) for name in getattr(reader.case.scenario, str(root)))
            elif root == "secrets":
                message, hint = "this would be every secret there is", "name the one that is needed: secrets.NAME"
                reader.at_reference(located, reference, "secret", message, hint)


def _top_level(case: Inspection, reader: Reader) -> dict[str, set[str]]:
    """The references outside the steps; gives the inputs that each var is made of."""
    inputs_of_vars: dict[str, set[str]] = {}
    for passage in reader.of_top_level:
        case.referred |= {(str(reference.path[0]), name) for _, reference, name in _named(reader, passage)}
        if passage.key == "vars":
            var = str(passage.at[1])
            inputs_of_vars[var] = inputs_of_vars.get(var, set()) | inputs_read(reader, passage, inputs_of_vars)
    return inputs_of_vars


def _count_patterns(reader: Reader) -> None:
    """Compiling a pattern costs far more than anything else here, so a file cannot have thousands."""
    count = 0
    for passage in [*reader.of_top_level, *(passage for passages in reader.of_step.values() for passage in passages)]:
        count += passage.text.count("matches(")
        if count > MAX_PATTERNS:
            message = f"more than {MAX_PATTERNS} patterns in one file"
            reader.report(passage, "too-many-patterns", message, "use contains()", "matches(")
            return


def _refer_to_step(
    case: Inspection,
    reader: Reader,
    place: Place,
    located: Located,
    reference: Reference,
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
            known = {
                other for around in (place, *place.enclosing()) for other in around.block.steps if other != around.id
            }
            _unknown_step(case, reader, known, located, reference, name)
            return
        waiting = waiting.block.owner
    if name == waiting.id:
        if waiting is place and inner is None:
            message, hint = f'"{name}" refers to itself', "a step that repeats sees loop.previous"
        else:
            message, hint = f'"{name}" is the block around this; it has no output yet', "refer to a step inside it"
        reader.at_reference(located, reference, "self-need", message, hint)
        return
    needed.setdefault(waiting.name, []).append(name)


def _unknown_step(
    case: Inspection, reader: Reader, known: set[str], located: Located, reference: Reference, name: str
) -> None:
    elsewhere = [other for other in case.places if other.id == name]
    if elsewhere and (owner := elsewhere[0].block.owner) is not None:
        output = f"steps.{owner.id}.output.{name}"
        hint = (
            f"from outside, write {output}"
            if owner.step.for_each is None
            else f"from outside there is only steps.{owner.id}.output, a list"
        )
        reader.at_reference(located, reference, "unknown-step", f'"{name}" is inside "{owner.id}"', hint)
        return
    reader.at_reference(located, reference, "unknown-step", f'there is no step "{name}"', did_you_mean(name, known))
