"""How a performance ends for the shell, and how times and tables read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.cli.endings import exit_code, how_to_go_on
from app.cli.figures import MICROSECONDS, ago, compact_time, read_past, tokens
from app.cli.ink import Ink
from app.cli.tables import Cell, Giving, table
from app.errors import UsageError
from app.events import BudgetExceeded


def result(**facts: Any) -> Any:
    usual = {
        "status": "finished",
        "outcome": "succeeded",
        "reason": "",
        "expected": True,
        "excused": False,
        "exhausted": False,
    }
    return SimpleNamespace(**{**usual, **facts})


@pytest.mark.parametrize(
    ("ended", "signal", "code"),
    [
        (result(), None, 0),
        (result(outcome="failed"), None, 1),
        (result(outcome="cancelled"), None, 1),
        (result(outcome="failed", excused=True), None, 0),
        (result(expected=False), None, 5),
        (result(outcome="failed", expected=False), None, 5),
        (result(outcome="failed", exhausted=True), None, 4),
        (result(outcome="exhausted", exhausted=True, expected=False), None, 4),
        (result(status="paused", reason="gate", outcome=None), None, 3),
        (result(status="paused", reason="person", outcome=None), None, 3),
        (result(status="paused", reason="budget", outcome=None), None, 4),
        (result(status="paused", reason="disk", outcome=None), None, 1),
        (result(status="paused", reason="signal", outcome=None), 2, 130),
        (result(status="paused", reason="gate", outcome=None), 15, 143),
        (result(), 2, 0),
        (None, 1, 129),
        (None, 3, 131),
        (None, None, 1),
    ],
)
def test_the_first_ending_that_applies_is_the_exit_code(ended: Any, signal: int | None, code: int) -> None:
    assert exit_code(ended, signal) == code


@pytest.mark.parametrize("reason", ["gate", "budget", "disk", "person", "signal"])
def test_a_run_that_was_left_says_how_it_goes_on(reason: str) -> None:
    said = how_to_go_on(result(status="paused", reason=reason), "01JEXAMPLE00000000ABCDEFGH")
    assert "footlights resume ABCDEFGH goes on" in said
    assert how_to_go_on(result(), "01JEXAMPLE00000000ABCDEFGH") == ""


def test_where_room_is_short_columns_leave_before_any_name_is_cut() -> None:
    rows = [[Cell("00000ONE"), Cell("a-long-scenario"), Cell("12"), Cell("3.4k")]]
    look = Ink(colour=False, width=20)
    lines = table(("run", "scenario", "cost", "tokens"), rows, look, yielding=Giving(1, leaving=(3, 2)))
    assert lines == ["run       scenario", "00000ONE  a-long-sc…"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (-5, "just now"), (59, "59 s ago"), (60, "1 min ago"), (7200, "2 h ago"), (86400 * 3, "3 d ago")],
)
def test_a_moment_is_told_by_how_long_ago_it_was(seconds: int, said: str) -> None:
    now = 1_800_000_000 * MICROSECONDS
    assert ago(now - seconds * MICROSECONDS, now) == said


def test_after_a_week_a_moment_is_told_by_its_date() -> None:
    now = 1_800_000_000 * MICROSECONDS
    assert ago(now - 30 * 86400 * MICROSECONDS, now).endswith(" 2026")


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [(0, "0.0s"), (9940, "9.9s"), (9960, "10s"), (59_600, "1m 00s"), (200_000, "3m 20s"), (7_500_000, "2h 05m")],
)
def test_times_fit_a_narrow_column(milliseconds: int, said: str) -> None:
    assert compact_time(milliseconds) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0"), (999, "999"), (3400, "3.4k"), (999_960, "1.0M"), (1_200_000, "1.2M")]
)
def test_tokens_fit_a_narrow_column(count: int, said: str) -> None:
    assert tokens(count) == said


def test_a_time_in_the_past_is_read_as_people_write_it() -> None:
    now = 1_800_000_000 * MICROSECONDS
    assert read_past("2h", now) == now - 7200 * MICROSECONDS
    assert read_past(" 1w ", now) == now - 7 * 86400 * MICROSECONDS
    assert read_past("2026-11-03", now) < now
    for word in ("soon", "", "h", "2026-13-01", "9" * 40, "-1d"):
        with pytest.raises(UsageError):
            read_past(word, now)


def test_a_table_gives_way_in_one_column_and_cleans_what_it_shows() -> None:
    rows = [[Cell("a\x1b[2J" * 30), Cell("12", right=True)], [Cell("計画を立てる" * 9), Cell("3", right=True)]]
    lines = table(("name", "count"), rows, Ink(colour=False, width=30), yielding=Giving(0))
    assert [line[-3:] for line in lines[1:]] == [" 12", "  3"]
    assert not any("\x1b" in line for line in lines)
    assert table(("name", "count"), [], Ink(colour=False), yielding=Giving(0)) == ["name  count"]


@pytest.mark.parametrize(
    ("exceeded", "said"),
    [
        (BudgetExceeded("run", "cost_usd", spent=0.0069, limit=0.01, needed=0.0123), "raise cost_usd 0.032 "),
        (BudgetExceeded("run", "cost_usd", spent=0.0, limit=1e-6, needed=2.0215), "raise cost_usd 4.1 "),
        (BudgetExceeded("agent:qa", "tokens", spent=900, limit=1000, needed=4000), "raise agent:qa.tokens 8900 "),
        (BudgetExceeded("run", "turns", spent=3, limit=3, needed=1), "raise turns 6 "),
    ],
)
def test_the_limit_that_is_named_lets_the_call_go_that_did_not_fit(exceeded: BudgetExceeded, said: str) -> None:
    paused = result(status="paused", reason="budget", outcome=None)
    assert said in how_to_go_on(paused, "01JEXAMPLE00000000ABCDEFGH", [exceeded])
