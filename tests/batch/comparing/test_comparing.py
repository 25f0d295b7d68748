"""Comparisons of arms: what is paired, what is concluded, and what must not be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.batch.comparing.arms import Comparisons, compared
from app.batch.comparing.measuring import value_at_end
from app.batch.comparing.pairing import paired
from app.batch.comparing.stopping import EarlyEnd
from app.batch.comparing.words import level
from app.batch.plan import Item
from app.batch.planning import Wish, planned
from app.errors import UsageError
from app.events import ExpectationChecked
from app.journal import Journal
from app.state.spending import Spent
from bench.early_ends import Truth, seen
from corpus.arms import AXIS, Came, ending, passed_if, plan_of, results_from
from corpus.batches import Noted, performed, read, rehearsal, results

MARKETS = ({"market": "DE"}, {"market": "FR"})


def is_cheap(item: Item) -> bool:
    return bool(item.cell[AXIS] == "cheap")


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
    assert equal == {"cost_usd": "same", "success": "not enough data", "seconds": "same", "tokens": "same"}
    assert arm.headline == "cheap is as good: cost is the same in all 24 pairs."
    assert {each.verdict for each in live.arms[0].measures} == {"not enough data"}


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


def test_one_value_is_nothing_to_compare() -> None:
    with pytest.raises(UsageError, match="has one value: smart"):
        paired(plan_of(["smart"]), AXIS)
    with pytest.raises(UsageError, match="is no axis of this batch"):
        paired(plan_of(), "tone")


def test_values_that_read_alike_when_shortened_can_be_told_apart() -> None:
    long = "Write a letter to the customer that is kind and "
    assert paired(plan_of([f"{long}short.", f"{long}long."]), AXIS).names[0].startswith("(1) ")


# What is concluded


def test_the_verdict_stands_in_one_line() -> None:
    (arm,) = held(worse_and_cheaper).arms
    assert arm.verdict == "worse"
    said, _, also = re.split(r"(between -\d+ and -\d+)", arm.headline)
    assert said == "cheap is worse: it passes 12 of 50 less often (-24 points, 95 % "
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
    [{"verdict": "exhausted", "outcome": "exhausted"}, {"verdict": "paused", "reason": "budget"}],
)
def test_a_budget_that_ends_more_runs_of_one_arm_voids_the_comparison(ended: dict[str, str]) -> None:
    found = held(lambda item: ended if item.repeat < 3 and not is_cheap(item) else worse_and_cheaper(item))
    (arm,) = found.arms
    assert (arm.verdict, arm.cut_short) == ("void", (3, 0))
    assert arm.headline == (
        "Void: a budget or a limit cut short 3 runs of smart and 0 of cheap; what is left of them cannot be compared."
    )
    assert {measured.verdict for measured in arm.measures} == {"void"}
    assert not found.is_worse


def test_runs_that_wait_because_the_budget_ran_out_count_as_ended_by_it() -> None:
    def came(item: Item) -> dict[str, object]:
        if item.repeat < 40:
            return {}
        return {"verdict": "paused", "reason": "budget"} if item.run == "run-40-0-0" else {"verdict": "waiting"}

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


# Ending early


def looking(passes: dict[str, float], looks: int = 5, pairs: int = 50) -> tuple[str, int]:
    """Why a batch ended, and after how many runs; of each arm this share passes, evenly."""
    plan = plan_of(pairs=pairs, looks=looks)
    end = EarlyEnd(plan)
    for count, item in enumerate(plan.items, 1):
        if why := end(item, ending(item, (item.repeat * 7 % 10) / 10 < passes[item.cell[AXIS]])):
            return why, count
    return "", len(plan.items)


def test_a_batch_ends_when_it_is_clear_and_says_why() -> None:
    why, count = looking({"smart": 1.0, "cheap": 0.1})
    assert why.startswith("cheap is worse, clear at look ")
    assert count < 100


def test_a_batch_ends_when_nothing_will_come_of_it() -> None:
    why, count = looking({"smart": 0.5, "cheap": 0.5})
    assert "would hardly make it clear" in why
    assert count < 100


def test_pairs_are_looked_at_in_the_order_planned_whichever_ends_first() -> None:
    plan = plan_of(looks=5)
    end = EarlyEnd(plan)
    slow, *others = plan.items[:60]
    assert not any(end(item, ending(item, not is_cheap(item))) for item in others)
    assert end(slow, ending(slow, True)).startswith("cheap is worse")


def test_a_batch_does_not_end_early_on_what_a_limit_has_cut_short() -> None:
    plan = plan_of(looks=5)
    end = EarlyEnd(plan)
    cut_short = [
        end(item, replace(ending(item, not is_cheap(item)), exhausted=is_cheap(item) and item.repeat == 0))
        for item in plan.items
    ]
    assert not any(cut_short)


def test_a_batch_that_is_gone_on_with_decides_as_if_it_had_never_been_left() -> None:
    plan = plan_of(looks=5)
    stopped = results_from(
        plan, lambda item: passed_if(not is_cheap(item)) if item.repeat < 20 else {"verdict": "waiting"}, "by hand"
    )
    assert EarlyEnd(plan, stopped).why.startswith("cheap is worse")
    begun = results_from(plan, lambda item: passed_if(True) if item.repeat < 5 else {"verdict": "waiting"})
    assert EarlyEnd(plan, begun).why == ""


def test_what_is_concluded_of_a_batch_that_ended_early_holds_for_all_its_looks() -> None:
    plan = plan_of(looks=5)
    found = compared(
        results_from(plan, lambda item: passed_if(not is_cheap(item)) if item.repeat < 24 else {"verdict": "waiting"})
    )
    (arm,) = found.arms
    assert (arm.verdict, arm.looked_at, arm.pairs, arm.missing) == ("worse", 20, 50, 0)
    assert arm.measures[0].comparison.confidence > 0.95
    assert "over all looks" in arm.headline
    assert found.together.startswith("what decides was to be looked at 5 times")


def test_before_the_first_look_there_is_no_verdict() -> None:
    plan = plan_of(looks=5)
    found = compared(
        results_from(plan, lambda item: passed_if(not is_cheap(item)) if item.repeat < 9 else {"verdict": "waiting"})
    )
    assert found.arms[0].verdict == "not enough data"
    assert found.arms[0].measures[0].why == "the first look comes after 10 pairs"


def test_marks_decide_too() -> None:
    item = plan_of().items[0]
    marked = [ExpectationChecked(run=item.run, seq=1, number=1, about="kind", met=True, found="", mark=0.75)]
    assert value_at_end(ending(item, True), "score", marked) == 0.75
    assert value_at_end(ending(item, True), "score") is None


def test_looking_early_finds_no_more_by_luck_and_saves_runs() -> None:
    """A hundred batches; `tests/bench/early_ends.py` takes thousands."""
    alike = seen(Truth((0.6, 0.6), pairs=30, looks=3), batches=100)
    assert alike.differs <= 0.06
    differing = seen(Truth((0.9, 0.3), pairs=30, looks=3), batches=20)
    assert differing.differs >= 0.9
    assert differing.performed < 0.8


CLERK = """\
schema: footlights/v1
name: clerk
models: {careful: {use: openai/gpt-5.5}, quick: {use: openai/gpt-5.5}}
agents: {clerk: {persona: You answer., model: careful}}
strategy: {matrix: {tone: [plain]}, repeat: 20}
steps:
  answer:
    agent: clerk
    prompt: Answer the letter.
    rehearsal: {reply: By rule 2., slips: {share: {quick: 0.9}, reply: A free locomotive.}}
expect: [{step: answer, contains: rule}]
"""


async def test_a_real_batch_ends_early_and_tells_the_same_from_its_archive(tmp_path: Path) -> None:
    checked = read(tmp_path, CLERK, "clerk")
    axis = "agents.clerk.model"
    plan = rehearsal(checked, matrix={axis: ["careful", "quick"]}, compare=axis, looks=4, parallel=2)
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        from app.batch.driving import Drive

        conducted = await Drive.begin(journal, plan).conduct(Noted(), workers=0)
        assert conducted.stopped.startswith("quick is worse, clear at look ")
        found = compared(await results(journal))
        assert found.arms[0].verdict == "worse"
        assert found.stopped == conducted.stopped
        assert found.arms[0].looked_at < found.arms[0].pairs == 20


async def test_a_real_batch_is_compared_from_its_archive(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), matrix={"tone": ["plain", "warm"]}, compare="tone")
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, plan)
        found = compared(await results(journal))
    assert (found.axis, found.control, found.mode) == ("tone", "plain", "rehearsal")
    assert found.arms[0].verdict == "not enough data"
