"""Terminals for every test of this room, and what stands in the folder in which they are opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from terminal.ptys import Terminal
from terminal.situations import write_plays


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with small plays in it."""
    project = tmp_path / "project"
    project.mkdir()
    write_plays(project)
    return project


@pytest.fixture
def opens(folder: Path) -> Iterator[Callable[..., Terminal]]:
    """Open a command in a terminal of its own."""
    opened: list[Terminal] = []

    def open_one(*words: str, **more: object) -> Terminal:
        opened.append(Terminal(*words, folder=folder, **more))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()
