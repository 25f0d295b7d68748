"""Reads what services write when something is wrong, whichever form they give it, and tells which class that is.

The names that a body holds decide first, then the status; words decide only where services have no name for what they
mean, and very general names only where there is no status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from providers.base import ErrorClass

_DEEP = 4  # errors are found inside errors, but no deeper
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")
_TITLE = re.compile(r"<title[^>]{0,80}>([^<]{1,200})</title", re.IGNORECASE)

_NAMES: dict[ErrorClass, frozenset[str]] = {
    "quota": frozenset(
        {
            "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error",
            "enforced_spend_limit_reached", "contract_spend_limit_reached", "spend_limit_reached",
            "insufficient_credits", "insufficient_balance", "insufficient_funds", "payment_required",
            "monthly_limit_reached", "usage_limit_reached",
        }
    ),
    "context_too_long": frozenset(
        {"context_length_exceeded", "model_context_window_exceeded", "exceed_context_size_error", "context_too_long"}
    ),
    "auth": frozenset(
        {
            "invalid_api_key", "incorrect_api_key", "api_key_invalid", "api_key_expired", "api_key_service_blocked",
            "authentication_error", "invalid_authentication", "unauthenticated", "unauthorized", "permission_error",
            "permission_denied", "forbidden", "account_deactivated", "invalid_organization",
            "unsupported_country_region_territory",
        }
    ),
    "refused": frozenset({"content_policy_violation", "content_filter", "invalid_prompt", "prompt_blocked"}),
    "rate_limited": frozenset(
        {"rate_limit_error", "rate_limit_exceeded", "rate_limited", "too_many_requests", "resource_exhausted"}
    ),
    "overloaded": frozenset(
        {
            "overloaded_error", "overloaded", "engine_overloaded", "engine_overloaded_error", "server_is_overloaded",
            "slow_down", "service_unavailable", "unavailable", "unavailable_error", "insufficient_system_resource",
            "capacity_exceeded",
        }
    ),
    "timeout": frozenset({"timeout_error", "request_timeout", "deadline_exceeded", "gateway_timeout"}),
}  # fmt: skip
"""What services call it, the most telling class first. Names not here are too general to say more than the status."""

_GENERAL = frozenset(
    {
        "invalid_request_error", "invalid_argument", "not_found_error", "not_found", "model_not_found",
        "request_too_large", "failed_precondition", "out_of_range", "unsupported_parameter", "unsupported_value",
        "badrequesterror", "validation_error", "exceeded_max_length",
    }
)  # fmt: skip
_SPENT = (
    "credit balance is too low", "insufficient balance", "insufficient credit", "insufficient funds",
    "exceeded your current quota", "spending limit", "spend limit", "spending cap", "spend cap", "monthly limit",
    "credits are depleted", "out of credits", "billing hard limit",
)  # fmt: skip
_TOO_LONG = (
    "prompt is too long", "maximum context length", "context length", "context window", "context size",
    "exceed context limit", "exceeds the maximum number of tokens", "input token count", "too many input tokens",
    "reduce the length of the messages",
)  # fmt: skip
_NEVER_FITS = ("request too large", "requested too large")  # for what may be used in a minute: waiting helps nobody
_STATUSES: dict[int, ErrorClass] = {
    401: "auth", 402: "quota", 403: "auth", 407: "auth", 408: "timeout", 409: "overloaded", 425: "overloaded",
    429: "rate_limited", 451: "refused", 498: "overloaded", 501: "bad_request", 504: "timeout", 524: "timeout",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a service says is wrong."""

    text: str = ""
    names: tuple[str, ...] = ()  # its codes, types and reasons, in lower case
    status: int = 0  # that it gives in the body
    parameter: str = ""
    request: str = ""  # its own number for the request
    wait: float | None = None  # seconds after which it may be asked again
    is_daily: bool = False  # the limit that was reached is one of a day


def class_of(complaint: Complaint, status: int, wait: float | None) -> ErrorClass:
    """Which class it is; `status` is that of the answer, 0 inside one, and `wait` what the service asks for."""
    text, names = complaint.text.lower(), complaint.names
    status = status or complaint.status
    may_pass = wait is not None
    if any(words in text for words in _NEVER_FITS) and "minute" in text:
        return "context_too_long"
    if status == 413:  # whatever it is called: what is too large stays so
        return "context_too_long" if any(words in text for words in _TOO_LONG) else "bad_request"
    if "resource_exhausted" in names:  # the one name of Gemini for all limits: "quota" does not mean that it is spent
        spent = complaint.is_daily or any(cap in text for cap in _SPENT if "quota" not in cap)
        return "quota" if spent and not may_pass else "rate_limited"
    if not may_pass and any(words in text for words in _SPENT):
        return "quota"
    for error, among in _NAMES.items():
        if not among.isdisjoint(names):
            return error
    if status in (0, 400, 413, 422, 500) and any(words in text for words in _TOO_LONG):
        return "context_too_long"
    if status:
        return _STATUSES.get(status) or ("overloaded" if status >= 500 else "bad_request")
    return "overloaded" if _GENERAL.isdisjoint(names) else "bad_request"


def known(complaint: Complaint) -> str:
    """The first of its names that services are known to use; others are not for repeating."""
    names = frozenset().union(_GENERAL, *_NAMES.values())
    return next((name for name in complaint.names if name in names), "")


def read_body(body: bytes) -> Complaint:
    """What the body of an answer complains of, whether or not it is JSON."""
    try:
        return read(json.loads(body))
    except (ValueError, RecursionError):
        return read(body.decode("utf-8", "backslashreplace"))


def read(value: Any) -> Complaint:
    """What a JSON value complains of: an error, or what has one inside."""
    if isinstance(value, str):
        return Complaint(_words(value))
    layers = list(_layers(value, _DEEP))
    details = [one for layer in layers for one in _maps(layer.get("details"))]
    names = tuple(dict.fromkeys(_names(layers + details)))
    status = next((code for layer in layers if (code := _status(layer)) is not None), 0)
    return Complaint(
        _words(next(filter(None, map(_text, layers)), "")),
        names,
        status,
        next((one for layer in layers for name in ("param", "field") if (one := _plain(layer, name))), ""),
        next((one for layer in layers if (one := _plain(layer, "request_id"))), ""),
        next((wait for one in details if (wait := _wait(one)) is not None), None),
        any("perday" in str(one.get("violations", "")).lower() for one in details),
    )


def _layers(value: Any, deep: int) -> Iterator[dict[str, Any]]:
    """The maps that may describe the error, the innermost first."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict) or not deep:
        return
    for name in ("error", "response"):
        yield from _layers(value.get(name), deep - 1)
    yield value


def _names(maps: list[dict[str, Any]]) -> Iterator[str]:
    for one in maps:
        for key in ("code", "error_code", "reason", "type", "status"):
            if (name := _plain(one, key)) and name != "error":
                yield name.lower().replace(" ", "_").replace("-", "_")
        if name := _plain(one, "error_name"):
            yield name.lower()


def _text(layer: dict[str, Any]) -> str:
    for name in ("message", "error", "detail", "msg"):
        text = layer.get(name)
        if isinstance(text, str) and text.strip():
            return text
        if isinstance(text, list) and (said := "; ".join(map(_complained, _maps(text)))):
            return said
    return ""


def _complained(one: dict[str, Any]) -> str:
    """What servers that validate requests say of one field: where it is, and what is wrong."""
    place = one.get("loc")
    where = ".".join(map(str, place)) if isinstance(place, list) else ""
    return f"{where}: {_plain(one, 'msg')}" if where else _plain(one, "msg")


def _status(layer: dict[str, Any]) -> int | None:
    for name in ("code", "status_code", "status"):
        code = layer.get(name)
        if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 3:
            code = int(code)
        if isinstance(code, int) and 300 <= code < 600:
            return code
    return None


def _wait(detail: dict[str, Any]) -> float | None:
    found = _DURATION.fullmatch(_plain(detail, "retryDelay"))
    seconds = float(found[1]) if found else -1.0
    return seconds if isfinite(seconds) and seconds >= 0 else None


def _words(text: str) -> str:
    """A text for people; of a page only its title."""
    if not text.lstrip().startswith("<"):
        return text.strip()
    title = _TITLE.search(text[:20_000])
    return f"a page called {' '.join(title[1].split())}" if title else "a page of HTML or XML"


def _maps(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def _plain(layer: dict[str, Any], name: str) -> str:
    value = layer.get(name)
    return value.strip() if isinstance(value, str) else ""
