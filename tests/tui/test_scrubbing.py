"""Going to and fro in a run: at any place a stage shows what one shows that came there straight."""

from __future__ import annotations

import random

import pytest

from corpus.logs import Notebook, tell
from golden.logs import read
from tui.looking import long_show
from tui.scrubbing import Shelf, seen_at, seen_from_scratch, shelved

LONG = 10_000
PLACES, SAMPLE, PARTS = 100, 24, 2


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_MOTION", "none")


@pytest.fixture(scope="module")
def long_run() -> Shelf:
    show = long_show(LONG)
    return Shelf(show.events, show.value)


@pytest.mark.parametrize("part", range(PARTS))
async def test_at_any_place_of_a_long_run_the_stage_shows_what_it_would_have_shown_from_scratch(
    long_run: Shelf, part: int
) -> None:
    await _scrub(long_run, _places()[:SAMPLE][part::PARTS])


@pytest.mark.soak
async def test_at_a_hundred_places_of_a_long_run_the_stage_shows_the_same(long_run: Shelf) -> None:
    await _scrub(long_run, _places())


def _places() -> list[int]:
    chance = random.Random(6)
    return [chance.randint(0, LONG) for _ in range(PLACES)]


async def _scrub(long_run: Shelf, places: list[int]) -> None:
    async with shelved(long_run) as (pilot, stage):
        scrubbed = {place: await seen_at(pilot, stage, place) for place in places}
        for place in scrubbed:
            assert await seen_from_scratch(pilot, long_run, place) == scrubbed[place], f"event {place}"


async def test_so_does_a_large_stage_with_its_timeline(long_run: Shelf) -> None:
    chance = random.Random(50)
    places = [chance.randint(0, LONG) for _ in range(5)]
    async with shelved(long_run, (200, 50)) as (pilot, stage):
        scrubbed = {place: await seen_at(pilot, stage, place) for place in places}
        for place in scrubbed:
            assert await seen_from_scratch(pilot, long_run, place) == scrubbed[place], f"event {place}"


@pytest.mark.parametrize(("name", "size"), [
    ("feature-sprint", (80, 24)), ("every-kind", (120, 36)), ("incident-triage", (200, 50)), ("market-scan", (120, 36)),
])  # fmt: skip
async def test_to_and_fro_in_a_recorded_run_every_place_looks_as_from_scratch(name: str, size: tuple[int, int]) -> None:
    golden = read(name)
    shelf, chance = Shelf(golden.events, golden.value), random.Random(name)
    places = [0, *chance.sample(range(1, golden.events[-1].seq + 1), 6), golden.events[-1].seq, 0]
    async with shelved(shelf, size) as (pilot, stage):
        scrubbed = [(place, await seen_at(pilot, stage, place)) for place in [*places, *reversed(places)]]
        fresh = {place: await seen_from_scratch(pilot, shelf, place) for place in set(places)}
    for place, rows in scrubbed:
        assert rows == fresh[place], f"event {place}"


@pytest.mark.parametrize("seed", range(2))
async def test_so_it_is_in_a_run_of_everything_there_is(seed: int) -> None:
    book = Notebook()
    tell(book, seed, steps=4)
    shelf, chance = Shelf(book.events, lambda ref: book.values.get(ref.ref)), random.Random(seed)
    places = [chance.randint(0, len(book.events)) for _ in range(6)]
    async with shelved(shelf) as (pilot, stage):
        scrubbed = [(place, await seen_at(pilot, stage, place)) for place in places]
        for place, rows in scrubbed:
            assert await seen_from_scratch(pilot, shelf, place) == rows, f"event {place}"
