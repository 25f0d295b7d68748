"""Measures batches: thousands of rehearsed runs of ten steps, how long each takes among how many, and in what memory.

Each measurement is a program of its own: `python tests/bench/batches.py FOLDER RUNS SIDE_BY_SIDE`; without the last two
it prints how long runs take that are performed side by side by the hundred and by the thousand.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bench.table import AtMost, Bench, Measure, megabytes  # noqa: E402

MANY = 5000
USUAL = 48  # side by side: 24 for each of two workers
LOOK = 0.05  # seconds between looks at the memory of all processes


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen: seconds from the start of the executor to the end of the last run, and of each run; bytes."""

    runs: int
    took: float
    p50: float
    p95: float
    p99: float
    passed: int
    memory: int
    together: int  # runs at the same time, at most


def benches(folder: Path) -> list[Bench]:
    """A batch of five thousand, as `footlights batch` performs it."""

    def all_of_them(figure: str) -> Measure:
        return lambda: float(getattr(batch_of(folder, MANY, USUAL), figure))

    return [
        Bench(f"a batch of {MANY:,} rehearsed runs of 10 steps, done", all_of_them("took"), AtMost(20), rounds=1),
        Bench("the same, memory of all processes", all_of_them("memory"), AtMost(700e6), shown=megabytes, rounds=1),
        Bench(
            "the same, runs lost", lambda: MANY - all_of_them("passed")(), AtMost(0), shown="{:,.0f}".format, rounds=1
        ),
    ]


def spread(folder: Path) -> str:
    """How long a run takes from when it is handed out, when so many are side by side."""
    lines = ["runs side by side      p50      p95      p99  passed"]
    for count in (100, 1000, MANY):
        found = batch_of(folder, count, count)
        if found.together < count:
            raise SystemExit(f"{found.together:,} runs were side by side, and {count:,} were to be")
        times = "".join(f"{seconds:>7.2f} s" for seconds in (found.p50, found.p95, found.p99))
        lines.append(f"{count:>17,}{times}  {found.passed / found.runs:.0%}")
    return "\n".join(lines)


@cache
def batch_of(folder: Path, runs: int, side_by_side: int) -> Measured:
    """Perform a batch in a process of its own, with workers as `footlights batch` has them."""
    command = [sys.executable, __file__, str(folder), str(runs), str(side_by_side)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return Measured(**json.loads(done.stdout))


async def _perform(folder: Path, runs: int, side_by_side: int) -> Measured:
    from app.batch.driving import Drive
    from app.batch.executor import Ending
    from app.batch.plan import Item
    from app.batch.planning import Wish, planned
    from app.batch.results import results_of
    from app.journal import Archive, Journal
    from bench.relay import relay

    class Stopwatch:
        def __init__(self) -> None:
            self.begun: dict[str, float] = {}
            self.took: list[float] = []
            self.together = 0

        def begins(self, item: Item) -> None:
            self.begun[item.run] = time.perf_counter()
            self.together = max(self.together, len(self.begun) - len(self.took))

        def ended(self, item: Item, ending: Ending) -> None:
            self.took.append(time.perf_counter() - self.begun[item.run])

    gc.set_threshold(200_000, 20, 20)  # as the command does
    watch, memory = Stopwatch(), _Memory()
    database = folder / f"batch-{runs}-{side_by_side}.db"
    with Journal.open(database, fast=True) as journal, memory:
        plan = planned([relay(folder, 10, "50ms")], Wish(mode="rehearsal", repeat=runs, parallel=side_by_side))
        started = time.perf_counter()
        await Drive.begin(journal, plan).conduct(watch)
        took = time.perf_counter() - started
    async with Archive(database) as archive:
        passed = (await results_of(archive, plan.batch)).count("passed")
    share = quantiles(watch.took, n=100)
    return Measured(runs, took, share[49], share[94], share[98], passed, memory.most, watch.together)


class _Memory:
    """The most that this process and its workers had together."""

    def __init__(self) -> None:
        self.most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        import psutil

        own = psutil.Process()
        while not self._over.wait(LOOK):
            total = 0
            for one in (own, *own.children(recursive=True)):
                try:
                    total += one.memory_info().rss
                except psutil.Error:  # it has just ended
                    continue
            self.most = max(self.most, total)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if sys.argv[2:]:
        print(json.dumps(asdict(asyncio.run(_perform(place, int(sys.argv[2]), int(sys.argv[3]))))))
    else:
        print(spread(place))
