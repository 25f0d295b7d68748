"""Values with a notation of their own that cards, scenarios and settings share: 15m, 200k, 75%, ids, texts.

Each is an annotated type: pydantic reads the notation, the model holds the plain value, and the
generated JSON Schema describes the notation to editors.
"""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    WithJsonSchema,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError, PydanticKnownError, core_schema

MAX_DURATION_DAYS = 30
_LONGEST_DURATION = 40
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION_PART = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d)", re.ASCII)
_MAGNITUDES = {"": 1, "k": 1_000, "M": 1_000_000}
_COUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([kM]?)\Z", re.ASCII)
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*%\Z", re.ASCII)

PRIVACY_ORDER = ("public", "private", "local")


class Section(BaseModel):
    """A map in a file: every key is known, every value has exactly the type asked for."""

    # Built when first used: reading a card alone should not cost what a whole scenario costs.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def key(default: Any = ..., *, says: str, example: str = "", alias: str | None = None, **facts: Any) -> Any:
    """A key of a section, with what the reference and the editors tell about it.

    `scope` names what its expressions may use, `errors` what is refused beyond the type.
    """
    told: JsonDict = {name: facts.pop(name) for name in ("scope", "errors") if name in facts}
    return Field(
        default, description=says, examples=[example] if example else None, alias=alias, json_schema_extra=told, **facts
    )


def mistake(
    code: str, message: str, hint: str = "", *, at: str | int | None = None, on_key: bool = False
) -> PydanticCustomError:
    """The error a validator raises: message and hint are final, `at` narrows the place to a key or an item."""
    context: dict[str, Any] = {"said": message, "hint": hint}
    if at is not None:
        context |= {"at": at, "key": on_key}
    return PydanticCustomError(code, "{said}", context)


class Reads:
    """Annotates a type with how it is written: a function that reads it, and what an editor may expect.

    It stands for a validator and a JSON Schema at once, and pydantic asks nothing more about it: the models that use
    these types by the hundred are built in half the time.
    """

    def __init__(self, read: Callable[[Any], Any], written: dict[str, Any]) -> None:
        self._read = read
        self._written = written

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self._written)


def words(most: int) -> Reads:
    """Text that is not empty and not longer than `most` characters."""

    def read(value: object) -> str:
        text = _text(value)
        if not text:
            raise PydanticKnownError("string_too_short", {"min_length": 1})
        if len(text) > most:
            raise PydanticKnownError("string_too_long", {"max_length": most})
        return text

    return Reads(read, {"type": "string", "minLength": 1, "maxLength": most})


def shaped(pattern: str, cannot: str, hint: str) -> Reads:
    """What a text must look like; `cannot` and `hint` are said about one that does not."""

    def read(value: object) -> str:
        if not re.fullmatch(pattern, text := _text(value)):  # compiled and kept by re at the first use
            raise mistake("shape", f'"{text[:60]}" {cannot}', hint)
        return text

    return Reads(read, {"type": "string", "pattern": f"^({pattern})$"})


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticKnownError("string_type")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, float | int) and not isinstance(value, bool):
        raise mistake("duration", f"{value} has no unit", f"write {value}s, {value}m or {value}h")
    if not isinstance(value, str):
        raise mistake("duration", "this needs a time such as 30s, 15m or 1h30m")
    parts = _DURATION_PART.findall(value[:_LONGEST_DURATION])
    if not parts or len(value) > _LONGEST_DURATION or _DURATION_PART.sub("", value).strip():
        raise mistake("duration", f'"{value[:40]}" is not a time', "write it as 500ms, 30s, 15m, 1h30m or 2d")
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if seconds == 0:
        raise mistake("duration", "this time is zero", "leave the key out for no limit")
    if seconds > MAX_DURATION_DAYS * 86400:
        raise mistake("duration", f"{value} is longer than {MAX_DURATION_DAYS} days", "is the unit right?")
    return seconds


def _count(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        number: float = value
    elif isinstance(value, str) and (found := _COUNT.match(value)):
        number = float(found[1]) * _MAGNITUDES[found[2]]
    elif isinstance(value, str) and value.startswith("-"):
        raise mistake("count", f"{value[:40]} is negative")
    else:
        raise mistake("count", "this needs a whole number such as 1500, 200k or 1.5M")
    if number < 1 or number != int(number):
        raise mistake("count", f"{value} is not a whole number above zero")
    if number > 1_000_000_000_000:
        raise mistake("count", f"{value} is more than any run can use")
    return int(number)


def _share(value: object) -> float:
    if isinstance(value, str) and (found := _SHARE.match(value)):
        number = float(found[1]) / 100
        if 0 < number <= 1:
            return number
    raise mistake("share", "this needs a share such as 75%, above 0% and at most 100%")


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


Duration = Annotated[
    float,
    Reads(_seconds, {"type": "string", "pattern": r"^(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$", "examples": ["30s", "15m"]}),
]
Count = Annotated[
    int,
    Reads(
        _count,
        {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": r"^\d+(\.\d+)?\s*[kM]?$"}]},
    ),
]
Share = Annotated[float, Reads(_share, {"type": "string", "pattern": r"^\d{1,3}(\.\d+)?\s*%$"})]

ID_PATTERN = r"[A-Za-z][A-Za-z0-9_-]{0,63}"
Id = Annotated[
    str,
    shaped(ID_PATTERN, "cannot be a name", "a name begins with a letter and has letters, digits, _ and - (at most 64)"),
]
Ids = Annotated[
    list[Id],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Words = Annotated[str, words(500)]
Privacy = Literal["public", "private", "local"]
Preference = Literal["cost", "speed", "quality", "privacy"]
Complexity = Literal["low", "medium", "high"]


def strictest(*levels: Privacy | None) -> Privacy:
    """Of several privacy levels, the one that lets the least out."""
    return max((level for level in levels if level), key=PRIVACY_ORDER.index, default="public")


class FileText(Section):
    """A text that stands in a file of its own."""

    file: str = key(says="A file with the text, relative to this one and inside the project.", example="lines/api.md")


def _text_or_file(value: object) -> str:
    return "<file>" if isinstance(value, dict) else "<text>"


Text = Annotated[
    Annotated[str, words(200_000), Tag("<text>")] | Annotated[FileText, Tag("<file>")],
    Discriminator(_text_or_file),
    WithJsonSchema({
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "properties": {"file": {"type": "string"}},
                "required": ["file"],
                "additionalProperties": False,
            },
        ]
    }),
]  # fmt: skip


def _thresholds(values: list[float]) -> list[float]:
    if values != sorted(set(values)):
        raise mistake(
            "thresholds", "these shares must rise", f"write [{', '.join(f'{v:.0%}' for v in sorted(set(values)))}]"
        )
    return values


Thresholds = Annotated[list[Share], AfterValidator(_thresholds)]


class Limits(Section):
    """What may be spent; the same keys on a scenario, an agent, a card and a step."""

    cost_usd: float | None = key(
        None, says="Money, in US dollars.", example="2.00", gt=0, le=1_000_000, allow_inf_nan=False
    )
    tokens: Count | None = key(None, says="Tokens, read and written together.", example="200k")
    wall: Duration | None = key(None, says="Time from start to end, of the run or of a step.", example="15m")
    turns: int | None = key(None, says="Calls of a model.", example="20", ge=1, le=100_000)
    warn_at: Thresholds | None = key(
        None, says="Shares of a limit at which to warn.", example="[75%, 90%]", max_length=8
    )
    on_exceed: Literal["stop", "pause", "ask", "downgrade"] | None = key(
        None,
        says="When the next call does not fit: stop, pause, ask a person, or take a cheaper model. Default stop.",
        example="ask",
    )


class Routing(Section):
    """How a model is chosen when several could do."""

    prefer: list[Preference] = key([], says="What counts, most important first.", example="[cost, speed]", max_length=4)
    complexity: Complexity | None = key(
        None, says="How hard the work is; sets the least capable model allowed.", example="medium"
    )
    privacy: Privacy | None = key(None, says="Who may see it; see privacy.", example="public")
