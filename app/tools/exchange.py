"""One exchange over HTTP, guarded: only allowed hosts, only checked addresses, bounded in time, size and redirects.

What goes wrong is a ToolError with its class, and never names more of an address than its host and path. Each exchange
has a connection of its own, to an address that was just checked; settings for proxies are not looked at, since a proxy
would connect to whatever it likes.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from functools import lru_cache
from time import time
from typing import TYPE_CHECKING

from app.document.suggest import shortened
from app.safety import mask_secrets
from app.tools.addresses import check_host, reachable_addresses
from app.tools.base import ToolError, ToolErrorClass

if TYPE_CHECKING:
    import httpx2

MAX_BYTES = 5_000_000
MAX_REDIRECTS = 5
_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
_SHOWN_BYTES = 200

_REDIRECTS = (301, 302, 303, 307, 308)
_CREDENTIALS = ("authorization", "cookie", "proxy-authorization", "x-api-key", "api-key", "idempotency-key")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked of a server."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    seconds: float = 30.0  # for all of it, redirects included
    accept: tuple[int, ...] = ()  # statuses that are answers here, though they are errors elsewhere


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    content: bytes
    charset: str


async def exchange(inquiry: Inquiry, hosts: tuple[str, ...]) -> Reply:
    """Ask and return the answer; raises ToolError for whatever is none."""
    try:
        async with asyncio.timeout(inquiry.seconds):
            reply, url = await _follow(inquiry, hosts)
    except TimeoutError:
        raise ToolError(
            "timeout", f"{shown_address(inquiry.url)} did not answer within {inquiry.seconds:g} s"
        ) from None
    if reply.status < 400 or reply.status in inquiry.accept:
        return reply
    raise _refusal(reply, url)


def shown_address(url: str) -> str:
    """Return an address as a message may name it: without user, password, query and fragment."""
    scheme = found[0] if (found := re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url)) else ""
    rest = url.removeprefix(scheme)
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    return mask_secrets(shortened(f"{scheme}{host.rpartition('@')[2]}{slash}{path}", 120))


def excerpt(content: bytes) -> str:
    """Return the beginning of what a server sent, as a message can hold it."""
    text = content[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
    return mask_secrets(shortened(" ".join(text.split()), _SHOWN_BYTES))


async def _follow(inquiry: Inquiry, hosts: tuple[str, ...]) -> tuple[Reply, str]:
    """Ask, and go where the answer points; each place is checked like the first."""
    for _ in range(MAX_REDIRECTS + 1):
        url = parsed(inquiry.url)
        reply = await _ask(inquiry, url, hosts)
        if reply.status not in _REDIRECTS or "location" not in reply.headers or reply.status in inquiry.accept:
            return reply, inquiry.url
        inquiry = _redirected(inquiry, url, reply)
    raise ToolError("failed", f"{shown_address(inquiry.url)} was redirected more than {MAX_REDIRECTS} times")


def parsed(text: str) -> httpx2.URL:
    """Return an address that HTTP can reach, or raise ToolError."""
    import httpx2

    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise ToolError("bad_arguments", f'"{shown_address(text)}" is not an address: {error}') from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ToolError(
            "bad_arguments", f'"{shown_address(text)}" is not an address of the web', "it begins with https://"
        )
    if url.userinfo:
        raise ToolError(
            "bad_arguments",
            f"the address of {shown_address(text)} holds a user or a password",
            "give them in headers: {authorization: ...}",
        )
    if not 0 < port_of(url) < 65536:
        raise ToolError("bad_arguments", f"{shown_address(text)} names a port that cannot be")
    return url


def port_of(url: httpx2.URL) -> int:
    """Return the port that an address means."""
    return url.port if url.port is not None else 443 if url.scheme == "https" else 80


def host_of(url: httpx2.URL) -> str:
    """Return the host of an address, as lists of hosts name it."""
    return url.raw_host.decode("ascii").lower().rstrip(".")


async def _ask(inquiry: Inquiry, url: httpx2.URL, hosts: tuple[str, ...]) -> Reply:
    """Ask one place once, at the first of its addresses that takes the connection."""
    import httpx2

    host = host_of(url)
    check_host(host, port_of(url), hosts)
    addresses = await reachable_addresses(host, port_of(url), hosts)
    context = await asyncio.to_thread(_trust) if url.scheme == "https" else False
    transport = httpx2.AsyncHTTPTransport(verify=context, trust_env=False)
    limits = httpx2.Timeout(min(inquiry.seconds, _READ_SECONDS), connect=min(inquiry.seconds, _CONNECT_SECONDS))
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=limits) as client:
        for address in addresses:
            request = client.build_request(
                inquiry.method,
                url.copy_with(host=address),
                headers={"user-agent": "footlights", **inquiry.headers, "host": url.netloc.decode("ascii")},
                content=inquiry.content or None,
                extensions={"sni_hostname": host},
            )
            try:
                return await _send(client, request, inquiry.url)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                if address == addresses[-1] or _tls_mistake(error):
                    raise _broken(error, inquiry.url) from None
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                raise _broken(error, inquiry.url) from None
    raise AssertionError("there is always a last address")


async def _send(client: httpx2.AsyncClient, request: httpx2.Request, url: str) -> Reply:
    response = await client.send(request, stream=True)
    try:
        content = bytearray()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > MAX_BYTES:
                raise ToolError(
                    "failed",
                    f"{shown_address(url)} answered with more than {MAX_BYTES:,} bytes",
                    "ask for less: a page, a range, a filter",
                )
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, bytes(content), response.charset_encoding or "utf-8")
    finally:
        await response.aclose()


def _redirected(inquiry: Inquiry, url: httpx2.URL, reply: Reply) -> Inquiry:
    import httpx2

    try:
        target = parsed(str(url.join(reply.headers["location"])))
    except (ToolError, httpx2.InvalidURL, ValueError):
        raise ToolError("refused", f"{shown_address(inquiry.url)} redirects to what is no address of the web") from None
    if url.scheme == "https" and target.scheme != "https":
        raise ToolError("refused", f"{shown_address(inquiry.url)} redirects from https to {target.scheme}")
    headers = {name.lower(): value for name, value in inquiry.headers.items()}
    if (target.scheme, host_of(target), port_of(target)) != (url.scheme, host_of(url), port_of(url)):
        headers = {name: value for name, value in headers.items() if name not in _CREDENTIALS}
    method, content = inquiry.method, inquiry.content
    if (reply.status == 303 and method != "HEAD") or (reply.status in (301, 302) and method == "POST"):
        method, content = "GET", b""
        headers = {name: value for name, value in headers.items() if not name.startswith("content-")}
    return replace(inquiry, url=str(target), method=method, content=content, headers=headers)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Read which authorities this machine trusts: a tenth of a second, so once, and not on the event loop."""
    return ssl.create_default_context()


def _refusal(reply: Reply, url: str) -> ToolError:
    """Turn a status that is no answer into an error of the class that says what to do about it."""
    said = f"{shown_address(url)} answered {reply.status}"
    if beginning := excerpt(reply.content):
        said += f": {beginning}"
    error, hint = _meaning(reply.status)
    return ToolError(error, said, hint, retry_after=_retry_after(reply.headers))


def _meaning(status: int) -> tuple[ToolErrorClass, str]:
    if status == 429:
        return "rate_limited", "ask less often"
    if status in (401, 403, 407):
        return "auth", "is the key there, is it still good, and may it do this?"
    if status == 408:
        return "timeout", ""
    if status >= 500:
        return "overloaded", "the fault is on the other side; it may pass"
    return "bad_request", "is the address right, and what it is sent? accept: takes a status as an answer"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the other side asks us to wait, given as a number or as a date."""
    said = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", said):
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time())
    except (ValueError, OverflowError, IndexError):  # negative, absurd or no date at all: as if nothing had been said
        return None


def _broken(error: Exception, url: str) -> ToolError:
    """Turn an exchange that broke off into an error of its class."""
    import httpx2

    shown = shown_address(url)
    if mistake := _tls_mistake(error):
        reason = getattr(mistake, "verify_message", "") or mistake.reason or "no secure connection"
        return ToolError("failed", f"{shown}: the connection is not secure ({reason})", "is its certificate in order?")
    match error:
        case httpx2.TimeoutException():
            return ToolError("timeout", f"{shown} did not answer in time")
        case httpx2.ConnectError():
            return ToolError("connection", f"{shown} takes no connection", "is it running, and is the port right?")
        case httpx2.LocalProtocolError() | httpx2.InvalidURL():
            return ToolError("bad_arguments", f"what was to be sent to {shown} is not HTTP", "look at the headers")
        case httpx2.DecodingError():
            return ToolError("failed", f"{shown} sent what cannot be unpacked")
        case _:
            return ToolError("connection", f"the connection to {shown} broke off")


def _tls_mistake(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None
