"""Whether a service could be asked, and what is missing, without asking it: its address, its key, its package."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.abc import SourceLoader
from importlib.util import find_spec
from typing import Literal

from providers.addresses import NoAddress, address_of
from providers.catalogue import Privacy, Service, is_loopback
from providers.keys import UnreadableKey, find_key, find_setting, how_to_set


@dataclass(frozen=True, slots=True)
class Readiness:
    """How it stands with a service."""

    is_ready: bool
    why: str  # what is missing; "" when nothing is
    hint: str
    key: str  # where its key comes from, never what it is
    address: str  # as people may see it
    privacy: Privacy
    is_certain: bool = True  # False: nothing is missing, but only its server could say whether it runs

    @property
    def standing(self) -> Literal["ready", "not asked", "not ready"]:
        """In two words, for people."""
        if not self.is_ready:
            return "not ready"
        return "ready" if self.is_certain else "not asked"


def readiness_of(service: Service, base_url: str | None = None) -> Readiness:
    """Look at one service, or at a server of its kind elsewhere; the keyring may be asked, the network never is."""
    key, no_key = _key_of(service)
    try:
        address = base_url or address_of(service)
    except NoAddress as error:
        return Readiness(False, error.message, error.hint, key, "", service.privacy or "public")
    why, hint = _missing(service)
    if not why and no_key:
        why, hint = no_key, how_to_set(service.keys[0])
    if not why and not address and service.name != "rehearsal":
        why, hint = "a scenario says where it is", "give a model a base_url in models:"
    is_certain = bool(service.keys) or service.name == "rehearsal"
    return Readiness(not why, why, hint, key, without_login(address), privacy_of(service, address), is_certain)


def unheeded(service: Service) -> str:
    """What to know of a variable that moves a service in its own SDK, and here does not; "" when it is not set."""
    name = f"{service.name.upper()}_BASE_URL"
    if name == service.address or not find_setting(name):
        return ""
    return f"{name}, which is set: here an address is a base_url, in the scenario or in models.yaml"


def without_login(address: str) -> str:
    """An address as people may see it."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"


def privacy_of(service: Service, address: str) -> Privacy:
    """What may be shown to it, if no scenario says otherwise."""
    return service.privacy or ("local" if is_loopback(address) else "public")


def needs_of(service: Service) -> str | None:
    """The package that its adapter stands on, read from the adapter's text: to import it may take a second.

    None: there is no such adapter.
    """
    name = service.adapter if "." in service.adapter else f"providers.{service.adapter}"
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    text = spec.loader.get_source(name) if isinstance(spec.loader, SourceLoader) else None
    named = re.search(r'^NEEDS = "(\w+)"', text or "", re.MULTILINE)
    return named[1] if named is not None else ""


def _missing(service: Service) -> tuple[str, str]:
    """What its adapter lacks, and what brings it."""
    package = needs_of(service)
    if package is None:
        return f"its adapter {service.adapter} is not there", "is the package that holds it installed here?"
    if package and find_spec(package) is None:
        return f"the package {package} is not installed", f"pip install 'footlights[{package}]' adds it"
    return "", ""


def _key_of(service: Service) -> tuple[str, str]:
    """Where its key comes from, and what is missing."""
    if not service.keys:
        return "needs none", ""
    try:
        found = next(filter(None, map(find_key, service.keys)), None)
    except UnreadableKey as error:
        return "", str(error)
    return ("", f"{' or '.join(service.keys)} is not set") if found is None else (found.source, "")
