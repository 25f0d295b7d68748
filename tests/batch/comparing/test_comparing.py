"""Comparisons of arms: what is paired, what is concluded, and what must not be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.batch.comparing.arms import Comparisons, compared
from app.batch.comparing.pairing import paired
from app.batch.comparing.words import span
from app.batch.plan import Item
from app.batch.planning import Wish, planned
from app.batch.statistics import compare, level
from app.errors import UsageError
from app.journal import Journal
from app.scenario import load
from app.state.spending import Spent
from corpus.arms import AXIS, Came, is_cheap, passed_if, plan_of, results_from
from corpus.batches import performed, read, rehearsal, results
from corpus.commands import ROOT

MARKETS = ({"market": "DE"}, {"market": "FR"})


def worse_and_cheaper(item: Item) -> dict[str, object]:
    """Of fifty pairs 42 pass with smart and 30 with cheap, which costs less, by a little more or less each time."""
    if is_cheap(item):
        return passed_if(item.repeat % 50 < 30, cost_usd=0.003 + item.repeat % 7 / 10_000)
    return passed_if(item.repeat % 50 < 42, cost_usd=0.01 + item.repeat % 5 / 10_000)


def held(came: Came, **plan: object) -> Comparisons:
    return compared(results_from(plan_of(**plan), came))  # type: ignore[arg-type]


# What is paired


def test_pairs_agree_in_all_but_the_axis() -> None:
    plan = plan_of(pairs=3, cells=MARKETS)
    for first, other in paired(plan, AXIS).pairs(1):
        control, arm = plan.items[first], plan.items[other]
        assert (control.cell[AXIS], arm.cell[AXIS]) == ("smart", "cheap")
        assert (control.cell["market"], control.repeat) == (arm.cell["market"], arm.repeat)
    assert len(list(paired(plan, AXIS).pairs(1))) == 6


def test_another_axis_of_the_same_batch_can_be_compared_as_well() -> None:
    found = compared(results_from(plan_of(cells=MARKETS), lambda item: {}), "market")
    assert (found.control, found.arms[0].name, found.arms[0].pairs) == ("DE", "FR", 100)


def test_what_is_equal_in_every_rehearsed_pair_is_the_same_and_live_it_takes_more_of_them() -> None:
    rehearsed, live = (held(lambda item: {}, pairs=24, mode=mode, primary="cost_usd") for mode in ("rehearsal", "live"))
    (arm,) = rehearsed.arms
    equal = {each.measure: each.verdict for each in arm.measures}
    assert set(equal.values()) == {"same"}
    assert arm.headline == "cheap is as good: cost is the same in all 24 pairs."
    assert {each.verdict for each in live.arms[0].measures} == {"not enough data"}


def test_of_what_is_rehearsed_a_single_pair_says_all_there_is_to_know() -> None:
    (arm,) = held(lambda item: {}, pairs=1, mode="rehearsal").arms
    assert {each.verdict for each in arm.measures} == {"same"}
    assert arm.headline == "cheap is as good: success is the same in the only pair."


def test_where_lines_slip_a_few_rehearsed_pairs_that_are_equal_say_little() -> None:
    plan = plan_of(pairs=6, mode="rehearsal")
    plan = replace(plan, sources=(replace(plan.sources[0], slips=True),))
    (arm,) = compared(results_from(plan, lambda item: {})).arms
    assert {each.verdict for each in arm.measures} == {"not enough data"}


def test_a_measure_of_which_too_few_pairs_differ_has_no_interval_and_says_why() -> None:
    changes = dict(enumerate((0.01, -0.01, 0.02, -0.01, 0.01, -0.02)))
    (arm,) = held(lambda item: {"seconds": 2.0 + is_cheap(item) * changes.get(item.repeat, 0.0)}, pairs=20).arms
    time = arm.measured("seconds")
    assert time is not None
    assert (time.verdict, span(time.comparison), time.comparison.needed) == ("not enough data", None, 27)
    assert "only 6 of them differ, too few to know how widely others would" in time.why


def test_a_cell_that_one_arm_lacks_is_counted_and_said(tmp_path: Path) -> None:
    plan = rehearsal(
        read(tmp_path), matrix={"tone": ["plain", "warm"]}, exclude=[{"market": "FR", "tone": "warm"}], compare="tone"
    )
    found = compared(results_from(plan, lambda item: {}))
    assert (found.arms[0].pairs, found.arms[0].alone) == (2, 2)


def test_an_input_and_whole_scenarios_are_axes_too(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), matrix={"tone": ["plain", "warm"]}, compare="tone")
    assert len(list(paired(plan, "tone").pairs(1))) == 4
    other = read(tmp_path, (tmp_path / "greet.yaml").read_text().replace("name: greet", "name: hail"), "hail")
    both = planned([read(tmp_path), other], Wish(mode="rehearsal", compare="scenario"))
    assert paired(both, "scenario").values == ("greet", "hail")
    assert len(list(paired(both, "scenario").pairs(1))) == 4


def test_what_differs_in_its_seeds_alone_has_no_counterpart(tmp_path: Path) -> None:
    other = (tmp_path / "hail.yaml", read(tmp_path))[1]
    text = (tmp_path / "greet.yaml").read_text().replace("name: greet", "name: hail").replace("seed: 7", "seed: 70")
    both = planned([other, read(tmp_path, text, "hail")], Wish(mode="rehearsal", compare="scenario"))
    found = compared(results_from(both, lambda item: {}))
    assert found.arms[0].headline == "Not enough data: no run of hail has a counterpart among those of greet."
    assert (found.arms[0].pairs, found.arms[0].alone) == (0, 8)
    assert (found.arms[0].measures, found.together) == ((), "")


def test_one_value_is_nothing_to_compare() -> None:
    with pytest.raises(UsageError, match="has one value: smart"):
        paired(plan_of(["smart"]), AXIS)
    with pytest.raises(UsageError, match="is no axis of this batch"):
        paired(plan_of(), "tone")


def test_values_that_read_alike_when_shortened_can_be_told_apart() -> None:
    long = "Write a letter to the customer that is kind and "
    assert paired(plan_of([f"{long}short.", f"{long}long."]), AXIS).names == ("…short.", "…long.")
    assert paired(plan_of([f"{long}{'k' * 40}ind", f"{long}{'k' * 40}urt"]), AXIS).names[0].startswith("(1) …kkk")


# What is concluded


def test_the_verdict_stands_in_one_line() -> None:
    (arm,) = held(worse_and_cheaper).arms
    assert arm.verdict == "worse"
    said, _, also = re.split(r"(between -\d+ and -\d+)", arm.headline)
    assert said == "cheap is worse: it passes 30 of 50 against 42 of 50 (-24 points, 95 % "
    assert also == "); it costs 68 % less."
    cost = arm.measured("cost_usd")
    assert cost is not None
    assert cost.verdict == "better"


def test_a_cost_keeps_two_digits_however_small_it_is() -> None:
    told = [level("cost_usd", usd) for usd in (0.0, 0.0000004, 0.000632, 0.0123, 2.5)]
    assert told == ["$0.00", "$0.00000040", "$0.00063", "$0.0123", "$2.50"]


def test_too_few_pairs_are_said_to_be_too_few_and_how_many_would_do() -> None:
    (arm,) = held(lambda item: passed_if(item.repeat < (3 if is_cheap(item) else 4)), pairs=6).arms
    assert arm.verdict == "not enough data"
    assert arm.headline.startswith("Not enough data: success of cheap 50 % against 67 % in 6 pairs")
    assert "pairs would tell" in arm.headline


def test_what_would_count_alone_and_among_others_does_not_is_said_to() -> None:
    (arm,) = held(lambda item: passed_if(item.repeat % 50 < (34 if is_cheap(item) else 40)), pairs=50).arms
    assert arm.verdict == "not enough data"
    assert "; enough alone, and not among others" in arm.headline


def test_arms_that_hardly_differ_are_as_good_as_each_other() -> None:
    (arm,) = held(
        lambda item: passed_if(item.repeat % 20 > 0 or is_cheap(item) == (item.repeat % 40 == 0)), pairs=400
    ).arms
    assert arm.verdict == "same"
    assert arm.headline.startswith("cheap is as good, as far as it matters: success differs by")


def test_two_arms_are_judged_more_strictly_than_one() -> None:
    alone = held(lambda item: passed_if(item.repeat < 42 - 6 * is_cheap(item)))
    three = held(lambda item: passed_if(item.repeat < 42 - 6 * is_cheap(item)), arms=("smart", "cheap", "other"))
    before, after = alone.arms[0].measures[0].comparison, three.arms[0].measures[0].comparison
    assert after.p > before.p
    assert three.together == "8 comparisons held to one chance of error together (Holm)"


def test_a_pair_that_lacks_a_result_is_left_out_and_counted() -> None:
    (arm,) = held(lambda item: {"verdict": "paused", "reason": "gate"} if item.run == "run-3-0-1" else {}).arms
    assert (arm.pairs, arm.missing, arm.measures[0].comparison.pairs) == (50, 1, 49)


def test_marks_are_compared_where_somebody_judged() -> None:
    from app.batch.results import Check

    marks = held(lambda item: {"checks": (Check("kind", True, "", 0.9 - 0.3 * is_cheap(item) - item.repeat / 500),)})
    score = marks.arms[0].measured("score")
    assert score is not None
    assert score.verdict == "worse"
    assert held(worse_and_cheaper).arms[0].measured("score") is None


# What must not be concluded


@pytest.mark.parametrize(
    "ended",
    [
        {"verdict": "exhausted", "outcome": "exhausted"},
        *({"verdict": "paused", "reason": why} for why in ("budget", "batch")),
    ],
)
def test_a_budget_that_ends_more_runs_of_one_arm_voids_the_comparison(ended: dict[str, str]) -> None:
    found = held(lambda item: ended if item.repeat < 3 and not is_cheap(item) else worse_and_cheaper(item))
    (arm,) = found.arms
    assert (arm.verdict, arm.cut_short) == ("void", (3, 0))
    assert arm.headline.startswith(
        "Void: a budget or a limit cut short 3 runs of smart and 0 of cheap; what is left of them cannot be compared."
    )
    assert {measured.verdict for measured in arm.measures} == {"void"}
    assert not found.is_worse


def test_a_void_comparison_tells_what_is_known_all_the_same_and_how_to_know_more() -> None:
    def came(item: Item) -> dict[str, object]:
        if is_cheap(item) and item.repeat == 7:
            return {"verdict": "exhausted", "outcome": "exhausted"}
        return passed_if(item.repeat % 10 < (5 if is_cheap(item) else 9))

    found = held(came, pairs=200)
    assert found.arms[0].headline.endswith(
        " If what was cut short counts as not passed, cheap passes 100 of 200 against 180 of smart;"
        " if as passed, 101 against 180."
    )
    assert any("a larger one: limits: of the file" in note for note in found.notes), "--limit only lowers them"
    limited = compared(results_from(plan_of(pairs=200, limits={"turns": 3}), came))
    assert any("a larger one: --limit NAME=VALUE" in note for note in limited.notes)
    for reason, command in (("budget", "footlights direct"), ("batch", "--resume BATCH --budget")):
        paused = {"verdict": "paused", "reason": reason}
        waiting = held(lambda item, paused=paused: paused if item.run == "run-0-0-0" else {})  # type: ignore[misc]
        assert any(command in note for note in waiting.notes)
    assert not any("--" in note for note in held(worse_and_cheaper).notes)


def test_runs_that_wait_because_the_budget_ran_out_count_as_ended_by_it() -> None:
    def came(item: Item) -> dict[str, object]:
        if item.repeat < 40:
            return {}
        return {"verdict": "paused", "reason": "batch"} if item.run == "run-40-0-0" else {"verdict": "waiting"}

    (arm,) = held(came).arms
    assert (arm.verdict, arm.cut_short, arm.missing) == ("not enough data", (10, 10), 10)


def test_runs_that_wait_for_another_reason_do_not() -> None:
    (arm,) = held(lambda item: {"verdict": "waiting"} if item.repeat > 40 and is_cheap(item) else {}).arms
    assert (arm.void, arm.cut_short, arm.missing) == ("", (0, 0), 9)


def test_a_call_without_a_price_voids_the_cost_and_nothing_else() -> None:
    (arm,) = held(lambda item: worse_and_cheaper(item) | {"spent": Spent(unpriced=1 if is_cheap(item) else 0)}).arms
    cost, success = arm.measured("cost_usd"), arm.measured("success")
    assert cost is not None and success is not None
    assert (cost.verdict, cost.why) == ("void", "nobody knows the price of 50 calls")
    assert success.verdict == "worse"
    assert "costs" not in arm.headline


def test_what_the_figures_are_is_said() -> None:
    assert "rehearsed: this compares scripts, not models" in held(worse_and_cheaper, mode="rehearsal").notes
    live = held(lambda item: {"spent": Spent(cost_usd=0.01, estimated_usd=0.01)}).notes
    assert any("run's own" in note for note in live)
    assert any("estimated" in note for note in live)


def test_a_direction_that_turns_from_place_to_place_is_warned_of() -> None:
    def turning(item: Item) -> dict[str, object]:
        ahead = is_cheap(item) == (item.cell["market"] == "DE")
        return passed_if(item.repeat < (45 if ahead else 20))

    (arm,) = held(turning, cells=MARKETS).arms
    assert [place.name for place in arm.places] == ["market=DE", "market=FR"]
    assert arm.shift == "cheap is ahead in market=DE (+50 points), and behind in market=FR (-50 points)"
    (steady,) = held(worse_and_cheaper, cells=MARKETS).arms
    assert steady.shift == ""


def test_of_many_places_some_turn_by_luck_and_only_those_that_are_beyond_it_are_named() -> None:
    markets = [{"market": f"M{number}"} for number in range(30)]

    def turning(item: Item, by: int) -> dict[str, object]:
        number = int(str(item.cell["market"])[1:])
        favours_cheap, differ = number % 2 == 0, by if number in (10, 11) else 2
        return passed_if(item.repeat >= differ or is_cheap(item) == favours_cheap)

    (lucky,) = held(lambda item: turning(item, 6), cells=markets).arms
    assert min(compare("success", [0.0] * 6, [1.0] * 6).p, 0.05) < 0.05, "alone it would count"
    assert lucky.shift.endswith("; with so few pairs in each that may be chance")
    (sure,) = held(lambda item: turning(item, 20), cells=markets).arms
    assert sure.shift == "cheap is ahead in market=M10 (+40 points), and behind in market=M11 (-40 points)"


# What was performed


async def test_two_clerks_slip_where_their_models_are_named_and_never_by_themselves(tmp_path: Path) -> None:
    checked = load(ROOT / "scenarios" / "operations" / "two-clerks.yaml", "two-clerks.yaml")
    named = {"agents.clerk.model": ["careful", "quick"]}
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        off = []
        for wish in ({"repeat": 60}, {"repeat": 10, "matrix": named}):
            await performed(journal, rehearsal(checked, seed=0, **wish))
            off.append((await results(journal)).count("unmet"))
    assert off[0] == 0
    assert off[1] > 0


async def test_a_real_batch_is_compared_from_its_archive(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), matrix={"tone": ["plain", "warm"]}, compare="tone")
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, plan)
        found = compared(await results(journal))
    assert (found.axis, found.control, found.mode) == ("tone", "plain", "rehearsal")
    assert found.arms[0].verdict == "same"
