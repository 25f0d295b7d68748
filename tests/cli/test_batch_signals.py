"""A batch that is told to stop, or killed: it lets go, and whoever goes on with it performs what is missing, once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.events import RunFinished
from app.journal import Journal
from corpus.batch_plays import GREET, laid_out
from corpus.commands import ROOT, Outcome

Perform = Callable[..., Outcome]
Begin = Callable[..., subprocess.Popen[str]]

RUNS = 300  # what is told of them is more than a pipe holds, so nobody comes to the end before somebody reads
PATIENCE = 60.0  # seconds on a busy machine


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begin]:
    """Begin a batch in a process of its own, and read until so many of its runs have ended."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str, ended: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "footlights", "batch", *words, "--rehearse", "--json", "--workers", "0"],
            cwd=laid_out(tmp_path, greet=GREET), env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        while ended:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            ended -= json.loads(line)["kind"] == "run.ended"
        return process

    yield begin
    for process in started:
        with process:
            process.kill()


def gone_on_with(perform: Perform) -> list[dict[str, Any]]:
    """Go on with the last batch; what is told of it."""
    done = perform("batch", "--resume", "--json", "--workers", "0")
    assert done.code == 0
    return [json.loads(line) for line in done.out.splitlines()]


def ends_of(told: list[dict[str, Any]]) -> Counter[str]:
    """How many ends each run of the plan has in the archive."""
    with Journal.open() as journal:
        recorded = {item["run"]: journal.recorded(item["run"]) for item in told[-1]["items"]}
    return Counter({run: sum(isinstance(event, RunFinished) for event in events) for run, events in recorded.items()})


def test_killed_when_half_is_done_it_is_gone_on_with_and_every_item_has_one_result(
    begun: Begin, perform: Perform
) -> None:
    process = begun("greet.yaml", "--repeat", str(RUNS), ended=RUNS // 2)
    process.kill()
    process.communicate()
    told = gone_on_with(perform)
    again = [line["run"] for line in told if line["kind"] == "run.ended"]
    assert told[0]["over"] >= RUNS // 2
    assert len(again) == len(set(again)) == RUNS - told[0]["over"]
    assert told[-1]["counts"] == {"passed": RUNS}
    assert set(ends_of(told).values()) == {1}


def test_a_job_that_is_cancelled_has_its_reports(begun: Begin, tmp_path: Path) -> None:
    process = begun("greet.yaml", "--repeat", str(RUNS), "--junit", "r.xml", "--csv", "r.csv", ended=5)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM
    last = json.loads(out.splitlines()[-1])
    assert (last["kind"], last["runs"]) == ("batch.ended", RUNS)
    assert last["counts"]["passed"] >= 5
    assert 'tests="' in (tmp_path / "r.xml").read_text()
    assert len((tmp_path / "r.csv").read_text().splitlines()) == RUNS + 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_at_once_and_says_how_to_go_on(
    number: signal.Signals, begun: Begin, perform: Perform
) -> None:
    process = begun("greet.yaml", "--repeat", str(RUNS), ended=5)
    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert "runs are missing; footlights batch --resume" in said
    assert "Traceback" not in said
    assert json.loads(perform("batches", "--json").out)[0]["stopped"] == f"{number.name} stopped it"


def test_after_one_ctrl_c_nothing_new_begins_and_all_is_told(begun: Begin, perform: Perform) -> None:
    process = begun("greet.yaml", "--repeat", str(RUNS), ended=5)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "nothing new begins" in said
    last = json.loads(out.splitlines()[-1])
    assert last["kind"] == "batch.ended"
    assert last["stopped"] == "SIGINT stopped it"
    assert last["counts"]["waiting"] > 0
    assert gone_on_with(perform)[-1]["counts"] == {"passed": RUNS}


def test_who_reads_may_leave_and_the_batch_is_left_as_it_was(begun: Begin, perform: Perform) -> None:
    process = begun("greet.yaml", "--repeat", str(RUNS), ended=5)
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(PATIENCE) == 128 + signal.SIGPIPE
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    assert json.loads(perform("batches", "--json").out)[0]["state"] == "stopped"


def test_what_another_process_performs_is_seen_and_not_taken(begun: Begin, perform: Perform) -> None:
    begun("greet.yaml", "--repeat", str(RUNS), ended=5)
    seen = perform("batches", "last")
    assert "greet  goes on: " in seen.out
    assert "--resume" not in seen.out
    taken = perform("batch", "--resume", "--workers", "0")
    assert taken.code == 1
    assert "is being performed by process" in taken.err
