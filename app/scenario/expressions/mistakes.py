"""What can be wrong with an expression, and where: while it is read or checked, and while it is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from app.errors import FootlightsError


class _Placed(FootlightsError):
    """Something wrong with the characters from `start` to `end` of a text."""

    def __init__(self, message: str, hint: str = "", start: int = 0, end: int = 0) -> None:
        super().__init__(message, hint)
        self.start = start
        self.end = end

    def moved(self, by: int) -> Self:
        """Return the same, counted in a text in which this one begins at the offset `by`."""
        return type(self)(self.message, self.hint, self.start + by, self.end + by)


class ExpressionMistake(_Placed):
    """An expression that cannot be read, or that cannot be meant."""


class EvaluationError(_Placed):
    """An expression that gives no value with the values it was handed."""


class ExpressionMistakes(FootlightsError):
    """All the mistakes in the expressions of one text, each counted in that text."""

    def __init__(self, mistakes: Sequence[ExpressionMistake]) -> None:
        super().__init__("; ".join(mistake.message for mistake in mistakes), mistakes[0].hint)
        self.mistakes = tuple(mistakes)
