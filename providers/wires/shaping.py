"""Holds an answer to its shape by the provider's own means, where it has them and takes the shape.

Nothing depends on it: the prompt asks for the shape too, and every answer is checked when it has come.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2

from providers.base import ProviderError
from providers.wires.capabilities import Ability, Capabilities, refused_by
from providers.wires.posting import Refusal
from providers.wires.strict_shapes import strictly

Shape = dict[str, Any] | None
Posting = Callable[[Shape], AbstractAsyncContextManager[httpx2.Response]]

_ASKED: tuple[Ability, ...] = ("json_schema",)
_KEPT = frozenset({"type", "enum", "const", "required", "additionalProperties", "description", "title", "$ref"})
_BY_NAME = frozenset({"properties", "$defs", "definitions"})
_THIS_ONE = re.compile(r"too (?:complex|large|many|deep|long)|nest|\$ref|recurs", re.IGNORECASE)


@asynccontextmanager
async def shaped(abilities: Capabilities, shape: Shape, posted: Posting) -> AsyncIterator[httpx2.Response]:
    """The answer to a request that asks for a shape; where the server will not be held to it, to one that does not."""
    held = shape if shape is not None and abilities.can("json_schema") else None
    async with AsyncExitStack() as stack:
        try:
            response = await stack.enter_async_context(posted(held))
        except ProviderError as refused:
            said = _said(refused)
            if held is None or refused.error != "bad_request" or refused_by(said.encode(), _ASKED) is None:
                raise
            response = await stack.enter_async_context(posted(None))
            if _THIS_ONE.search(said) is None:
                abilities.cannot("json_schema")  # it helped, so that was it
        yield response


def closed(shape: Shape) -> Shape:
    """A shape as the strictest services take it: every map with its keys named, no bounds; None where that cannot be.

    The bounds are checked by us.
    """
    strict = None if shape is None else strictly(shape)
    return None if strict is None else _without_bounds(strict)


def _without_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in schema.items() if name in _KEPT}
    for name in _BY_NAME & schema.keys():
        kept[name] = {key: _without_bounds(one) for key, one in schema[name].items()}
    if "items" in schema:
        kept["items"] = _without_bounds(schema["items"])
    if "anyOf" in schema:
        kept["anyOf"] = [_without_bounds(one) for one in schema["anyOf"]]
    return kept


def _said(refused: ProviderError) -> str:
    """All that the server said, where it is at hand."""
    cause = refused.__cause__
    body = cause.body if isinstance(cause, Refusal) else getattr(getattr(cause, "response", None), "content", b"")
    return body.decode("utf-8", "replace") or refused.message
