"""What a batch is to perform: its cells, its seeds, the changes that an axis makes, and what is refused beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batch.cells import Names, cell_name
from app.batch.plan import decoded, encoded
from app.batch.planning import MOST, Wish, item_name, planned
from app.engine.bundle import checked_again
from app.engine.choices import HIGHEST_SEED
from app.errors import UsageError
from app.scenario.cells import cells_of, first_cell
from app.scenario.model.strategy import Strategy
from corpus.batches import GREET, read, rehearsal

values = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True)


@given(st.dictionaries(st.sampled_from("abc"), values, max_size=3))
def test_a_matrix_gives_every_combination_once(matrix: dict[str, list[int]]) -> None:
    cells = cells_of(matrix)
    count = 1
    for choices in matrix.values():
        count *= len(choices)
    assert len(cells) == len({cell_name(cell) for cell in cells}) == count
    assert all(cell[name] in choices for cell in cells for name, choices in matrix.items())


def test_cells_are_left_out_by_a_part_of_them_and_added_as_they_are() -> None:
    matrix = {"market": ["DE", "FR"], "tone": ["plain", "warm"]}
    cells = cells_of(matrix, include=[{"market": "JP"}, {"market": "DE", "tone": "plain"}], exclude=[{"market": "FR"}])
    assert [cell_name(cell) for cell in cells] == ["market=DE tone=plain", "market=DE tone=warm", "market=JP"]


VARIED = """\
schema: footlights/v1
name: varied
inputs: {market: {type: string}, tone: {type: string}}
agents: {host: {persona: You greet.}}
strategy:
  matrix: {market: [DE, FR], tone: [plain, warm]}
  include: [{market: JP, tone: plain}]
  exclude: [{market: FR, tone: plain}]
steps:
  hello: {agent: host, prompt: "${{ inputs.market }} ${{ matrix.market }} ${{ inputs.tone }}", rehearsal: {reply: Yes.}}
"""


def test_a_table_takes_the_place_of_what_the_file_varies(tmp_path: Path) -> None:
    rows = [{"market": "PT"}, {"market": "ES"}]
    plan = planned([read(tmp_path, VARIED, "varied")], Wish(mode="rehearsal", rows=rows))
    assert [(item.inputs["market"], item.inputs["tone"], item.matrix["market"]) for item in plan.items] == [
        ("PT", "plain", "PT"), ("ES", "plain", "ES"), ("PT", "warm", "PT"), ("ES", "warm", "ES"),
    ]  # fmt: skip


def test_a_cell_may_say_which_scenario_it_is_of(tmp_path: Path) -> None:
    both = [read(tmp_path), read(tmp_path, GREET.replace("name: greet", "name: other"), "other")]
    japan = {"scenario": "other", "market": "JP"}
    plan = planned(both, Wish(mode="rehearsal", repeat=1, include=[japan], exclude=[{"scenario": "greet"}]))
    assert [item_name(plan, item) for item in plan.items] == [
        "other market=DE #1", "other market=FR #1", "other market=JP #1",
    ]  # fmt: skip


@pytest.mark.parametrize("cell", [{"market": "DEU"}, {"agents.hots.model": "x"}, {"scenario": "greeting"}])
def test_what_is_to_be_left_out_and_is_not_there_is_a_slip_of_the_pen(tmp_path: Path, cell: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=f"--exclude {cell_name(cell)} leaves nothing out"):
        rehearsal(read(tmp_path), exclude=[cell])


def test_without_a_matrix_there_is_one_cell_or_those_that_are_added() -> None:
    assert cells_of({}) == [{}]
    assert cells_of({}, include=[{"a": 1}, {"a": 2}]) == [{"a": 1}, {"a": 2}]


def test_every_repeat_has_a_seed_of_its_own_that_all_cells_share(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), repeat=3)
    assert [(item_name(plan, item), item.seed) for item in plan.items] == [
        ("greet market=DE #1", 7), ("greet market=FR #1", 7), ("greet market=DE #2", 8), ("greet market=FR #2", 8),
        ("greet market=DE #3", 9), ("greet market=FR #3", 9),
    ]  # fmt: skip


def test_the_ids_of_runs_sort_as_the_plan_is_written(tmp_path: Path) -> None:
    ids = [item.run for item in rehearsal(read(tmp_path), repeat=50).items]
    assert ids == sorted(set(ids))


def test_an_input_is_an_axis(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), matrix={"tone": ["plain", "warm"], "market": ["DE"]}, repeat=1)
    assert [(item.inputs, item.matrix) for item in plan.items] == [
        ({"tone": "plain"}, {"market": "DE"}), ({"tone": "warm"}, {"market": "DE"}),
    ]  # fmt: skip


def test_a_prompt_is_an_axis_and_each_value_is_a_scenario_of_its_own(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), matrix={"hello.prompt": ["Greet.", "Greet warmly."], "market": ["DE"]}, repeat=2)
    assert len(plan.sources) == 2
    prompts = [checked_again(plan.sources[item.source].bundle).places[0].step.prompt for item in plan.items]  # type: ignore[union-attr]
    assert prompts == ["Greet.", "Greet warmly.", "Greet.", "Greet warmly."]
    assert all(item.matrix == {"market": "DE"} for item in plan.items)


def test_several_scenarios_are_an_axis_too(tmp_path: Path) -> None:
    other = read(tmp_path, GREET.replace("name: greet", "name: welcome"), "welcome")
    plan = planned([read(tmp_path), other], Wish(mode="rehearsal", repeat=1, compare="scenario"))
    assert [item.cell["scenario"] for item in plan.items] == ["greet", "greet", "welcome", "welcome"]
    assert plan.axes == ("scenario", "market")
    assert plan.title == "2 scenarios"


def test_each_row_of_a_table_is_a_run(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), rows=[{"tone": "dry"}, {"tone": "warm"}], repeat=1, matrix={"market": ["DE"]})
    assert [item.inputs for item in plan.items] == [{"tone": "dry"}, {"tone": "warm"}]


def test_a_plan_is_kept_as_it_was_made(tmp_path: Path) -> None:
    plan = rehearsal(read(tmp_path), matrix={"tone": ["plain", "warm"]}, budget={"cost_usd": 2.0})
    assert decoded(encoded(plan)) == plan


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"matrix": {"marked": ["DE"]}}, '"marked" is nothing that can be varied here'),
        ({"matrix": {"agents.hots.model": ["a/b"]}}, '"agents.hots.model" is nothing that can be varied here'),
        ({"matrix": {"market": []}}, '"market" has no values'),
        ({"matrix": {"tone": [5]}}, 'input "tone"'),
        ({"matrix": {"market": ["DE", "FR", "DE"]}}, '"market" has the value DE more than once'),
        ({"compare": "tone"}, 'there is no axis "tone" to compare along'),
        ({"inputs": {"tone": 5}}, 'input "tone"'),
        ({"repeat": MOST}, "a batch has at most 100,000"),
        ({"seed": HIGHEST_SEED, "repeat": 2}, "the last seed would be above 2147483647"),
    ],
)
def test_what_cannot_be_performed_is_refused_beforehand(tmp_path: Path, wish: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        rehearsal(read(tmp_path), **wish)


@pytest.mark.parametrize(
    ("axis", "meant"),
    [
        ("draft.prompt", "polish/draft.prompt"),
        ("polsh/draft.prompt", "polish/draft.prompt"),
        ("agents.hots.mode", "agents.host.mode"),
        ("tune", "tone"),
    ],
)
def test_of_an_axis_that_is_not_there_the_nearest_is_named(tmp_path: Path, axis: str, meant: str) -> None:
    block = "  polish: {loop: {max: 2}, steps: {draft: {agent: host, prompt: Again.}}}\n"
    looped = GREET.replace("outputs:", f"{block}outputs:")
    with pytest.raises(UsageError) as refused:
        rehearsal(read(tmp_path, looped), matrix={axis: ["a", "b"]})
    assert refused.value.hint == f'did you mean "{meant}"?'


def test_a_change_that_makes_a_scenario_wrong_is_refused_beforehand(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r'^agents\.host\.model=nobody: there is no model "nobody"$'):
        rehearsal(read(tmp_path), matrix={"agents.host.model": ["nobody"]})


def test_values_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    prompts = [
        f"Answer the letter by the rules of the house, and {how}." for how in ("be kind", "be brief", "be kind ")
    ]
    plan = rehearsal(read(tmp_path), matrix={"hello.prompt": prompts, "market": ["DE"]}, repeat=1)
    names = [item_name(plan, item) for item in plan.items]
    assert len(set(names)) == 3
    assert names[1] == "greet market=DE hello.prompt=…brief. #1"


def test_values_keep_their_beginning_where_a_narrow_column_tells_them_apart() -> None:
    names = Names({"who": value} for value in ("customer 1", "customer 2", "Plan it.", "Plan it in three steps.", 7))
    assert [names.of("who", value) for value in ("customer 2", "Plan it in three steps.", 7)] == [
        "customer 2", "Plan it in three steps.", "7",
    ]  # fmt: skip


def test_a_matrix_that_would_fit_into_no_memory_is_refused_before_it_is_written_down(tmp_path: Path) -> None:
    inputs = ", ".join(f"i{axis}: {{type: integer, default: 0}}" for axis in range(30))
    wide = GREET.replace("inputs: {tone:", f"inputs: {{{inputs}, tone:")
    with pytest.raises(UsageError, match="that would be 4,294,967,296 runs"):
        rehearsal(read(tmp_path, wide), matrix={f"i{axis}": [0, 1] for axis in range(30)})
    with pytest.raises(UsageError, match="that would be 2,147,483,648 combinations"):
        rehearsal(read(tmp_path, wide), matrix={f"i{axis}": [0, 1] for axis in range(30)}, exclude=[{"i0": 1}])


FOUR = """\
schema: footlights/v1
name: four
inputs: {who: {type: string, default: you}}
agents: {host: {persona: You greet.}}
strategy:
  matrix: {market: [DE, FR], tone: [plain, warm]}
  exclude: [{market: FR, tone: warm}]
steps:
  hello: {agent: host, prompt: "${{ inputs.who }} ${{ matrix }}", rehearsal: {reply: Yes.}}
"""


def test_a_run_by_itself_takes_the_first_cell_of_a_matrix_that_no_batch_could_perform() -> None:
    matrix = {f"a{axis}": list(range(10)) for axis in range(16)}
    found = first_cell(Strategy(matrix=matrix, exclude=[{"a15": 0}]))
    assert found == {name: int(name == "a15") for name in matrix}


def test_what_is_left_out_counts_for_no_run_when_a_plan_is_measured(tmp_path: Path) -> None:
    four = read(tmp_path, FOUR, "four")
    assert len(rehearsal(four, repeat=MOST // 3).items) == 99_999
    with pytest.raises(UsageError, match="that would be 100,002 runs"):
        rehearsal(four, repeat=MOST // 3 + 1)


def test_rows_are_counted_with_the_cells_that_there_are(tmp_path: Path) -> None:
    four = read(tmp_path, FOUR, "four")
    rows = [{"who": f"guest {number}"} for number in range(2_000)]
    assert len(rehearsal(four, rows=rows, repeat=16).items) == 96_000
    with pytest.raises(UsageError, match="that would be 102,000 runs"):
        rehearsal(four, rows=rows, repeat=17)
