"""The tool `http`: asks a server on the list of hosts, and gives its answer as data."""

from __future__ import annotations

import json
import re
from typing import Any

from app.document.suggest import shortened
from app.tools.base import Arguments, Surroundings, Tool, ToolError, Use, arguments_of
from app.tools.exchange import Inquiry, Reply, excerpt, exchange, parsed, shown_address

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_IDEMPOTENT = ("GET", "HEAD", "PUT", "DELETE")  # RFC 9110, 9.2.2
_KEPT_HEADERS = (
    "content-type", "date", "etag", "last-modified", "link", "location", "retry-after", "x-request-id",
    "x-ratelimit-remaining", "x-ratelimit-reset",
)  # fmt: skip
_OWN_HEADERS = ("connection", "content-length", "host", "te", "transfer-encoding", "upgrade")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


async def _perform(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    address = parsed(arguments["url"])
    if surroundings.offline:
        raise ToolError(
            "refused",
            f"{shown_address(arguments['url'])} is not asked in a rehearsal",
            "write what it answers in rehearsal: of the step",
        )
    if "json" in arguments and "body" in arguments:
        raise ToolError("bad_arguments", "there is json and a body", "give one of them")
    if query := arguments.get("query"):
        address = address.copy_merge_params({name: _query_value(value) for name, value in query.items()})
    headers, content = _headers(arguments, surroundings), b""
    if "json" in arguments:
        content = json.dumps(arguments["json"], ensure_ascii=False).encode("utf-8", "replace")
        headers.setdefault("content-type", "application/json")
    elif "body" in arguments:
        content = arguments["body"].encode("utf-8", "replace")
        headers.setdefault("content-type", "text/plain; charset=utf-8")
    inquiry = Inquiry(
        arguments.get("method", "GET"),
        str(address),
        headers,
        content,
        float(arguments.get("timeout", 30)),
        tuple(arguments.get("accept", ())),
    )
    reply = await exchange(inquiry, surroundings.hosts)
    kept = {name: reply.headers[name] for name in _KEPT_HEADERS if name in reply.headers}
    return {"status": reply.status, "headers": kept, "body": _body(reply, arguments["url"])}


def _use_of(arguments: Arguments) -> Use:
    method = arguments.get("method", "GET")
    return Use("read" if method in ("GET", "HEAD") else "write", method in _IDEMPOTENT)


def _headers(arguments: Arguments, surroundings: Surroundings) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in arguments.get("headers", {}).items():
        text = str(value)
        if not _HEADER_NAME.fullmatch(name) or _UNSENDABLE.search(text) or not text.isascii():
            raise ToolError(
                "bad_arguments", f'the header "{shortened(name)}" cannot be sent', "it is one line of ASCII"
            )
        if name.lower() in _OWN_HEADERS:
            raise ToolError("bad_arguments", f'the header "{name}" is set by Footlights', "leave it out")
        headers[name.lower()] = text
    if surroundings.key and _use_of(arguments).effect == "write":
        headers.setdefault("idempotency-key", surroundings.key)
    return headers


def _query_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _body(reply: Reply, url: str) -> Any:
    """Return JSON as data, text as text, and None for what is neither, such as a picture."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.endswith(("/json", "+json")) and reply.content:
        try:
            return json.loads(reply.content)
        except (ValueError, RecursionError):
            raise ToolError(
                "failed", f"{shown_address(url)} says that it answers in JSON, but sent: {excerpt(reply.content)}"
            ) from None
    if b"\x00" in reply.content:
        return None
    try:
        return reply.content.decode(reply.charset, "replace")
    except LookupError:  # a character set of the server's own invention
        return reply.content.decode("utf-8", "replace")


TOOLS = (
    Tool(
        "http",
        "Ask a web server. Gives {status, headers, body}: body is data when the answer is JSON, else text.",
        arguments_of(
            required=("url",),
            method={"enum": list(_METHODS), "description": "GET when left out"},
            url={"type": "string", "minLength": 1, "maxLength": 8000},
            headers={"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
            query={
                "type": "object",
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                "description": "added to the address",
            },
            json={"description": "sent as JSON"},
            body={"type": "string", "description": "sent as it is"},
            timeout={"type": "number", "exclusiveMinimum": 0, "maximum": 600, "description": "seconds, 30 if left out"},
            accept={
                "type": "array",
                "items": {"type": "integer", "minimum": 300, "maximum": 599},
                "description": "statuses from 400 (or of a redirect) that are an answer here, and no error",
            },
        ),
        _perform,
        effect="write",
        network=True,
        example={"url": "https://status.example.com/checkout-api", "timeout": 20},
        varies=_use_of,
    ),
)
