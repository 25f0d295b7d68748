"""A house in which a play is performed by processes that die: its project, its workspace, its ledger, and what to look at.

`Theatre.perform` and `Theatre.resume` each start one process and wait for its end; `play_out` goes on until the run has
ended, and holds each log against the one before and the ledger against both.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any

import msgspec

from app.events import (
    CallFailed,
    CallFinished,
    CallStarted,
    DebateDecided,
    DebateVoted,
    Event,
    ExpectationChecked,
    GateAnswered,
    GateClosed,
    GateOpened,
    Handoff,
    LoopIterated,
    MemoryWritten,
    Narration,
    Ref,
    RunFinished,
    StepFailed,
    StepFinished,
    StepSkipped,
    Usage,
    decode,
)
from app.journal.audit import audit
from corpus.commands import ROOT
from faults.performer import Job, Kill
from faults.players import key_of_messages, read_ledger

PLAYS = ROOT / "tests" / "faults" / "plays"
KILLED = -signal.SIGKILL
LONGEST = 60  # seconds that one process may take


@dataclass(frozen=True)
class Log:
    """A run as it stands in the database."""

    run: str
    bodies: list[bytes]
    values: dict[str, Any]
    recoveries: int = 0

    @property
    def events(self) -> list[Event]:
        return [decode(body) for body in self.bodies]

    @property
    def over(self) -> bool:
        return bool(self.bodies) and isinstance(decode(self.bodies[-1]), RunFinished)

    def value(self, ref: Ref | None) -> Any:
        return None if ref is None else self.values[ref.ref]

    def breaches(self) -> list[str]:
        """What the invariants of every log say against this one."""
        return [f"{breach.rule} at {breach.seq}: {breach.says}" for breach in audit(self.events, self.values)]

    def finished_calls(self) -> Counter[str]:
        """How often each request was answered, as the log knows."""
        asked = {event.call: event for event in self.events if isinstance(event, CallStarted)}
        return Counter(
            key_of_messages([self.value(message) for message in asked[event.call].messages])
            for event in self.events
            if isinstance(event, CallFinished)
        )

    def calls_under_way(self) -> int:
        """How many calls had begun and not ended."""
        ended = {event.call for event in self.events if isinstance(event, CallFinished | CallFailed)}
        return sum(event.call not in ended for event in self.events if isinstance(event, CallStarted))


@dataclass(frozen=True)
class Ended:
    """How a process ended, and what it said."""

    code: int
    said: dict[str, Any]
    stderr: str

    @property
    def killed(self) -> bool:
        return self.code == KILLED


@dataclass
class Theatre:
    """One workspace, for one run."""

    folder: Path
    scenario: Path
    job: dict[str, Any] = field(default_factory=dict)
    on_start: Any = None

    @classmethod
    def build(cls, folder: Path, play: str = "kinds.yaml", **job: Any) -> Theatre:
        """Make a project with the plays in it, and an empty workspace."""
        project = folder / "project"
        shutil.copytree(PLAYS, project)
        (project / "footlights.toml").touch()
        return cls(folder, project / play, job)

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace.db"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    def perform(self, kill: Kill | None = None, **more: Any) -> Ended:
        """One process that performs, or goes on with the run there is, until it is killed or the run ends."""
        return self._wait(self.start(kill, **more))

    def start(self, kill: Kill | None = None, **more: Any) -> subprocess.Popen[str]:
        """The same, without waiting."""
        job = Job(
            scenario=str(self.scenario),
            workspace=str(self.workspace),
            ledger=str(self.ledger),
            kill=kill,
            **{"run": self.run(), **self.job, **more},
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "faults.performer", msgspec.json.encode(job).decode()],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self.on_start is not None:
            self.on_start(process.pid)
        return process

    def run(self) -> str:
        """The run that there is, if there is one."""
        return self.log().run

    def log(self) -> Log:
        """The run as it stands in the database now."""
        if not self.workspace.exists():
            return Log("", [], {})
        with closing(sqlite3.connect(f"{self.workspace.as_uri()}?mode=ro", uri=True)) as connection:
            try:
                found = connection.execute("SELECT id, run, recoveries FROM runs").fetchone()
            except sqlite3.OperationalError:  # it died before there was a table
                return Log("", [], {})
            if found is None:
                return Log("", [], {})
            rows = connection.execute("SELECT body, text FROM events WHERE run = ? ORDER BY seq", found[:1]).fetchall()
            values = {}
            for _, text in rows:
                values.update(msgspec.json.decode(text) if text else {})
            for digest, packed, body in connection.execute("SELECT digest, packed, body FROM blobs"):
                values[digest] = msgspec.json.decode(zlib.decompress(body) if packed else body)
            return Log(found[1], [bytes(body) for body, _ in rows], values, found[2])

    def acknowledged(self) -> int:
        """The last event of which a process was told that it is durable."""
        return max((int(line.about.split()[1]) for line in read_ledger(self.ledger) if line.what == "durable"), default=0)

    def answered(self) -> Counter[str]:
        """How often each request was answered, as the ledger knows."""
        return Counter(line.about for line in read_ledger(self.ledger) if line.what == "answered")

    def _wait(self, process: subprocess.Popen[str]) -> Ended:
        try:
            out, err = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"it hung\n{out}\n{err}") from None
        said = msgspec.json.decode(out) if process.returncode == 0 else {}
        return Ended(process.returncode, said, err)


@dataclass
class History:
    """What became of a run that was killed again and again."""

    log: Log
    kills: int = 0
    interrupted: int = 0  # calls that were under way at a kill


def play_out(theatre: Theatre, kills: Iterable[Kill | None]) -> History:
    """Perform, be killed, and go on until the run has ended; nothing durable is lost, nothing finished repeated."""
    history = History(theatre.log())
    due = iter(kills)
    while True:
        kill = next(due, None)
        before = history.log
        answered_before, finished = theatre.answered(), before.finished_calls()
        ended = theatre.perform(kill)
        log = theatre.log()
        assert ended.code in (0, KILLED), f"{kill}: {ended.stderr[-3000:]}"
        assert log.bodies[: len(before.bodies)] == before.bodies, f"{kill}: the log was changed"
        assert len(log.bodies) >= theatre.acknowledged(), f"{kill}: what was acknowledged is lost"
        assert log.breaches() == [], f"{kill}: {log.breaches()[:5]}"
        if before.run:
            assert_nothing_repeated(theatre.answered() - answered_before, finished, log, kill)
        history.log = log
        if ended.killed:
            history.kills += 1
            history.interrupted += log.calls_under_way()
            continue
        assert log.over, f"{kill}: {ended.said} {ended.stderr}"
        return history


def assert_nothing_repeated(answered: Counter[str], finished: Counter[str], log: Log, kill: Kill | None) -> None:
    """What the log knew to be finished was not asked again: each answer since then is one that the log had not."""
    more = answered + finished - log.finished_calls()
    # A call whose answer came, but was not yet in the log when the process died, is the only one asked twice.
    assert not (more - _unrecorded(answered, finished, log)), f"{kill}: finished calls were repeated: {more}"


def _unrecorded(answered: Counter[str], finished: Counter[str], log: Log) -> Counter[str]:
    return answered - (log.finished_calls() - finished)


def tale_of(log: Log) -> dict[str, Any]:
    """What a run came to, without what may differ when calls are cut off: their own cost, and how often they began."""
    tale: dict[str, Any] = {"steps": {}, "handoffs": Counter(), "votes": {}, "decided": {}, "answers": {}, "turns": {}}
    tale |= {"told": Counter(), "remembered": {}, "expected": {}}
    tools = {event.gate for event in log.events if isinstance(event, GateOpened) and event.asks == "tool"}
    usage, cost = Usage(), 0.0
    for event in log.events:
        match event:
            case StepFinished() | StepFailed():
                error = event.failure.error if isinstance(event, StepFailed) else ""
                tale["steps"][event.step] = (event.outcome, error, log.value(event.output))
            case StepSkipped():
                tale["steps"][event.step] = ("skipped", event.reason, event.because)
            case Handoff():
                about = (event.giver, event.taker, event.source, event.why, event.number, log.value(event.summary))
                tale["handoffs"][about] += 1
            case DebateVoted():
                tale["votes"][event.step, event.agent] = log.value(event.choice)
            case DebateDecided():
                tale["decided"][event.step] = (event.how, log.value(event.decision), event.dissenters, event.rounds)
            case GateAnswered() if event.gate not in tools:
                tale["answers"][event.gate] = (log.value(event.choice), event.by)
            case GateClosed():
                tale["answers"][event.gate] = event.why
            case LoopIterated():
                tale["turns"][event.step, event.turn] = (event.until, event.last)
            case Narration():
                tale["told"][log.value(event.text)] += 1
            case MemoryWritten():
                tale["remembered"][event.scope, event.key] = log.value(event.value)
            case ExpectationChecked():
                tale["expected"][event.number] = (event.about, event.met)
            case CallFinished():
                usage, cost = usage + event.usage, cost + event.cost_usd
            case CallFailed() if event.failure.error != "interrupted":
                usage, cost = usage + event.usage, cost + event.cost_usd
            case RunFinished():
                tale["end"] = (event.outcome, log.value(event.outputs), event.expected, event.excused)
    return {**tale, "usage": usage, "cost": round(cost, 9)}


def assert_same_tale(one: dict[str, Any], other: dict[str, Any], about: object = "") -> None:
    """Two runs came to the same."""
    assert one.keys() == other.keys()
    for name, value in one.items():
        if name == "cost":
            assert isclose(value, other[name]), f"{about}: {name}"
        else:
            assert value == other[name], f"{about}: {name} differs: {_difference(value, other[name])}"


def charged_for_interruptions(log: Log) -> float:
    """What calls cost whose end nobody saw."""
    return sum(event.cost_usd for event in log.events if isinstance(event, CallFailed) and _cut_off(event))


def unknown_calls(log: Log) -> int:
    """How many calls were found unfinished by a process that went on."""
    return sum(isinstance(event, CallFailed) and _cut_off(event) for event in log.events)


def _cut_off(event: CallFailed) -> bool:
    return event.failure.error == "interrupted"


def _difference(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    return one, other


def kinds_in(log: Log) -> Sequence[str]:
    """The kinds of events that a log has, in the order of their first."""
    return list(dict.fromkeys(msgspec.json.decode(body)["kind"] for body in log.bodies))
