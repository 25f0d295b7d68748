"""Where a service is, unless a scenario says otherwise; the usual forms of OLLAMA_HOST are understood."""

from __future__ import annotations

from app.errors import FootlightsError
from providers.catalogue import Service
from providers.keys import find_setting

_ANY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # where a server listens that listens everywhere


class NoAddress(FootlightsError):
    """A variable that should hold an address holds something else."""

    exit_code = 2


def address_of(service: Service) -> str:
    """Its address: what the variable for it says, else the catalogue; "" when only a scenario can say it."""
    told = find_setting(service.address) if service.address else ""
    if not told:
        return service.base_url
    from app.document.addresses import wrong_with
    from app.document.suggest import shortened

    scheme, is_written, rest = told.rpartition("://")
    netloc, slash, path = rest.partition("/")
    login, at, place = netloc.rpartition("@")
    host, port = _parted(place)
    if not is_written and not port:
        port = f":{service.base_url.rpartition(':')[2]}"
    address = f"{scheme or 'http'}://{login}{at}{_ANY.get(host, host)}{port}{slash}{path}".rstrip("/")
    wrong = wrong_with(address)
    if wrong is not None and wrong.code == "base-url":
        shown = "what stands there" if "@" in told else f'"{shortened(told, 80)}"'
        raise NoAddress(f"{service.address}: {shown} is no address of a server", f"such as {service.base_url}")
    return address


def _parted(place: str) -> tuple[str, str]:
    """A host, and its port with the colon before it. An IPv6 address may stand without its brackets."""
    if not place.startswith("[") and place.count(":") > 1:
        return f"[{place}]", ""
    end = place.find("]") + 1
    colon = place.find(":", end)
    return (place, "") if colon < 0 else (place[:colon], place[colon:])
