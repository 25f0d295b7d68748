"""The search behind `routes.plan`: insertion where it costs least, then moves and turns until none of them helps.

Places are numbers: 0 is the depot, 1 the first stop. A plan is better when the stops it leaves out weigh less, and of
equals when it is shorter. The order as given is one of the candidates, so that no answer is worse than that. Steps are
counted: a large plan in which little fits gets what was found by then, the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

EARTH_KM = 6371.0
ROUNDS = 60  # of improvement; real plans need about ten
STEPS = 400_000  # of one insertion or one improvement, of which there are six; 100 stops need fewer
LESS = 1e-9  # a gain below that is dust of the sums, and would let the search go in circles


class Stop(NamedTuple):
    """A place to be served; times in minutes since midnight."""

    name: str
    load: float
    opens: float
    closes: float
    minutes: float
    priority: float


class Vehicle(NamedTuple):
    """What can carry something, from when until when."""

    name: str
    capacity: float
    starts: float
    ends: float


class Problem(NamedTuple):
    """All that is known."""

    stops: list[Stop]
    vehicles: list[Vehicle]
    distances: list[list[float]]
    speed_kmh: float

    def length(self, route: list[int]) -> float:
        """Return the kilometres of a route, from the depot and back."""
        return sum(self.distances[here][there] for here, there in zip([0, *route], [*route, 0], strict=True))


class Plan(NamedTuple):
    """A route for each vehicle, perhaps an empty one, and what was left out."""

    routes: list[list[int]]
    left: list[int]
    km: float
    missed: float  # the priorities of what was left out


@dataclass(slots=True)
class Effort:
    """How many steps may still be taken; a step looks at one place of a route."""

    left: int = STEPS

    def allows(self, steps: int) -> bool:
        """Take so many steps, and say whether they were still there."""
        self.left -= steps
        return self.left >= 0


def planned(problem: Problem) -> Plan:
    """Return the best of three plans: the order as given and the two best that insertion begins, all improved."""
    begun = [_inserted(problem, [[] for _ in problem.vehicles], order) for order in _orders(problem)]
    candidates = [given(problem), *sorted(begun, key=_worth)[:2]]
    return min((_improved(problem, plan) for plan in candidates), key=_worth)


def given(problem: Problem) -> Plan:
    """Return what comes of the order as given: each vehicle takes the next stop as long as it can."""
    routes: list[list[int]] = [[] for _ in problem.vehicles]
    left, current = [], 0
    for place in range(1, len(problem.stops) + 1):
        able = (n for n in range(current, len(routes)) if feasible(problem, n, [*routes[n], place]))
        if (number := next(able, None)) is None:
            left.append(place)
        else:
            routes[number].append(place)
            current = number
    return _plan(problem, routes, left)


def feasible(problem: Problem, number: int, route: list[int]) -> bool:
    """Say whether a vehicle can serve these stops in this order: the load, the hours of each, and its own."""
    vehicle = problem.vehicles[number]
    if _load(problem, route) > vehicle.capacity + LESS:
        return False
    clock, here, pace = vehicle.starts, 0, 60 / problem.speed_kmh
    for place in route:
        stop = problem.stops[place - 1]
        clock = max(clock + problem.distances[here][place] * pace, stop.opens)
        if clock > stop.closes + LESS:
            return False
        clock += stop.minutes
        here = place
    return clock + problem.distances[here][0] * pace <= vehicle.ends + LESS


def arrivals(problem: Problem, vehicle: Vehicle, route: list[int]) -> list[float]:
    """Return when work begins at each stop, and last when the vehicle is back."""
    clock, here, pace = vehicle.starts, 0, 60 / problem.speed_kmh
    times = []
    for place in route:
        stop = problem.stops[place - 1]
        clock = max(clock + problem.distances[here][place] * pace, stop.opens)
        times.append(clock)
        clock += stop.minutes
        here = place
    return [*times, clock + problem.distances[here][0] * pace]


def reason(problem: Problem, place: int) -> str:
    """Say why a stop was left out."""
    stop = problem.stops[place - 1]
    largest = max(vehicle.capacity for vehicle in problem.vehicles)
    if stop.load > largest:
        return f"{stop.load:g} is more than any vehicle carries; the largest takes {largest:g}"
    if not any(feasible(problem, number, [place]) for number in range(len(problem.vehicles))):
        return "no vehicle that could carry it can be there in its hours and back in time"
    return "each vehicle that could serve it is full, or has no time left, with what it serves instead"


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Return the distance of two places on the globe, given as latitude and longitude."""
    (south, west), (north, east) = [(math.radians(lat), math.radians(lon)) for lat, lon in (here, there)]
    part = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, part)))


def _orders(problem: Problem) -> Iterable[list[int]]:
    """Return the orders in which stops are inserted; what matters most always comes first."""
    keys: tuple[Callable[[int], float], ...] = (
        lambda place: -problem.distances[0][place],
        lambda place: problem.stops[place - 1].closes,
        lambda place: -problem.stops[place - 1].load,
    )
    for key in keys:
        yield sorted(
            range(1, len(problem.stops) + 1), key=lambda place: (-problem.stops[place - 1].priority, key(place), place)
        )


def _inserted(problem: Problem, routes: list[list[int]], order: Iterable[int]) -> Plan:
    """Put each stop where it costs the fewest kilometres."""
    effort = Effort()
    left = [place for place in order if not _insert(problem, routes, place, effort)]
    return _plan(problem, routes, left)


def _insert(problem: Problem, routes: list[list[int]], place: int, effort: Effort, below: float = math.inf) -> bool:
    """Put a stop in the cheapest spot that adds less than `below`, if there is one."""
    if not effort.allows(sum(map(len, routes))):
        return False
    spots = [found for number, route in enumerate(routes) for found in _spots(problem, number, route, place, below)]
    for _, number, spot in sorted(spots):
        longer = [*routes[number][:spot], place, *routes[number][spot:]]
        if not effort.allows(len(longer)):
            return False
        if feasible(problem, number, longer):
            routes[number] = longer
            return True
    return False


def _spots(problem: Problem, number: int, route: list[int], place: int, below: float) -> list[tuple[float, int, int]]:
    """Return what the stop would add at each spot of a route that has room for it, where that is little enough."""
    distances, onwards = problem.distances, problem.distances[place]
    ways = enumerate(pairwise([0, *route, 0]))
    added = [(distances[here][place] + onwards[there] - distances[here][there], spot) for spot, (here, there) in ways]
    spots = [(cost, number, spot) for cost, spot in added if cost < below]
    room = problem.vehicles[number].capacity + LESS
    return spots if spots and _load(problem, route) + problem.stops[place - 1].load <= room else []


def _load(problem: Problem, route: list[int]) -> float:
    return sum([problem.stops[place - 1].load for place in route])


def _improved(problem: Problem, plan: Plan) -> Plan:
    """Turn parts round and move stops, and try again what was left out, until nothing helps."""
    routes, left = [list(route) for route in plan.routes], sorted(plan.left, key=_by_priority(problem))
    effort = Effort()
    for _ in range(ROUNDS):
        turned = sum(_turn(problem, routes, number, effort) for number in range(len(routes)))
        served = [place for route in routes for place in route]
        moved = sum(_move(problem, routes, place, effort) for place in sorted(served))
        still = [place for place in left if not _insert(problem, routes, place, effort)]
        done = effort.left < 0 or (not turned and not moved and len(still) == len(left))
        left = still
        if done:
            break
    return _plan(problem, routes, left)


def _turn(problem: Problem, routes: list[list[int]], number: int, effort: Effort) -> bool:
    """Turn a part of a route round wherever that makes it shorter (2-opt)."""
    helped, distances = False, problem.distances
    path = [0, *routes[number], 0]
    there, back = _along(distances, path)
    for first in range(1, len(path) - 2):
        if not effort.allows(len(path) - first):
            break
        for last in range(first + 1, len(path) - 1):
            gain = distances[path[first - 1]][path[first]] + distances[path[last]][path[last + 1]]
            gain += there[last] - there[first]
            gain -= distances[path[first - 1]][path[last]] + distances[path[first]][path[last + 1]]
            gain -= back[last] - back[first]
            if gain <= LESS:
                continue
            if not effort.allows(2 * len(path)):
                break
            turned = [*path[:first], *reversed(path[first : last + 1]), *path[last + 1 :]]
            if feasible(problem, number, turned[1:-1]):
                path, helped = turned, True
                there, back = _along(distances, path)
    routes[number] = path[1:-1]
    return helped


def _along(distances: list[list[float]], path: list[int]) -> tuple[list[float], list[float]]:
    """Return the kilometres from the start up to each place of a path, as it goes and the other way round."""
    there, back = [0.0], [0.0]
    for here, following in pairwise(path):
        there.append(there[-1] + distances[here][following])
        back.append(back[-1] + distances[following][here])
    return there, back


def _move(problem: Problem, routes: list[list[int]], place: int, effort: Effort) -> bool:
    """Take a stop out and put it where it costs less, on whichever route."""
    number = next(number for number, route in enumerate(routes) if place in route)
    whole, spot = routes[number], routes[number].index(place)
    shorter = [*whole[:spot], *whole[spot + 1 :]]
    if not effort.allows(len(whole)):
        return False
    if not feasible(problem, number, shorter):  # without it the way may be longer, where roads are odd
        return False
    cost = problem.length(whole) - problem.length(shorter)
    routes[number] = shorter
    if _insert(problem, routes, place, effort, cost - LESS):
        return True
    routes[number] = whole
    return False


def _by_priority(problem: Problem) -> Callable[[int], tuple[float, int]]:
    return lambda place: (-problem.stops[place - 1].priority, place)


def _plan(problem: Problem, routes: list[list[int]], left: list[int]) -> Plan:
    missed = sum(problem.stops[place - 1].priority for place in left)
    return Plan(routes, left, sum(problem.length(route) for route in routes), missed)


def _worth(plan: Plan) -> tuple[float, float]:
    return plan.missed, round(plan.km, 6)
