"""A house in which a play is performed by processes that die: its project, workspace and ledger, and what to look at.

`Theatre.perform` starts one process and waits for its end; `play_out` goes on until the run has ended, and holds each
log against the one before, and the ledger against both.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
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
from corpus.nursery import Begun, Job
from faults.performer import Kill, Task
from faults.players import key_of_messages, read_ledger
from faults.server import Server

PLAYS = ROOT / "tests" / "faults" / "plays"
KILLED = -signal.SIGKILL
LONGEST = 180  # seconds that one process may take, however busy the machine is
ANSWERS = {"sign_off": "light", "words": "Mind the stairs.", "*": "do it again"}


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

    def answered_calls(self) -> Counter[str]:
        """How often each request was answered, as the log knows; to decline is an answer too."""
        asked = {event.call: event for event in self.events if isinstance(event, CallStarted)}
        return Counter(
            key_of_messages([self.value(message) for message in asked[event.call].messages])
            for event in self.events
            if isinstance(event, CallFinished) or (isinstance(event, CallFailed) and event.failure.error == "refused")
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


class Performer:
    """A process that performs a task."""

    _numbers = itertools.count(1)

    def __init__(self, theatre: Path, task: bytes) -> None:
        folder = theatre / f"performer{next(self._numbers)}"
        folder.mkdir()
        environment = {**os.environ, "FOOTLIGHTS_HOME": str(folder / "home")}
        self._process = Begun(Job([task.decode()], str(folder), environment, "faults.performer:perform_task"))
        self.pid = self._process.pid

    def kill(self) -> None:
        """As nobody can prevent."""
        self._process.kill()

    def wait(self) -> Ended:
        """How it ended."""
        out, err = self._process.communicate()
        return Ended(self._process.wait(), msgspec.json.decode(out) if out else {}, err)


@dataclass
class Theatre:
    """One workspace, for one run."""

    folder: Path
    scenario: Path
    job: dict[str, Any] = field(default_factory=dict)
    server: Server | None = None

    @classmethod
    def build(cls, folder: Path, play: str = "kinds.yaml", **job: Any) -> Theatre:
        """Make a project with the plays in it, and an empty workspace."""
        project = folder / "project"
        shutil.copytree(PLAYS, project)
        (project / "footlights.toml").touch()
        return cls(folder, project / play, job)

    @classmethod
    @contextmanager
    def open(cls, folder: Path, mode: str) -> Iterator[Theatre]:
        """One for every kind of step; performed live, it has a server to write to, and answers for whoever asks."""
        if mode == "rehearsal":
            yield cls.build(folder)
            return
        with closing(Server()) as server:
            inputs = {"server": f"http://{server.host}"}
            theatre = cls.build(folder, mode=mode, answers=ANSWERS, hosts=(server.host,), inputs=inputs)
            theatre.server = server
            yield theatre

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace.db"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    def perform(self, kill: Kill | None = None, **more: Any) -> Ended:
        """One process that performs, or goes on with the run there is, until it is killed or the run ends."""
        return self.start(kill, **more).wait()

    def start(self, kill: Kill | None = None, **more: Any) -> Performer:
        """The same, without waiting."""
        task = Task(
            scenario=str(self.scenario),
            workspace=str(self.workspace),
            ledger=str(self.ledger),
            kill=kill,
            **{"run": self.run(), **self.job, **more},
        )
        performer = Performer(self.folder, msgspec.json.encode(task))
        if self.server is not None:
            self.server.performer = performer.pid
        return performer

    def run(self) -> str:
        """The run that there is, if there is one."""
        return self.log().run

    def log(self) -> Log:
        """The run as it stands in the database now."""
        return next(iter(read_logs(self.workspace)), Log("", [], {}))

    def acknowledged(self) -> int:
        """The last event of which a process was told that it is durable."""
        return max(
            (int(line.about.split()[1]) for line in read_ledger(self.ledger) if line.what == "durable"), default=0
        )

    def answered(self) -> Counter[str]:
        """How often each request was answered, as the ledger knows."""
        return Counter(line.about for line in read_ledger(self.ledger) if line.what == "answered")


def read_logs(workspace: Path, run: str = "") -> list[Log]:
    """The runs of a workspace as they stand in its database now, or the one that is named."""
    if not workspace.exists():
        return []
    with closing(sqlite3.connect(f"{workspace.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute("SELECT id, run, recoveries FROM runs WHERE ? IN (run, '')", (run,)).fetchall()
        except sqlite3.OperationalError as error:
            assert "no such table" in str(error), error  # it died before there was one
            return []
        return [_read_log(connection, *row) for row in rows]


def _read_log(connection: sqlite3.Connection, row: int, run: str, recoveries: int) -> Log:
    values: dict[str, Any] = {}
    bodies = []
    for body, text in connection.execute("SELECT body, text FROM events WHERE run = ? ORDER BY seq", (row,)):
        bodies.append(bytes(body))
        values.update(msgspec.json.decode(text) if text else {})
    for digest, packed, body in connection.execute(_LONG_VALUES, (row,)):
        values[digest] = msgspec.json.decode(zlib.decompress(body) if packed else body)
    return Log(run, bodies, values, recoveries)


_LONG_VALUES = (
    "SELECT digest, packed, body FROM blobs JOIN run_blobs ON run_blobs.blob = blobs.id WHERE run_blobs.run = ?"
)


@dataclass
class History:
    """What became of a run that was killed again and again."""

    log: Log
    kills: int = 0
    interrupted: int = 0  # calls that were under way at a kill


def play_out(theatre: Theatre, kills: Iterable[Kill | None], due: Counter[str]) -> History:
    """Perform, be killed, and go on until the run has ended; nothing durable is lost, nothing finished repeated.

    `due` says how often each request is answered when nobody dies: a process asks no more than the log still lacks.
    """
    history = History(theatre.log())
    coming = iter(kills)
    while True:
        kill = next(coming, None)
        before = history.log
        answered_before = theatre.answered()
        ended = theatre.perform(kill)
        log = theatre.log()
        assert ended.code in (0, KILLED), f"{kill}: {ended.stderr[-3000:]}"
        assert log.bodies[: len(before.bodies)] == before.bodies, f"{kill}: the log was changed"
        assert len(log.bodies) >= theatre.acknowledged(), f"{kill}: what was acknowledged is lost"
        assert log.breaches() == [], f"{kill}: {log.breaches()[:5]}"
        repeated = before.answered_calls() + (theatre.answered() - answered_before) - due
        assert not repeated, f"{kill}: finished calls were made again: {repeated}"
        history.log = log
        if ended.killed:
            history.kills += 1
            history.interrupted += log.calls_under_way()
            continue
        assert log.over, f"{kill}: {ended.said} {ended.stderr}"
        return history


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
        return {
            key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)
        }
    return one, other


def kinds_in(log: Log) -> Sequence[str]:
    """The kinds of events that a log has, in the order of their first."""
    return list(dict.fromkeys(msgspec.json.decode(body)["kind"] for body in log.bodies))
