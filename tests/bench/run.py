"""Measures the promises about time, and fails when one is missed: `make bench`.

A promise is a ratio to a floor measured in the same run, pair by pair, so that a slow or busy machine slows both. Of
what a person waits for, CPU time is what counts; of what waits for the disk, the time that passed.
"""

from __future__ import annotations

import compileall
import gc
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bench import batches, metadata, rows, seeking  # noqa: E402
from bench.crowd import thousand_runs  # noqa: E402
from bench.engine import Stage, fold_against_reading  # noqa: E402
from bench.journal import crowd, floor  # noqa: E402
from bench.rehearsal import short_written_reply  # noqa: E402
from bench.table import (  # noqa: E402
    AtLeast,
    AtMost,
    Bench,
    Measure,
    a_second,
    bytes_written,
    kilobytes,
    measure,
    megabytes,
    microseconds,
    table,
)
from bench.upkeep import verify_against_reading  # noqa: E402

PYTHON = sys.executable
FOOTLIGHTS = str(Path(PYTHON).with_name("footlights"))


def main() -> int:
    """Measure everything, print the table, and return 1 when a promise is missed."""
    for room in ("app", "providers", "footlights"):
        compileall.compile_dir(ROOT / room, quiet=1)  # as an installation does: no start should pay for compiling
    os.chdir(ROOT)
    # As the command does: what start-up made is not looked through for rubbish again and again.
    gc.set_threshold(200_000, 20, 20)
    with tempfile.TemporaryDirectory(dir=sys.prefix) as name:  # a disk; /tmp is memory on many machines
        folder = Path(name)
        with Stage(folder) as stage:
            benches = [
                *starts(folder),
                *checks(folder),
                *engine(stage, folder),
                *journal(folder),
                *wires(),
                *panels(),
                *seeking.benches(),
                *metadata.benches(),
                *rows.benches(),
                *batches.benches(folder),
                *house(folder),
            ]
            results = [measure(bench) for bench in benches]
        spread = batches.spread(folder)
    print(table(results), spread, sep="\n\n")
    return 0 if all(result.kept for result in results) else 1


def starts(folder: Path) -> list[Bench]:
    """Commands from exec to exit."""
    argparse = process(PYTHON, "-c", "import argparse")
    model = "pydantic\nclass Model(pydantic.BaseModel):\n    name: str"
    check = process(FOOTLIGHTS, "check", "scenarios/engineering/feature-sprint.yaml")
    hello = process(FOOTLIGHTS, "run", "hello", "--rehearse", "--workspace", str(folder / "hello.db"))
    imports = "import asyncio, sqlite3, yaml, msgspec, "
    return [
        Bench("footlights --help / import argparse", process(FOOTLIGHTS, "--help"), AtMost(3), argparse),
        Bench("footlights --version / import argparse", process(FOOTLIGHTS, "--version"), AtMost(3), argparse),
        Bench(
            "footlights check feature-sprint / import yaml, pydantic",
            check,
            AtMost(1.7),
            process(PYTHON, "-c", f"import yaml, {model}"),
        ),
        Bench(
            "footlights run hello --rehearse / import asyncio, sqlite3, yaml, msgspec, pydantic",
            hello,
            AtMost(1.7),
            process(PYTHON, "-c", imports + model),
        ),
    ]


def checks(folder: Path) -> list[Bench]:
    """What a long file takes to be checked."""
    return [Bench("check of 1,000 steps, in this process", check_of_a_relay(folder, 1000), AtMost(1.0))]


def engine(stage: Stage, folder: Path) -> list[Bench]:
    """Runs that are performed in this process, and a full house in one of its own."""
    folded, read = fold_against_reading(folder)

    def full_house(figure: str) -> Measure:
        return lambda: float(getattr(thousand_runs(folder), figure))

    return [
        Bench(
            "events a second of 100 runs of 10 steps / raw SQLite that appends them",
            stage.events_a_second,
            AtLeast(0.25),
            stage.appended_a_second,
            a_second,
            rounds=9,
        ),
        Bench("steps a second of one run of 200", stage.steps_a_second, AtLeast(1000), shown=a_second),
        Bench("a run of 10,000 events, opened and folded / its rows, read and decoded", folded, AtMost(4), read),
        Bench("1,000 runs at once, done", full_house("took"), AtMost(8)),
        Bench("1,000 runs at once, how late the loop is, p99", full_house("late_p99"), AtMost(0.025)),
        Bench("1,000 runs at once, how late the loop is at most", full_house("late_max"), AtMost(0.15)),
        Bench("1,000 runs at once, memory", full_house("memory"), AtMost(500e6), shown=megabytes),
    ]


def journal(folder: Path) -> list[Bench]:
    """The journal without the engine."""
    verified, read = verify_against_reading(folder)
    turns = iter(range(1_000_000))
    return [
        Bench(
            "events a second of 1,000 who each wait / raw SQLite that appends them",
            lambda: crowd(folder / f"ours{next(turns)}.db"),
            AtLeast(0.35),
            lambda: floor(folder / f"floor{next(turns)}.db"),
            a_second,
            rounds=5,
        ),
        Bench("a run of 10,000 events, verified / its rows, read and decoded", verified, AtMost(4), read),
        Bench("one call of the rehearsal provider", short_written_reply(), AtMost(0.0001), shown=microseconds),
    ]


def wires() -> list[Bench]:
    """Answers that stream in over sockets, in processes of their own."""
    from bench.streaming import share
    from bench.wires import RATE, STREAMS, beyond_the_bytes, share_of_a_core

    fifty = f"{STREAMS} streams at {RATE} tokens a second"
    ours = partial(share_of_a_core, "ours")
    return [
        Bench(
            f"{fifty}, adapter and bus, of one core",
            partial(beyond_the_bytes, "ours"),
            AtMost(0.3),
            shown=share,
            rounds=3,
        ),
        Bench(
            f"{fifty}, with sockets and journal / the SDK's typed path",
            ours,
            AtMost(0.9),
            partial(share_of_a_core, "typed"),
            share,
            rounds=3,
        ),
    ]


def panels() -> list[Bench]:
    """The stage while everybody speaks, on a terminal of 160x48, in processes of their own."""
    from bench.streaming import eight_at_sixty, share, twenty_at_two_hundred

    eight = "8 agents at 60 pieces of text a second"
    return [
        Bench(f"{eight}, of one core", lambda: eight_at_sixty().busy, AtMost(0.3), shown=share),
        Bench(f"{eight}, how late the loop is, p99", lambda: eight_at_sixty().late_p99, AtMost(0.03)),
        Bench(
            "20 agents at 200 tokens a second, from a key to its answer, p95",
            lambda: twenty_at_two_hundred().key_p95,
            AtMost(0.05),
        ),
    ]


def house(folder: Path) -> list[Bench]:
    """The app in a terminal of 120x36: what a person waits for, and what it takes while nothing moves."""
    from bench import opening
    from bench.streaming import share

    home = folder / "house"
    return [
        Bench(
            "the house, painted / a Textual app with one line, painted",
            opening.first_paint(home),
            AtMost(2.0),
            opening.hello(home),
            rounds=9,
        ),
        Bench("the house with its plays, painted", opening.library(home), AtMost(1.5)),
        Bench("a run of 10,000 events on the stage, painted", opening.long_run(home), AtMost(1.5)),
        Bench(
            "the house while nothing moves, of one core",
            lambda: opening.idle_at_home(home)[0],
            AtMost(0.02),
            shown=share,
        ),
        Bench("the same, bytes written", lambda: opening.idle_at_home(home)[1], AtMost(0), shown=bytes_written),
        Bench(
            "attached to a run that stands still, of one core",
            lambda: opening.idle_attached(home)[0],
            AtMost(0.03),
            shown=share,
        ),
        Bench("the same, bytes written", lambda: opening.idle_attached(home)[1], AtMost(0), shown=bytes_written),
        Bench(
            "memory kept of each rehearsal on the stage",
            opening.growth(folder),
            AtMost(50e3),
            shown=kilobytes,
            rounds=1,
        ),
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


if __name__ == "__main__":
    sys.exit(main())
