"""Baselines: what is kept of a batch, how it is read again, and what a later batch is told against it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.batch.comparing.against import Against, Tolerance, held_against
from app.batch.comparing.baseline import (
    BaselineRefused,
    baseline_of,
    insist_on_few_enough,
    read_baseline,
    written,
    yardstick_of,
)
from app.batch.plan import Item, Plan
from app.batch.results import Check, Results
from app.errors import ScenarioRefused
from app.journal import Journal
from app.state.spending import Spent
from corpus.arms import Came, passed_if, plan_of, results_from
from corpus.batches import performed, read, rehearsal, results

MARKETS = ({"market": "DE"}, {"market": "FR"})


def a_batch(came: Came = lambda item: {}, pairs: int = 10, **plan: object) -> Results:
    """A batch of one arm in two markets."""
    settled: dict[str, object] = {"cells": MARKETS, "compare": "", "mode": "rehearsal"}
    return results_from(plan_of(["smart"], pairs, **(settled | plan)), came)  # type: ignore[arg-type]


def in_germany(item: Item) -> bool:
    return bool(item.cell["market"] == "DE")


def against(before: Results, now: Results, tolerance: Tolerance | None = None) -> Against:
    return held_against(now, baseline_of(before), "main", tolerance)


def lines(found: Against, kind: str = "regression") -> list[str]:
    return [shift.line for shift in found.shifts if shift.kind == kind]


def with_seeds_from(results: Results, first: int) -> Results:
    """The same batch with other seeds."""
    items = tuple(msgspec.structs.replace(item, seed=item.seed + first) for item in results.plan.items)
    found = tuple(replace(each, item=item) for each, item in zip(results.items, items, strict=True))
    return replace(results, plan=msgspec.structs.replace(results.plan, items=items), items=found)


# The file


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    kept = baseline_of(a_batch(lambda item: passed_if(item.seed != 3, cost_usd=0.01)))
    path = tmp_path / "main.json"
    path.write_text(written(kept), encoding="utf-8")
    assert read_baseline(path) == kept
    assert [cell.passes for cell in kept.cells] == [9, 9]


def test_what_is_kept_can_be_read_and_what_could_not_be_is_refused_before_it_is_performed(tmp_path: Path) -> None:
    path = tmp_path / "main.json"
    many = tuple({"market": f"quarter {number} of a town"} for number in range(100))
    exact = passed_if(True, cost_usd=0.123456789, seconds=1 / 3, checks=(Check("tone", True, "", 2 / 3),))
    kept = baseline_of(a_batch(lambda item: exact, 100, cells=many))
    path.write_text(written(kept), encoding="utf-8")
    assert path.stat().st_size > 1_000_000
    assert read_baseline(path) == kept
    texts = tuple({"market": f"{number} {'é' * 1000}"} for number in range(1000))
    with pytest.raises(BaselineRefused, match=r"may have 6\.\d MB, and 4 MB are read at most"):
        insist_on_few_enough(plan_of(["smart"], 1, texts))


def test_a_line_of_the_file_is_a_run(tmp_path: Path) -> None:
    text = written(baseline_of(a_batch(pairs=3)))
    assert '      {"seed": 2, "passed": true, "cost_usd": 0.01, "seconds": 2.0, "tokens": 100}\n' in text
    assert json.loads(text)["format"] == "footlights/baseline"


def test_what_is_not_over_is_no_baseline() -> None:
    with pytest.raises(BaselineRefused, match="2 runs have no result yet"):
        baseline_of(a_batch(lambda item: {"verdict": "waiting"} if item.repeat == 9 else {}))


@pytest.mark.parametrize(
    ("before", "after", "said", "line", "column"),
    [
        ('"seed": 1,', '"seed": "one",', "expected `int`, got `str`", 11, 16),
        ('"version": 1', '"version": 2', "this baseline has format 2, and 1 is what is read here", 3, 14),
        ('"seed": 1,', '"seed": 1;', "this is not JSON: expected ',' or '}'", 11, 17),
        ('"footlights/baseline"', '"something"', "this is no baseline", 1, 1),
        ('"cost_usd": 0.01', '"cost_usd": NaN', "this is not JSON: invalid character", 10, 47),
        ('"cost_usd": 0.01', '"cost_usd": 1e999', "this is not JSON: number out of range", 1, 1),
        ('"cost_usd": 0.01', '"cost_usd": -5', "expected `float` >= 0.0", 10, 47),
        ('"seed": 1,', '"seed": 1, "secret": 1,', "object contains unknown field `secret`", 11, 7),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    tmp_path: Path, before: str, after: str, said: str, line: int, column: int
) -> None:
    path = tmp_path / "main.json"
    path.write_text(written(baseline_of(a_batch(pairs=3))).replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ScenarioRefused) as refused:
        read_baseline(path, "main.json")
    (problem,) = refused.value.problems
    assert (problem.message, problem.file, problem.line, problem.column) == (said, "main.json", line, column)


@pytest.mark.parametrize("text", ["", "[", "[1]", "7", '{"format": "footlights/baseline"}', "[" * 100_000])
def test_any_other_file_is_refused_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "main.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioRefused):
        read_baseline(path)


def test_what_looks_like_a_key_is_covered_in_the_file_and_its_cell_is_found_again() -> None:
    cells = ({"market": "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789"},)
    before = a_batch(cells=cells)
    assert "abcdefghijklmnop" not in written(baseline_of(before))
    found = against(before, a_batch(cells=cells))
    assert (found.held, found.new, found.gone) == (1, (), ())


# Rehearsals of the same runs


def test_the_same_runs_again_are_no_regression() -> None:
    found = against(a_batch(), a_batch())
    assert (found.is_worse, found.held, found.new, found.gone, found.changed) == (False, 2, (), (), ())
    assert {shift.kind for shift in found.shifts} == {"same"}


def test_every_run_of_a_rehearsal_that_fails_now_is_named() -> None:
    found = against(a_batch(), a_batch(lambda item: passed_if(not in_germany(item) or item.repeat < 3)))
    assert lines(found) == [
        "talk agents.cto.model=smart market=DE passes 3 of 10, it was 10 of 10 (runs #4, #5, #6, #7, #8 and 2 more)"
    ]
    assert found.is_worse


def test_cost_and_time_are_regressions_beyond_what_is_tolerated() -> None:
    now = a_batch(lambda item: {"cost_usd": 0.0115, "seconds": 2.3} if in_germany(item) else {})
    assert lines(against(a_batch(), now)) == [
        "talk agents.cto.model=smart market=DE costs $0.0115 a run, it was $0.0100 (+15 %, each run)"
    ]
    assert lines(against(a_batch(), now, Tolerance(cost_usd=0.2))) == []
    assert len(lines(against(a_batch(), now, Tolerance(seconds=0.1)))) == 2


def test_improvements_are_told_too() -> None:
    found = against(a_batch(lambda item: passed_if(item.repeat > 0)), a_batch())
    assert not found.is_worse
    assert lines(found, "improvement")[0].endswith("passes 10 of 10, it was 9 of 10 (run #1)")


def test_runs_and_cells_that_are_new_or_gone_are_told() -> None:
    found = against(a_batch(cells=MARKETS), a_batch(cells=({"market": "DE"}, {"market": "IT"}), pairs=12))
    place = "talk agents.cto.model=smart market="
    assert found.new == (f"{place}DE: 2 runs", f"{place}IT")
    assert found.gone == (f"{place}FR",)


def test_a_scenario_that_changed_is_told_and_compared_all_the_same() -> None:
    def edited(plan: Plan) -> Plan:
        source = msgspec.structs.replace(plan.sources[0], bundle={"files": {"talk.yaml": "another talk"}})
        return msgspec.structs.replace(plan, sources=(source,))

    before, now = a_batch(), a_batch()
    found = against(before, replace(now, plan=edited(now.plan)))
    assert found.changed == ("talk",)
    assert not found.is_worse


def test_scripts_are_not_held_against_models() -> None:
    with pytest.raises(BaselineRefused, match="the baseline is rehearsed and this batch live"):
        against(a_batch(), a_batch(mode="live"))


def test_a_call_without_a_price_leaves_the_cost_unjudged() -> None:
    found = against(a_batch(), a_batch(lambda item: {"spent": Spent(unpriced=1)}))
    assert {shift.measure for shift in found.shifts} == {"success", "seconds"}
    assert "where the price of a call is not known, cost is not judged" in found.notes


def test_runs_without_a_result_are_told_and_not_judged() -> None:
    found = against(a_batch(), a_batch(lambda item: {"verdict": "waiting"} if item.repeat else {}))
    assert found.notes[0] == "18 of 20 runs have no result yet, and are not judged"
    assert not found.is_worse


# Live runs, and others that leave something to chance


def test_live_runs_with_the_same_seeds_are_tested_in_pairs() -> None:
    now = a_batch(lambda item: passed_if(not in_germany(item) or item.repeat < 3), mode="live")
    found = against(a_batch(mode="live"), now)
    (german, whole) = (shift for shift in found.shifts if shift.kind == "regression")
    assert german.line.startswith("talk agents.cto.model=smart market=DE passes 3 of 10, it was 10 of 10 (p = 0.0")
    assert (german.paired, german.runs) == (True, ())
    assert whole.line.startswith("the whole passes 13 of 20, it was 20 of 20")


def test_a_change_that_may_be_chance_is_no_regression_and_is_told() -> None:
    now = a_batch(lambda item: passed_if(not in_germany(item) or item.repeat > 0), mode="live")
    found = against(a_batch(mode="live"), now)
    assert not found.is_worse
    assert "passes 9 of 10, it was 10 of 10 (too few runs to tell, p = 1)" in lines(found, "unclear")[0]


def slipping(results: Results) -> Results:
    """The same batch of a scenario in which lines slip now and then."""
    source = msgspec.structs.replace(results.plan.sources[0], slips=True)
    return replace(results, plan=msgspec.structs.replace(results.plan, sources=(source,)))


def test_where_lines_slip_a_rehearsal_is_tested_as_live_runs_are_and_that_is_said() -> None:
    now = slipping(a_batch(lambda item: passed_if(not in_germany(item) or item.repeat > 2)))
    found = against(slipping(a_batch()), now)
    assert not found.is_worse
    assert "passes 7 of 10, it was 10 of 10 (too few runs to tell, p = 0.38)" in lines(found, "unclear")[0]
    assert found.notes == (
        "lines of talk slip, in other runs once a prompt reads otherwise: what differs is tested as live runs are",
    )
    worse = slipping(a_batch(lambda item: passed_if(not in_germany(item) or item.repeat < 3)))
    assert lines(against(slipping(a_batch()), worse))[0].endswith("passes 3 of 10, it was 10 of 10 (p = 0.023)")


def test_where_lines_slip_and_nothing_changed_nothing_is_said() -> None:
    found = against(slipping(a_batch()), slipping(a_batch()))
    assert ({shift.kind for shift in found.shifts}, found.notes) == ({"same"}, ())


def test_what_is_played_from_cassettes_cannot_slip() -> None:
    before = slipping(a_batch(mode="cassette", cassette="tapes"))
    now = slipping(a_batch(lambda item: passed_if(item.repeat > 0), mode="cassette", cassette="tapes"))
    assert all(shift.p is None for shift in against(before, now).shifts)


def test_runs_with_other_seeds_are_tested_apart() -> None:
    now = with_seeds_from(a_batch(lambda item: passed_if(item.repeat < 2)), 100)
    found = against(a_batch(), now)
    assert found.is_worse
    assert not any(shift.paired for shift in found.shifts)
    assert (found.new, found.gone) == ((), ())


def test_another_mix_of_places_of_which_none_has_changed_is_no_regression_of_the_whole() -> None:
    def first_of(germans: int, french: int) -> Came:
        """Every German run passes and no French one does; so many of each have a result."""

        def came(item: Item) -> dict[str, object]:
            if item.repeat >= (germans if in_germany(item) else french):
                return {"verdict": "waiting"}
            return passed_if(in_germany(item), cost_usd=0.01 if in_germany(item) else 0.03)

        return came

    before = a_batch(first_of(40, 12), 40, mode="live")
    now = with_seeds_from(a_batch(first_of(12, 40), 40, mode="live"), 100)
    found = held_against(now, yardstick_of(before), "main")
    assert {shift.kind for shift in found.shifts} == {"same"}
    assert not any(shift.line.startswith("the whole") for shift in found.shifts)
    alike = held_against(with_seeds_from(before, 100), yardstick_of(before), "main")
    assert any(shift.line.startswith("the whole") for shift in alike.shifts)


def test_without_the_library_that_counts_rehearsals_of_the_same_runs_are_held_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("rates", "amounts"):
        monkeypatch.delitem(sys.modules, f"app.batch.statistics.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert len(lines(against(a_batch(), a_batch(lambda item: passed_if(item.repeat < 3))))) == 2
    found = against(a_batch(), with_seeds_from(a_batch(), 100))
    assert found.shifts == ()
    assert found.notes == (
        "where chance has a hand in it nothing was held against it: "
        "comparing needs SciPy (pip install 'footlights[stats]')",
    )


def test_a_real_rehearsal_is_held_against_its_own_baseline(tmp_path: Path) -> None:
    checked = read(tmp_path)

    async def once(journal: Journal) -> Results:
        await performed(journal, rehearsal(checked))
        return await results(journal)

    import asyncio

    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        before, now = asyncio.run(once(journal)), asyncio.run(once(journal))
    found = against(before, now)
    assert (found.held, found.is_worse, found.changed) == (2, False, ())
    assert all(shift.p is None and shift.before == shift.now for shift in found.shifts)
