"""The HTTP beneath every adapter, also beneath the SDKs: no hidden retries, redirects or time limits."""

from __future__ import annotations

import ssl
from functools import cache

import httpx2

from providers.base import Endpoint
from providers.catalogue import is_loopback


def client_of(endpoint: Endpoint) -> httpx2.AsyncClient:
    """A client for one endpoint. How long an answer may take is the watchdog's business, not the socket's."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=endpoint.connect, write=60.0),
        verify=_trusted() if endpoint.base_url.startswith("https:") else False,  # it takes 100 ms to read
        trust_env=not is_loopback(endpoint.base_url),  # a proxy has no business with a server on this machine
        follow_redirects=False,  # a key must not follow to another host
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=32),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts, read once for all clients."""
    return httpx2.create_ssl_context()
