"""Plans follow from their drivers, options from their weights, and a key result is one only if it can be measured."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.tools.plan import _weighed, checked, driven
from tools.conftest import Failing, Using

DRIVERS = {"customers": {"start": 900, "growth": [0.5, 0.2]}, "price": {"start": 100}}
SCORES = some.dictionaries(
    some.sampled_from(["enter", "wait", "partner"]),
    some.fixed_dictionaries({"gain": some.integers(0, 10), "risk": some.integers(0, 10), "time": some.integers(0, 10)}),
    min_size=2,
)
WEIGHTS = some.fixed_dictionaries(
    {"gain": some.integers(1, 9), "risk": some.integers(1, 9), "time": some.integers(1, 9)}
)


@settings(max_examples=15)
@given(some.floats(1, 1e6), some.floats(-0.5, 1), some.integers(1, 10))
def test_a_driver_compounds(start: float, growth: float, years: int) -> None:
    assert driven(start, growth, years)[-1] == pytest.approx(start * (1 + growth) ** (years - 1))


def test_the_last_growth_named_goes_on() -> None:
    assert driven(100, [0.5, 0.1], 4) == pytest.approx([100, 150, 165, 181.5])


async def test_lines_are_reckoned_from_drivers_and_from_the_lines_above(using: Using) -> None:
    lines = {"revenue": "customers * price", "profit": "revenue - 130000"}
    cases = {"low": {"customers": {"growth": 0}}}
    found = await using("plan.project", {"drivers": DRIVERS, "lines": lines, "cases": cases, "first_year": 2027})
    assert [(row["year"], row["customers"], row["profit"]) for row in found["years"]] == [
        (2027, 900, -40_000), (2028, 1_350, 5_000), (2029, 1_620, 32_000),
        (2030, 1_944, 64_400), (2031, 2_332.8, 103_280),
    ]  # fmt: skip
    assert found["pays_back"] == {"likely": {"revenue": None, "profit": 2030}, "low": {"revenue": None, "profit": None}}
    assert found["totals"]["low"]["profit"] == -200_000
    assert found["cases"]["low"]["profit"] == [-40_000] * 5


@settings(max_examples=15)
@given(SCORES, WEIGHTS)
def test_the_best_has_the_largest_weighted_mean(scores: dict[str, dict[str, float]], weights: dict[str, float]) -> None:
    found = _weighed({"options": scores, "weights": weights})
    means = {
        name: sum(given[criterion] * weight for criterion, weight in weights.items()) / sum(weights.values())
        for name, given in scores.items()
    }
    assert means[found["best"]] == pytest.approx(max(means.values()))
    for line in found["ranking"]:
        assert line["score"] == pytest.approx(means[line["option"]], abs=1e-3)
        assert sum(line["from"].values()) == pytest.approx(line["score"], abs=3e-3)


@settings(max_examples=15)
@given(SCORES, WEIGHTS)
def test_at_the_turning_weight_two_options_are_level(
    scores: dict[str, dict[str, float]], weights: dict[str, float]
) -> None:
    found = _weighed({"options": scores, "weights": weights})
    for turn in found["turns"]:
        rest = sum(weight for criterion, weight in weights.items() if criterion != turn["criterion"])
        parts = {c: (1 - turn["at"]) * weight / rest for c, weight in weights.items()} | {turn["criterion"]: turn["at"]}
        level = [sum(scores[name][c] * part for c, part in parts.items()) for name in (found["best"], turn["then"])]
        assert level[0] == pytest.approx(level[1], abs=0.02)  # `at` is rounded to three digits


async def test_a_swot_says_whether_to_attack_or_to_mend(using: Using) -> None:
    swot = {
        "strengths": [{"what": "on time", "weight": 4, "sure": 5, "proof": "83 % of visits"}],
        "weaknesses": [{"what": "nobody knows us", "weight": 3}],
        "threats": [{"what": "the court", "weight": 5, "sure": 5, "proof": "14 March"}],
    }
    found = await using("plan.score", {"swot": swot})
    assert (found["inside"], found["outside"], found["stance"]) == (11, -25, "defend")
    assert found["without_a_figure"] == ["nobody knows us"]


async def test_the_strongest_of_five_forces_is_named(using: Using) -> None:
    forces = {"rivalry": 3, "newcomers": 2, "substitutes": 3, "buyers": 2, "suppliers": 5}
    found = await using("plan.score", {"forces": forces})
    assert (found["pressure"], found["strongest"], found["verdict"]) == (3.0, "suppliers", "mixed")


@pytest.mark.parametrize(
    ("result", "problems"),
    [
        ("Kept appointments from 83 to 92 % by June", []),
        ("At least 40 of 100 come back within a month", []),
        ("Under 3 failures a week", []),
        ("Improve the reports", ['no figure: "improve" by how much']),
        ("People like us", ["no figure"]),
        ("Launch 3 apps", [
            "a task, not a result: what changes when it is done", "no target: write from X to Y, or at least Y",
            "no date: by when, or in what time",
        ]),
        ("Cost from 51 to 44", ["no date: by when, or in what time"]),
    ],
)  # fmt: skip
def test_a_key_result_can_be_measured_by_a_stranger_or_says_why_not(result: str, problems: list[str]) -> None:
    found = checked([{"objective": "We are there", "results": [result, "At least 2 visits a week"]}])
    assert [problem["problem"] for problem in found["problems"]] == problems
    assert found["measurable"] == (2 if not problems else 1)


def test_an_objective_with_one_result_is_no_objective() -> None:
    found = checked([{"objective": "We are there", "results": []}])
    assert found["problems"][0]["problem"] == "0 key results; 2 to 5 can be remembered"


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("score", {}, "plan.score takes one of options, swot and forces"),
        ("score", {"options": {"a": {"x": 1}, "b": {"y": 1}}}, 'option "b" has no score for "x"'),
        ("score", {"options": {"a": {"x": 1}, "b": {"x": 1}}, "weights": {"x": 0}}, "all weights are 0"),
        ("project", {"drivers": DRIVERS, "lines": {"price": "1"}}, '"price" is both a driver and a line'),
        ("project", {"drivers": DRIVERS, "lines": {"x": "'a'"}}, 'line "x" is no number in year 1'),
        ("project", {"drivers": DRIVERS, "lines": {"x": "1"}, "cases": {"low": {"prise": {}}}},
         'there is no driver "prise"'),
    ],
)  # fmt: skip
async def test_what_cannot_be_planned_is_said(
    failing: Failing, tool: str, arguments: dict[str, Any], said: str
) -> None:
    error = await failing(f"plan.{tool}", arguments)
    assert (error.error, error.message) == ("bad_arguments", said)


@pytest.mark.parametrize(
    "formula", ["1), (2", "1) FROM years; SELECT (2", "[ ' ]), ([ ' ]", "1 /*", "sum(a)", "'", "(a"]
)
async def test_a_line_is_one_formula_and_nothing_else(failing: Failing, formula: str) -> None:
    raised = await failing("plan.project", {"drivers": {"a": {"start": 1}}, "lines": {"b": formula}})
    assert (raised.error, raised.message[:8]) == ("bad_arguments", 'line "b"')


@pytest.mark.parametrize(
    "given",
    [
        {"drivers": {"year": {"start": 7}}, "lines": {"b": "1"}},
        {"drivers": {"a": {"start": 1}}, "lines": {"Year": "a"}},
    ],
)
async def test_nothing_but_the_years_is_called_year(failing: Failing, given: dict[str, Any]) -> None:
    assert "is the column of the years" in (await failing("plan.project", given)).message
