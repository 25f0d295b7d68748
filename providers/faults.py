"""What services say when something is wrong, as one of our classes: by the code they give first, by the status second.

Everything shown is made safe, holds no key, and names the host, the key's source or the parameter that is meant.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import httpx2

from providers.base import Endpoint, ProviderError

TRANSPORT = (httpx2.TransportError, httpx2.TooManyRedirects, httpx2.InvalidURL, ssl.SSLError)


def of_status(status: int, headers: Mapping[str, str], body: bytes, endpoint: Endpoint) -> ProviderError:
    """The error that an answer with a status of 300 and more is."""
    raise NotImplementedError(status, headers, body, endpoint)


def in_band(error: Any, endpoint: Endpoint) -> ProviderError:
    """The error that came inside an answer whose status was 200: as it would be with its own status."""
    raise NotImplementedError(error, endpoint)


def of_transport(error: Exception, endpoint: Endpoint) -> ProviderError:
    """The error that a connection met."""
    raise NotImplementedError(error, endpoint)
