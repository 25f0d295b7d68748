"""How a tool is offered to a model and used: arguments are checked first, and secrets stay out of what comes back."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.document.suggest import did_you_mean, shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError
from app.tools.covering import cover, cover_text
from providers.base import ToolOffer

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

_PROBLEMS_TOLD = 8


async def use(tool: Tool, arguments: Arguments, surroundings: Surroundings) -> Any:
    """Use a tool once. Raises ToolError: `bad_arguments` before anything is done, else what went wrong."""
    if problems := check_arguments(tool, arguments):
        raise ToolError(
            "bad_arguments", cover_text(f"{tool.name}: {'; '.join(problems)}", surroundings.secrets), _usage(tool)
        )
    try:
        return cover(await tool.perform(_given(tool, arguments), surroundings), surroundings.secrets)
    except ToolError as error:
        raise ToolError(
            error.error,
            cover_text(error.message, surroundings.secrets),
            cover_text(error.hint, surroundings.secrets),
            retry_after=error.retry_after,
        ) from None  # the cause may hold an address or a header


def offer(tool: Tool) -> ToolOffer:
    """Return the tool as a model is told of it."""
    return ToolOffer(tool.name, tool.says, tool.parameters)


def check_arguments(tool: Tool, arguments: Any) -> list[str]:
    """Return what is wrong with arguments, in words that a model can mend them by; a null counts as left out."""
    if not isinstance(arguments, dict):
        return ["the arguments are a map of names and values"]
    validator = _validator(json.dumps(tool.parameters))
    try:
        problems = [_said(error, tool) for error in validator.iter_errors(_given(tool, arguments))]
    except ValueError as error:  # data that JSON cannot hold
        return [f"the arguments cannot be used: {shortened(str(error), 200)}"]
    return list(dict.fromkeys(problems))[:_PROBLEMS_TOLD]


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
