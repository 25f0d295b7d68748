"""Values fit what they are for: defaults their types, rehearsed answers their outputs, patterns their language."""

from __future__ import annotations

import copy
from typing import Any

from app.document import Path
from app.document.suggest import did_you_mean, listed, shortened
from app.document.types import (
    Anything,
    Choice,
    Described,
    Integer,
    ListOf,
    MapOf,
    Maybe,
    Number,
    Text,
    Type,
    TypeMistake,
    mismatches,
    parse_type,
)
from app.document.values import Section
from app.safety import looks_like_secret
from app.scenario.checks.inspection import Inspection, speakers
from app.scenario.expressions import patterns
from app.scenario.model import AgentStep, ApproveStep, AskStep, DebateStep, Expectation, Lines, Speaks
from app.scenario.model.modifiers import Step
from app.scenario.model.rehearsal import ERROR_CLASSES, turn_reply
from app.scenario.places import Place
from app.scenario.scopes import RESERVED

SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "CREDENTIALS")
MAX_TYPE_MISTAKES = 20
NO_WALL = (
    "wall is the time of a run or a step, and an agent has none",
    "cost_usd, tokens and turns can bound an agent",
)
ANY_VALUE = ("default", "example", "reply", "env")


def check_types(case: Inspection) -> None:
    """Types are read once, for everything that refers to them: inputs first, then what steps declare."""
    for name, written in case.scenario.inputs.items():
        found = _type(case, written.type, ("inputs", name, "type"))
        case.types.inputs[name] = found or Anything()
    for place in case.places:
        step = place.step
        if not isinstance(step, Speaks):
            continue
        output, at = step.output, (*place.at, "output")
        if output is None and isinstance(step, AgentStep) and (entry := case.cast.get(step.agent)) and entry.card:
            agent = case.scenario.agents.get(step.agent)
            mode = step.mode or (agent.mode if agent else None) or entry.card.first_mode
            output = entry.card.modes[mode].output if mode in entry.card.modes else None
        found = _type(case, output, at) if output is not None else Text()
        case.types.declared[place.name] = found or Anything()


def _type(case: Inspection, written: Any, at: Path) -> Type | None:
    """The type that is written, or nothing, after every mistake in it was told."""
    left, wrong = copy.deepcopy(written), False
    for _ in range(MAX_TYPE_MISTAKES):
        try:
            found = parse_type(left)
        except TypeMistake as error:
            wrong = True
            case.report.error("type", error.message, error.hint, at=(*at, *error.path))
            left = _without(left, error.path)
        else:
            break
    if wrong:
        return None
    if isinstance(found, Described):
        _check_json_schema(case, found.schema, (*at, "schema"))
    return found


def _without(written: Any, path: Path) -> Any:
    """The same with the part at a path set aside, so that what follows is read too."""
    if not path:
        return "any"
    holder = written
    for step in path[:-1]:
        holder = holder[step]
    if not isinstance(holder, dict | list):
        return "any"
    holder[path[-1]] = "any"  # type: ignore[index]
    return written


def check_inputs(case: Inspection) -> None:
    """Defaults and examples are of the input's type and in its range."""
    for name, written in case.scenario.inputs.items():
        shape = case.types.inputs.get(name, Text())
        at: Path = ("inputs", name)
        for key in ("default", "example"):
            value = getattr(written, key)
            if key not in written.model_fields_set or (key == "default" and value is None and isinstance(shape, Maybe)):
                continue
            from_file = key == "default" and written.file is not None
            for wrong in mismatches(shape, value):
                place = (*at, "file") if from_file else (*at, key, *wrong.path)
                case.report.error("input-value", wrong.message, at=place)
            check_range(case, value, written.min, written.max, (*at, "file" if from_file else key))
        bare = shape.of if isinstance(shape, Maybe) else shape
        if (written.min is not None or written.max is not None) and not isinstance(
            bare, Number | Integer | Text | ListOf
        ):
            case.report.error(
                "range",
                "min and max go with numbers, texts and lists",
                at=(*at, "min" if written.min is not None else "max"),
            )


def check_range(case: Inspection, value: Any, low: float | None, high: float | None, at: Path) -> None:
    """A number, or the length of a text or list, is within what an input allows."""
    size = (
        value
        if isinstance(value, int | float) and not isinstance(value, bool)
        else len(value)
        if isinstance(value, str | list)
        else None
    )
    if size is not None and low is not None and size < low:
        case.report.error("range", f"{size:g} is below min {low:g}", at=at)
    if size is not None and high is not None and size > high:
        case.report.error("range", f"{size:g} is above max {high:g}", at=at)


def check_limits_of_agents(case: Inspection) -> None:
    """Time belongs to a run or a step: an agent has none of its own."""
    for name, agent in case.scenario.agents.items():
        if agent.limits is not None and agent.limits.wall is not None:
            case.report.error("wall", *NO_WALL, at=("agents", name, "limits", "wall"))


def check_rehearsals(case: Inspection) -> None:
    """What is answered offline has the shape that the real answer must have."""
    for place in case.places:
        rehearsal = place.step.rehearsal
        if rehearsal is None:
            continue
        at: Path = (*place.at, "rehearsal")
        _check_faults(case, rehearsal, at)
        shape = _answer_type(case, place)
        if shape is not None:
            for wrong, where in _wrong_answers(rehearsal, shape):
                case.report.error("rehearsal", wrong, at=(*at, *where))
        for agent, lines in rehearsal.by.items():
            part = _part_of(place, agent, shape)
            for wrong, where in _wrong_answers(lines, part) if part is not None else ():
                case.report.error("rehearsal", wrong, at=(*at, "by", agent, *where))


def _check_faults(case: Inspection, lines: Lines, at: Path) -> None:
    """A turn that fails on purpose fails in a way there is."""
    for index, turn in enumerate(lines.turns or ()):
        fault = turn.get("fault") if isinstance(turn, dict) and len(turn) == 1 else None
        if isinstance(fault, str) and fault not in ERROR_CLASSES:
            hint = did_you_mean(fault, ERROR_CLASSES, f"there is {listed(ERROR_CLASSES)}")
            case.report.error("rehearsal", f'there is no fault "{shortened(fault)}"', hint, at=(*at, "turns", index))


def _answer_type(case: Inspection, place: Place) -> Type | None:
    match place.step:
        case ApproveStep(approve=approve):
            return Choice(tuple(approve.options))
        case AskStep():
            return Text()
        case Speaks():
            return case.types.declared.get(place.name)
    return None


def _part_of(place: Place, agent: str, shape: Type | None) -> Type | None:
    """What one of those who speak in a step has to say there, where that has a shape."""
    match place.step:
        case DebateStep(debate=debate):
            position = Choice(tuple(debate.options)) if debate.options else Text()
            if agent == debate.judge:
                return MapOf({"decision": position, "reasons": ListOf(Text()), "dissent": ListOf(Text())})
            return MapOf({"position": position, "says": Text()})
        case Speaks() if _last_word(place, agent):
            return shape
    return None


def _last_word(place: Place, agent: str) -> bool:
    """Does this agent's answer become the step's? In a team the manager's does, in an escalation anybody's."""
    named = [name for name, _ in speakers(place)]
    return place.step.kind == "escalate" or (place.step.kind == "team" and agent == named[0])


def _wrong_answers(lines: Lines, shape: Type) -> list[tuple[str, Path]]:
    answers: list[tuple[Any, Path]] = []
    if "reply" in lines.model_fields_set:
        answers.append((lines.reply, ("reply",)))
    if lines.slips is not None:
        answers.append((lines.slips.reply, ("slips", "reply")))
    for index, turn in enumerate(lines.turns or ()):
        is_answer, answer = turn_reply(turn)
        if is_answer:
            answers.append((answer, ("turns", index) if answer is turn else ("turns", index, "reply")))
    return [(wrong.message, (*where, *wrong.path)) for answer, where in answers for wrong in mismatches(shape, answer)]


def check_expectations(case: Inspection) -> None:
    """Patterns and schemas can be read."""
    for index, expected in enumerate(case.scenario.expect):
        at: Path = ("expect", index)
        if expected.matches is not None and (wrong := patterns.mistake_in(expected.matches)):
            case.report.error("pattern", wrong.message, wrong.hint, at=(*at, "matches"))
        _check_expected_schema(case, expected, (*at, "json_schema"))


def _check_expected_schema(case: Inspection, expected: Expectation, at: Path) -> None:
    if "json_schema" not in expected.model_fields_set:
        return
    if isinstance(expected.json_schema, dict):
        _check_json_schema(case, expected.json_schema, at)
    elif expected.json_schema is not True:
        case.report.error(
            "json-schema", "this needs true or a JSON Schema", "true means the step's own output type", at=at
        )


def _check_json_schema(case: Inspection, schema: dict[str, Any], at: Path) -> None:
    """The schema is one, and refers to nothing outside itself: a check never touches the network."""
    if outside := _outside_reference(schema):
        case.report.error(
            "json-schema", f'"{outside}" refers to something outside this schema', "use #/$defs/...", at=at
        )
        return
    import jsonschema_rs

    try:
        jsonschema_rs.meta.validate(schema)
        jsonschema_rs.validator_for(schema)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        reason = str(getattr(error, "message", error)).splitlines()[0]
        at = (*at, *getattr(error, "instance_path", ()))
        case.report.error("json-schema", f"this is not a JSON Schema: {reason}", at=at)


def _outside_reference(schema: Any) -> str:
    """The first `$ref` or `$schema` that would have to be fetched."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            for name in ("$ref", "$dynamicRef"):
                reference = part.get(name)
                if isinstance(reference, str) and not reference.startswith("#"):
                    return reference
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return ""


def check_names_of_values(case: Inspection) -> None:
    """An item's name hides nothing; names that sound like secrets are not read as plain variables."""
    for place in case.places:
        if place.step.as_ in RESERVED:
            case.report.error(
                "reserved",
                f'"{place.step.as_}" means something else in expressions',
                "choose another name",
                at=(*place.at, "as"),
            )
    for name in case.scenario.env:
        if any(word in SECRET_WORDS for word in name.split("_")):
            case.report.error(
                "secret",
                f'"{name}" sounds like a secret, and env: is shown and kept',
                f"use secrets.{name} where a tool takes it",
                at=("env", name, "@key"),
            )


def check_secrets(case: Inspection) -> None:
    """Nothing in the file looks like a key of a provider."""
    waiting: list[tuple[Any, Path]] = [(case.report.root.data, ())]
    while waiting:
        value, at = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((content, (*at, name)) for name, content in value.items())
        elif isinstance(value, list):
            waiting.extend((content, (*at, index)) for index, content in enumerate(value))
        elif at[:1] == ("models",) and at[2:] in (("key",), ("base_url",)):
            continue  # refused with the model already
        elif isinstance(value, str) and len(value) >= 12 and looks_like_secret(value):
            case.report.error(
                "secret",
                "this looks like a secret key; it would be kept with every run",
                "use ${{ secrets.NAME }}",
                at=at,
            )


def check_empty_keys(case: Inspection) -> None:
    """A key that was written has a value: a forgotten one is not the same as one left out."""
    for place in case.places:
        _check_empty(case, place.step, place.at)
    for name in case.scenario.model_fields_set:
        value = getattr(case.scenario, name)
        if value is None:
            _empty(case, type(case.scenario).model_fields[name].alias or name, ())
        elif isinstance(value, Section):
            _check_empty(case, value, (name,))
    for section in ("inputs", "models", "agents"):
        for name, content in getattr(case.scenario, section).items():
            _check_empty(case, content, (section, name))


def _check_empty(case: Inspection, section: Section, at: Path) -> None:
    for name, field in type(section).model_fields.items():
        if name not in section.model_fields_set or name in ANY_VALUE:
            continue
        key, value = field.alias or name, getattr(section, name)
        if value is None:
            _empty(case, key, at)
        elif isinstance(value, Section) and not isinstance(value, Step):
            _check_empty(case, value, (*at, key))


def _empty(case: Inspection, key: str, at: Path) -> None:
    hint = (
        'an expression that begins with & or ! needs quotes, or write "not"'
        if key == "if"
        else "give it one, or leave the key out"
    )
    case.report.error("empty-key", f'"{key}" has no value', hint, at=(*at, key, "@key"))


def check_captions(case: Inspection) -> None:
    """Cues are told apart by their names."""
    seen: dict[str, str] = {}
    for place in case.places:
        cue = place.step.cue
        if cue is None:
            continue
        if cue in seen:
            case.report.error(
                "repeated",
                f'cue "{cue}" stands at "{seen[cue]}" too',
                "give each cue a name of its own",
                at=(*place.at, "cue"),
            )
        seen.setdefault(cue, place.name)
