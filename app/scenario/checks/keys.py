"""A key goes to the service it is for; where a scenario sends one elsewhere, that is refused, or at least said."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.document import Path
from app.scenario.checks.inspection import Inspection
from app.scenario.expressions import ExpressionMistakes, secrets_in
from providers.catalogue import is_loopback, service_of
from providers.key_hosts import is_own, wrong_way


def check_keys(case: Inspection) -> None:
    """Look at the key and the address of each model."""
    for name, choice in case.scenario.models.items():
        service, at = service_of(choice.use), ("models", name)
        if service is None:
            continue
        named = _named(choice.secret)
        address = choice.base_url or service.base_url
        for key in named or (service.keys[:1] if choice.secret is None else ()):
            where: Path = (*at, "base_url") if choice.base_url else at
            if (wrong := wrong_way(service, address, key, is_named=bool(named))) is not None:
                case.report.error(wrong.code, wrong.message, wrong.hint, at=where)
            elif named and address and not is_own(service, address) and not is_loopback(address):
                said = f"the key {key} goes to {urlsplit(address).hostname}"
                case.report.note("key", said, "is that whom it is for?", at=(*at, "key"))


def _named(secret: str | None) -> list[str]:
    try:
        return [] if secret is None else secrets_in(secret)
    except ExpressionMistakes:
        return []  # told already
