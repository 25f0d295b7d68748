"""Where a key may go: a scenario says which servers are asked, and may come from a stranger.

The usual key of a service goes to that service alone, by its address in the catalogue or in a person's own models.yaml,
or to a server on this machine. No key goes to another machine in the clear, unless that own file has it there.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from app.document.addresses import Wrong
from providers.catalogue import Service, built_in, is_loopback


def is_own(service: Service, address: str) -> bool:
    """Is it an address of the service itself, or one of a region of it?"""
    host = _host(address)
    return any(host == own or host.endswith(f".{own}") for own in _own_hosts(service))


def wrong_way(service: Service, address: str, key: str, *, is_named: bool) -> Wrong | None:
    """What is wrong with sending a key, by the name of its variable, to an address; None: nothing."""
    if not address or is_loopback(address) or _origin(address) == _origin(service.base_url):
        return None
    host = _host(address)
    if not address.startswith("https://"):
        said = f"{key} would go to {host} in the clear: anybody on the way could read it"
        return Wrong("key", said, "write  https://  in its base_url")
    if is_named or is_own(service, address):
        return None
    owners = " and ".join(_own_hosts(service)) or f"the service {service.name}"
    return Wrong("key", f"{key} is for {owners}, and this is {host}", 'name another:  key: "${{ secrets.NAME }}"')


def _own_hosts(service: Service) -> list[str]:
    known = built_in().services.get(service.name)
    addresses = [service.base_url, known.base_url if known is not None else ""]
    return list(dict.fromkeys(filter(None, map(_host, addresses))))


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()
