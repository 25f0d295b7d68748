"""What a terminal shows keeps to its width."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from app.cli.narrating.text import wrap
from corpus.commands import ROOT


def on_a_terminal(*words: str, width: int) -> list[str]:
    """The lines that a command writes on a terminal of this width."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(width), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "footlights", *words]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=theirs, stderr=subprocess.DEVNULL):
        os.close(theirs)
        said = b""
        while more := _read(ours):
            said += more
    os.close(ours)
    return said.decode().splitlines()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody writes there any more
        return b""


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_doctor_keeps_to_the_width_of_a_terminal(width: int) -> None:
    lines = on_a_terminal("doctor", width=width)
    assert len(lines) > 10
    assert [line for line in lines if len(line) > width] == []


def test_a_number_stays_with_its_per_cent_where_a_line_breaks() -> None:
    assert list(wrap("quick is worse; it costs 67 % less.", 27)) == ["quick is worse; it costs", "67 % less."]
    assert list(wrap("100 % of it", 5)) == ["100 %", "of it"]
