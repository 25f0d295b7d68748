"""Measures the promises about time, and fails when one is missed: `make bench`.

A promise is a ratio to a floor measured in the same run, pair by pair, so that a slow or busy machine slows both. CPU
time is what counts: of whole processes, where start-up is part of it.
"""

from __future__ import annotations

import compileall
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
PAIRS = 21
PYTHON = sys.executable
FOOTLIGHTS = str(Path(PYTHON).with_name("footlights"))

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Bench:
    """Something measured: at most `promise` times its floor or, where it has none, at most `promise` seconds."""

    what: str
    ours: Measure
    promise: float
    floor: Measure | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of one bench, in seconds."""

    bench: Bench
    ours: float
    floor: float | None

    @property
    def figure(self) -> float:
        return self.ours if self.floor is None else self.ours / self.floor

    @property
    def kept(self) -> bool:
        return self.figure <= self.bench.promise


def main() -> int:
    """Measure everything, print the table, and return 1 when a promise is missed."""
    for room in ("app", "providers", "footlights"):
        compileall.compile_dir(ROOT / room, quiet=1)  # as an installation does: no start should pay for compiling
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    with tempfile.TemporaryDirectory() as folder:
        results = [measure(bench) for bench in benches(Path(folder))]
    print(table(results))
    return 0 if all(result.kept for result in results) else 1


def benches(folder: Path) -> list[Bench]:
    """Name everything that is measured, with its promise."""
    argparse = process(PYTHON, "-c", "import argparse")
    model = process(PYTHON, "-c", "import yaml, pydantic\nclass Model(pydantic.BaseModel):\n    name: str")
    return [
        Bench("footlights --help / import argparse", process(FOOTLIGHTS, "--help"), 3.0, argparse),
        Bench("footlights --version / import argparse", process(FOOTLIGHTS, "--version"), 3.0, argparse),
        Bench(
            "footlights check feature-sprint / import yaml, pydantic",
            process(FOOTLIGHTS, "check", "scenarios/software/feature-sprint.yaml"),
            1.7,
            model,
        ),
        Bench("check of 1,000 steps, in this process", check_of_a_relay(folder, 1000), 1.0),
    ]


def process(*command: str) -> Measure:
    """Measure the CPU time of a whole process, user and system, from exec to exit."""

    def run() -> float:
        quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
        child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
        _, status, used = os.wait4(child, 0)
        if status:
            raise SystemExit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
        return used.ru_utime + used.ru_stime

    return run


def check_of_a_relay(folder: Path, steps: int) -> Measure:
    """Measure the check of a long scenario, without starting Python for it."""
    from app.scenario import check
    from corpus.large import relay

    path = folder / "relay.yaml"
    path.write_text(relay(steps), encoding="utf-8")

    def run() -> float:
        started = time.thread_time()
        checked = check(path, path.name)
        used = time.thread_time() - started
        if not checked.ok:
            raise SystemExit(f"the relay is refused: {checked.problems[0].message}")
        return used

    return run


def measure(bench: Bench) -> Result:
    """Take the median of many, ours and the floor by turns; what has no floor is slow enough for a few."""
    if bench.floor is None:
        return Result(bench, median(bench.ours() for _ in range(5)), None)
    pairs = [(bench.floor(), bench.ours()) for _ in range(PAIRS)]
    return Result(bench, median(ours for _, ours in pairs), median(floor for floor, _ in pairs))


def table(results: Sequence[Result]) -> str:
    """Lay the results out in columns."""
    rows = [("what", "ours", "floor", "ratio", "promise", ""), *map(_row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(row[1:5], widths[1:5], strict=True))
        lines.append(f"{row[0]:<{widths[0]}}  {numbers}  {row[5]}".rstrip())
    return "\n".join(lines)


def _row(result: Result) -> tuple[str, ...]:
    ours = f"{result.ours * 1000:.1f} ms"
    verdict = "kept" if result.kept else "MISSED"
    if result.floor is None:
        return result.bench.what, ours, "", "", f"{result.bench.promise * 1000:.0f} ms", verdict
    floor = f"{result.floor * 1000:.1f} ms"
    return result.bench.what, ours, floor, f"{result.figure:.2f}", f"{result.bench.promise:.1f}", verdict


if __name__ == "__main__":
    sys.exit(main())
