"""What people call services and models: what a part of a name may mean, and what a slip was meant to be."""

from __future__ import annotations

from app.document.suggest import did_you_mean, nearest
from providers import price_list
from providers.catalogue import insist_on_sound_file, known_models, lookup, service_of, services


def meant_by(name: str) -> list[str]:
    """The models that a name without its provider may mean: the one that is called so, else all whose names hold it."""
    name = name.strip().lower()
    uses = [one.use for one in known_models() if not one.use.startswith("rehearsal/")]
    called = [use for use in uses if use.partition("/")[2] == name]
    return called or [use for use in uses if name and name in use.partition("/")[2]]


def probably_meant(use: str, base_url: str | None = None) -> str | None:
    """The model with nearly the same name, for one of a hosted service that neither catalogue nor price list knows.

    None says little: services bring out models before anybody has heard of them.
    """
    service = service_of(use)
    if service is None or not service.prices or base_url or lookup(use) is not None:
        return None
    near = nearest(use.lower(), [one.use for one in known_models() if service_of(one.use) is service])
    if near is None:
        return None
    price_list.load_now()
    return near if price_list.listed(use) is None else None


def no_service_hint(service: str) -> str:
    """What may be the matter with a service that nobody knows: a file that could not be read, or a slip."""
    from app.errors import ScenarioRefused

    try:
        insist_on_sound_file()
    except ScenarioRefused as refused:
        first = refused.problems[0]
        place = ":".join(str(part) for part in (first.file, first.line, first.column) if part not in (None, ""))
        return f"your models.yaml could not be read, so nothing of it counts: {place}: {first.message}"
    return did_you_mean(service, services())
