"""The tools `table.*` with 100,000 rows: read, filtered, grouped, joined, changed and asked in SQL.

python tests/bench/rows.py             prints the figures alone
"""

from __future__ import annotations

import asyncio
import csv
import io
import random
import sys
import time
from functools import cache, partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(path) for path in (ROOT, ROOT / "tests") if str(path) not in sys.path]

from app.tools.base import Surroundings  # noqa: E402
from app.tools.offers import use  # noqa: E402
from app.tools.registry import find  # noqa: E402
from bench.table import AtMost, Bench, measure, table  # noqa: E402

ROWS, CUSTOMERS = 100_000, 5_000
SECONDS = 2.0
_SURROUNDINGS = Surroundings(root=ROOT, outbox=ROOT)  # nothing is read or written there


def benches() -> list[Bench]:
    """What is promised: each tool, arguments and all, in a fraction of the half minute that is allowed."""
    return [
        Bench(f"{name}, {ROWS:,} rows{of}", partial(_seconds, name, of), AtMost(SECONDS))
        for name, of in (
            ("table.filter", ""),
            ("table.aggregate", ""),
            ("table.aggregate", " of CSV"),
            ("table.join", ""),
            ("table.transform", ""),
            ("table.sql", ""),
        )
    ]


def _seconds(name: str, of: str) -> float:
    tool = find(name)
    assert tool is not None
    arguments = _arguments()[name + of]
    started = time.process_time()  # the work is done in threads, and beside others
    found = asyncio.run(use(tool, arguments, _SURROUNDINGS))
    used = time.process_time() - started
    if not found:
        raise SystemExit(f"{name} found nothing")
    return used


@cache
def _arguments() -> dict[str, dict[str, Any]]:
    chance = random.Random(7)
    orders = [
        {
            "id": number,
            "customer": f"c{chance.randrange(CUSTOMERS)}",
            "amount": round(chance.random() * 100, 2),
            "day": f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        }
        for number in range(ROWS)
    ]
    customers = [{"customer": f"c{number}", "region": f"r{number % 12}"} for number in range(CUSTOMERS)]
    totals = {"orders": "count(*)", "total": "sum(amount)"}
    by_region = "SELECT region, sum(amount) AS total FROM orders JOIN customers USING (customer) GROUP BY region"
    return {
        "table.filter": {"rows": orders, "where": "amount > 50", "sort": "-amount"},
        "table.aggregate": {"rows": orders, "by": "customer", "values": totals},
        "table.aggregate of CSV": {"rows": _as_csv(orders), "by": "day", "values": totals},
        "table.join": {"left": orders, "right": customers, "on": "customer"},
        "table.transform": {"rows": orders, "set": {"gross": "round(amount * 1.2, 2)"}},
        "table.sql": {"tables": {"orders": orders, "customers": customers}, "query": by_region},
    }


def _as_csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    results = [measure(bench) for bench in benches()]
    print(table(results))
    sys.exit(not all(result.kept for result in results))
