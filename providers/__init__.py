"""The language models Footlights can speak to: one file a provider, each importing its own SDK at first use."""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from providers.base import Provider


@cache
def provider_of(use: str) -> Provider:
    """Whoever answers for `provider/model`; NoProvider when nobody here does."""
    if use.partition("/")[0] == "rehearsal":
        from providers.rehearsal import Rehearsal

        return Rehearsal()
    from providers.base import NoProvider

    raise NoProvider(use)
