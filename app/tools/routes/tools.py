"""The tool `routes.plan`: which vehicle serves which stop, in what order, when it is there, and what cannot be served.

The search is in route_search; here arguments are read, and the answer is put into words.
"""

from __future__ import annotations

import asyncio
from typing import Any

from app.tools.base import Arguments, Surroundings, Tool, ToolError, arguments_of
from app.tools.cells import Cells, named_once, whole
from app.tools.routes.search import Plan, Problem, Stop, Vehicle, arrivals, given, kilometres, planned, reason
from app.tools.rows import TABLE_SCHEMA, Row, read_rows

MAX_STOPS = 250
MAX_VEHICLES = 50
DAY = 24 * 60


async def _plan(arguments: Arguments, surroundings: Surroundings) -> dict[str, Any]:
    stop_rows, vehicle_rows = [
        await asyncio.to_thread(read_rows, arguments[name], surroundings.root) for name in ("stops", "vehicles")
    ]
    problem = _problem(stop_rows, vehicle_rows, arguments)

    def plan() -> dict[str, Any]:
        return _told(problem, given(problem), planned(problem))

    return await asyncio.to_thread(plan)


def _problem(stop_rows: list[Row], vehicle_rows: list[Row], arguments: Arguments) -> Problem:
    for rows, most, name in ((stop_rows, MAX_STOPS, "stops"), (vehicle_rows, MAX_VEHICLES, "vehicles")):
        if not rows:
            raise ToolError("bad_arguments", f"{name} has no rows", "a row for each")
        if len(rows) > most:
            raise ToolError("refused", f"{name} has {len(rows):,} rows; {most} is the most", "plan in parts")
    stops = [_stop(Cells(row, number, "stops")) for number, row in enumerate(stop_rows, 1)]
    named_once([stop.name for stop in stops], "stops")
    vehicles = [_vehicle(Cells(row, number, "vehicles")) for number, row in enumerate(vehicle_rows, 1)]
    named_once([vehicle.name for vehicle in vehicles], "vehicles")
    matrix = arguments.get("distances")
    distances = _between(stop_rows, arguments) if matrix is None else _given_matrix(matrix, len(stops) + 1)
    _add_detours(distances, [None, *(stop.name for stop in stops)], arguments.get("detours", []))
    return Problem(stops, vehicles, distances, arguments.get("speed_kmh", 50))


def _stop(cells: Cells) -> Stop:
    return Stop(
        cells.text("stop"),
        load=cells.maybe("load") or 0.0,
        opens=cells.clock("from") or 0,
        closes=DAY if (closes := cells.clock("until")) is None else closes,
        minutes=cells.maybe("minutes", most=DAY) or 0.0,
        priority=1.0 if (priority := cells.maybe("priority", least=1, most=1_000)) is None else priority,
    )


def _vehicle(cells: Cells) -> Vehicle:
    return Vehicle(
        cells.text("vehicle"),
        capacity=cells.amount("capacity"),
        starts=cells.clock("from") or 0,
        ends=DAY if (ends := cells.clock("until")) is None else ends,
    )


def _between(stop_rows: list[Row], arguments: Arguments) -> list[list[float]]:
    """Return the distances by road, reckoned from coordinates: the straight line, and what roads add to it."""
    if (depot := arguments.get("depot")) is None:
        raise ToolError("bad_arguments", "nobody knows where it starts", "give depot: {lat, lon}, or distances")
    cells = [Cells(depot, 1, "depot"), *(Cells(row, number, "stops") for number, row in enumerate(stop_rows, 1))]
    places = [(cell.amount("lat", least=-90, most=90), cell.amount("lon", least=-180, most=180)) for cell in cells]
    factor = arguments.get("road_factor", 1.3)
    return [[factor * kilometres(here, there) for there in places] for here in places]


def _given_matrix(matrix: list[list[float]], size: int) -> list[list[float]]:
    if len(matrix) != size or any(len(row) != size for row in matrix):
        raise ToolError(
            "bad_arguments", f"distances should be {size} rows of {size}", "the depot first, then the stops in order"
        )
    return [[float(cell) for cell in row] for row in matrix]


def _add_detours(distances: list[list[float]], names: list[str | None], detours: list[dict[str, Any]]) -> None:
    """Make roads longer, both ways; the depot is called depot."""
    for number, detour in enumerate(detours, 1):
        here, there = (_place(names, detour[end], number) for end in ("here", "there"))
        distances[here][there] += detour["extra_km"]
        distances[there][here] += detour["extra_km"]


def _place(names: list[str | None], name: str, number: int) -> int:
    if name in names:
        return names.index(name)
    if name == "depot":
        return 0
    raise ToolError("bad_arguments", f'detours, row {number}: there is no stop "{name}"', "a stop, or depot")


def _told(problem: Problem, before: Plan, plan: Plan) -> dict[str, Any]:
    routes = [_route(problem, number, route) for number, route in enumerate(plan.routes) if route]
    unserved = sorted(plan.left)
    alike = sorted(before.left) == unserved  # else fewer kilometres could be a sign of less work
    return {
        "served": len(problem.stops) - len(unserved),
        "km": whole(plan.km, 1),
        "unserved": [{"stop": problem.stops[place - 1].name, "why": reason(problem, place)} for place in unserved],
        "as_given": {"km": whole(before.km, 1), "unserved": len(before.left)},
        "saved_km": whole(before.km - plan.km, 1) if alike else None,
        "saved_percent": whole(100 - 100 * plan.km / before.km, 1) if alike and before.km else None,
        "vehicles": len(routes),
        "routes": routes,
    }


def _route(problem: Problem, number: int, route: list[int]) -> dict[str, Any]:
    vehicle = problem.vehicles[number]
    times = arrivals(problem, vehicle, route)
    load = sum(problem.stops[place - 1].load for place in route)
    return {
        "vehicle": vehicle.name,
        "km": whole(problem.length(route), 1),
        "load": whole(load),
        "full_percent": whole(100 * load / vehicle.capacity, 0) if vehicle.capacity else 0,
        "leaves": _clock(vehicle.starts),
        "back": _clock(times[-1]),
        "stops": [
            {"stop": problem.stops[place - 1].name, "at": _clock(at)}
            for place, at in zip(route, times[:-1], strict=True)
        ],
    }


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


_COORDINATES = {"lat": {"type": "number"}, "lon": {"type": "number"}}
_DISTANCE = {"type": "number", "minimum": 0, "maximum": 20_000}
_PLACE = {"type": "string", "minLength": 1}

TOOLS = (
    Tool(
        "routes.plan",
        "Plan routes from a depot and back. stops: stop, lat and lon (or distances in km: the depot first, then the "
        "stops), optional load, from and until (09:30), minutes (to unload), priority. vehicles: vehicle, capacity, "
        "optional from and until. detours make roads longer. Gives {routes, unserved, km, as_given, saved_km, ...}; "
        "never worse than the order given.",
        arguments_of(
            required=("stops", "vehicles"),
            stops=TABLE_SCHEMA,
            vehicles=TABLE_SCHEMA,
            depot={"type": "object", "properties": _COORDINATES, "required": ["lat", "lon"]},
            distances={
                "type": "array",
                "items": {"type": "array", "items": _DISTANCE, "maxItems": MAX_STOPS + 1},
                "maxItems": MAX_STOPS + 1,
            },
            detours={
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"here": _PLACE, "there": _PLACE, "extra_km": _DISTANCE},
                    "required": ["here", "there", "extra_km"],
                    "additionalProperties": False,
                },
                "maxItems": 1_000,
            },
            speed_kmh={"type": "number", "minimum": 1, "maximum": 300, "description": "50"},
            road_factor={"type": "number", "minimum": 1, "maximum": 5, "description": "road to straight line, 1.3"},
        ),
        _plan,
        example={
            "stops": "stop,load\nnorth,3\nsouth,4\n",
            "vehicles": "vehicle,capacity\nvan,10\n",
            "distances": [[0, 5, 6], [5, 0, 11], [6, 11, 0]],
        },
    ),
)
