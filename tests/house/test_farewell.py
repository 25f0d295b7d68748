"""The last words of a command that failed: what can be mended, or that it is our bug, and never a traceback unasked."""

from __future__ import annotations

import io
import json

import pytest

from app.cli.farewell import tell
from app.errors import FootlightsError, NotFound, Problem, ScenarioRefused, UsageError


def told(error: Exception) -> tuple[int, str]:
    stream = io.StringIO()
    try:
        raise error
    except Exception as raised:
        return tell(raised, stream), stream.getvalue()


@pytest.mark.parametrize(("kind", "code"), [(FootlightsError, 1), (UsageError, 2), (NotFound, 2)])
def test_an_error_the_user_can_mend_is_a_message_a_hint_and_its_exit_code(
    kind: type[FootlightsError], code: int
) -> None:
    assert told(kind("there is no play", "write one")) == (code, "error: there is no play\n  hint: write one\n")


def test_an_error_without_a_hint_is_one_line() -> None:
    assert told(UsageError("nothing to do"))[1] == "error: nothing to do\n"


def test_a_refused_scenario_shows_its_problems_with_their_lines() -> None:
    problem = Problem("code", "it is wrong", "", "play.yaml", 1, 1)
    code, text = told(ScenarioRefused([problem], {"play.yaml": "steps: 1"}))
    assert code == 2
    assert "play.yaml:1:1: error: it is wrong\n    1 │ steps: 1\n" in text
    assert text.endswith("1 error in play.yaml\n")


def test_a_bug_is_one_short_message_with_its_place() -> None:
    with pytest.raises(AttributeError) as caught:
        tell(NotFound("x"), None)  # type: ignore[arg-type]
    stream = io.StringIO()
    assert tell(caught.value, stream) == 1
    first, second = stream.getvalue().splitlines()
    assert first.startswith("error: this is a bug in Footlights: AttributeError: ")
    assert "(app/cli/" in first
    assert "FOOTLIGHTS_DEBUG=1" in second


def test_a_bug_below_a_library_names_our_line_above_it() -> None:
    class Stubborn:
        encoding = "utf-8"

        def isatty(self) -> bool:
            return bool(json.loads("{"))

    with pytest.raises(json.JSONDecodeError) as caught:
        tell(NotFound("x"), Stubborn())  # type: ignore[arg-type]
    stream = io.StringIO()
    tell(caught.value, stream)
    assert "(app/cli/ink.py:" in stream.getvalue()


def test_the_whole_traceback_is_shown_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback" not in told(RuntimeError("broken"))[1]
    monkeypatch.setenv("FOOTLIGHTS_DEBUG", "1")
    assert "Traceback (most recent call last):\n" in told(RuntimeError("broken"))[1]


@pytest.mark.parametrize("debug", ["0", "1"])
def test_neither_keys_nor_escapes_leave_with_an_error(debug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_DEBUG", debug)
    for kind in (RuntimeError, NotFound):
        text = told(kind("\x1b[2Jsk-ant-abcdefghijklmnop1234\x9b"))[1]
        assert "abcdefgh" not in text
        assert not set(text) & {"\x1b", "\x9b"}
