"""Rehearses every bundled play fifty times, with fifty seeds, and prints what came of it: `make repertoire`.

In every fifth performance a model fails once where nobody wrote it: a fault is put before the line of some step, and
the play has to come through all the same. A play is kept when over 95 % of its performances end well with everything
met that it expects, none costs more than its file allows, and half of them take less than a second of real time.

    python tests/bench/repertoire.py                           all of them
    python tests/bench/repertoire.py --seeds 5 business/crisis  one, a few times
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from app.document import parse, read_source  # noqa: E402
from app.engine import Result, perform  # noqa: E402
from app.errors import ScenarioRefused  # noqa: E402
from app.journal import Journal  # noqa: E402
from app.scenario import load  # noqa: E402
from app.scenario.checking import Checked  # noqa: E402

SEEDS = 50
FAULTY = 5  # each fifth
SHARE = 0.95
SECONDS = 1.0
FAULTS = ("rate_limited", "overloaded", "timeout", "connection", "incomplete")


@dataclass(slots=True)
class Record:
    """What came of one play."""

    name: str
    ceiling: float | None = None
    performances: int = 0
    well: int = 0
    faults: int = 0
    costs: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    trouble: str = ""  # the first thing that went wrong

    @property
    def share(self) -> float:
        return self.well / self.performances if self.performances else 0.0

    @property
    def dearest(self) -> float:
        return max(self.costs, default=0.0)

    @property
    def is_kept(self) -> bool:
        within = self.ceiling is None or self.dearest <= self.ceiling
        return self.share > SHARE and within and median(self.seconds or [0.0]) < SECONDS


def main() -> int:
    """Rehearse, print a line for each play, and return 1 when one is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plays", nargs="*", metavar="COMPANY/PLAY", help="all of them when left out")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="NUMBER", help="performances of each; 50")
    args = parser.parse_args()
    print(f"{'play':44} {'well':>12} {'faults':>6} {'median':>8} {'longest':>8} {'dearest':>9} {'ceiling':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "scenarios", folder / "scenarios")
        records = []
        for path in _chosen(folder / "scenarios", args.plays):
            records.append(asyncio.run(rehearsed(path, folder, range(args.seeds))))
            print(_line(records[-1]), flush=True)
    lost = [record.name for record in records if not record.is_kept]
    runs = sum(record.performances for record in records)
    well = sum(record.well for record in records)
    print(f"\n{len(records)} plays, {runs:,} performances, {well / max(1, runs):.2%} ended well", end="; ")
    print(f"not kept: {', '.join(lost)}" if lost else "every promise kept")
    return 1 if lost else 0


async def rehearsed(path: Path, folder: Path, seeds: Iterable[int]) -> Record:
    """Perform one play once with each seed."""
    record = Record(f"{path.parent.name}/{path.stem}")
    try:
        plain = load(path)
    except ScenarioRefused as refused:
        record.trouble = refused.problems[0].message
        return record
    assert plain.scenario is not None
    record.ceiling = plain.scenario.limits.cost_usd if plain.scenario.limits else None
    database = folder / f"{path.stem}.db"
    with Journal.open(database, fast=True) as journal:
        for seed in seeds:
            wronged = (seed % FAULTY == FAULTY - 1 and _wronged(path, random.Random(f"{path.stem} {seed}"))) or None
            record.faults += wronged is not None
            begun = time.perf_counter()
            result = await perform(wronged or plain, mode="rehearsal", seed=seed, journal=journal).result()
            record.seconds.append(time.perf_counter() - begun)
            _count(record, result, seed)
    database.unlink()
    return record


def _count(record: Record, result: Result, seed: int) -> None:
    record.performances += 1
    record.costs.append(result.cost_usd)
    if result.status == "finished" and (result.outcome == "succeeded" or result.excused) and result.expected:
        record.well += 1
    elif not record.trouble:
        why = result.failure.message if result.failure else result.detail or result.reason or "not as expected"
        record.trouble = f"seed {seed}: {result.status} {result.outcome or ''} {why}"


def _wronged(path: Path, chance: random.Random) -> Checked | None:
    """The play with a fault before one of its lines; none when no step of it can have one."""
    told: Any = parse(read_source(path)).data
    lines = [step["rehearsal"] for step in _steps(told) if "agent" in step and _is_plain(step.get("rehearsal"))]
    if not lines:
        return None
    chance.choice(lines).update(fault=chance.choice(FAULTS), times=1)
    copy = path.with_name(f"{path.stem}-wronged.yaml")
    copy.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")  # which is YAML, and quick
    try:
        return load(copy)
    finally:
        copy.unlink()


def _is_plain(lines: object) -> bool:
    return isinstance(lines, dict) and "fault" not in lines and "by" not in lines


def _steps(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for inner in ("steps", "parallel"):
        for step in (block.get(inner) or {}).values():
            yield step
            yield from _steps(step)


def _chosen(folder: Path, names: list[str]) -> list[Path]:
    return [folder / f"{name}.yaml" for name in names] if names else sorted(folder.rglob("*.yaml"))


def _line(record: Record) -> str:
    ceiling = "-" if record.ceiling is None else f"${record.ceiling:.2f}"
    return (
        f"{record.name:44} {record.well:>4} of {record.performances:<4} {record.faults:>6} "
        f"{median(record.seconds or [0]) * 1000:>5.0f} ms {max(record.seconds, default=0) * 1000:>5.0f} ms "
        f"{f'${record.dearest:.4f}':>9} {ceiling:>8}"
        + ("" if record.is_kept else "  not kept")
        + (f"  {record.trouble}" if record.trouble else "")
    )


if __name__ == "__main__":
    sys.exit(main())
