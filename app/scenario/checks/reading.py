"""Reads the texts of a scenario for expressions: each once, with every mistake at its own characters."""

from __future__ import annotations

from typing import NamedTuple

from app.document import Path, Report, Source
from app.document.tree import Mark, Node
from app.scenario import expressions
from app.scenario.checks.inspection import Inspection
from app.scenario.expressions import Expression, ExpressionMistake, Reference
from app.scenario.passages import Passage, passages_of_step, passages_of_top_level


class Located(NamedTuple):
    """An expression with the place of the text it stands in and its offset there."""

    expression: Expression
    offset: int
    passage: Passage


class Reader:
    """Reads the passages of one scenario: parses each once, reports what is wrong in it at the right place."""

    def __init__(self, case: Inspection) -> None:
        self.case = case
        self.of_step = {place.name: list(passages_of_step(place)) for place in case.places}
        self.of_top_level = list(passages_of_top_level(case.scenario))
        self._parsed: dict[Path, list[Located]] = {}

    def read(self, passage: Passage) -> list[Located]:
        """The expressions of a passage, those that can be read."""
        if passage.at not in self._parsed:
            self._parsed[passage.at] = self._parse(passage)
        return self._parsed[passage.at]

    def _parse(self, passage: Passage) -> list[Located]:
        text = self._text(passage)
        if passage.reading == "none":
            if "${{" in text:
                message = f'expressions are not read in "{passage.key}"'
                self.report(passage, "no-expression-here", message, "write the value itself", "${{")
            return []
        if passage.reading == "bare":
            try:
                return [Located(expressions.parse_bare(text), 0, passage)]
            except ExpressionMistake as mistake:
                self.mistake(passage, mistake, 0)
                return []
        if "${{" not in text:
            return []
        template, mistakes = expressions.read_template(text)
        for found in mistakes:
            self.mistake(passage, found, 0)
        return [Located(part.expression, part.start, passage) for part in template.placed]

    def mistake(self, passage: Passage, mistake: ExpressionMistake, offset: int) -> None:
        """Report a mistake at its own characters."""
        text = self._text(passage)
        start = offset + mistake.start
        part = text[start : max(offset + mistake.end, start + 1)]
        self.report(passage, "expression", mistake.message, mistake.hint, part, start)

    def report(self, passage: Passage, code: str, message: str, hint: str, part: str, offset: int = 0) -> None:
        """Report something about a passage, in the file in which it stands."""
        if passage.file is None:
            self.case.report.error(code, message, hint, at=passage.at, part=part, offset=offset)
        elif (source := self.case.files.get(passage.file)) is not None:
            inner = Report(source, _whole(source))
            inner.error(code, message, hint, at=(), part=part, offset=offset)
            self.case.report.extend(inner.problems)

    def at_reference(self, located: Located, reference: Reference, code: str, message: str, hint: str) -> None:
        """Report something about one reference of an expression."""
        start = located.offset + reference.start
        part = self._text(located.passage)[start : located.offset + reference.end]
        self.report(located.passage, code, message, hint, part, start)

    def _text(self, passage: Passage) -> str:
        if passage.file is None:
            return passage.text
        source = self.case.files.get(passage.file)
        return source.text if source else ""


def _whole(source: Source) -> Node:
    lines = source.lines
    end = Mark(len(lines), len(lines[-1]) + 1, len(source.text))
    return Node(source.text, Mark(1, 1, 0), end, style="|")
