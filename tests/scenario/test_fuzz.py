"""Broken scenario files by the hundred, in a soak by the thousand: each is read, and told about at its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corpus.checking import MEGABYTES, SECONDS, Watched, check_apart, is_safe, lay_out
from corpus.mutants import mutants

SEED = 24
COUNT = 300
SOAK_COUNT = 5000
PLACED = 0.99  # the share of errors with a line and a column inside their file; an encoding has none


@pytest.fixture(
    scope="module",
    params=[COUNT, pytest.param(SOAK_COUNT, marks=pytest.mark.soak)],
    ids=lambda count: f"{count}-mutants",
)
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """What became of all mutants in one process."""
    named = ((f"mutant-{number}", content) for number, content in enumerate(mutants(SEED, request.param)))
    seen = check_apart(list(lay_out(named, tmp_path_factory.mktemp("mutants"))))
    assert not seen.broke_at, f"the process ended at {seen.broke_at!r}:\n{seen.last_words}"
    assert len(seen.files) == request.param
    yield seen


def test_the_mutants_of_a_seed_are_always_the_same() -> None:
    assert list(mutants(SEED, 50)) == list(mutants(SEED, 100))[:50]
    assert list(mutants(SEED, 50)) != list(mutants(SEED + 1, 50))


def test_no_mutant_raises(watched: Watched) -> None:
    assert [(one.name, one.raised) for one in watched.files if one.raised] == []


def test_each_mutant_is_told_about_at_once(watched: Watched) -> None:
    assert [(one.name, one.seconds) for one in watched.files if one.seconds >= SECONDS] == []
    assert watched.peak_mb < MEGABYTES


def test_nearly_every_error_has_its_place_in_the_file(watched: Watched) -> None:
    errors = [(problem, placed) for one in watched.files for problem, placed in one.errors]
    astray = [problem for problem, placed in errors if not placed]
    assert len(errors) > len(watched.files) / 2
    assert len(astray) <= (1 - PLACED) * len(errors), astray


def test_a_mutant_is_refused_exactly_when_it_has_an_error(watched: Watched) -> None:
    assert [one.name for one in watched.files if one.ok == bool(one.errors)] == []


def test_whatever_is_told_is_safe_to_show_and_told_again(watched: Watched) -> None:
    assert [one.name for one in watched.files if not is_safe(one.shown)] == []
    assert [one.name for one in watched.files if not one.same_again] == []
