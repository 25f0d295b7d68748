"""Times and counts as people read them in a table, and as they write them."""

from __future__ import annotations

import re
import time
from datetime import datetime

from app.errors import UsageError

MICROSECONDS = 1_000_000
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_PAST = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|w)", re.ASCII)
_SPANS = {**_UNITS, "m": 60, "w": 7 * 86400}


def ago(at: int, now: int) -> str:
    """How long ago a moment was: `3 min ago`; after a week, its date. Both are wall clock in microseconds."""
    seconds = max(0, (now - at) // MICROSECONDS)
    if seconds < 10:
        return "just now"
    for unit, most in (("s", 60), ("min", 3600), ("h", 86400), ("d", 7 * 86400)):
        if seconds < most:
            return f"{seconds // _UNITS[unit]} {unit} ago"
    return time.strftime("%d %b %Y", time.localtime(at / MICROSECONDS)).lstrip("0")


def compact_time(milliseconds: float) -> str:
    """How long something took, for a narrow column: `0.4s`, `12s`, `3m 20s`, `2h 05m`."""
    whole = round(milliseconds / 1000)
    if milliseconds < 9950:
        return f"{milliseconds / 1000:.1f}s"
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    return f"{whole // 3600}h {whole // 60 % 60:02}m"


def tokens(count: int) -> str:
    """How many tokens: `812`, `3.4k`, `1.2M`."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 999_950 else f"{count / 1_000_000:.1f}M"


def clock_time(at: int) -> str:
    """The time of day of a moment."""
    return time.strftime("%H:%M:%S", time.localtime(at / MICROSECONDS))


def date_and_time(at: int) -> str:
    """A moment, whole."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at / MICROSECONDS))


def read_past(text: str, now: int) -> int:
    """The moment somebody means by `2h`, `90d` or `2026-11-03`, in microseconds."""
    if found := _PAST.fullmatch(text.strip()):
        return now - int(found[1]) * _SPANS[found[2]] * MICROSECONDS
    try:
        return int(datetime.fromisoformat(text.strip()).timestamp() * MICROSECONDS)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f'"{text[:40]}" is no time', "write 30m, 2h, 90d or a date such as 2026-11-03") from None
