"""Collects the problems of one file and knows where each of its values stands."""

from __future__ import annotations

from collections.abc import Iterable

from app.document.source import Source
from app.document.suggest import shortened
from app.document.tree import MAX_PROBLEMS, Node, Path, and_more
from app.errors import Problem, ScenarioRefused, Severity

_LONGEST = 400  # characters of a message or a hint: either may hold what somebody wrote


class Report:
    """Problems with their places; what is wrong is said by path, where that is, is looked up here.

    With the last error that is told, `ScenarioRefused` is raised: to find more words would only cost time.
    """

    def __init__(self, source: Source, root: Node) -> None:
        self.source = source
        self.root = root
        self.problems: list[Problem] = []

        self._left: dict[Severity, int] = dict.fromkeys(("error", "warning", "note"), MAX_PROBLEMS)

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)

    def error(self, code: str, message: str, hint: str = "", *, at: Path, part: str = "", offset: int = 0) -> None:
        """A mistake at a path; `part` narrows the place to a piece of the text there, found from `offset` on."""
        self._add("error", code, message, hint, at, part, offset)

    def warning(self, code: str, message: str, hint: str = "", *, at: Path, part: str = "", offset: int = 0) -> None:
        """Something that works, but hardly as it was meant."""
        self._add("warning", code, message, hint, at, part, offset)

    def note(self, code: str, message: str, hint: str = "", *, at: Path, part: str = "", offset: int = 0) -> None:
        """Something done for the author that is worth knowing."""
        self._add("note", code, message, hint, at, part, offset)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take over what another file's report found."""
        for problem in problems:
            self._keep(problem)

    def line(self, path: Path) -> int:
        """The line a path stands in."""
        return self._place(path)[0].start.line

    def _add(self, severity: Severity, code: str, message: str, hint: str, at: Path, part: str, offset: int) -> None:
        if self._left[severity] <= 0:
            return
        node, key = self._place(at)
        node = key or node
        line, column, length = self._span(node, part, offset)
        message, hint = shortened(message, _LONGEST), hint if len(hint) <= _LONGEST else shortened(hint, _LONGEST)
        self._keep(Problem(code, message, hint, self.source.name, line, column, length, severity))

    def _keep(self, problem: Problem) -> None:
        """Keep a problem while there are few of its severity; with as many errors as are told, the check is over."""
        if self._left[problem.severity] <= 0:
            return
        self.problems.append(problem)
        self._left[problem.severity] -= 1
        if self._left[problem.severity] == 0:
            self.problems.append(and_more(problem))
            if problem.severity == "error":
                raise ScenarioRefused(self.problems)

    def _place(self, path: Path) -> tuple[Node, Node | None]:
        """The node at the end of a path, with its key if the place meant is the key.

        A path may go on into what is not there (a key that is missing) or through the names of a
        union's branches; both are passed over. A last step of "@key" means the key itself.
        """
        node, key = self.root, None
        for step in path:
            if step == "@key":
                return node, key
            if node.entries is not None and isinstance(step, str) and step in node.entries:
                entry = node.entries[step]
                node, key = entry.value, entry.key
            elif (child := node.child(step)) is not None:
                node, key = child, None
        # A whole map or an empty value is pointed at through its key, where the reader looks first.
        return node, key if node.entries is not None or node.start.offset == node.end.offset else None

    def _span(self, node: Node, part: str, offset: int) -> tuple[int, int, int]:
        start, end = node.start, node.end
        raw = self.source.text[start.offset : end.offset]
        if part and "\n" not in part and isinstance(node.data, str):
            place = _nth(raw, part, node.data[:offset].count(part))
            if place >= 0:
                before = raw[:place]
                line = start.line + before.count("\n")
                column = len(before) - before.rfind("\n") if "\n" in before else start.column + len(before)
                return line, column, len(part)
        if end.line == start.line and node.entries is None:
            return start.line, start.column, max(1, end.offset - start.offset)
        first = self.source.lines[start.line - 1]
        return start.line, start.column, max(1, len(first.rstrip()) - start.column + 1) if node.entries is None else 1


def _nth(text: str, part: str, count: int) -> int:
    """Where `part` stands in `text` for the time after `count` others, or -1."""
    place = text.find(part)
    for _ in range(count):
        place = text.find(part, place + 1)
    return place
