"""Measures a full house: a thousand runs at once in one process, and how late its event loop is meanwhile.

Run as a program of its own, so that the memory it takes is its own too: `python tests/bench/crowd.py FOLDER`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from statistics import quantiles

RUNS = 1000
STEPS = 10
TAKES = "50ms"  # a call, of the rehearsal's time
PROBE = 0.005  # seconds between looks at the clock
_KIB = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Crowd:
    """What was seen: seconds, and bytes of memory."""

    took: float
    late_p99: float
    late_max: float
    memory: int


@cache
def thousand_runs(folder: Path) -> Crowd:
    """Perform them in a process of their own."""
    command = [sys.executable, __file__, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return Crowd(**json.loads(done.stdout))


async def _perform(folder: Path) -> Crowd:
    from app.engine import perform
    from app.journal import Journal
    from bench.relay import relay

    gc.set_threshold(200_000, 20, 20)  # as the command does
    checked = relay(folder, STEPS, TAKES)
    late: list[float] = []
    with Journal.open(folder / "crowd.db") as journal:
        probe = asyncio.create_task(_look_at_the_clock(late))
        started = time.perf_counter()
        runs = []
        for _ in range(RUNS):
            runs.append(perform(checked, mode="rehearsal", journal=journal))
            await asyncio.sleep(0)
        outcomes = {(await run.result()).outcome for run in runs}
        took = time.perf_counter() - started
        probe.cancel()
    if outcomes != {"succeeded"}:
        raise SystemExit(f"the runs ended {outcomes}")
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Crowd(took, quantiles(late, n=100)[98], max(late), used.ru_maxrss * _KIB)


async def _look_at_the_clock(late: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + PROBE
        await asyncio.sleep(PROBE)
        late.append(max(0.0, loop.time() - due))


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(root), str(root / "tests")]
    print(json.dumps(asdict(asyncio.run(_perform(Path(sys.argv[1]))))))
