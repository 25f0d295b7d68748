"""Leads get points by rules that can be read and go to whoever can take them; a forecast knows how wrong it was."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.leads.pipeline import Chances, Deal, guessed, learned
from tools.conftest import Failing, Using

LENA = {"owner": "Lena", "regions": ["DACH"], "languages": ["de", "en"], "employees": [50, 500], "capacity": 2}
OLU = {"owner": "Olu", "regions": ["DACH", "Africa"], "capacity": 10, "load": 4}


async def routed(using: Using, leads: str, *owners: dict[str, Any], **more: Any) -> Any:
    return await using("leads.route", {"leads": leads, "owners": list(owners), "fallback": "desk", **more})


async def test_points_are_the_sum_of_the_rules_that_hold(using: Using) -> None:
    rules = [
        {"because": "large", "kind": "fit", "when": "employees >= 200", "points": 40},
        {"because": "a student", "kind": "fit", "when": "mail LIKE '%.edu'", "points": -15},
        {"because": "asked for a demo", "kind": "intent", "when": "demo", "points": 30},
    ]
    leads = "id,employees,mail,demo\nA,300,a@example.com,true\nB,300,b@x.edu,false\nC,,c@example.com,true\n"
    result = await using("leads.score", {"leads": leads, "rules": rules})
    assert [(one["id"], one["fit"], one["intent"], one["band"]) for one in result["leads"]] == [
        ("A", 40, 30, "hot"),
        ("C", 0, 30, "warm"),
        ("B", 25, 0, "cold"),
    ]
    assert result["leads"][1]["unknown"] == ["large"]
    assert result["leads"][2]["reasons"] == ["+40 large", "-15 a student"]


async def test_bands_are_as_stated_and_nothing_scores_nothing(using: Using) -> None:
    rule = {"because": "is here", "kind": "fit", "when": "1", "points": 10}
    result = await using("leads.score", {"leads": "id\n1\n2\n", "rules": [rule], "bands": {"hot": 10}})
    assert result["counts"] == {"hot": 2, "warm": 0, "cold": 0}
    empty = await using("leads.score", {"leads": [], "rules": [rule]})
    assert empty == {"counts": {"hot": 0, "warm": 0, "cold": 0}, "leads": []}


async def test_a_lead_goes_to_whoever_has_the_most_room(using: Using) -> None:
    leads = "id,region,language,employees\n1,DACH,de,100\n2,DACH,de,100\n3,DACH,de,100\n4,DACH,fr,100\n"
    result = await routed(using, leads, LENA, OLU)
    assert [one["owner"] for one in result["routed"]] == ["Lena", "Olu", "Lena", "Olu"]
    assert result["load"] == {"Lena": "2 of 2", "Olu": "6 of 10"}


async def test_what_nobody_can_take_goes_to_the_fallback_with_the_nearest_miss(using: Using) -> None:
    leads = "id,region,language,employees\n1,DACH,de,900\n2,Asia,ja,900\n"
    result = await routed(using, leads, LENA)
    assert result["fallback"] == [1, 2]
    assert result["routed"][0]["because"] == "nobody fits; Lena but for size 900"


async def test_a_full_owner_takes_no_more(using: Using) -> None:
    leads = "id,region,language,employees\n" + "".join(f"{n},DACH,de,100\n" for n in range(5))
    result = await routed(using, leads, LENA)
    assert [one["owner"] for one in result["routed"]] == ["Lena", "Lena", "desk", "desk", "desk"]
    assert result["routed"][2]["because"] == "nobody fits; Lena but for load"


async def test_agreement_with_people_is_counted(using: Using) -> None:
    leads = "id,region,language,employees,who\n1,DACH,de,100,Lena\n2,DACH,de,100,Olu\n3,DACH,de,100,\n"
    result = await routed(using, leads, LENA, truth="who")
    assert result["check"] == {
        "of": 2, "right": 1, "share": 0.5, "wrong": [{"lead": 2, "owner": "Lena", "should_be": "Olu"}],
    }  # fmt: skip


@given(
    some.lists(
        some.tuples(some.sampled_from([100.0, 250.0, 900.0]), some.floats(0, 1), some.floats(0, 300)), max_size=8
    )
)
def test_the_forecast_is_the_mean_of_all_that_can_happen(deals: list[tuple[float, float, float]]) -> None:
    stages = {str(number): chance for number, (_, chance, _) in enumerate(deals)}
    chances = Chances(stages, 90)
    pipeline = [Deal(str(n), str(n), amount, age) for n, (amount, _, age) in enumerate(deals)]
    each = [chance if age <= 90 else chance * 90 / age for _, chance, age in deals]
    mean = square = 0.0
    for ends in product((True, False), repeat=len(deals)):
        likely = math.prod(chance if won else 1 - chance for won, chance in zip(ends, each, strict=True))
        total = sum(deal.amount for won, deal in zip(ends, pipeline, strict=True) if won)
        mean, square = mean + likely * total, square + likely * total * total
    guess = guessed(pipeline, chances)
    deviation = math.sqrt(max(0.0, square - mean * mean))
    assert math.isclose(guess.expected, mean, abs_tol=1e-6)
    assert math.isclose(guess.low, max(0.0, mean - 1.281552 * deviation), abs_tol=1e-2)
    assert guess.low <= guess.expected <= guess.high <= sum(deal.amount for deal in pipeline) + 1e-9


def test_a_stage_is_worth_what_it_brought() -> None:
    past = [Deal("a", "demo", 100, 10, won=True), Deal("b", "demo", 300, 10), Deal("c", "call", 50, 10)]
    assert learned(past, 90) == {"demo": 0.25, "call": 0.0}
    old = [Deal("a", "demo", 100, 180, won=True), Deal("b", "demo", 300, 180)]
    assert learned(old, 90) == {"demo": 0.5}  # at twice the typical age half of it was to be expected


async def test_a_past_quarter_is_guessed_from_the_others_alone(using: Using) -> None:
    history = (
        "id,stage,amount,age_days,quarter,won\n"
        "1,demo,100,5,Q1,true\n2,demo,100,5,Q1,false\n3,demo,100,5,Q2,true\n4,demo,100,5,Q2,true\n"
    )
    result = await using("leads.forecast", {"deals": [], "history": history})
    assert [one["expected"] for one in result["backtest"]] == [200, 100]
    assert [one["error_percent"] for one in result["backtest"]] == [100.0, -50.0]
    assert result["mean_error_percent"] == 75.0


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("score", {"leads": "name\nx\n", "rules": []}, "rules"),
        (
            "score",
            {"leads": "name\nx\n", "rules": [{"because": "a", "kind": "fit", "when": "1", "points": 1}]},
            "row 1 has no id",
        ),
        (
            "score",
            {"leads": "id\n1\n", "rules": [{"because": "a", "kind": "fit", "when": "size > 3", "points": 1}]},
            'there is no column "size"',
        ),
        (
            "route",
            {"leads": "id,employees\n1,many\n", "owners": [LENA], "fallback": "desk"},
            "row 1, employees: many is no number",
        ),
        (
            "route",
            {"leads": "id\n1\n", "owners": [LENA | {"employees": [9, 1]}], "fallback": "desk"},
            "Lena: sizes from 9 to 1",
        ),
        ("route", {"leads": [{"id": n} for n in range(10_001)], "owners": [LENA], "fallback": "x"}, "more than 10,000"),
        ("forecast", {"deals": []}, "neither `stages` nor `history`"),
        (
            "forecast",
            {"deals": "id,stage,amount,age_days\n1,dema,5,5\n", "stages": {"demo": 0.5}},
            'deal "1": nothing is known of the stage "dema"',
        ),
        ("forecast", {"deals": "id,stage,amount,age_days\n1,demo,,5\n", "stages": {"demo": 0.5}}, "amount is missing"),
        (
            "forecast",
            {"deals": "id,stage,amount,age_days\n1,demo,-5,5\n", "stages": {"demo": 0.5}},
            "row 1, amount: -5 is no amount",
        ),
        (
            "forecast",
            {"deals": [], "history": "id,stage,amount,age_days,quarter,won\n1,demo,5,5,Q1,perhaps\n"},
            "row 1, won: perhaps is not true or false",
        ),
        (
            "forecast",
            {"deals": [], "history": "id,stage,amount,age_days,quarter,won\n1,demo,5,5,Q1,true\n"},
            "one quarter alone tests nothing",
        ),
    ],
)
async def test_what_cannot_be_reckoned_is_said(tool: str, arguments: Any, says: str, failing: Failing) -> None:
    error = await failing(f"leads.{tool}", arguments)
    assert error.error in ("bad_arguments", "refused")
    assert says in error.message


@pytest.mark.parametrize("size", [{"a": 1}, True, "many"])
async def test_the_size_of_a_lead_is_a_number(failing: Failing, size: Any) -> None:
    owners = [{"owner": "Lena", "capacity": 1}]
    leads = [{"id": 1, "employees": size}]
    raised = await failing("leads.route", {"leads": leads, "owners": owners, "fallback": "desk"})
    assert raised.message.startswith("row 1, employees: ")


@pytest.mark.parametrize("when", ["1), (2", "count(*)"])
async def test_a_rule_asks_one_thing_of_each_lead(failing: Failing, when: str) -> None:
    rules = [{"because": "so", "kind": "fit", "when": when, "points": 1}]
    raised = await failing("leads.score", {"leads": "id,x\n1,1\n2,2\n", "rules": rules})
    assert raised.error == "bad_arguments"
