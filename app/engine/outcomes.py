"""How steps end: what goes wrong in them, what they leave behind, and who is to pass on what they made."""

from __future__ import annotations

from typing import Any

import msgspec

from app.events import Failure, Outcome, Usage
from app.state.sentences import sentence_end

FAILED: frozenset[str] = frozenset({"failed", "cancelled", "exhausted", "refused", "truncated"})
SKIPPED = "skipped"  # the error of a step that a person skipped while it ran: the run goes on without it
# May pass by itself; what retry tries again when it names no errors.
PASSING: frozenset[str] = frozenset(
    {"rate_limited", "overloaded", "timeout", "connection", "malformed", "incomplete", "empty", "interrupted"}
)
_HEADLINE = 140


class Mishap(Exception):
    """A step cannot do what it should; what it says becomes the step's failure."""

    def __init__(
        self,
        error: str,
        message: str,
        hint: str = "",
        *,
        outcome: Outcome = "failed",
        output: Any = None,
        where: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.error = error
        self.message = message
        self.hint = hint
        self.outcome: Outcome = outcome
        self.output = output
        self.where = where
        self.retry_after = retry_after  # seconds that the other side asks for

    def failure(self, where: str) -> Failure:
        """As it is logged, with the step's own place unless a better one is known."""
        return Failure(error=self.error, message=self.message, hint=self.hint, where=self.where or where)


class Halt(Exception):
    """The run cannot go on now: it is paused, and why."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


class Tally(msgspec.Struct):
    """What calls used, in one step with all that is inside it."""

    usage: Usage = Usage()
    cost_usd: float = 0.0

    def add(self, usage: Usage, cost_usd: float) -> None:
        """Count a call, or a step that is known already."""
        self.usage = self.usage + usage
        self.cost_usd += cost_usd


class Giver(msgspec.Struct, frozen=True):
    """An agent that has something to pass on, in which step it made it, and what is said about it."""

    agent: str
    step: str
    said: str | None
    output: Any = None

    @property
    def summary(self) -> str:
        """One line: what its author wrote, else the first sentence of what is handed over."""
        return first_sentence(self.output) if self.said is None else self.said


class Ended(msgspec.Struct):
    """A step that is over."""

    outcome: Outcome
    output: Any = None
    usage: Usage = Usage()
    cost_usd: float = 0.0
    failure: Failure | None = None
    tolerated: bool = False
    because: str = ""  # of a step that was skipped: the failure behind it
    givers: tuple[Giver, ...] = ()
    seq: int = 0  # of the event that said so
    states: dict[str, Any] | None = None  # of a block: its steps, as expressions see them

    @property
    def failed(self) -> bool:
        """Does it count as a failure for the steps that need it?"""
        return self.outcome in FAILED and not self.tolerated

    def state(self) -> dict[str, Any]:
        """What `steps.<id>` is in expressions."""
        usage = self.usage
        return {
            "output": self.output,
            "outcome": self.outcome,
            "cost_usd": self.cost_usd,
            "usage": {
                "input": usage.input,
                "cache_read": usage.cache_read,
                "cache_write": usage.cache_write,
                "output": usage.output,
                "total": usage.total,
            },
        }


class Gives(msgspec.Struct):
    """What a kind of step gives: its output, and how it ended when not simply well."""

    output: Any = None
    outcome: Outcome = "succeeded"
    givers: tuple[Giver, ...] | None = None  # None: those that came in pass through
    states: dict[str, Any] | None = None


def first_sentence(value: Any) -> str:
    """The beginning of a text, or of the first text in data; for one line."""
    text = _first_text(value).strip()[: _HEADLINE * 3]
    end = sentence_end(text, len(text)) or len(text)
    before_list = text.find(":\n") + 1
    line = " ".join(text[: min(end, before_list or end)].split())
    return line if len(line) <= _HEADLINE else line[: _HEADLINE - 1].rstrip() + "…"


def _first_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for name in ("says", "summary", "decision", "answer", "text"):
            if isinstance(value.get(name), str):
                return str(value[name])
        value = next((one for one in value.values() if isinstance(one, str) and " " in one), value)
        if isinstance(value, str):
            return value
    return "" if value is None else msgspec.json.encode(value).decode()
