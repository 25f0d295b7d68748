"""Which files a folder holds: what ends in .yaml or .yml and is not hidden, for every command that takes folders."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import ROOT, Outcome

Perform = Callable[..., Outcome]
PLAY = "schema: footlights/v1\nname: NAME\nsteps: {a: {narrate: Hi.}}\n"
CI = "name: ci\non: push\njobs: {test: {runs-on: ubuntu-latest}}\n"


@pytest.fixture(autouse=True)
def stands_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def wrote(*files: str, text: str = PLAY) -> None:
    for file in files:
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("NAME", path.stem.lstrip(".")), encoding="utf-8")


def checked(perform: Perform, *words: str) -> list[str]:
    """The files that were checked, in their order."""
    return [file["file"] for file in json.loads(perform("check", "--json", *words).out)["files"]]


def performed(perform: Perform, *words: str) -> list[str]:
    """The scenarios that were performed."""
    done = perform("batch", *words, "--rehearse", "--workers", "0", "--json")
    assert done.code == 0, done.err
    return [item["scenario"] for item in json.loads(done.out.splitlines()[-1])["items"]]


def test_both_endings_of_yaml_are_scenarios(perform: Perform) -> None:
    wrote("plays/a.yaml", "plays/deep/b.yml")
    assert checked(perform, "plays") == ["plays/a.yaml", "plays/deep/b.yml"]
    assert performed(perform, "plays") == ["a", "b"]


def test_two_files_that_differ_in_their_ending_alone_are_told_apart(perform: Perform) -> None:
    wrote("plays/a.yaml", "plays/a.yml")
    assert performed(perform, "plays") == ["a.yaml", "a.yml"]


def test_what_is_hidden_is_left_out_unless_it_is_named_itself(perform: Perform) -> None:
    wrote("a.yaml", ".draft.yaml", ".venv/lib/b.yaml")
    wrote(".github/workflows/ci.yaml", text=CI)
    assert checked(perform, ".") == ["a.yaml"]
    assert performed(perform, ".") == ["a"]
    assert checked(perform, ".venv") == [".venv/lib/b.yaml"]
    assert performed(perform, ".draft.yaml") == ["draft"]


@pytest.mark.parametrize("command", ["check", "batch"])
def test_a_folder_without_a_scenario_is_told_beside_what_else_is_wrong(command: str, perform: Perform) -> None:
    wrote("hidden/.github/ci.yaml", "broken/a.yaml", text="a: [1\n")
    Path("empty").mkdir()
    done = perform(command, "empty", "hidden", "broken", *(["--rehearse"] if command == "batch" else []))
    assert done.code == 2
    told = done.out + done.err
    assert 'empty: error: there is no scenario in "empty"' in told
    assert 'hidden: error: there is no scenario in "hidden"' in told
    assert "broken/a.yaml:1:4: error:" in told
    assert "is a folder, not a file" not in told


def test_an_empty_folder_that_one_stands_in_is_called_by_its_dot(perform: Perform) -> None:
    done = perform("check", ".")
    assert '.: error: there is no scenario in "."' in done.out
    assert "1 error in .\n" in done.out


def test_a_folder_that_cannot_be_looked_into_is_told_beside_what_else_is_there(perform: Perform) -> None:
    wrote("plays/a.yaml")
    _dig(Path("plays"), "d" * 250, times=20)  # below it no path is short enough for the system
    done = perform("check", "plays")
    assert done.code == 2
    assert "✓ plays/a.yaml" in done.out
    assert "this file name is too long for any file" in done.out


def _dig(folder: Path, name: str, times: int) -> None:
    here = Path.cwd()
    os.chdir(folder)
    for _ in range(times):
        Path(name).mkdir()
        os.chdir(name)
    os.chdir(here)


def test_a_link_that_leads_to_itself_or_nowhere_is_told_as_a_mistake(perform: Perform) -> None:
    wrote("plays/a.yaml")
    Path("plays/gone.yaml").symlink_to("nothing.yaml")
    Path("plays/loop.yaml").symlink_to("loop.yaml")
    done = perform("batch", "plays", "--rehearse")
    assert done.code == 2
    assert done.err.count("is a link that leads nowhere") == 2


def test_each_file_that_is_no_scenario_is_told_in_one_message(perform: Perform) -> None:
    wrote("plays/a.yaml")
    wrote("plays/card.yaml", text=(ROOT / "agents/engineering/cto.yaml").read_text(encoding="utf-8"))
    wrote("plays/docker-compose.yml", text="services: {web: {image: nginx}}\nvolumes: {db: {}}\n")
    wrote("plays/broken.yaml", text="a: [1\n")
    done = perform("batch", "plays", "--rehearse")
    assert done.code == 2
    told = [line for line in done.err.splitlines() if ": error: " in line]
    assert told == [
        "plays/broken.yaml:1:4: error: the [ is not closed, or a comma is missing",
        'plays/card.yaml:2:9: error: this is no scenario: it says "footlights-card/v1", and "steps" are missing',
        'plays/docker-compose.yml:1:1: error: this is no scenario: "schema: footlights/v1" and "steps" are missing',
    ]


def test_new_writes_nothing_beside_a_file_of_the_same_name_with_the_other_ending(perform: Perform) -> None:
    wrote("scenarios/b.yml")
    again = perform("new", "b")
    assert (again.code, 'there is a file "scenarios/b.yml" already' in again.err) == (2, True)
    assert perform("new", "b", "--force").code == 0
    assert sorted(Path("scenarios").iterdir()) == [Path("scenarios/b.yml")]
