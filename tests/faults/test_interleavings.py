"""Whatever comes first of what may come at once, and whenever somebody stops it: the invariants of a run hold."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from app.engine import Run, perform, resume
from app.events import Event
from app.journal import Journal
from faults.players import Ledger, Player, lines_of
from faults.theatre import PLAYS, assert_same_tale, read_logs, tale_of

CROWD = PLAYS / "crowd.yaml"
LONGEST = 120  # seconds, however busy the machine is
ACTS = ("stop at once", "stop and wait", "stop twice", "pause", "cancel", "skip")


class ShufflingLoop(asyncio.SelectorEventLoop):
    """An event loop that runs what is ready in an order of its own."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._chance = random.Random(seed)

    def _run_once(self) -> None:
        ready: Any = self._ready  # type: ignore[attr-defined]
        if len(ready) > 1:
            handles = list(ready)
            self._chance.shuffle(handles)
            ready.clear()
            ready.extend(handles)
        super()._run_once()  # type: ignore[misc]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stage")
    with Journal.open(folder / "workspace.db", fast=True) as journal:
        yield Stage(journal, Ledger(folder / "ledger"))


class Stage:
    """One journal for many runs of one play, live but for its players."""

    def __init__(self, journal: Journal, ledger: Ledger) -> None:
        self.journal = journal
        self._player = Player(ledger, lines_of(CROWD), lambda moment: None, pause=1e-9)
        with asyncio.Runner() as runner:
            run = runner.run(self.perform())
            self.undisturbed = tale_of(self.log(run))
        self.length = len(run.events)

    async def perform(self) -> Run:
        run = self.begin()
        result = await run.result()
        assert result.outcome == "succeeded", result
        return run

    def begin(self) -> Run:
        return perform(CROWD, journal=self.journal, **self._house())

    def go_on(self, run: Run) -> Run:
        return resume(run.id, journal=self.journal, **self._house())

    def log(self, run: Run) -> Any:
        (log,) = read_logs(self.journal.path, run.id)
        return log

    def _house(self) -> dict[str, Any]:
        return {"providers": lambda use: self._player, "answers": {"sign": "yes"}}


@pytest.mark.parametrize("seed", range(24))
def test_a_run_that_is_stopped_at_any_event_stays_whole(seed: int, stage: Stage) -> None:
    assert_whole_however_stopped(seed, stage)


@pytest.mark.soak
def test_a_run_that_is_stopped_at_any_event_stays_whole_in_two_thousand_orders(stage: Stage) -> None:
    for seed in range(2000):
        assert_whole_however_stopped(seed, stage)


def assert_whole_however_stopped(seed: int, stage: Stage) -> None:
    """Perform in an order made by chance, stop at an event chosen by chance, go on, and look whether all is right."""
    chance = random.Random(seed)
    moment, act = chance.randint(0, stage.length), chance.choice(ACTS)
    again = f"seed {seed}: {act} at event {moment}"
    complaints: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=lambda: ShufflingLoop(seed)) as runner:
        runner.get_loop().set_exception_handler(lambda loop, about: complaints.append(about))
        run = runner.run(stopped(stage, moment, act))
        log = stage.log(run)
        assert log.breaches() == [], f"{again}: {log.breaches()}"
        if not log.over:
            run = runner.run(ended(stage, run))
        gc.collect()  # a task whose failure nobody looked at complains when it goes
    log = stage.log(run)
    assert log.over, again
    assert log.breaches() == [], f"{again}: {log.breaches()}"
    assert complaints == [], f"{again}: {complaints}"
    if act not in ("cancel", "skip"):
        assert_same_tale(stage.undisturbed, tale_of(log), again)


async def stopped(stage: Stage, moment: int, act: str) -> Run:
    run = stage.begin()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        match act:
            case "stop at once":
                stopping.append(loop.create_task(run.stop(0)))
            case "stop and wait":
                stopping.append(loop.create_task(run.stop(5)))
            case "stop twice":
                stopping.append(loop.create_task(run.stop(5)))
                loop.call_soon(lambda: stopping.append(loop.create_task(run.stop(0))))
            case "skip":
                with suppress(ValueError):
                    run.direct("skip", "items", by="ada")
            case "pause" | "cancel":
                with suppress(ValueError):  # it has just ended by itself
                    run.direct(act, by="ada")

    def look(event: Event) -> None:
        if event.seq == moment:
            loop.call_soon(stop)

    stopping: list[asyncio.Task[Any]] = []
    assert run.performance is not None
    run.performance.on_event(look)
    if moment <= len(run.events):
        stop()
    async with asyncio.timeout(LONGEST):
        await run.result()
        await asyncio.gather(*stopping)
    assert_nobody_is_left()
    return run


async def ended(stage: Stage, run: Run) -> Run:
    run = stage.go_on(run)
    async with asyncio.timeout(LONGEST):
        await run.result()
    assert_nobody_is_left()
    return run


def assert_nobody_is_left() -> None:
    """Every task that was begun has ended."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, left
