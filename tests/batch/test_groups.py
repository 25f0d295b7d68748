"""The items of a batch put together: cells with their figures, the worst first, and reasons with who has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batch.driving import Drive
from app.batch.groups import groups_of, quantile, reasons_of, spent_in, worst_first
from app.batch.planning import Wish, planned
from app.journal import Journal
from corpus.batch_plays import FALL, SULK
from corpus.batches import performed, read, rehearsal, results


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "workspace", fast=True) as opened:
        yield opened


async def test_a_cell_has_its_repeats_with_what_they_cost_and_took(tmp_path: Path, journal: Journal) -> None:
    await performed(journal, rehearsal(read(tmp_path), repeat=3))
    found = await results(journal)
    groups = groups_of(found)
    assert [(group.scenario, group.cell, len(group.items)) for group in groups] == [
        ("greet", "market=DE", 3), ("greet", "market=FR", 3),
    ]  # fmt: skip
    assert [group.rate for group in groups] == [1.0, 1.0]
    cost = sum((group.mean_cost_usd or 0) * 3 for group in groups)
    assert cost == pytest.approx(spent_in(found).cost_usd)
    assert all((group.seconds(0.5) or 0) <= (group.seconds(0.95) or 0) for group in groups)


async def test_the_worst_come_first_and_reasons_by_how_often(tmp_path: Path, journal: Journal) -> None:
    sulk, fall = read(tmp_path, SULK, "sulk"), read(tmp_path, FALL, "fall")
    await performed(journal, planned([read(tmp_path), sulk, fall], Wish(mode="rehearsal", repeat=2)))
    found = await results(journal)
    assert [group.scenario for group in worst_first(groups_of(found))] == ["sulk", "fall", "greet", "greet"]
    reasons = {reason.why: len(reason.items) for reason in reasons_of(found)}
    assert reasons.pop('not met: hello contains "evening"') == 2
    assert list(reasons.values()) == [2]
    assert next(iter(reasons)).startswith("bad request")


async def test_what_has_not_begun_has_no_figures(tmp_path: Path, journal: Journal) -> None:
    Drive.begin(journal, rehearsal(read(tmp_path)))
    (first, _) = groups_of(await results(journal))
    assert (first.rate, first.mean_cost_usd, first.seconds(0.5), reasons_of(await results(journal))) == (
        None, None, None, [],
    )  # fmt: skip


@given(st.lists(st.floats(0, 1000), min_size=1), st.sampled_from([0.0, 0.5, 0.95, 1.0]))
def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) <= share * len(values)


def test_of_nothing_there_is_no_quantile() -> None:
    assert quantile([], 0.5) is None
