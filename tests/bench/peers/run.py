"""Measures the same work done by others, each in an environment of its own: `make bench-peers`.

The work is a relay: steps in a row, each passes on what the one before it said, no model keeps anybody waiting, and
what happened is on the disk before the next step begins. The two take turns in one run.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bench.engine import Stage  # noqa: E402
from bench.relay import REPLY  # noqa: E402
from bench.table import AtLeast, Bench, a_second, measure, table  # noqa: E402

HERE = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv" / "peers"  # where nobody looks for our own code, and `make clean` cleans
REQUIREMENTS = HERE / "requirements.txt"
ROUNDS = 7


def main() -> int:
    """Make the environment, measure, print the table, and return 1 when a promise is missed."""
    make_environment()
    gc.set_threshold(200_000, 20, 20)  # as the command does
    with tempfile.TemporaryDirectory(dir=sys.prefix) as name, Stage(Path(name)) as stage:  # a disk; /tmp may be memory
        results = [measure(bench) for bench in benches(stage, Path(name))]
    print(table(results))
    return 0 if all(result.kept for result in results) else 1


def benches(stage: Stage, folder: Path) -> list[Bench]:
    """The same relay: many short runs side by side, and a long one."""
    return [
        Bench(
            f"steps a second of {runs} run{'s' * (runs > 1)} of {steps} / LangGraph, AsyncSqliteSaver",
            partial(stage.steps_a_second, runs, steps),
            AtLeast(promise),
            langgraph(folder, runs, steps),
            a_second,
            rounds=ROUNDS,
        )
        for runs, steps, promise in ((100, 10, 7), (1, 200, 3))
    ]


def langgraph(folder: Path, runs: int, steps: int) -> Callable[[], float]:
    """Perform the relay as a LangGraph, with a new database each time."""
    rounds = count()

    def run() -> float:
        place = folder / f"langgraph-{runs}x{steps}-{next(rounds)}"
        place.mkdir()
        python = str(ENVIRONMENT / "bin" / "python")
        command = [python, str(HERE / "langgraph_relay.py"), str(place), str(runs), str(steps), REPLY]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"langgraph_relay.py: exit code {done.returncode}\n{done.stderr}")
        return float(json.loads(done.stdout))

    return run


def make_environment() -> None:
    """Install what is compared with, once for each list of requirements."""
    stamp = ENVIRONMENT / "installed.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print("Installing LangGraph into an environment of its own: this takes a minute, once.", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
    stamp.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
