"""What an endpoint has shown that it cannot do, so that it is not asked for it again: learned, and kept on disk.

A server that refuses a parameter does so before it works, so nothing was paid: the adapter leaves the parameter out,
tries once more at once, and remembers.
"""

from __future__ import annotations

from typing import Literal

Ability = Literal["usage_in_stream", "json_schema", "strict", "max_completion_tokens", "tools", "temperature", "effort"]


class Capabilities:
    """Of one model at one endpoint; everything is possible until it was refused."""

    def can(self, ability: Ability) -> bool:
        """Has it never been refused?"""
        raise NotImplementedError(ability)

    def cannot(self, ability: Ability) -> None:
        """It was refused."""
        raise NotImplementedError(ability)


def capabilities_of(base_url: str, model: str) -> Capabilities:
    """What is known of a model where it is served."""
    raise NotImplementedError(base_url, model)
