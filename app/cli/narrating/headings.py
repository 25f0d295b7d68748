"""Headings of steps that hold others, shown when the first thing is told that happens in them and not before."""

from __future__ import annotations


class Headings:
    """Those that wait for something to stand below them."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[str, str]] = {}

    def expect(self, step: str, text: str, note: str) -> None:
        """A step has begun that gets a heading."""
        self._waiting[step] = (text, note)

    def above(self, step: str) -> list[tuple[str, str]]:
        """What has to stand above a thing that happens in a step: texts and notes, the outermost first."""
        due = [path for path in self._waiting if step == path or step.startswith((f"{path}/", f"{path}["))]
        return [self._waiting.pop(path) for path in sorted(due, key=len)]
