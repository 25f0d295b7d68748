"""Timers that ring once: Textual's own leave out their only beat where the machine is late."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from itertools import count
from time import monotonic

import pytest
from textual import _time
from textual.app import App
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widget import Widget

from app.tui.app import Theatre
from app.tui.canvas import Canvas
from app.tui.place import Place
from app.tui.punctual import Punctual
from app.tui.screens.inputs import Inputs
from tui.staging import until


class Small(Punctual, App[None]):
    """An app in which nothing beats again and again."""


@pytest.fixture
async def pilot(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pilot[None]]:
    """Of one on a machine where a timer that rings once finds an hour gone at each look at the clock.

    No other does: those that beat again and again would be late for ever, and leave the machine to nobody.
    """
    hours = count()

    def read() -> float:
        timer = sys._getframe(1).f_locals.get("self")
        rings_once = isinstance(timer, Timer) and timer._repeat == 0
        return monotonic() + 3600 * next(hours) * rings_once

    async with Small().run_test(size=(100, 30)) as pilot:
        with monkeypatch.context() as late:
            late.setattr(_time, "get_time", read)
            yield pilot


async def test_an_app_that_is_resized_on_a_late_machine_heeds_it_and_what_comes_later(pilot: Pilot[None]) -> None:
    await pilot.resize_terminal(110, 34)
    await until(lambda: pilot.app._resize_timer is None, "it is heeded")


async def test_a_timer_of_a_widget_rings_however_late_the_machine_is(pilot: Pilot[None]) -> None:
    rung: list[str] = []
    canvas = Canvas()
    await pilot.app.mount(canvas)
    canvas.set_timer(0.001, lambda: rung.append("rung"))
    await until(lambda: rung == ["rung"], "it rings")


@pytest.mark.parametrize("kind", [Theatre, Place, Inputs, Canvas])
def test_whatever_sets_timers_of_ours_is_punctual(kind: type[Widget]) -> None:
    assert kind.set_timer.__module__ == "app.tui.punctual"
