"""Whether a failed step is tried again, and how long that waits."""

from __future__ import annotations

import zlib

from app.engine.outcomes import PASSING, Mishap
from app.scenario.model.modifiers import Retry

MAX_WAIT = 300.0
LONGEST_ASKED = 120.0  # of the wait that the other side asks for
RETRIES = 4  # of a call after its first attempt, of what may pass by itself


def may_retry(retry: Retry, attempt: int, mishap: Mishap) -> bool:
    """May a step that failed so be tried again?"""
    if attempt >= retry.attempts or mishap.outcome in ("exhausted", "cancelled"):
        return False
    return mishap.error in (retry.on if retry.on is not None else PASSING)


def wait_before(retry: Retry, attempt: int, salt: str) -> float:
    """The wait after a failed attempt: up to a quarter longer than written, so that many do not try at once."""
    if retry.backoff == "none":
        return 0.0
    wait = retry.delay * (2 ** (attempt - 1) if retry.backoff == "exponential" else 1)
    return float(min(wait, MAX_WAIT) * (1 + jitter(f"{salt}:{attempt}") / 4))


def jitter(salt: str) -> float:
    """A number from 0 to 1 that is the same for the same place in the same rehearsal."""
    return (zlib.crc32(salt.encode()) & 0xFFFF) / 0xFFFF
