"""Pydantic's complaints become problems that a person can act on, each at its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Protocol, TypeVar, Union, get_args, get_origin, runtime_checkable

from pydantic import BaseModel, ValidationError

from app.document.report import Report
from app.document.suggest import did_you_mean, listed, nearest
from app.document.tree import Path

Model = TypeVar("Model", bound=BaseModel)
Complaint = Mapping[str, Any]
Said = tuple[str, str]  # message, hint
Explains = Callable[[Any], tuple[str, str, str | None]]

# Words of GitHub Actions and other tools that people type by habit.
FAMILIAR = {
    "fail-fast": "fail_fast", "max-parallel": "max_parallel", "continue-on-error": "continue_on_error",
    "timeout-minutes": "timeout", "depends_on": "needs", "when": "if", "foreach": "for_each", "with_items": "for_each",
    "instructions_file": "instructions", "system": "persona", "role": "persona", "task": "prompt", "jobs": "steps",
    "description": "synopsis", "max_tokens": "params", "temperature": "params", "provider": "use",
}  # fmt: skip


@runtime_checkable
class ExplainsUnknownKeys(Protocol):
    """A model that can say more about a key it does not know than "unknown"."""

    @classmethod
    def explain_unknown_key(cls, key: str) -> Said | None: ...


def validate(
    model: type[Model], report: Report, explain: Mapping[str, Explains] = MappingProxyType({})
) -> Model | None:
    """The checked model, or None with every complaint in the report.

    `explain` says more about complaints of the caller's own types: message, hint and the key to point at.
    """
    try:
        return model.model_validate(report.root.data)
    except ValidationError as error:
        for complaint in error.errors(include_url=False):
            if (special := explain.get(complaint["type"])) is not None:
                message, hint, key = special(complaint["input"])
                at = path_of(complaint)
                report.error(complaint["type"], message, hint, at=(*at, key, "@key") if key else at)
            else:
                _explain(model, report, complaint)
        return None


def _explain(model: type[BaseModel], report: Report, complaint: Complaint) -> None:
    place = path_of(complaint)
    code, (message, hint) = complaint["type"], _said(model, complaint)
    about = complaint.get("ctx", {}).get("at")
    if about is not None:
        place = (*place, about, "@key") if complaint["ctx"].get("key") else (*place, about)
    elif code in ("extra_forbidden", "missing"):
        place = (*place, "@key") if code == "extra_forbidden" else place[:-1]
    report.error(code.replace("_", "-"), message, hint, at=place)


def path_of(complaint: Complaint) -> Path:
    """Where a complaint is, without the names of union branches (written in <>) that pydantic puts between."""
    steps = complaint["loc"]
    unknown = len(steps) - 1 if complaint["type"] == "extra_forbidden" else -1  # a key that may look like such a name
    return tuple(
        step
        for index, step in enumerate(steps)
        if index == unknown or not (isinstance(step, str) and step.startswith(("<", "[")))
    )


def _said(model: type[BaseModel], complaint: Complaint) -> Said:
    """Message and hint for a complaint."""
    code = complaint["type"]
    context = complaint.get("ctx", {})
    if code == "extra_forbidden":
        return _unknown_key(model, complaint)
    if code == "missing":
        return f'"{complaint["loc"][-1]}" is missing', _example(model, complaint["loc"])
    if words := _WORDS.get(code):
        return words(complaint)
    return _plain(complaint["msg"]), context.get("hint", "")


def _unknown_key(model: type[BaseModel], complaint: Complaint) -> Said:
    key = str(complaint["loc"][-1])
    holder = _model_at(model, complaint["loc"][:-1])
    if isinstance(holder, ExplainsUnknownKeys) and (said := holder.explain_unknown_key(key)):
        return said
    known = [field.alias or name for name, field in holder.model_fields.items()] if holder else []
    familiar = FAMILIAR.get(key)
    hint = f'did you mean "{familiar}"?' if familiar in known else did_you_mean(key, known, _all_keys(known))
    return f'"{key}" is not a key here', hint


def _example(model: type[BaseModel], place: tuple[str | int, ...]) -> str:
    """How the missing key could be written."""
    holder = _model_at(model, place[:-1])
    for name, field in holder.model_fields.items() if holder else ():
        if (field.alias or name) == place[-1] and field.examples:
            return f"such as  {place[-1]}: {field.examples[0]}"
    return ""


def _all_keys(known: list[str]) -> str:
    return f"known here: {', '.join(sorted(known))}" if known else ""


def _wrong_type(wanted: str) -> Callable[[Complaint], Said]:
    def said(complaint: Complaint) -> Said:
        given = complaint["input"]
        hint = ""
        if (
            wanted == "true or false"
            and isinstance(given, str)
            and given.lower() in ("yes", "no", "on", "off", "y", "n")
        ):
            hint = f"in YAML 1.2 {given} is a text: write {'true' if given.lower() in ('yes', 'on', 'y') else 'false'}"
        elif wanted == "a map" and isinstance(given, list) and given and isinstance(given[0], str):
            hint = f"give each a value:  {given[0]}: ..."
        elif wanted == "a map" and isinstance(given, list):
            hint = "give each item a name:  NAME: {...}"
        elif wanted == "a map" and isinstance(given, str) and given[:60].partition(":")[2].strip():
            hint = "put a space after the colon"
        elif wanted == "text" and isinstance(given, dict) and isinstance(given.get("default"), str):
            hint = f"write the default alone:  {complaint['loc'][-1]}: {given['default']}"
        elif wanted == "text" and isinstance(given, dict) and len(given) == 1:
            hint = 'put the text in quotes if it holds ": " or begins with {'
        elif wanted == "text" and isinstance(given, bool | int | float):
            hint = "put it in quotes to make it a text"
        return f"this needs {wanted}, not {name_of(given)}", hint

    return said


def _not_one_of(complaint: Complaint) -> Said:
    choices = [word.strip("' ") for word in complaint["ctx"]["expected"].replace(" or ", ", ").split(",")]
    given = complaint["input"]
    shown = f'"{given}"' if isinstance(given, str) else name_of(given)
    near = nearest(given, choices) if isinstance(given, str) else None
    if len(choices) == 1:
        return f"this needs {choices[0]}, not {name_of(given)}", ""
    return f"{shown} is not one of {listed(choices, 'or')}", f'did you mean "{near}"?' if near else ""


def _bound(words: str, key: str) -> Callable[[Complaint], Said]:
    return lambda complaint: (f"{complaint['input']} is too {words}: {complaint['ctx'][key]:g} is the limit", "")


_WORDS: dict[str, Callable[[Complaint], Said]] = {
    "string_type": _wrong_type("text"),
    "int_type": _wrong_type("a whole number"),
    "int_from_float": _wrong_type("a whole number"),
    "float_type": _wrong_type("a number"),
    "bool_type": _wrong_type("true or false"),
    "list_type": _wrong_type("a list"),
    "dict_type": _wrong_type("a map"),
    "model_type": _wrong_type("a map"),
    "model_attributes_type": _wrong_type("a map"),
    "literal_error": _not_one_of,
    "greater_than_equal": _bound("small", "ge"),
    "greater_than": lambda complaint: (f"{complaint['input']} must be more than {complaint['ctx']['gt']:g}", ""),
    "less_than_equal": _bound("large", "le"),
    "too_short": lambda complaint: (
        f"this needs at least {complaint['ctx']['min_length']}, not {complaint['ctx']['actual_length']}", ""),
    "too_long": lambda complaint: (f"no more than {complaint['ctx']['max_length']} can stand here", ""),
    "string_too_short": lambda complaint: ("this text is empty", ""),
    "string_too_long": lambda complaint: (f"this text is longer than {complaint['ctx']['max_length']} characters", ""),
}  # fmt: skip


def name_of(value: object) -> str:
    """What a value is, in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{value if len(value) <= 40 else value[:39] + "…"}"'
        case list():
            return "a list"
        case _:
            return "a map"


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _model_at(model: type[BaseModel], steps: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model class that reads the map at a place, found by walking the annotations."""
    current: Any = model
    for step in steps:
        current = _inner(current, step)
    return next(iter(_models(current)), None)


def _inner(annotation: Any, step: str | int) -> Any:
    if isinstance(step, str) and step.startswith("<"):
        return _branch(annotation, step)
    for holder in _models(annotation):
        holder.model_rebuild()  # a model that refers to itself knows its own fields only then
        for name, field in holder.model_fields.items():
            if (field.alias or name) == step:
                return field.annotation
    return next(iter(_containers(annotation)), None)


def _branch(annotation: Any, tag: str) -> Any:
    """The member of a union that carries a tag."""
    for member in _members(annotation):
        if get_origin(member) is Annotated and any(
            getattr(extra, "tag", None) == tag for extra in get_args(member)[1:]
        ):
            return get_args(member)[0]
    return annotation


def _members(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    return list(get_args(annotation)) if get_origin(annotation) in (Union, UnionType) else [annotation]


def _bare(annotation: Any) -> Any:
    return _bare(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def _models(annotation: Any) -> list[type[BaseModel]]:
    bare = [_bare(member) for member in _members(annotation)]
    return [member for member in bare if isinstance(member, type) and issubclass(member, BaseModel)]


def _containers(annotation: Any) -> list[Any]:
    """The value types of the dicts and lists that an annotation allows."""
    bare = [_bare(member) for member in _members(annotation)]
    return [get_args(member)[-1] for member in bare if get_origin(member) in (dict, list)]
