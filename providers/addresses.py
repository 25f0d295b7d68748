"""Where a service is, unless a scenario says otherwise; the usual forms of OLLAMA_HOST are understood."""

from __future__ import annotations

from providers.catalogue import Service
from providers.keys import find_setting


def address_of(service: Service) -> str:
    """Its address: what the variable for it says, else the catalogue; "" when only a scenario can say it."""
    told = find_setting(service.address) if service.address else ""
    if not told:
        return service.base_url
    scheme, is_written, rest = told.rpartition("://")
    host, slash, path = rest.partition("/")
    host = host.replace("0.0.0.0", "127.0.0.1")
    if host.startswith(":") or not host:
        host = f"127.0.0.1{host}"
    if not is_written and ":" not in host.rpartition("]")[2]:
        host += f":{service.base_url.rpartition(':')[2]}"
    return f"{scheme or 'http'}://{host}{slash}{path}".rstrip("/")
