"""Where a presentation was: noted down seldom, kept by nobody but its owner, and of use for an hour."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.tui.left_off import LONGEST, LeftOff, Notebook, left_off


@pytest.fixture
def podium(tmp_path: Path) -> Path:
    return tmp_path / "8F2C.sock"


def noted(podium: Path, *left: LeftOff, at_once: bool = True) -> Notebook:
    notebook = Notebook(podium, lambda: 0.0)
    for each in left:
        notebook.note(each, at_once=at_once)
    return notebook


def test_what_was_noted_last_is_taken_up(podium: Path) -> None:
    noted(podium, LeftOff(3), LeftOff(7, 1000.5, blank=True, locked=True))
    assert left_off(podium) == LeftOff(7, 1000.5, blank=True, locked=True)
    (file,) = podium.parent.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_while_it_moves_it_is_noted_at_most_every_second(podium: Path) -> None:
    noted(podium, LeftOff(3), LeftOff(7), at_once=False)
    assert left_off(podium) == LeftOff(3)


def test_what_ended_in_order_leaves_nothing(podium: Path) -> None:
    noted(podium, LeftOff(3)).close()
    assert left_off(podium) is None
    assert not list(podium.parent.iterdir())


def test_what_had_not_begun_is_not_gone_on_with(podium: Path) -> None:
    noted(podium, LeftOff())
    assert left_off(podium) is None


@pytest.mark.parametrize("age", [LONGEST + 1, -60.0])
def test_nobody_comes_back_after_an_hour(podium: Path, age: float) -> None:
    noted(podium, LeftOff(3))
    (file,) = podium.parent.iterdir()
    then = file.stat().st_mtime - age
    os.utime(file, (then, then))
    assert left_off(podium) is None


@pytest.mark.parametrize("written", ["", "{", '{"seq": "x"}', "[1]", "\x00" * 9000])
def test_what_cannot_be_read_counts_for_nothing(podium: Path, written: str) -> None:
    podium.with_suffix(".left.json").write_text(written)
    assert left_off(podium) is None


def test_a_disk_that_takes_nothing_is_no_reason_to_stop(tmp_path: Path) -> None:
    noted(tmp_path / "gone" / "x.sock", LeftOff(3)).close()
