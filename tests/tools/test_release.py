"""Versions follow from changes, and figures decide: go, hold or roll back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from semver import Version

from app.tools.release.thresholds import Rule, judged, lasting
from app.tools.release.tools import USUAL
from app.tools.release.versions import next_version
from tools.conftest import Failing, Using

KINDS = {"feat": 2, "fix": 1, "perf": 1, "docs": 0, "chore": 0}
TWO_MINUTES = Rule("errors", "critical", 0.5, 120, "errors")


def minutes(*errors: float | None) -> list[dict[str, Any]]:
    """One figure a minute."""
    return [{"at": f"14:{minute:02}", "errors": value} for minute, value in enumerate(errors)]


def decided(*errors: float | None, rule: Rule = TWO_MINUTES, watch: float = 120) -> str:
    return str(judged(minutes(*errors), [rule], watch)["decision"])


@pytest.mark.parametrize(
    ("current", "changes", "version"),
    [
        ("1.4.2", ["fix: a total"], "1.4.3"),
        ("1.4.2", ["fix: a total", "feat(basket): kept"], "1.5.0"),
        ("1.4.2", ["feat!: kept for ever"], "2.0.0"),
        ("1.4.2", ["fix: a total\n\nBREAKING CHANGE: totals are texts"], "2.0.0"),
        ("0.4.2", ["feat!: kept for ever"], "0.5.0"),
        ("1.5.0-rc.2", ["feat: kept"], "1.5.0"),
        ("1.4.2", ["docs: say so", "chore: tidy"], "1.4.2"),
    ],
)
def test_the_greatest_change_decides_the_version(current: str, changes: list[str], version: str) -> None:
    assert next_version(current, changes)["version"] == version


@given(
    some.tuples(*[some.integers(0, 99)] * 3),
    some.lists(some.tuples(some.sampled_from(sorted(KINDS)), some.booleans()), min_size=1, max_size=8),
)
def test_a_version_never_goes_back_and_counts_up_one_place(
    now: tuple[int, int, int], told: list[tuple[str, bool]]
) -> None:
    major, minor, patch = now
    size = max(3 if breaks else KINDS[kind] for kind, breaks in told)
    if size == 3 and major == 0:
        size = 2
    expected = {0: now, 1: (major, minor, patch + 1), 2: (major, minor + 1, 0), 3: (major + 1, 0, 0)}[size]
    changes = [f"{kind}{'!' if breaks else ''}: something" for kind, breaks in told]
    found = next_version(f"{major}.{minor}.{patch}", changes)["version"]
    assert Version.parse(found).to_tuple()[:3] == expected


def test_the_changelog_says_what_breaks_first_and_leaves_out_what_nobody_notices() -> None:
    log = next_version("1.0.0", "fix: b\nfeat(api)!: a\nchore: c\n\nperf: d")["changelog"]
    assert log.split("\n### ") == [
        "## 2.0.0\n",
        "Breaking\n- api: a\n",
        "Added\n- api: a\n",
        "Fixed\n- b\n",
        "Faster\n- d",
    ]


@pytest.mark.parametrize(
    ("current", "changes", "said"),
    [
        ("v1.4", ["fix: a"], '"v1.4" is no version'),
        ("1.4.2", ["fix: a", "mended the total"], 'change 2: "mended the total" does not say what kind it is'),
        ("1.4.2", ["feet: a"], 'change 1: there is no kind "feet"'),
        ("1.4.2", [], "there are no changes"),
        ("1.4.2", "\n \n", "there are no changes"),
    ],
)
async def test_nonsense_is_refused_by_its_place(failing: Failing, current: str, changes: Any, said: str) -> None:
    raised = await failing("release.version", {"current": current, "changes": changes})
    assert (raised.error, raised.message) == ("bad_arguments", said)


async def test_a_kind_that_is_misspelt_is_guessed(failing: Failing) -> None:
    assert (
        await failing("release.version", {"current": "1.0.0", "changes": ["feet: a"]})
    ).hint == 'did you mean "feat"?'


@pytest.mark.parametrize(
    ("errors", "decision"),
    [
        ((0.1, 0.2, 0.1), "go"),
        ((0.1, 0.9, 0.9, 0.9, 0.1), "roll_back"),  # it recovered, and had still fired
        ((0.9, 0.9, 0.1, 0.9, 0.1), "go"),  # two spikes are no two minutes
        ((0.1, 0.1, 0.9, 0.9), "hold"),  # over the line, not long enough yet
        ((0.1, 0.1, 0.1, None), "hold"),  # nobody knows
        ((0.1, None, 0.1), "go"),
        ((0.9, None, 0.9), "roll_back"),  # a gap ends nothing
        ((0.1, 0.1), "hold"),  # not watched for long enough
        ((None, None, None), "hold"),
        ((0.5, 0.5, 0.5), "go"),  # on the line is not over it
    ],
)
def test_a_line_counts_once_it_was_crossed_for_long_enough(errors: tuple[float | None, ...], decision: str) -> None:
    assert decided(*errors) == decision


def test_a_warning_holds_and_rolls_nothing_back() -> None:
    assert decided(0.9, 0.9, 0.9, rule=Rule("errors", "warn", 0.5, 120, "errors")) == "hold"


def test_of_each_measure_the_gravest_is_told_and_nothing_else() -> None:
    rules = [Rule("errors", "warn", 0.5, 300, "errors"), Rule("errors", "critical", 0.8, 120, "errors")]
    found = judged(minutes(0.9, 0.9, 0.9, 0.1), rules, 0)
    assert found["reasons"] == ["errors from 14:00 to 14:02, 0.9 at worst (critical above 0.8 for 2m)"]
    found = judged(minutes(0.1, 0.9, 0.1), rules, 0)
    assert found["reasons"][1:] == ["errors at 14:01, 0.9 at worst, a spike: critical is above 0.8 for 2m"]


def test_what_should_be_high_is_watched_from_below() -> None:
    assert decided(99, 40, 40, 40, rule=Rule("errors", "critical", 95, 120, "down", below=True)) == "roll_back"


@given(some.lists(some.floats(0, 1), min_size=1, max_size=30), some.integers(1, 10))
def test_a_rule_fires_when_some_window_of_its_length_is_all_over_the_line(errors: list[float], hold: int) -> None:
    windows = (errors[start : start + hold + 1] for start in range(len(errors) - hold))
    fired = any(all(value > 0.5 for value in window) for window in windows)
    found = decided(*errors, rule=Rule("errors", "critical", 0.5, hold * 60, "errors"), watch=0)
    assert (found == "roll_back") == fired


async def test_the_usual_rules_name_four_triggers(using: Using) -> None:
    bad = {"up": 0, "task_failures": 40, "latency": 3, "memory": 99}
    figures = [{"at": minute, **bad} for minute in range(8)]
    found = await using("release.gate", {"figures": figures})
    assert found["triggers"] == ["down", "errors", "slow", "exhausted"]
    assert {rule.trigger for rule in USUAL} == set(found["triggers"])


async def test_the_usual_rules_let_a_quiet_quarter_of_an_hour_pass(using: Using) -> None:
    figures = [{"at": minute, "up": 1, "cpu": 60, "latency": 0.2} for minute in range(16)]
    assert (await using("release.gate", {"figures": figures}))["decision"] == "go"


async def test_a_gate_asks_for_the_longest_hold_unless_told_otherwise(using: Using) -> None:
    figures = [{"at": minute, "cpu": 60} for minute in range(4)]
    assert (await using("release.gate", {"figures": figures}))["reasons"] == ["watched for 3m; 5m are wanted"]
    assert (await using("release.gate", {"figures": figures, "watch": "3m"}))["decision"] == "go"


@pytest.mark.parametrize("times", [("23:59", "00:01"), ("14:00", "14:00")])
async def test_times_have_to_rise(failing: Failing, times: tuple[str, str]) -> None:
    raised = await failing("release.gate", {"figures": [{"at": at, "cpu": 1} for at in times]})
    assert raised.message == f"row 2, at: {times[1]} does not come after the row before"


async def test_dates_cross_midnight(using: Using) -> None:
    figures = [{"at": at, "cpu": 95} for at in ("2026-03-01T23:59:00+01:00", "2026-03-01T23:02:00Z")]
    assert (await using("release.gate", {"figures": figures}))["watched"] == "3m"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"figures": []}, "there are no figures"),
        ({"figures": [{"at": "soon", "cpu": 1}]}, "row 1, at: 'soon' is no time"),
        ({"figures": [{"at": 1, "cpu": "high"}]}, "row 1, cpu: 'high' is no number"),
        ({"figures": [{"at": 1, "cpu": True}]}, "row 1, cpu: 'True' is no number"),
        ({"figures": [{"cpu": 1}]}, 'there is no column "at"'),
        ({"figures": [{"at": 1, "mood": 3}]}, "no column has a usual rule"),
        (
            {"figures": [{"at": 1, "cpu": 3}], "rules": [{"measure": "gpu", "level": "warn", "above": 1, "for": "1m"}]},
            'there is no column "gpu"',
        ),
    ],
)
async def test_figures_that_say_nothing_are_refused(failing: Failing, arguments: dict[str, Any], said: str) -> None:
    assert (await failing("release.gate", arguments)).message == said


@pytest.mark.parametrize(
    "rule",
    [
        {"measure": "cpu", "level": "warn", "for": "1m"},
        {"measure": "cpu", "level": "warn", "above": 1, "below": 2, "for": "1m"},
        {"measure": "cpu", "level": "warn", "above": 1, "for": "soon"},
        {"measure": "cpu", "level": "loud", "above": 1, "for": "1m"},
    ],
)
async def test_a_rule_has_one_line_one_time_and_one_level(failing: Failing, rule: dict[str, Any]) -> None:
    assert (await failing("release.gate", {"figures": [{"at": 1, "cpu": 1}], "rules": [rule]})).error == "bad_arguments"


@pytest.mark.parametrize(("seconds", "words"), [(90, "90s"), (300, "5m"), (7200, "2h"), (0, "0s")])
def test_times_are_told_as_people_write_them(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


async def test_more_figures_than_anybody_watches_are_refused(failing: Failing) -> None:
    figures = "at,errors\n" + "".join(f"{minute},1\n" for minute in range(20_001))
    assert (await failing("release.gate", {"figures": figures})).error == "refused"
