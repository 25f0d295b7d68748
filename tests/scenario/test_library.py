"""Scenarios are found by name; a path is a path; what is wrong is said in the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import NotFound
from app.scenario.library import find_scenario, list_scenarios
from app.scenario.model import KINDS, Scenario
from app.scenario.model.modifiers import Step
from app.settings import content_root
from corpus.bundled import ALL, loaded


def test_a_bundled_scenario_is_found_by_its_name(tmp_path: Path) -> None:
    path, shown = find_scenario("feature-sprint", tmp_path)
    assert path.is_file()
    assert shown.endswith("scenarios/engineering/feature-sprint.yaml")
    assert find_scenario("engineering/feature-sprint", tmp_path)[0] == path
    assert find_scenario("scenarios/engineering/feature-sprint.yaml", tmp_path)[0].resolve() == path


def test_the_projects_own_scenario_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "scenarios" / "mine" / "hello.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("schema: footlights/v1\nname: hello\nsteps: {a: {narrate: Mine.}}\n")
    with pytest.raises(NotFound, match="more than one"):
        find_scenario("hello", tmp_path)
    assert find_scenario("mine/hello", tmp_path)[0] == own


def test_an_unknown_name_gets_its_nearest_neighbour(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing:
        find_scenario("feature-sprnt", tmp_path)
    assert "feature-sprint" in missing.value.hint


def test_a_broken_scenario_is_listed_with_what_is_wrong(tmp_path: Path) -> None:
    broken = tmp_path / "scenarios" / "mine" / "broken.yaml"
    broken.parent.mkdir(parents=True)
    broken.write_text("a: [1\n")
    listed = next(listed for listed in list_scenarios(tmp_path) if listed.name == "mine/broken")
    assert listed.mistake


def test_both_endings_are_found_and_listed_and_what_is_hidden_is_not(tmp_path: Path) -> None:
    for file in ("b.yml", ".draft.yaml", ".old/c.yaml"):
        wrote(tmp_path / "scenarios" / "mine" / file)
    assert find_scenario("mine/b", tmp_path)[0].name == "b.yml"
    assert [listed.name for listed in list_scenarios(tmp_path) if listed.origin == "project"] == ["mine/b"]


@pytest.mark.parametrize("company", ["mine/", ""])
def test_two_files_that_differ_in_their_ending_alone_have_names_of_their_own(company: str, tmp_path: Path) -> None:
    ours = [wrote(tmp_path / "scenarios" / f"{company}a{ending}") for ending in (".yaml", ".yml")]
    names = [listed.name for listed in list_scenarios(tmp_path) if listed.origin == "project"]
    assert names == [f"{company}a.yaml", f"{company}a.yml"]
    assert [find_scenario(name, tmp_path)[0] for name in names] == ours
    with pytest.raises(NotFound, match="more than one") as either:
        find_scenario("a", tmp_path)
    assert ", ".join(names) in either.value.hint


def wrote(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("schema: footlights/v1\nname: play\nsteps: {a: {narrate: Hi.}}\n", encoding="utf-8")
    return file


BUNDLED = ALL


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_every_bundled_scenario_passes_without_a_warning(path: Path) -> None:
    assert [
        f"{problem.line}: {problem.message}" for problem in loaded(path).problems if problem.severity != "note"
    ] == []


def test_together_the_bundled_scenarios_use_the_whole_grammar() -> None:
    used: set[str] = set()
    top_level: set[str] = set()
    for path in BUNDLED:
        checked = loaded(path)
        assert checked.scenario is not None
        top_level |= checked.scenario.model_fields_set
        for place in checked.places:
            used |= place.step.model_fields_set | {f"kind {place.step.kind}"}
    assert set(Step.model_fields) - used == set()
    assert {f"kind {kind.kind}" for kind in KINDS} - used == set()
    assert set(Scenario.model_fields) - top_level == set()


def test_hello_takes_six_lines() -> None:
    text = (content_root() / "scenarios" / "engineering" / "hello.yaml").read_text()
    assert len(text.splitlines()) == 6
