"""The order of steps: file order unless needs say otherwise, and what expressions refer to is waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.scenario import Checked, check

Written = Callable[[str], Checked]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Check a scenario of which only the steps are given."""

    def run(steps: str) -> Checked:
        path = tmp_path / "play.yaml"
        path.write_text(f"schema: footlights/v1\nname: play\nagents: {{a: {{persona: Calm.}}}}\nsteps:\n{steps}")
        return check(path)

    return run


def needs_of(checked: Checked, block: str = "") -> dict[str, list[str]]:
    return checked.orders[block].needs


def test_a_step_without_needs_waits_for_the_one_above(written: Written) -> None:
    checked = written("  x: {narrate: One.}\n  y: {narrate: Two.}\n  z: {narrate: Three.}\n")
    assert needs_of(checked) == {"x": [], "y": ["x"], "z": ["y"]}


def test_empty_needs_start_at_once_and_named_ones_wait_for_those_alone(written: Written) -> None:
    checked = written("  x: {narrate: One.}\n  y: {needs: [], narrate: Two.}\n  z: {needs: x, narrate: Three.}\n")
    assert needs_of(checked) == {"x": [], "y": [], "z": ["x"]}
    assert checked.orders[""].layers() == {"x": 0, "y": 0, "z": 1}


def test_steps_of_a_parallel_block_stand_side_by_side(written: Written) -> None:
    checked = written("  both:\n    parallel:\n      x: {narrate: One.}\n      y: {narrate: Two.}\n")
    assert needs_of(checked, "both") == {"x": [], "y": []}


def test_a_reference_is_a_need(written: Written) -> None:
    checked = written(
        "  x: {agent: a, prompt: Hi.}\n  y: {needs: [], agent: a, prompt: Hi.}\n"
        "  z: {needs: y, agent: a, prompt: '${{ steps.x.output }}'}\n"
    )
    assert needs_of(checked)["z"] == ["y", "x"]
    assert [problem.message for problem in checked.problems] == ['"z" also waits for "x", because it refers to it']


def test_a_reference_from_inside_a_block_makes_the_whole_block_wait(written: Written) -> None:
    checked = written(
        "  x: {agent: a, prompt: Hi.}\n  y: {needs: [], steps: {inner: {agent: a, prompt: '${{ steps.x.output }}'}}}\n"
    )
    assert needs_of(checked)["y"] == ["x"]
    assert needs_of(checked, "y") == {"inner": []}


def test_an_inner_name_hides_an_outer_one(written: Written) -> None:
    checked = written(
        "  x: {agent: a, prompt: Hi., output: {outer: string}}\n"
        "  y:\n    needs: []\n    steps:\n      x: {agent: a, prompt: Hi., output: {inner: string}}\n"
        "      z: {agent: a, prompt: '${{ steps.x.output.inner }}'}\n"
    )
    assert checked.problems == ()
    assert needs_of(checked)["y"] == []


def test_a_long_chain_and_a_long_circle_are_ordered_or_named_without_recursion(written: Written) -> None:
    chain = "".join(f"  s{n}: {{narrate: Hi.}}\n" for n in range(3000))
    assert written(chain).ok
    circle = "  s0: {needs: s1999, narrate: Hi.}\n" + "".join(f"  s{n}: {{narrate: Hi.}}\n" for n in range(1, 2000))
    problems = written(circle).problems
    assert [problem.code for problem in problems if problem.severity == "error"] == ["cycle"]


def test_ties_are_broken_by_position(written: Written) -> None:
    checked = written("".join(f"  s{n}: {{needs: [], narrate: Hi.}}\n" for n in (3, 1, 2)))
    assert checked.orders[""].sequence() == ["s3", "s1", "s2"]


def test_a_step_knows_its_line(written: Written) -> None:
    checked = written("  x: {narrate: One.}\n  y:\n    steps:\n      z: {narrate: Two.}\n")
    assert checked.scenario is not None
    assert (checked.scenario.line_of("x"), checked.scenario.line_of("y/z")) == (5, 8)
