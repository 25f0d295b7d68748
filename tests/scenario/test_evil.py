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
from corpus.checking import MEGABYTES, ROOT, SECONDS, Seen, Watched, check_apart, is_safe
from corpus.evil import Evil, evils
from corpus.plays import SEEDS

COMMANDS = 12
A_FOLDER = "a folder"  # the command looks into it

EVILS = evils()
QUICK = [evil.name for evil in EVILS if not evil.is_costly]
COSTLY = [evil.name for evil in EVILS if evil.is_costly]


def _lay_out(evils: list[Evil], above: Path) -> dict[str, Path]:
    """Put each evil into a project of its own; return where each file lies."""
    found: dict[str, Path] = {}
    for number, evil in enumerate(evils):
        folder = above / str(number) / "project"
        folder.mkdir(parents=True)
        (folder / "footlights.toml").touch()
        found[evil.name] = evil.build(folder)
    return found


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return _lay_out([evil for evil in EVILS if not evil.is_costly], tmp_path_factory.mktemp("evil"))


@pytest.fixture(scope="module")
def watched(places: dict[str, Path]) -> Watched:
    return check_apart(list(places.items()))


@pytest.fixture(scope="module")
def seen(watched: Watched) -> dict[str, Seen]:
    return {one.name: one for one in watched.files}


@pytest.fixture(scope="module")
def watched_in_soak(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    costly = [evil for evil in EVILS if evil.is_costly]
    return check_apart(list(_lay_out(costly, tmp_path_factory.mktemp("costly")).items()))


def test_what_the_evil_files_are_made_of_is_in_order(tmp_path: Path) -> None:
    for number, text in enumerate(SEEDS):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text)
        assert check(path).ok, check(path).problems


def test_there_are_many_evils_and_each_has_its_own_name() -> None:
    assert len({*QUICK, *COSTLY}) == len(EVILS) >= 80


def test_nothing_crashes_or_hangs(watched: Watched) -> None:
    assert not watched.broke_at, f"the process ended at {watched.broke_at!r}:\n{watched.last_words}"
    assert [one.name for one in watched.files] == QUICK


def test_the_memory_stays_small(watched: Watched) -> None:
    assert watched.peak_mb < MEGABYTES


@pytest.mark.parametrize("name", QUICK)
def test_each_is_refused_in_words_and_at_once(name: str, seen: dict[str, Seen]) -> None:
    insist_on_refusal(seen[name])


@pytest.mark.parametrize("name", sorted(Random(24).sample([name for name in QUICK if name != A_FOLDER], COMMANDS)))
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


@pytest.mark.soak
def test_the_costly_ones_are_refused_at_once_too(watched_in_soak: Watched) -> None:
    assert not watched_in_soak.broke_at, watched_in_soak.last_words
    assert watched_in_soak.peak_mb < MEGABYTES
    assert [one.name for one in watched_in_soak.files] == COSTLY
    assert [(one.name, one.seconds) for one in watched_in_soak.files if one.seconds >= SECONDS] == []
    for one in watched_in_soak.files:
        insist_on_refusal(one)


def insist_on_refusal(one: Seen) -> None:
    """Refused, by at least one message of one line that can be read, the same each time, safe to show, and soon."""
    assert not one.raised, one.raised
    assert not one.ok
    assert any(_is_one_line(problem["message"]) for problem, _ in one.errors), one.problems
    assert one.same_again
    assert is_safe(one.shown)
    assert one.seconds < SECONDS


def _is_one_line(message: str) -> bool:
    return bool(message.strip()) and message.isprintable()
