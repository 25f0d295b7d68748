"""Lines that differ from seed to seed, so that the runs of a batch differ as those of models do."""

from __future__ import annotations

from pathlib import Path

from app.engine.scripts import slips_in
from app.scenario import check, load
from corpus.playing import House

PLAY = """
models: {smart: {use: openai/gpt-5.5}, quick: {use: openai/gpt-5.4-mini}}
agents: {host: {persona: You greet., model: MODEL}}
steps:
  hello:
    agent: host
    prompt: Greet WHOM.
    rehearsal: {reply: Good evening., slips: {share: {smart: 0.1, quick: 0.5}, reply: Go away.}}
outputs: {said: "${{ steps.hello.output }}"}
"""


async def said(house: House, model: str, seeds: range, whom: str = "the cat") -> list[str]:
    text = PLAY.replace("MODEL", model).replace("WHOM", whom)
    return [(await house.play(text, seed=seed)).outputs["said"] for seed in seeds]


async def test_a_slip_comes_about_as_often_as_was_written_and_more_often_with_the_lesser_model(house: House) -> None:
    smart, quick = await said(house, "smart", range(100)), await said(house, "quick", range(100))
    assert 3 <= smart.count("Go away.") <= 20
    assert 35 <= quick.count("Go away.") <= 65


async def test_with_the_same_seed_the_same_is_said_whatever_the_run_is_called(house: House) -> None:
    first, again = [await said(house, "quick", range(20), whom="number ${{ run.id }}") for _ in range(2)]
    assert first == again


async def test_who_is_asked_something_else_slips_in_runs_of_its_own(house: House) -> None:
    cat, dog = await said(house, "quick", range(40)), await said(house, "quick", range(40), whom="the dog")
    assert 12 <= sum(one == other for one, other in zip(cat, dog, strict=True)) <= 28


def test_it_is_known_whether_anybody_slips_also_in_a_scenario_that_is_used(tmp_path: Path) -> None:
    play = "schema: footlights/v1\nname: greet\n" + PLAY.replace("MODEL", "smart").replace("WHOM", "the cat")
    (tmp_path / "greet.yaml").write_text(play, encoding="utf-8")
    (tmp_path / "never.yaml").write_text(play.replace("0.1, quick: 0.5", "0.0"), encoding="utf-8")
    using = "schema: footlights/v1\nname: outer\nsteps: {inner: {uses: greet.yaml}}\n"
    (tmp_path / "outer.yaml").write_text(using, encoding="utf-8")
    slip = {name: slips_in(load(tmp_path / f"{name}.yaml", name)) for name in ("greet", "never", "outer")}
    assert slip == {"greet": True, "never": False, "outer": True}


def test_what_is_said_in_a_slip_has_the_shape_of_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "shape.yaml"
    path.write_text(
        "schema: footlights/v1\nname: shape\nagents: {a: {persona: A.}}\nsteps:\n  one:\n    agent: a\n"
        "    prompt: Count.\n    output: {count: integer}\n"
        "    rehearsal: {reply: {count: 3}, slips: {share: 0.5, reply: {count: many}}}\n",
        encoding="utf-8",
    )
    (problem,) = check(path, "shape.yaml").problems
    assert (problem.code, problem.line) == ("rehearsal", 9)
