"""A batch in Markdown, as a table, and as a map: what stands first, what is folded away, and hostile names."""

from __future__ import annotations

import asyncio
import csv as table_of
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.batch.comparing.against import Against, Shift, Turned
from app.batch.comparing.arms import compared
from app.batch.driving import Drive
from app.batch.heat import heat_of
from app.batch.results import Results
from app.cli.batching.heat import heat_lines
from app.cli.ink import Ink
from app.export.batch.csv import csv
from app.export.batch.markdown import markdown
from app.journal import Journal
from app.scenario import load
from app.state.spending import Spent
from corpus.batches import Noted, performed, read, rehearsal, results

MODEL = "agents.clerk.model"
CLERKS = Path(__file__).parents[2] / "scenarios" / "operations" / "two-clerks.yaml"
HOSTILE = {"market": ["=1+1|<b>", "@octocat #1\x1b[31m"], "tone": ["plain", f"{'as kind as can be, ' * 9}today"]}


@pytest.fixture(scope="module")
def clerks(tmp_path_factory: pytest.TempPathFactory) -> Results:
    async def perform() -> Results:
        with Journal.open(tmp_path_factory.mktemp("clerks"), fast=True) as journal:
            matrix = {MODEL: ["careful", "quick"]}
            plan = rehearsal(load(CLERKS, "two-clerks.yaml"), matrix=matrix, compare=MODEL, repeat=20)
            await performed(journal, plan)
            return await results(journal)

    return asyncio.run(perform())


@pytest.fixture
async def hostile(tmp_path: Path) -> AsyncIterator[Results]:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, rehearsal(read(tmp_path), repeat=1, matrix=HOSTILE))
        yield await results(journal)


def test_the_verdict_stands_first_and_the_comparison_before_the_details(clerks: Results) -> None:
    written = markdown(clerks, [compared(clerks)])
    off = sum(not item.passed for item in clerks.items)
    assert written.startswith(f"## ✗ two-clerks: {off} of 120 runs did not pass\n")
    assert "rehearsed: written lines, no model was asked" in written
    assert "| same: No difference that matters" in written  # in the word of every other report
    places = [written.index(part) for part in ("against careful", "**quick is worse", "| threat |", "<details>")]
    assert places == sorted(places)


def test_every_run_is_a_line_of_the_table_with_a_column_for_each_axis(clerks: Results) -> None:
    rows = list(table_of.DictReader(io.StringIO(csv(clerks))))
    assert len(rows) == 120
    assert [row["verdict"] == "passed" for row in rows] == [item.passed for item in clerks.items]
    assert {(row["letter"], row["agents.clerk.model"]) for row in rows} == {
        (letter, model) for letter in ("return", "repair", "threat") for model in ("careful", "quick")
    }
    assert sum(float(row["cost_usd"]) for row in rows) == pytest.approx(clerks.cost_usd)


async def test_names_make_no_formula_no_link_and_no_column(hostile: Results) -> None:
    written = markdown(hostile)
    assert "<b>" not in written
    assert "@octocat" not in written
    assert "\x1b" not in written
    assert "\\|" in written
    first = next(iter(table_of.DictReader(io.StringIO(csv(hostile)))))
    assert first["market"] == "'=1+1|<b>"


async def test_values_stand_in_the_table_whole(hostile: Results) -> None:
    assert {row["tone"] for row in table_of.DictReader(io.StringIO(csv(hostile)))} == set(HOSTILE["tone"])


def test_the_map_has_a_row_for_each_letter_and_a_column_for_each_model(clerks: Results) -> None:
    heat = heat_of(clerks)
    assert heat is not None
    assert (heat.down, heat.rows) == ("letter", ("return", "repair", "threat"))
    assert (heat.across, heat.columns) == ("agents.clerk.model", ("careful", "quick"))
    passed = {
        (row, column): spot.passed
        for row, spots in zip(heat.rows, heat.spots, strict=True)
        for column, spot in zip(heat.columns, spots, strict=True)
        if spot is not None
    }
    for item in clerks.items:
        passed[item.item.cell["letter"], item.item.cell["agents.clerk.model"]] -= item.passed
    assert set(passed.values()) == {0}


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_map_fits_and_says_in_figures_what_its_colours_say(clerks: Results, width: int) -> None:
    plain = heat_lines(clerks, Ink(colour=False, width=width))
    assert max(map(len, plain)) <= width or width < 80
    assert any("threat" in line and " of 20" in line for line in plain)
    assert sum("a run costs" in line for line in plain) == 1


async def test_a_batch_of_one_axis_has_no_map(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        await performed(journal, rehearsal(read(tmp_path), repeat=1))
        assert heat_of(await results(journal)) is None


async def test_what_has_not_begun_is_no_part_of_a_cells_rate(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "workspace", fast=True) as journal:
        plan = rehearsal(read(tmp_path), repeat=1, parallel=1, matrix={"tone": ["plain", "warm"]})
        await Drive.begin(journal, plan).conduct(Noted(), enough=lambda item, ending: "one will do")
        heat = heat_of(await results(journal))
    assert heat is not None
    spots = [spot for row in heat.spots for spot in row if spot is not None]
    assert sorted((spot.passed, spot.over, spot.rate) for spot in spots if spot.over) == [(1, 1, 1.0)]
    assert [spot.rate for spot in spots].count(None) == 3


async def test_runs_that_turned_are_folded_away_each_with_its_command(hostile: Results) -> None:
    turned = Turned("greet market=<b> #1", "passed", "unmet", "BEFORE", "NOW", "says | @octocat")
    written = markdown(hostile, (), Against("A", "B", "A", "rehearsal", 1, (), (), (), (), (), (turned,)))
    assert "<summary>1 run ended otherwise</summary>" in written
    line = next(line for line in written.splitlines() if "footlights compare" in line)
    assert line.endswith(": `footlights compare BEFORE NOW`")
    assert "is unmet, it passed before: says \\|" in line
    assert "<b>" not in line
    assert "@octocat" not in line


async def test_a_comment_stays_as_short_as_it_has_to_be(hostile: Results) -> None:
    shift = Shift("greet", "success", "regression", "greet passes less often", 1.0, 0.0, True, None, ())
    many = Against("main", "B", "A", "rehearsal", 500, (shift,) * 500, ("new",) * 5000, (), (), ())
    written = markdown(hostile, (), many)
    assert "- and 470 more\n" in written
    assert "and 4,988 more\n" in written
    endless = replace(many, notes=("word " * 20_000,))
    written = markdown(hostile, (), endless)
    assert len(written) < 65_536
    assert "A part is left out" in written
    assert "| what | passed |" in written


def test_what_was_rehearsed_is_said_beside_its_cost(clerks: Results) -> None:
    assert "rehearsed, nothing to pay |" in markdown(clerks)


def test_a_sum_is_told_without_its_dust(clerks: Results) -> None:
    one = replace(clerks.items[0], spent=Spent(rehearsed=2, rehearsed_usd=0.05 + 0.005486 + 1e-17 * 400))
    assert str(one.spent.rehearsed_usd) != "0.055486"
    [row] = table_of.DictReader(io.StringIO(csv(replace(clerks, items=(one,)))))
    assert row["rehearsed_usd"] == "0.055486"
