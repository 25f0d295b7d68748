"""How a tool is offered to a model and used: arguments are checked first, and secrets stay out of what comes back."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.document.suggest import did_you_mean, shortened
from app.safety import safe_text
from app.tools.base import Arguments, Surroundings, Tool, ToolError
from app.tools.covering import cover, cover_text
from app.tools.plain import is_finite, whole_characters
from providers.base import ToolOffer

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

_PROBLEMS_TOLD = 8
_LONGEST = 500  # characters of a message, and of a hint
_LONGEST_REASON = 120


async def use(tool: Tool, arguments: Arguments, surroundings: Surroundings) -> Any:
    """Use a tool once. Raises ToolError: `bad_arguments` before anything is done, else what went wrong."""
    try:
        arguments = whole_characters(arguments)
        if problems := check_arguments(tool, arguments):
            raise ToolError("bad_arguments", f"{tool.name}: {'; '.join(problems)}", _usage(tool))
        result = whole_characters(await tool.perform(_given(tool, arguments), surroundings))
        if not is_finite(result):
            raise ToolError("failed", f"a number that {tool.name} gives is not finite", _usage(tool))
        return cover(result, surroundings.secrets)
    except ToolError as error:
        raise _told(error, surroundings.secrets) from None  # the cause may hold an address or a header
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        # Sums on values that nobody thought of are a mistake in a tool, and no reason to end a run.
        why = shortened(str(error), _LONGEST_REASON) or type(error).__name__
        unable = ToolError("failed", f"{tool.name} cannot do this with these values: {why}", _usage(tool))
        raise _told(unable, surroundings.secrets) from None


def offer(tool: Tool) -> ToolOffer:
    """Return the tool as a model is told of it."""
    return ToolOffer(tool.name, tool.says, tool.parameters)


def compiled(schema: Any) -> Validator:
    """Return what checks data by a schema; ValueError when the schema itself is wrong. It never looks elsewhere."""
    return _validator(json.dumps(schema))


def check_arguments(tool: Tool, arguments: Any) -> list[str]:
    """Return what is wrong with arguments, in words that a model can mend them by; a null counts as left out."""
    if not isinstance(arguments, dict):
        return ["the arguments are a map of names and values"]
    try:
        validator = compiled(tool.parameters)
        problems = [_said(error, tool) for error in validator.iter_errors(_given(tool, arguments))]
    except (ValueError, RecursionError) as error:  # data that JSON cannot hold
        return [f"the arguments cannot be used: {shortened(str(error), 200)}"]
    return list(dict.fromkeys(problems))[:_PROBLEMS_TOLD]


def _told(error: ToolError, secrets: tuple[str, ...]) -> ToolError:
    """Return an error as it may be shown: strangers' words in it are covered, disarmed and cut."""
    message, hint = (_cut(safe_text(cover_text(text, secrets))) for text in (error.message, error.hint))
    return ToolError(error.error, message, hint, retry_after=error.retry_after)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _given(tool: Tool, arguments: Arguments) -> Arguments:
    """Return the arguments without those that are null and need not be there."""
    required = tool.parameters["required"]
    return {name: value for name, value in arguments.items() if value is not None or name in required}


def _usage(tool: Tool) -> str:
    return f"such as {json.dumps(tool.example, ensure_ascii=False)}" if tool.example else ""


@lru_cache(maxsize=128)
def _validator(schema: str) -> Validator:
    import jsonschema_rs  # only a use of a tool needs it

    return jsonschema_rs.validator_for(json.loads(schema), pattern_options=jsonschema_rs.RegexOptions(), offline=True)


def _said(error: ValidationError, tool: Tool) -> str:
    unexpected = getattr(error.kind, "unexpected", None)
    if unexpected and not error.instance_path:
        word = str(unexpected[0])
        hint = did_you_mean(word, tool.parameters["properties"])
        return f'there is no argument "{shortened(word)}"' + (f": {hint}" if hint else "")
    missing = getattr(error.kind, "property", None)
    if missing:
        return f'the argument "{missing}" is missing'
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path).lstrip(".")
    return f"{shortened(place)}: {shortened(error.message, 200)}"
