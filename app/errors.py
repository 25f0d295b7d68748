"""What can go wrong and be mended by the person at the keyboard: problems in a file, and the errors raised for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]


class Problem(NamedTuple):
    """One thing found wrong in a file, with its address. Lines and columns count from 1, columns in characters."""

    code: str
    message: str
    hint: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    length: int = 1
    severity: Severity = "error"


class FootlightsError(Exception):
    """Something the user can act on: a message that says what and where, and a hint that says what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Mistake(FootlightsError):
    """A mistake of ours, where it must not take along what has nothing to do with it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "this is a mistake in Footlights; please report it")

    @classmethod
    def of(cls, error: Exception) -> Mistake:
        """What nobody foresaw, as it is told."""
        return cls(f"{type(error).__name__}: {error}")


class UsageError(FootlightsError):
    """The command line cannot be understood."""

    exit_code = 2


class NotFound(FootlightsError):
    """Something was named that is not there: a file, a card, a scenario."""

    exit_code = 2


class ScenarioRefused(FootlightsError):
    """A scenario file has errors. Carries all of them, and the text of the files they stand in where it is known."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem], sources: Mapping[str, str] | None = None) -> None:
        self.problems = tuple(problems)
        self.sources = dict(sources or {})
        errors = sum(problem.severity == "error" for problem in self.problems)
        super().__init__(f"the scenario has {errors} {'error' if errors == 1 else 'errors'}")
