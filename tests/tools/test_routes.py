"""Routes serve each stop once, keep to loads and hours, and are never worse than the order they were given in."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given as supposing
from hypothesis import settings
from hypothesis import strategies as some

from app.tools.routes.search import (
    Effort,
    Plan,
    Problem,
    Stop,
    Vehicle,
    _insert,
    _move,
    _turn,
    arrivals,
    feasible,
    given,
    kilometres,
    planned,
)
from tools.conftest import Failing, Using


@some.composite
def problems(draw: some.DrawFn, most: int = 12, *, plain: bool = False) -> Problem:
    count = draw(some.integers(1, most))
    numbers = some.integers(0, 60)
    places = [(draw(numbers), draw(numbers)) for _ in range(count + 1)]
    stops = []
    for number in range(count):
        opens = 0 if plain else draw(some.integers(0, 300))
        closes = 10_000 if plain else opens + draw(some.integers(0, 300))
        stops.append(Stop(str(number), draw(some.integers(0, 9)), opens, closes, 5, draw(some.sampled_from([1, 5]))))
    capacity = some.just(1_000) if plain else some.integers(5, 40)
    vehicles = [
        Vehicle(str(number), draw(capacity), 0, 10_000 if plain else 600)
        for number in range(1 if plain else draw(some.integers(1, 4)))
    ]
    extra = draw(some.integers(0, 20))  # one road is longer one way than the other
    distances = [[math.dist(here, there) for there in places] for here in places]
    distances[0][-1] += 0 if plain else extra
    return Problem(stops, vehicles, distances, 60)


def assert_sound(problem: Problem, plan: Plan) -> None:
    served = [place for route in plan.routes for place in route]
    assert sorted([*served, *plan.left]) == list(range(1, len(problem.stops) + 1))
    for number, route in enumerate(plan.routes):
        assert feasible(problem, number, route) or not route
        vehicle = problem.vehicles[number]
        assert sum(problem.stops[place - 1].load for place in route) <= vehicle.capacity
        for place, at in zip(route, arrivals(problem, vehicle, route)[:-1], strict=True):
            assert problem.stops[place - 1].opens <= at <= problem.stops[place - 1].closes + 1e-6
    ways = [zip([0, *route], [*route, 0], strict=True) for route in plan.routes]
    assert math.isclose(plan.km, sum(problem.distances[a][b] for way in ways for a, b in way), abs_tol=1e-6)


@settings(max_examples=80, deadline=None)
@supposing(problems())
def test_every_stop_is_served_once_or_left_out_within_loads_and_hours(problem: Problem) -> None:
    assert_sound(problem, given(problem))
    assert_sound(problem, planned(problem))


@settings(max_examples=80, deadline=None)
@supposing(problems())
def test_a_plan_is_never_worse_than_the_order_given(problem: Problem) -> None:
    before, after = given(problem), planned(problem)
    assert (after.missed, round(after.km, 6)) <= (before.missed, round(before.km, 6))


@settings(max_examples=40, deadline=None)
@supposing(problems(6, plain=True))
def test_a_short_tour_is_as_short_as_trying_all_of_them_within_a_tenth(problem: Problem) -> None:
    shortest = min(problem.length(list(tour)) for tour in permutations(range(1, len(problem.stops) + 1)))
    assert shortest - 1e-6 <= planned(problem).km <= 1.1 * shortest + 1e-6


@supposing(some.floats(-80, 80), some.floats(-170, 170), some.floats(-5, 5), some.floats(-5, 5))
def test_kilometres_on_the_globe_agree_with_the_law_of_cosines(lat: float, lon: float, up: float, right: float) -> None:
    south, west, north, east = (math.radians(degrees) for degrees in (lat, lon, lat + up, lon + right))
    cosine = math.sin(south) * math.sin(north) + math.cos(south) * math.cos(north) * math.cos(east - west)
    other = 6371 * math.acos(max(-1.0, min(1.0, cosine)))
    assert math.isclose(kilometres((lat, lon), (lat + up, lon + right)), other, rel_tol=1e-4, abs_tol=0.2)


SQUARE: dict[str, Any] = {
    "depot": {"lat": 48.0, "lon": 16.0},
    "stops": (
        "stop,lat,lon,load,from,until\nA,48.0,16.1,4,,\nB,48.1,16.0,4,,\nC,48.0,16.12,4,09:00,09:30\nD,48.1,16.02,4,,\n"
    ),
    "vehicles": "vehicle,capacity,from,until\nvan 1,8,08:00,17:00\nvan 2,8,08:00,17:00\n",
}


async def test_neighbours_share_a_van_and_the_answer_says_what_that_saves(using: Using) -> None:
    plan = await using("routes.plan", SQUARE)
    assert {frozenset(stop["stop"] for stop in route["stops"]) for route in plan["routes"]} == {
        frozenset("AC"),
        frozenset("BD"),
    }
    assert plan["unserved"] == []
    assert plan["km"] < plan["as_given"]["km"]
    assert plan["saved_km"] == pytest.approx(plan["as_given"]["km"] - plan["km"], abs=0.11)
    times = {stop["stop"]: stop["at"] for route in plan["routes"] for stop in route["stops"]}
    assert times["C"] >= "09:00"  # whoever is early waits
    assert await using("routes.plan", SQUARE) == plan


async def test_a_longer_road_is_driven_round(using: Using) -> None:
    line = {"stops": "stop\nA\nB\nC\n", "vehicles": "vehicle,capacity\nvan,9\n"}
    line["distances"] = [[0, 1, 2, 2], [1, 0, 1, 3], [2, 1, 0, 3], [2, 3, 3, 0]]  # type: ignore[assignment]
    before = await using("routes.plan", line)
    after = await using("routes.plan", line | {"detours": [{"here": "depot", "there": "A", "extra_km": 90}]})
    assert (before["km"], after["km"]) == (7, 8)
    assert after["routes"][0]["stops"][1]["stop"] == "A"  # no longer the first or the last


async def test_what_is_left_out_is_told_with_the_reason(using: Using) -> None:
    stops = [
        {"stop": "piano", "lat": 48.0, "lon": 16.1, "load": 99},
        {"stop": "islet", "lat": 38.0, "lon": 16.1, "until": "08:10"},
        {"stop": "first", "lat": 48.0, "lon": 16.1, "load": 6, "priority": 9},
        {"stop": "second", "lat": 48.0, "lon": 16.1, "load": 6},
    ]
    plan = await using("routes.plan", SQUARE | {"stops": stops, "vehicles": "vehicle,capacity,from\nvan,8,08:00\n"})
    assert [row["stop"] for row in plan["unserved"]] == ["piano", "islet", "second"]
    assert [row["why"].split(" ")[:3] for row in plan["unserved"]] == [
        ["99", "is", "more"],
        ["no", "vehicle", "that"],
        ["each", "vehicle", "that"],
    ]
    assert plan["served"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stops": []}, "stops has no rows"),
        ({"depot": None}, "nobody knows where it starts"),
        ({"stops": [{"stop": "A", "lat": 95, "lon": 1}]}, 'stops, row 1: "lat" should be from -90 to 90; it is 95'),
        ({"stops": [{"stop": "A", "lon": 1}]}, 'stops, row 1: "lat" should be a number; it is empty'),
        (
            {"stops": [{"stop": "A", "lat": 4, "lon": 1, "until": "noon"}]},
            """stops, row 1: "until" should be a time such as "09:30"; it is 'noon'""",
        ),
        ({"stops": [{"stop": "A", "lat": 4, "lon": 1}] * 2}, 'stops, row 2: "A" is in row 1 too'),
        ({"vehicles": [{"vehicle": "van"}]}, 'vehicles, row 1: "capacity" should be a number; it is empty'),
        ({"distances": [[0, 1], [1, 0]]}, "distances should be 5 rows of 5"),
        (
            {"detours": [{"here": "depot", "there": "Z", "extra_km": 1}]},
            'detours, row 1: there is no stop "Z"',
        ),
    ],
)
async def test_what_cannot_be_planned_is_told_with_its_row(
    change: dict[str, Any], message: str, failing: Failing
) -> None:
    error = await failing("routes.plan", SQUARE | change)
    assert (error.error, error.message) == ("bad_arguments", message)


async def test_more_stops_than_can_be_planned_are_refused(failing: Failing) -> None:
    stops = [{"stop": str(number), "lat": 48, "lon": 16} for number in range(251)]
    assert (await failing("routes.plan", SQUARE | {"stops": stops})).error == "refused"


def test_a_large_plan_in_which_little_fits_is_planned_in_counted_steps() -> None:
    effort = Effort(0)
    stops = [Stop(f"s{place}", 1, 0, 1440, 0, 1) for place in range(1, 4)]
    problem = Problem(stops, [Vehicle("van", 9, 0, 1440)], [[abs(a - b) for a in range(4)] for b in range(4)], 60)
    routes: list[list[int]] = [[3, 1, 2]]
    assert not _insert(problem, routes, 1, effort)
    assert not _turn(problem, routes, 0, effort) and not _move(problem, routes, 1, effort)
    assert routes == [[3, 1, 2]]
    assert _turn(problem, routes, 0, Effort())
