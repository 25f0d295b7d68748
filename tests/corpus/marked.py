"""Files in which each source stands over a mark of its mistake and what is said about it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Said(NamedTuple):
    """What is said about a piece of a source."""

    start: int
    end: int
    message: str
    hint: str


class Marked(NamedTuple):
    """A source and everything that is said about it."""

    source: str
    said: tuple[Said, ...]


def read_marked(path: Path) -> list[Marked]:
    """Return the blocks of a file: a source, then for each mistake a line of marks, a message and perhaps a hint.

    Lines that begin with # are comments. A | marks the place between two characters.
    """
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]
    return [_block(block.splitlines()) for block in "\n".join(lines).strip("\n").split("\n\n")]


def _block(lines: list[str]) -> Marked:
    source, *rest = lines
    said: list[Said] = []
    for line in rest:
        if line.strip() and not line.strip(" ^|"):
            start = len(line) - len(line.lstrip())
            said.append(Said(start, start + line.count("^"), "", ""))
        elif not said[-1].message:
            said[-1] = said[-1]._replace(message=line)
        else:
            said[-1] = said[-1]._replace(hint=line)
    return Marked(source, tuple(said))
