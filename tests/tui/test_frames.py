"""The frame clock: each frame that is due comes, and no more of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import pytest
from textual import _time
from textual.app import App

from app.tui.frames import Frames
from tui.settling import settled
from tui.staging import until


class Pictures:
    """How often one was drawn, and when the next is wanted."""

    def __init__(self, *waits: float) -> None:
        self.drawn = 0
        self._waits = iter(waits)

    def draw(self) -> float | None:
        self.drawn += 1
        return next(self._waits, None)


@pytest.fixture
async def app() -> AsyncIterator[App[object]]:
    app: App[object] = App()
    async with app.run_test():
        yield app


async def test_the_first_frame_comes_however_late_the_machine_is(
    app: App[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = count()
    monkeypatch.setattr(_time, "get_time", lambda: next(hours) * 3600.0)  # each look at the clock is an hour late
    pictures = Pictures()
    Frames(app, pictures.draw).start()
    await until(lambda: pictures.drawn == 1, "the first frame")


async def test_whoever_wakes_it_again_and_again_gets_one_frame(app: App[object]) -> None:
    pictures = Pictures(0.0, 3600.0, 3600.0)
    frames = Frames(app, pictures.draw)
    frames.start()
    await until(lambda: pictures.drawn == 2, "the frames that are due")
    for _ in range(5):
        frames.wake()
    await until(lambda: pictures.drawn == 3, "the one that it was woken for")
    await settled(app)
    assert pictures.drawn == 3


async def test_once_it_is_stopped_nothing_is_drawn_until_it_starts_again(app: App[object]) -> None:
    pictures = Pictures()
    frames = Frames(app, pictures.draw)
    frames.start()
    frames.stop()
    frames.wake()
    await settled(app)
    assert pictures.drawn == 0
    frames.start()
    await until(lambda: pictures.drawn == 1, "a frame")
