"""Every bundled play can be performed: with a fault that nobody wrote as well, as it expects, within its ceiling.

`make batch` performs all of them without a fault; here every fourth one meets its fault, and in the soak tests each.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.repertoire import FAULTY, rehearsed
from corpus.bundled import ALL, FOLDER, loaded

SOME = [path if at % 4 == 0 else pytest.param(path, marks=pytest.mark.soak) for at, path in enumerate(ALL)]
PLAYS = tuple(path for path in ALL if path.stem != "hello")  # six lines, and nothing to expect


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plays in a folder where changed copies of them can stand beside their files."""
    folder = tmp_path_factory.mktemp("stage")
    shutil.copytree(FOLDER, folder / "scenarios")
    return folder


@pytest.mark.parametrize("play", SOME, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_play_ends_well_with_everything_met_and_within_its_ceiling(play: Path, stage: Path) -> None:
    record = await rehearsed(stage / "scenarios" / play.relative_to(FOLDER), stage, (FAULTY - 1,))
    assert (record.well, record.trouble) == (1, "")
    assert record.ceiling is None or record.dearest <= record.ceiling


@pytest.mark.parametrize("play", PLAYS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_play_says_what_it_is_what_it_may_cost_and_what_it_expects(play: Path) -> None:
    scenario = loaded(play).scenario
    assert scenario is not None
    assert scenario.title and scenario.synopsis and scenario.tags and scenario.expect and scenario.outputs
    assert scenario.limits is not None and scenario.limits.cost_usd
