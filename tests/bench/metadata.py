"""Questions over the metadata of ten organisations, 100,000 things in all, asked as an agent would ask them.

python tests/bench/metadata.py         prints what each takes, with the reading of the tables
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(path) for path in (ROOT, ROOT / "tests") if str(path) not in sys.path]

from app.tools.base import Surroundings  # noqa: E402
from app.tools.offers import use  # noqa: E402
from app.tools.registry import find  # noqa: E402
from bench.table import AtMost, Bench, Measure, measure, table  # noqa: E402

NODES, ORGS = 100_000, 10
KINDS = ("field", "flow", "report", "class")
QUESTIONS: dict[str, dict[str, Any]] = {
    "graph.impact": {"of": "org0.50"},
    "graph.path": {"from": "org9.99999", "to": "org0.50"},
    "graph.cycles": {},
    "graph.rank": {},
    "graph.find": {"words": "report", "where": {"org": "org7"}},
}


def benches() -> list[Bench]:
    """What is promised: two seconds were asked for; a question is done well before that."""
    return [
        Bench(f"{tool} over {NODES:,} nodes of {ORGS} organisations", asked(tool), AtMost(1.5), rounds=3)
        for tool in QUESTIONS
    ]


def asked(name: str) -> Measure:
    """Measure one question, whole: arguments checked, graph built, answer given."""

    def run() -> float:
        tool = find(name)
        if tool is None:
            raise SystemExit(f"there is no tool {name}")
        tables = metadata()
        here = Path(tempfile.gettempdir())
        started = time.process_time()
        asyncio.run(use(tool, tables | QUESTIONS[name], Surroundings(root=here, outbox=here)))
        return time.process_time() - started

    return run


@cache
def metadata() -> dict[str, list[dict[str, Any]]]:
    """Make the same things every time; one in thirty links leads into another organisation."""
    chance, share = Random(7), NODES // ORGS
    names = [f"org{number // share}.{number}" for number in range(NODES)]
    nodes = [
        {"id": name, "kind": KINDS[number % 4], "org": name.partition(".")[0], "criticality": number % 6}
        for number, name in enumerate(names)
    ]
    edges = []
    for number in range(1, NODES):
        first = number - number % share
        for _ in range(1 + number % 2):
            inside = number > first and chance.random() < 29 / 30
            to = chance.randrange(first, number) if inside else chance.randrange(number)
            edges.append({"from": names[number], "to": names[to], "kind": "uses"})
    return {"nodes": nodes, "edges": edges}


if __name__ == "__main__":
    gc.set_threshold(200_000, 20, 20)  # as the command does
    print(table([measure(bench) for bench in benches()]))
