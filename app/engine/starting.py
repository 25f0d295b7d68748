"""Begins a run, goes on with one, or begins one from a moment of another."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.engine.acting import act_out, put_aside
from app.engine.appearance import told_apart
from app.engine.budgets import Account
from app.engine.bundle import checked_again
from app.engine.choices import checked_answers, checked_limits, insist_on_mode_and_seed
from app.engine.gates import People
from app.engine.inputs import check_given
from app.engine.log import Log
from app.engine.once import once
from app.engine.performance import Performance, Settings
from app.engine.play import Speaker
from app.engine.reaching import insist_on_models
from app.engine.retrying import RETRIES
from app.engine.run import Run
from app.engine.tapes import Tapes, insist_on_tapes, tapes_again, tapes_for
from app.engine.ulid import new_id
from app.events import Event, Mode, Origin, Performer, RunResumed, RunStarted
from app.scenario import Checked, load
from app.scenario.cells import first_cell
from app.scenario.library import find_scenario
from app.settings import project_root, who
from providers.base import Provider

if TYPE_CHECKING:
    from app.engine.endpoints import Endpoints
    from app.engine.ledger import Ledger
    from app.journal import Journal

MOST_DEATHS = 10  # of the process, in a row and without a step done, after which a run is not resumed by itself


def perform(
    scenario: str | Path | Checked,
    inputs: Mapping[str, Any] | None = None,
    *,
    mode: Mode = "live",
    seed: int = 0,
    journal: Journal | None = None,
    workspace: Path | None = None,
    answers: Mapping[str, str] | None = None,
    limits: Mapping[str, float] | None = None,
    people: People | None = None,
    patient: bool = False,
    origin: Origin | None = None,
    matrix: Mapping[str, Any] | None = None,
    hosts: tuple[str, ...] = (),
    providers: Callable[[str], Provider] | None = None,
    cassette: Path | None = None,
    record: Path | None = None,
    live: Collection[str] = (),
    retries: int = RETRIES,
    run: str = "",
    root: Path | None = None,
    ledger: Ledger | None = None,
    endpoints: Endpoints | None = None,
    unwatched: bool = False,
) -> Run:
    """Perform a scenario; call it inside a running event loop. The run begins at once.

    `answers` maps gates (by the step's path, or "*") to choices; `people` asks the person at hand; `patient` waits for
    answers from other processes. Models are played back from a `cassette`, but for those of the agents in `live`, and
    what they say is written to `record`. `retries` is how often a call that failed is made again, of what may pass by
    itself. Without a `matrix` the run is the first cell of its scenario's strategy. What is wrong with any of this is
    raised here.

    One of many runs has a `run` id that was given before, the `root` of the project that its scenario was read in, and
    a `ledger` and `endpoints` that it shares with others. A rehearsal that is `unwatched` does not wait with each line
    until the one before it is safe.
    """
    asyncio.get_running_loop()
    checked = scenario if isinstance(scenario, Checked) else _found(scenario)
    insist_on_mode_and_seed(mode, seed)
    complete = check_given(checked, inputs or {})
    bounds, answers = checked_limits(limits), checked_answers(checked, answers)
    with opened_journal(journal, workspace) as (opened, ours):
        insist_on_tapes(mode, checked, cassette, record, live)
        if (mode == "live" and cassette is None) or live:
            insist_on_models(checked, providers, live)
        settings = Settings(
            "cassette" if cassette is not None else mode,
            seed,
            bounds,
            _first_matrix(checked) if matrix is None else matrix,
            hosts,
            root or once(checked, root_of),
            _outbox_of(opened),
            providers,
            tapes_for(checked, cassette, record, live),
            retries,
            ledger,
            endpoints,
            unwatched,
        )
        run_log = opened.begin(run or new_id())
        performance = Performance(Log(run_log), opened, settings, checked)
        let_people_answer(performance, answers, people, patient)
        begun = Run(opened, run_log, [], owns_journal=ours)
        begun.start(
            performance, lambda: act_out(begun, performance, checked, complete, run_started(checked, settings, origin))
        )
    return begun


def resume(
    run: str,
    *,
    journal: Journal | None = None,
    workspace: Path | None = None,
    answers: Mapping[str, str] | None = None,
    limits: Mapping[str, float] | None = None,
    people: People | None = None,
    patient: bool = False,
    hosts: tuple[str, ...] = (),
    providers: Callable[[str], Provider] | None = None,
    cassette: Path | None = None,
    by: str = "",
    ledger: Ledger | None = None,
    endpoints: Endpoints | None = None,
    unwatched: bool = False,
) -> Run:
    """Go on with a run that was paused or cut off, from the files it was made of. What is finished is not repeated.

    `cassette` says where the one it plays from is now.
    """
    asyncio.get_running_loop()
    with opened_journal(journal, workspace) as (opened, ours):
        run_log = opened.take_over(run)
        try:
            recorded = opened.recorded(run)
            begun = recorded[0]
            assert isinstance(begun, RunStarted)
            log = Log(run_log, recorded)
            checked = checked_again(log.value(begun.source))
            tapes = tapes_again(begun.settings, cassette, begun.settings.get("record", ""))
            settings = settings_of(begun, opened, limits, providers, hosts, tapes)
            settings.ledger, settings.endpoints, settings.unwatched = ledger, endpoints, unwatched
            performance = Performance(log, opened, settings, checked)
            performance.limit_anew(checked_limits(limits), by or who())
            let_people_answer(performance, checked_answers(checked, answers), people, patient)
            going = Run(opened, run_log, recorded, owns_journal=ours)
            reason = "person" if _was_paused(recorded) else "crash"
            first = RunResumed("fork" if recorded[-1] is begun and begun.parent else reason, by or who())
            inputs = log.value(begun.inputs)
            deaths = 0 if reason == "person" else run_log.standing.recoveries
            if deaths > MOST_DEATHS:
                going.start(performance, lambda: put_aside(performance, deaths))
            else:
                going.start(performance, lambda: act_out(going, performance, checked, inputs, first))
        except BaseException:
            run_log.release()
            raise
    return going


def _found(scenario: str | Path) -> Checked:
    return load(*find_scenario(str(scenario), Path.cwd()))


@contextmanager
def opened_journal(journal: Journal | None, workspace: Path | None) -> Iterator[tuple[Journal, bool]]:
    """The journal to write to, and whether it is the run's to close; where none begins, ours is closed at once."""
    if journal is not None:
        yield journal, False
        return
    from app.journal import Journal

    opened = Journal.open(workspace)
    try:
        yield opened, True
    except BaseException:
        opened.close()
        raise


def _first_matrix(checked: Checked) -> Mapping[str, Any] | None:
    return None if checked.scenario is None else first_cell(checked.scenario.strategy)


def _outbox_of(journal: Journal) -> Path:
    return journal.path.parent / "outbox"


def settings_of(
    begun: RunStarted,
    journal: Journal,
    limits: Mapping[str, float] | None,
    providers: Callable[[str], Provider] | None,
    hosts: tuple[str, ...] = (),
    tapes: Tapes | None = None,
) -> Settings:
    """What was decided about a run, for one that goes on from it; new limits and hosts take the place of the old."""
    was = begun.settings
    return Settings(
        begun.mode,
        begun.seed,
        checked_limits(limits) or was.get("limits", {}),
        was.get("matrix"),
        hosts or tuple(was.get("hosts", ())),
        Path(was.get("root", ".")),
        _outbox_of(journal),
        providers,
        tapes,
    )


def let_people_answer(
    performance: Performance, answers: Mapping[str, str] | None, people: People | None, patient: bool
) -> None:
    """Say who answers where the run waits for a person."""
    performance.gates.written = dict(answers or {})
    performance.gates.people = people
    performance.gates.patient = patient


def run_started(checked: Checked, settings: Settings, origin: Origin | None) -> RunStarted:
    """The first event of a run, but for what is kept apart."""
    scenario = checked.scenario
    assert scenario is not None
    return RunStarted(
        scenario.name,
        scenario.title or "",
        checked.name,
        checked.digest,
        cast=once(checked, _cast),
        models={name: choice.use for name, choice in scenario.models.items()},
        limits=run_limits(checked, settings),
        tags=tuple(scenario.tags),
        seed=settings.seed,
        mode=settings.mode,
        origin=origin or Origin(who=who()),
        settings={
            name: value
            for name, value in (
                ("limits", dict(settings.limits)),
                ("matrix", settings.matrix),
                ("hosts", list(settings.hosts)),
                ("root", str(settings.root)),
                *(settings.tapes.settings() if settings.tapes is not None else {}).items(),
            )
            if value
        },
        versions=_versions(),
        machine=_machine(),
        private=once(checked, _is_private),
    )  # fmt: skip


@cache
def _versions() -> dict[str, str]:
    import sqlite3

    from footlights import __version__

    return {"footlights": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}


@cache
def _machine() -> dict[str, Any]:
    return {"system": sys.platform, "cpus": os.cpu_count() or 0}


def root_of(checked: Checked) -> Path:
    """The project in which a scenario was read."""
    return project_root(checked.sources[checked.name].path)


def _is_private(checked: Checked) -> bool:
    assert checked.scenario is not None
    return any(level != "public" for level in (checked.scenario.privacy or "public", *checked.privacy_at.values()))


def _cast(checked: Checked) -> tuple[Performer, ...]:
    """Everybody who will appear."""
    return told_apart(tuple(_performers(checked).values()))


def _performers(checked: Checked) -> dict[str, Performer]:
    """They by name, also in the scenarios that are used; of two with one name, the run's own."""
    found: dict[str, Performer] = {}
    for used in checked.used.values():
        found |= _performers(used)
    assert checked.scenario is not None
    for name, agent in checked.scenario.agents.items():
        entry = checked.cast.get(name)
        card = entry.card if entry else None
        speaker = Speaker(name, agent, card, entry.version if entry else "", entry.name if entry else "")
        found[name] = speaker.performer()
    return found


def run_limits(checked: Checked, settings: Settings) -> dict[str, float]:
    """What the whole run may use: the scenario's limits, and the stricter ones it was started with."""
    assert checked.scenario is not None
    account = Account("run", {}) if checked.scenario.limits is None else Account.of("run", checked.scenario.limits)
    account.tighten(settings.limits)
    return {str(name): value for name, value in account.limits.items()}


def _was_paused(recorded: list[Event]) -> bool:
    from app.events import RunPaused

    return isinstance(recorded[-1], RunPaused)
