"""What was said of failures: the reason is told once where it happened, and not again one level up."""

from __future__ import annotations

from collections import deque

from app.cli.narrating.words import details
from app.events import Failure
from app.state.words import because

NO_ANSWER = "got no answer"
_REMEMBERED = 20


class Failures:
    """The failures that were told, as far as they could be told again."""

    def __init__(self) -> None:
        self._last: Failure | None = None
        self._unanswered = ("", "")  # of the last call that got no answer; its step says only that it failed
        self._of_tools: deque[str] = deque(maxlen=_REMEMBERED)

    def telling(self, text: str, failure: Failure) -> tuple[str, list[str]]:
        """How a failure is told: with its reason, and with what to do unless that was told a moment ago."""
        again, last = self.was_told(failure), self._last
        self._last = failure
        more = [details(failure)] if not again else []
        more += [f"at {failure.where}"] if failure.where and not (again and last and last.where) else []
        more += [f"hint: {failure.hint}"] if failure.hint and not again else []
        is_told = again and (failure.error, failure.message) == self._unanswered and text != NO_ANSWER
        why = because(failure).removeprefix(f"{text}: ")
        return text if is_told else f"{text}: {why}", [part for part in more if part]

    def was_told(self, failure: Failure) -> bool:
        """Was it this that was told last?"""
        last = self._last
        return last is not None and last.error == failure.error and failure.message.endswith(last.message)

    def note(self, failure: Failure) -> None:
        """It was told in other words."""
        self._last = failure

    def leave_unanswered(self, failure: Failure) -> None:
        """A call got no answer."""
        self._unanswered = (failure.error, failure.message)

    def of_tool(self, failure: Failure) -> None:
        """A tool went wrong."""
        self._of_tools.append(failure.message)

    def is_of_tool(self, said: str) -> bool:
        """Is it about one of the tools that went wrong, that a model is told of?"""
        return any(failure in said for failure in self._of_tools)
