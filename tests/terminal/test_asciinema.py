"""asciinema plays our casts in a terminal, and what stands there at the end is what the film ends with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.export.cast import cast
from app.export.film import Film
from corpus.films import sprint
from terminal.ptys import Terminal

QUICKLY = ("-s", "1000", "-i", "0.01")


@pytest.mark.parametrize("command", [("play", *QUICKLY), ("cat",)], ids=["play", "cat"])
async def test_asciinema_ends_with_the_last_picture(
    command: tuple[str, ...], opens: Callable[..., Terminal], tmp_path: Path
) -> None:
    film = await sprint(size=(80, 24), end="Q2")
    file = tmp_path / "sprint.cast"
    file.write_text(cast(film), encoding="utf-8")
    words, nobodys = (*command, str(file)), str(tmp_path)
    terminal = opens(*words, size=film.size, program="terminal.projector:asciinema", ASCIINEMA_CONFIG_HOME=nobodys)
    assert terminal.ends() == 0, terminal.shown
    assert terminal.shown == last_picture(film)


def last_picture(film: Film) -> str:
    return "\n".join("".join(cell.text for cell in row).rstrip() for row in film.frames[-1].rows)
