"""Prints what Ray costs: a batch by processes of this machine, and by a cluster of two nodes. `make ray` runs it.

On a busy machine Ray looks too good: its nodes are sessions of their own, and Linux shares its time between sessions.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from app.batch.driving import Drive  # noqa: E402
from app.batch.planning import Wish, planned  # noqa: E402
from app.journal import Journal  # noqa: E402
from bench.relay import relay  # noqa: E402
from corpus.batches import Noted  # noqa: E402
from corpus.two_nodes import SETTINGS, TwoNodes  # noqa: E402

FEW, MANY = 50, 550  # runs: what the difference takes is spent on runs, and not on connecting
ROUNDS = 3


def main() -> None:
    """Measure both by turns, and print a line for each and one for the difference."""
    os.environ.update(SETTINGS)
    cluster = TwoNodes()
    try:
        cluster.start()
        with tempfile.TemporaryDirectory() as folder:
            rounds = [[_timed(Path(folder), *each) for each in _ways(cluster)] for _ in range(ROUNDS)]
    finally:
        cluster.stop()
    few_here, many_here, few_on_ray, many_on_ray = map(min, zip(*rounds, strict=True))
    processes, ray = (many_here - few_here) / (MANY - FEW), (many_on_ray - few_on_ray) / (MANY - FEW)
    print(f"a rehearsed run of 10 steps among {MANY}, the best of {ROUNDS} rounds")
    print(f"  two processes of this machine       {processes * 1000:>6.1f} ms")
    print(f"  two nodes of Ray on this machine    {ray * 1000:>6.1f} ms, {(ray - processes) * 1000:+.1f} ms")


def _ways(cluster: TwoNodes) -> list[tuple[int, str]]:
    return [(runs, on) for on in ("", cluster.on) for runs in (FEW, MANY)]


def _timed(folder: Path, runs: int, on: str) -> float:
    """The seconds that so many runs take, with all that comes before them."""
    return asyncio.run(_performed(Path(tempfile.mkdtemp(dir=folder)), runs, on))


async def _performed(folder: Path, runs: int, on: str) -> float:
    with Journal.open(folder / "workspace", fast=True) as journal:
        plan = planned([relay(folder, 10, "50ms")], Wish(mode="rehearsal", repeat=runs))
        began = time.perf_counter()
        await Drive.begin(journal, plan).conduct(Noted(), on=on, workers=None if on else 2)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
