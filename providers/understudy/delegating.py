"""A manager without written lines hands work to its members, one after the other, before it answers.

Of all tools only these are asked for unwritten: they do nothing but let somebody else speak.
"""

from __future__ import annotations

from typing import Any

from providers.base import Request, ToolOffer
from providers.understudy.composing import Voice
from providers.understudy.shapes import fill

PREFIX = "delegate"  # what the names of such tools begin with
MOST = 3  # members are asked


def delegation(request: Request, voice: Voice) -> tuple[str, dict[str, Any]] | None:
    """Whom to hand work to next, as the name of a tool and its arguments; None when it is time to answer."""
    engaged = sum(call.name.startswith(PREFIX) for message in request.messages for call in message.tool_calls)
    members = [member for offer in request.tools if offer.name.startswith(PREFIX) for member in _members(offer)]
    if engaged >= min(len(members), MOST):
        return None
    offer, named = members[engaged]
    arguments = fill(offer.parameters, voice)
    return offer.name, {**arguments, **named} if isinstance(arguments, dict) else named


def _members(offer: ToolOffer) -> list[tuple[ToolOffer, dict[str, Any]]]:
    """Everybody whom an offer reaches: one tool may choose among members, or each may have its own."""
    for name, schema in offer.parameters.get("properties", {}).items():
        if options := isinstance(schema, dict) and schema.get("enum"):
            return [(offer, {name: option}) for option in options]
    return [(offer, {})]
