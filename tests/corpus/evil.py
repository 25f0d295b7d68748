"""Files made by hand to break the reader of scenarios. Each has a name, and must be refused: in words, and soon.

    for evil in evils():
        path = evil.build(folder)   # puts it into a folder of its own, and says which file to check

What one file alone can do stands in `evil_bytes` and `evil_plays`, what only very many of something can do in
`evil_crowds`, and what it takes links, pipes and other files for in `evil_folders`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.evil_bytes import ENCODINGS, STRUCTURES, SYNTAX
from corpus.evil_crowds import COSTLY, CROWDS
from corpus.evil_folders import FOLDERS, REFERENCES, refer
from corpus.evil_plays import expressions, orders, shapes, values


@dataclass(frozen=True, slots=True)
class Evil:
    """One evil input: its name, and how to put it into an empty folder."""

    name: str
    build: Callable[[Path], Path]

    @property
    def is_costly(self) -> bool:
        """Does it take so long, though not too long, that only a soak should have it?"""
        return self.name in COSTLY


def evils() -> list[Evil]:
    """All of them, in an order that never changes."""
    written: Mapping[str, bytes] = {
        **ENCODINGS,
        **SYNTAX,
        **{
            name: text.encode() for part in (shapes(), values(), orders(), expressions()) for name, text in part.items()
        },
    }
    return [
        *(Evil(name, partial(_write, content)) for name, content in written.items()),
        *(Evil(name, partial(_compose, compose)) for name, compose in {**STRUCTURES, **CROWDS}.items()),
        *(Evil(f"file {name}", partial(refer, reference)) for name, reference in REFERENCES.items()),
        *(Evil(name, build) for name, build in FOLDERS.items()),
    ]


def _write(content: bytes, folder: Path) -> Path:
    path = folder / "play.yaml"
    path.write_bytes(content)
    return path


def _compose(compose: Callable[[], str], folder: Path) -> Path:
    return _write(compose().encode(), folder)
