"""Every test of the app sees the same looks wherever it runs, and has pictures to compare with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

from corpus.patience import _ends_some_time as _ends_some_time
from tui.pictures import assert_pictured
from tui.settling import draw_when_settled, wait_for_idle, wait_for_screen


@pytest.fixture(autouse=True)
def _certain_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is pressed has had its effect, however busy the machine is, and the screen has been drawn once."""
    monkeypatch.setattr("textual.app.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.pilot.Pilot._wait_for_screen", wait_for_screen)
    monkeypatch.setattr("textual.screen.Screen._compositor_refresh", draw_when_settled)


@pytest.fixture(scope="session", autouse=True)
def _each_style_sheet_is_read_once() -> Iterator[None]:
    """Hundreds of apps have the same style sheets, and reading them is an eighth of what an app costs."""
    known: dict[tuple[Any, ...], list[RuleSet]] = {}
    read = Stylesheet._parse_rules

    def read_once(sheet: Stylesheet, css: str, *place: Any, **more: Any) -> list[RuleSet]:
        key = (css, *place, *sorted(more.items()), *sheet._variables.items())
        if key not in known:
            known[key] = read(sheet, css, *place, **more)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", read_once)
        yield


@pytest.fixture(autouse=True)
def _steady_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


@pytest.fixture
def pictured(request: pytest.FixtureRequest) -> Callable[[App[Any], str], None]:
    """Holds a screen against the picture that is kept of it."""
    update = bool(request.config.getoption("--keep-pictures"))

    def check(app: App[Any], name: str) -> None:
        assert_pictured(app, name, update=update)

    return check
