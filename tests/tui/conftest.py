"""Every test of the app sees the same looks wherever it runs, and has pictures to compare with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App

from corpus.patience import _ends_some_time as _ends_some_time
from tui.pictures import assert_pictured
from tui.settling import wait_for_idle, wait_for_screen


@pytest.fixture(autouse=True)
def _certain_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is pressed has had its effect, however busy the machine is."""
    monkeypatch.setattr("textual.app.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.pilot.Pilot._wait_for_screen", wait_for_screen)


@pytest.fixture(autouse=True)
def _steady_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOOTLIGHTS_MOTION", "FOOTLIGHTS_SCREEN_READER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def pictured(request: pytest.FixtureRequest) -> Callable[[App[Any], str], None]:
    """Holds a screen against the picture that is kept of it."""
    update = bool(request.config.getoption("--keep-pictures"))

    def check(app: App[Any], name: str) -> None:
        assert_pictured(app, name, update=update)

    return check
