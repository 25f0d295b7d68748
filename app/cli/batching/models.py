"""Insists that everybody in a live batch has a model to speak through, before anything is performed."""

from __future__ import annotations

from collections.abc import Sequence

from app.batch.plan import Source
from app.batch.planning import raise_all
from app.document.suggest import listed
from app.engine.bundle import checked_again
from app.engine.reaching import NoModel, insist_on_models
from app.engine.servers import insist_on_servers
from app.errors import FootlightsError

MOST_NAMED = 5  # scenarios that want the same key


def insist_on_models_of(sources: Sequence[Source]) -> None:
    """Raise with everybody who would have no model to speak through; what mends several scenarios is told once."""
    found: dict[str, list[tuple[str, FootlightsError]]] = {}
    for source in sources:
        checked = checked_again(source.bundle)
        try:
            insist_on_models(checked)
            insist_on_servers(checked)
        except FootlightsError as error:
            found.setdefault(error.hint, []).append((source.scenario, error))
    raise_all([_told_once(each) for each in found.values()])


def _told_once(found: Sequence[tuple[str, FootlightsError]]) -> FootlightsError:
    (name, first), *more = found
    others = list(dict.fromkeys(other for other, _ in more if other != name))
    if not others:
        return NoModel(f"{name}: {first.message}", first.hint)
    shown = listed(others[:MOST_NAMED] + ([f"{len(others) - MOST_NAMED} more"] if len(others) > MOST_NAMED else []))
    return NoModel(f"{name}: {first.message}; likewise {shown}", first.hint)
