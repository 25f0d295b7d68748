"""A person's own parameters for a model: those we read, and those that go to the server as they are."""

from __future__ import annotations

from typing import Any

from providers.base import Request

LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "num_predict")
OURS = frozenset({*LIMITS, "api"})


def limit_of(request: Request) -> int:
    """The most tokens an answer may have, under whichever name it was written; 0: as many as it likes."""
    written = [value for name in LIMITS if isinstance(value := request.params.get(name), int) and value > 0]
    return min([*written, request.most_output] if request.most_output else written, default=0)


def others(params: dict[str, Any]) -> dict[str, Any]:
    """Those that go to the server as they are."""
    return {name: value for name, value in params.items() if name not in OURS}
