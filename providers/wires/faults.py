"""What services say when something is wrong, as one of our classes: by the code they give first, by the status second.

Everything shown is made safe, holds no key, and names the host, the key's source or the parameter that is meant.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

import httpx2

from providers.base import Endpoint, ErrorClass, ProviderError
from providers.catalogue import is_loopback
from providers.wires.complaints import Complaint, class_of, known, read, read_body
from providers.wires.decoding import COVER, shortened

TRANSPORT = (httpx2.RequestError, httpx2.InvalidURL, ssl.SSLError, UnicodeEncodeError)
MOST_SHOWN = 300  # characters of what a server says
MOST_OF_A_NAME = 80
_PART = r"(?:(\d{1,9}(?:\.\d{1,9})?)"
_SPAN = re.compile(rf"{_PART}h)?{_PART}m)?{_PART}s)?{_PART}ms)?")
SHORTEST_KEY = 8  # what is shorter is no secret: a local server takes anything for a key


def of_status(status: int, headers: Mapping[str, str], body: bytes, endpoint: Endpoint) -> ProviderError:
    """The error that an answer with a status of 300 and more is."""
    if status < 400:
        return _redirect(status, headers, endpoint)
    complaint = read_body(body)
    request = headers.get("x-request-id") or headers.get("request-id") or complaint.request
    wait = asked_wait(headers)
    wait = complaint.wait if wait is None else wait
    error = _error(f"{endpoint.host} answers {status}", complaint, status, wait, request, endpoint)
    if error.error == "rate_limited" and wait is None:
        error.retry_after = _renewed_after(headers)
    return error


def in_band(error: Any, endpoint: Endpoint) -> ProviderError:
    """The error that came inside an answer whose status was 200: as it would be with its own status."""
    complaint = read(error)
    before = f"{endpoint.host} broke its answer off"
    if name := known(complaint):
        before += f" with {name}"
    return _error(before, complaint, 0, complaint.wait, complaint.request, endpoint)


def of_transport(error: Exception, endpoint: Endpoint) -> ProviderError:
    """The error that a connection met."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ProviderError):
            return cause
    for cause in causes:
        if (found := _of_cause(cause, endpoint)) is not None:
            return found
    return _of_kind(next((cause for cause in causes if isinstance(cause, TRANSPORT)), error), endpoint)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """The seconds that a service asks to be left alone, from its headers; None when it says nothing sensible."""
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    told = headers.get("retry-after", "")
    until, now = _moment(told), _moment(headers.get("date", ""))
    if until is None:  # where it is told twice, the longer one is safe
        return max((wait for one in told.split(",") if (wait := _duration(one)) is not None), default=None)
    return max(0.0, until - (time.time() if now is None else now))  # by its own clock, where it tells the time


def _error(
    before: str, complaint: Complaint, status: int, wait: float | None, request: str, endpoint: Endpoint
) -> ProviderError:
    error = class_of(complaint, status, wait)
    message = before
    if error == "auth" and endpoint.key:
        message += f" to the key from {endpoint.key_source}"
    if text := _shown(complaint.text, MOST_SHOWN, endpoint):
        message += f": {text}"
    if complaint.parameter and complaint.parameter not in message:
        message += f" (parameter {_shown(complaint.parameter, MOST_OF_A_NAME, endpoint)})"
    if request:
        message += f" [request {_shown(request, MOST_OF_A_NAME, endpoint)}]"
    return ProviderError(error, message, hint=_hint(error, status or complaint.status, endpoint), retry_after=wait)


def _hint(error: ErrorClass, status: int, endpoint: Endpoint) -> str:
    if error == "auth":
        return "is it the right key, and may it use this model?" if endpoint.key else "this service wants a key"
    if error == "quota":
        return "the account has no more to spend: raise its limit, or use another model"
    if error == "context_too_long":
        return "give it less to read, or use a model that can read more"
    if error == "bad_request" and status == 404:
        if endpoint.service == "ollama":
            return "ollama list shows the models it has, ollama pull fetches others"
        return "is the model called that, and does base_url lead there?"
    return ""


def _redirect(status: int, headers: Mapping[str, str], endpoint: Endpoint) -> ProviderError:
    """Not followed: the key would go along."""
    try:
        target = urlsplit(_covered(headers.get("location", ""), endpoint)).netloc.rpartition("@")[2]
    except ValueError:
        target = ""
    where = f"to {_shown(target, MOST_OF_A_NAME, endpoint)}" if target else "to another address of its own"
    hint = "if that is where it is served now, let base_url lead there"
    return ProviderError("bad_request", f"{endpoint.host} answers {status}: it redirects {where}", hint=hint)


def _of_cause(cause: BaseException, endpoint: Endpoint) -> ProviderError | None:
    """What lies beneath the error of a client, if that says more than the client does."""
    host = endpoint.host
    if isinstance(cause, ssl.SSLCertVerificationError):
        hint = "SSL_CERT_FILE may name a file with the certificates that this machine is to trust"
        return ProviderError(
            "auth", f"{host} shows a certificate that is not trusted: {cause.verify_message}", hint=hint
        )
    if isinstance(cause, ssl.SSLError) and cause.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return ProviderError("bad_request", f"{host} does not speak https", hint="should base_url begin with http://?")
    if isinstance(cause, socket.gaierror):
        hint = "is base_url right, and is this machine connected?"
        return ProviderError("connection", f"{host} cannot be found: no address is known by that name", hint=hint)
    if isinstance(cause, ConnectionRefusedError):
        hint = "is the server running?" if is_loopback(endpoint.base_url) else ""
        return ProviderError("connection", f"{host} refuses to be connected to", hint=hint)
    if isinstance(cause, UnicodeEncodeError | httpx2.LocalProtocolError):
        return _unsendable(cause, endpoint)
    return None


def _unsendable(cause: Exception, endpoint: Endpoint) -> ProviderError:
    """Whatever the error says shows what could not be sent: nothing of it may be repeated."""
    if isinstance(cause, UnicodeEncodeError) and cause.encoding.startswith("utf"):
        return ProviderError("bad_request", f"what was to be sent to {endpoint.host} holds half a character")
    if not endpoint.key:
        return ProviderError("bad_request", f"the request to {endpoint.host} cannot be written as HTTP")
    said = f"the key from {endpoint.key_source} cannot be sent to {endpoint.host}"
    return ProviderError("auth", said, hint="a key has no line breaks and no letters beyond ASCII")


def _of_kind(error: BaseException, endpoint: Endpoint) -> ProviderError:
    host = endpoint.host
    match error:
        case httpx2.ConnectTimeout():
            return ProviderError("timeout", f"{host} could not be connected to within {endpoint.connect:g} seconds")
        case httpx2.TimeoutException() | TimeoutError():
            return ProviderError("timeout", f"{host} took too long to take the request")
        case httpx2.ConnectError():
            return ProviderError("connection", f"{host} could not be connected to")
        case httpx2.ProxyError():
            return ProviderError("connection", f"the proxy on the way to {host} refuses", hint="see HTTPS_PROXY")
        case httpx2.RemoteProtocolError() if "illegal" in str(error):
            return ProviderError("malformed", f"{host} answers with what is not HTTP")
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return ProviderError("bad_request", f"{host or 'base_url'} is not an address", hint="is base_url right?")
        case httpx2.TooManyRedirects():
            return ProviderError("bad_request", f"{host} redirects in a circle", hint="is base_url right?")
        case _:
            return ProviderError("connection", f"{host} closed the connection before its answer was complete")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and what led to it."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [one for one in (cause.__cause__, cause.__context__) if one is not None]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions


def _shown(text: str, most: int, endpoint: Endpoint) -> str:
    return shortened(_covered(text, endpoint), most)


def _covered(text: str, endpoint: Endpoint) -> str:
    """What a server said, without the key: it may repeat it, whatever it looks like."""
    return text.replace(endpoint.key, COVER) if len(endpoint.key) >= SHORTEST_KEY else text


def _number(told: str | None) -> float | None:
    try:
        number = float(told or "")
    except ValueError:
        return None
    return number if isfinite(number) and number >= 0 else None


def _renewed_after(headers: Mapping[str, str]) -> float | None:
    """The seconds until what is used up may be used again, where a service tells that alone."""
    waits = [
        _duration(headers.get(f"x-ratelimit-reset-{what}"))
        for what in ("requests", "tokens")
        if (_number(headers.get(f"x-ratelimit-remaining-{what}")) or 0) < 1
    ]
    return max((wait for wait in waits if wait is not None), default=None)


def _duration(told: str | None) -> float | None:
    """Seconds, as a number or as 1h2m3.5s or 17ms."""
    if (seconds := _number(told)) is not None:
        return seconds
    found = _SPAN.fullmatch((told or "").strip().lower())
    if found is None or not any(found.groups()):
        return None
    hours, minutes, whole, thousandths = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + whole + thousandths / 1000


def _moment(told: str) -> float | None:
    try:
        return parsedate_to_datetime(told).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
