"""Seeks in a long run: how long the playhead takes to be elsewhere, and the frame that is drawn then.

python tests/bench/seeking.py          prints both, as milliseconds and as a share of what folding the whole run takes
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(path) for path in (ROOT, ROOT / "tests") if str(path) not in sys.path]

from app.state import fold  # noqa: E402
from bench.table import AtMost, Bench, Measure, measure, table  # noqa: E402

EVENTS, SEEKS = 100_000, 40
SIZE = (120, 36)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of this thread: of the median seek, of the median frame after one, and of folding the whole run."""

    seek: float
    frame: float
    whole: float


def benches() -> list[Bench]:
    """What is promised."""
    seek, frame = f"a seek in a run of {EVENTS:,} events", f"the frame after it, on {SIZE[0]}x{SIZE[1]}"
    whole = _of(lambda taken: taken.whole)
    seeking, drawing = _of(lambda taken: taken.seek), _of(lambda taken: taken.frame)
    return [
        Bench(seek, seeking, AtMost(0.05), rounds=1),
        Bench(frame, drawing, AtMost(0.05), rounds=1),
        Bench(f"{seek} / folding it whole", seeking, AtMost(0.15), whole, rounds=1),
        Bench(f"{frame} / folding it whole", drawing, AtMost(0.15), whole, rounds=1),
    ]


def _of(figure: Callable[[Taken], float]) -> Measure:
    return lambda: figure(_taken())


@cache
def _taken() -> Taken:
    return asyncio.run(_seeks())


async def _seeks() -> Taken:
    from tui.looking import long_show
    from tui.scrubbing import Shelf, shelved

    show = long_show(EVENTS)
    chance, last = random.Random(1), show.events[-1].seq
    begun = time.thread_time()
    fold(show.events)
    whole = time.thread_time() - begun
    seeks, frames = [], []
    async with shelved(Shelf(show.events, show.value), SIZE) as (_, stage):
        stage.playhead.seek(last)
        stage.frame()
        for _ in range(SEEKS):
            begun = time.thread_time()
            stage.playhead.seek(chance.randint(0, last))
            gone = time.thread_time()
            stage.frame()
            seeks.append(gone - begun)
            frames.append(time.thread_time() - gone)
    return Taken(median(seeks), median(frames), whole)


def main() -> int:
    """Measure, print, and return 1 when a promise is missed."""
    results = [measure(bench) for bench in benches()]
    print(table(results))
    return 0 if all(result.kept for result in results) else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FOOTLIGHTS_HOME"] = folder
        sys.exit(main())
