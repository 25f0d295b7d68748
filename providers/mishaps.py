"""What goes wrong on purpose: each class of error as a real service would word it, and how far the answer came."""

from __future__ import annotations

from typing import NamedTuple

from providers.base import ErrorClass, ProviderError

REHEARSED = "the scenario asks for this fault, to rehearse what happens then"
REFUSAL = "I can't help with that."
RETRY_AFTER = 2.0  # seconds that a rehearsed rate limit asks for


class Mishap(NamedTuple):
    """One way for a call to fail."""

    says: str
    after: float  # seconds
    share: float = 0.0  # of the answer, that has come by then
    retry_after: float | None = None

    def error(self, error: ErrorClass) -> ProviderError:
        """The error to raise."""
        return ProviderError(error, self.says, hint=REHEARSED, retry_after=self.retry_after, after=self.after)


MISHAPS: dict[ErrorClass, Mishap] = {
    "rate_limited": Mishap("429: too many requests, try again in 2 seconds", 0.2, retry_after=RETRY_AFTER),
    "overloaded": Mishap("529: the service is overloaded", 0.8),
    "timeout": Mishap("no token came within 10 seconds", 10.0),
    "connection": Mishap("the connection was closed by the other side", 0.3, share=0.3),
    "auth": Mishap("401: the key was not accepted", 0.2),
    "quota": Mishap("429: insufficient_quota, the account has reached its spending limit", 0.2),
    "bad_request": Mishap("400: a parameter of the request is not one this model takes", 0.2),
    "context_too_long": Mishap("400: the prompt is longer than the model's context window", 0.3),
    "malformed": Mishap("the stream held something that is not JSON, after some of the answer", 0.1, share=0.4),
    "incomplete": Mishap("the stream ended without saying that the answer was complete", 0.1, share=0.6),
    "empty": Mishap("the answer holds no text", 0.9),
}  # fmt: skip
"""By class. Refused and truncated are not here: they are endings of an answer, not errors of a call."""
