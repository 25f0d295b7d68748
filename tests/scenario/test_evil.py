"""Every evil file is refused in words, at once, and brings nothing down; from the command line as well."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from app.scenario import check
from corpus.checking import ROOT, Seen, Watched, check_apart, is_safe
from corpus.evil import evils
from corpus.plays import SEEDS, WELL

SECONDS = 1.0
MEGABYTES = 200
COMMANDS = 12

NAMES = [evil.name for evil in evils()]
AFTER_ALL = pytest.mark.xdist_group("evil")  # they share one process that checked everything
pytestmark = AFTER_ALL


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where each evil file lies, in a project of its own."""
    above = tmp_path_factory.mktemp("evil")
    found: dict[str, Path] = {}
    for number, evil in enumerate(evils()):
        folder = above / str(number) / "project"
        folder.mkdir(parents=True)
        (folder / "footlights.toml").touch()
        found[evil.name] = evil.build(folder)
    return found


@pytest.fixture(scope="module")
def watched(places: dict[str, Path]) -> Watched:
    """What became of all of them in one process."""
    return check_apart(list(places.items()))


@pytest.fixture(scope="module")
def seen(watched: Watched) -> dict[str, Seen]:
    return {one.name: one for one in watched.files}


def test_what_the_evil_files_are_made_of_is_in_order(tmp_path: Path) -> None:
    for number, text in enumerate(SEEDS):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        checked = check(path)
        assert checked.ok, checked.problems
    assert WELL in SEEDS


def test_there_are_evils_of_every_sort() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 80


def test_nothing_crashes_or_hangs(watched: Watched) -> None:
    assert not watched.broke_at, f"the process ended at {watched.broke_at!r}:\n{watched.last_words}"
    assert [one.name for one in watched.files] == NAMES


def test_the_memory_stays_small(watched: Watched) -> None:
    assert watched.peak_mb < MEGABYTES


@pytest.mark.parametrize("name", NAMES)
def test_each_is_refused_in_words_and_at_once(name: str, seen: dict[str, Seen]) -> None:
    one = seen[name]
    assert not one.raised, one.raised
    assert not one.ok
    assert any(_is_one_line(problem["message"]) for problem, _ in one.errors), one.problems
    assert one.same_again
    assert is_safe(one.shown)
    assert one.seconds < SECONDS


@pytest.mark.parametrize("name", sorted(Random(24).sample(NAMES, COMMANDS)))
def test_the_command_refuses_it_too(name: str, places: dict[str, Path], seen: dict[str, Seen], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "footlights", "check", "--json", "--", os.fspath(places[name])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert not done.stderr
    [told] = json.loads(done.stdout)["files"]
    # Another process has other hashes: what is told may not depend on them.
    assert [problem["message"] for problem in told["problems"]] == [
        problem["message"] for problem in seen[name].problems
    ]


def _is_one_line(message: str) -> bool:
    return bool(message.strip()) and message.isprintable()
