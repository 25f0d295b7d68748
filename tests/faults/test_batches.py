"""A batch that is killed again and again comes to its end: each item has one result, and nothing is paid twice."""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from app.events import CallFinished, RunFinished
from app.journal import Journal
from bench.relay import relay
from corpus.batches import results
from corpus.commands import ROOT

STEPS = 10
KILLS = 5


def test_a_batch_that_is_killed_five_times_has_one_result_for_each_item(tmp_path: Path) -> None:
    assert_comes_to_its_end(tmp_path, 800, 8)


@pytest.mark.soak
def test_five_thousand_runs_that_are_killed_five_times_have_one_result_each(tmp_path: Path) -> None:
    assert_comes_to_its_end(tmp_path, 5000, 700)


def assert_comes_to_its_end(folder: Path, runs: int, most: int) -> None:
    """Kill it when a seeded number of runs, and at most so many, has ended since it was gone on with; then let it end.

    What it tells goes through a pipe that holds a hundred runs or so: by so many it may be ahead of who reads.
    """
    play = relay(folder, STEPS, "50ms").sources
    words = [str(next(iter(play.values())).path), "--rehearse", "--repeat", str(runs)]
    chance = random.Random(f"{runs} runs")
    told: list[dict[str, Any]] = []
    for _ in range(KILLS):
        told += killed_after(folder, words, chance.randint(1, most))
        words = ["--resume"]
    told += performed_to_its_end(folder)
    with Journal.open(folder / "workspace", fast=True) as journal:
        found = asyncio.run(results(journal))
        recorded = [journal.recorded(item.item.run) for item in found.items]
    assert found.count("passed") == len(found.items) == runs
    for events in recorded:
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert sum(isinstance(event, RunFinished) for event in events) == 1
        finished = Counter(event.call for event in events if isinstance(event, CallFinished))
        assert len(finished) == STEPS
        assert set(finished.values()) == {1}
    heard = Counter(line["run"] for line in told if line["kind"] == "run.ended")
    assert max(heard.values()) == 1


def killed_after(folder: Path, words: list[str], ended: int) -> list[dict[str, Any]]:
    """Perform until so many runs have ended, and die; what was told until then."""
    process = begun(folder, words)
    told: list[dict[str, Any]] = []
    assert process.stdout is not None
    while ended:
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        told.append(json.loads(line))
        ended -= told[-1]["kind"] == "run.ended"
    process.kill()
    process.communicate()
    return told


def performed_to_its_end(folder: Path) -> list[dict[str, Any]]:
    """Go on with it until nothing is missing."""
    process = begun(folder, ["--resume"])
    out, err = process.communicate()
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()]


def begun(folder: Path, words: list[str]) -> subprocess.Popen[str]:
    """A process that performs it, with two workers."""
    command = ["batch", *words, "--json", "--workers", "2", "--workspace", str(folder / "workspace")]
    return subprocess.Popen(
        [sys.executable, "-m", "footlights", *command],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
