"""The playbill of one scenario: who appears, what it takes, what it may cost, what became of it so far.

Everything here is read beside the event loop: it checks files, and loads the checker and the archive to do so.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import FootlightsError, Problem
from app.safety import clean, one_line
from app.state import Spent
from app.state.words import UNMET, spaced
from app.tui.library import Play
from app.tui.preflight import Check, Verdict, archive_check
from providers.keys import has_key

if TYPE_CHECKING:
    from app.document.values import Limits
    from app.scenario import Checked
    from app.scenario.model import Scenario
    from app.scenario.needs import Candidate, Needs
    from app.scenario.picture import Box

Stamp = tuple[Path, int, int]

RUNS = 9  # of a scenario that are told: as many as can be chosen by a digit
MOST_OUTPUT = 4096  # tokens of an answer when neither the file nor the catalogue says how long it can be


@dataclass(frozen=True, slots=True)
class Actor:
    """One of the cast."""

    glyph: str
    title: str
    plays: str  # its mode
    role: str  # its colour
    note: str = ""


@dataclass(frozen=True, slots=True)
class Worst:
    """What a live run takes at the very most; None where nothing bounds it."""

    calls: int | None = None
    cost_usd: float | None = None
    tokens: int | None = None
    wall: float | None = None
    then: str = ""  # what happens at a limit
    answers_usd: float | None = None  # if every call were answered at full length by the dearest model


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a live run needs, and whether it is there."""

    what: str
    says: str
    verdict: Verdict | None = None  # None: nothing that could be missing


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier run."""

    run: str
    status: str
    mode: str
    started: int
    spent: Spent
    took_ms: int

    @property
    def cost_usd(self) -> float:
        """As far as prices are known."""
        return self.spent.cost_usd


NEVER_USED = Check("good", "archive", "made by the first run")


@dataclass(frozen=True, slots=True)
class History:
    """The earlier runs of one scenario, the latest first, and how the archive stands."""

    runs: tuple[Past, ...] = ()
    archive: Check = NEVER_USED


NO_HISTORY = History()


@dataclass(frozen=True, slots=True)
class Playbill:
    """Everything about one scenario. Without `checked` it cannot be performed, and `problems` say why."""

    play: Play
    name: str = ""
    title: str = ""
    synopsis: str = ""
    cast: tuple[Actor, ...] = ()
    boxes: tuple[Box, ...] = ()
    worst: Worst = Worst()
    needs: tuple[Need, ...] = ()
    steps: int = 0
    asks: int = 0  # inputs
    problems: tuple[Problem, ...] = ()
    cannot_play: str = ""  # why it cannot be performed live
    unasked: bool = False  # a live run needs servers on this machine, and nobody has asked them
    checked: Checked | None = field(default=None, repr=False)
    stamps: tuple[Stamp, ...] = ()

    @property
    def is_fresh(self) -> bool:
        """Are the files that it was made of as they were?"""
        return all(_stamp(path) == (path, changed, size) for path, changed, size in self.stamps)


def look(play: Play) -> Playbill:
    """Check a scenario, and tell all about it; what is wrong with it is told too, never raised."""
    from app.scenario import check

    checked = check(play.path, play.shown)
    problems = tuple(_shown(problem) for problem in checked.problems)
    stamps = tuple(_stamp(path) for path in _files(checked, play.path))
    if not checked.ok or checked.scenario is None:
        return Playbill(play, play.short, play.title, play.synopsis, problems=problems, stamps=stamps)
    from app.scenario.boxes import boxes_of
    from app.scenario.needs import needs_of

    scenario, needs = checked.scenario, needs_of(checked)
    return Playbill(
        play,
        scenario.name,
        one_line(scenario.title or scenario.name),
        one_line(" ".join((scenario.synopsis or "").split())),
        tuple(_actors(scenario, needs)),
        tuple(_clean_box(box) for box in boxes_of(checked)),
        _worst(scenario, needs),
        tuple(_needs(needs)),
        len(checked.places),
        len(scenario.inputs),
        problems,
        _cannot_play(checked),
        _needs_servers(checked),
        checked,
        stamps,
    )


def read_history(scenario: str, workspace: Path | None) -> History:
    """The last runs of a scenario."""
    from app.journal import Archive
    from app.journal.errors import NoArchive

    async def read() -> History:
        async with Archive.open(workspace) as archive:
            rows = await archive.runs(scenario=scenario, limit=RUNS)
            pasts = [
                Past(
                    row.run, row.standing, row.mode, row.started, await archive.spent_in(row),
                    await archive.time_of(row.run) or 0,
                )
                for row in rows
            ]  # fmt: skip
        return History(tuple(pasts), wrong or Check("good", "archive", "in order"))

    wrong = archive_check(workspace)
    try:
        return asyncio.run(read())
    except NoArchive:
        return History((), wrong) if wrong else NO_HISTORY
    except FootlightsError as error:
        return History((), Check("error", "archive", one_line(error.message), one_line(error.hint)))


def usual(history: History) -> tuple[str, tuple[Past, ...]]:
    """The runs by which one can tell what the next will take: live ones, else rehearsals; at most five."""
    ended = [past for past in history.runs if past.status in ("succeeded", UNMET)]
    for mode in ("live", "rehearsal"):
        if found := [past for past in ended if past.mode == mode][:5]:
            return mode, tuple(found)
    return "", ()


# What a scenario takes


def _actors(scenario: Scenario, needs: Needs) -> list[Actor]:
    return [
        Actor(
            one_line(member.glyph),
            one_line(member.title),
            one_line(spaced(member.mode)),
            member.color,
            one_line(scenario.cast_notes.get(member.name, "")),
        )
        for member in needs.cast
    ]


def _needs(needs: Needs) -> list[Need]:
    found = [_key(model) for model in needs.models]
    for gate in needs.gates:
        waits = f"after {_time(gate.timeout)}: {gate.default}" if gate.timeout else "waits until answered"
        found.append(Need("person", one_line(" · ".join(word for word in (gate.step, gate.role, waits) if word))))
    told = [("secret", name, has_key(name)) for name in needs.secrets]
    told += [("env", name, bool(os.environ.get(name))) for name in needs.environment]
    found += [
        Need(what, f"{one_line(name)} is {'set' if there else 'not set'}", _good(there)) for what, name, there in told
    ]
    if needs.hosts:
        found.append(Need("network", one_line(", ".join(needs.hosts))))
    if needs.tools:
        found.append(Need("tools", one_line(", ".join(needs.tools))))
    return found


def _key(model: Candidate) -> Need:
    """A model, and whether the key that it takes is there; never the key."""
    if model.use.startswith("rehearsal/"):
        return Need("model", one_line(f"{model.use}, no key needed"), "good")
    if not model.keys:  # a server of one's own: nobody knows whether it runs
        return Need("model", one_line(f"{model.use}, not asked"))
    there = next((name for name in model.keys if has_key(name)), "")
    says = f"{there} is set" if there else f"{' or '.join(model.keys)} is not set"
    return Need("key", one_line(f"{says}, for {model.use}"), _good(bool(there)))


def _good(there: bool) -> Verdict:
    return "good" if there else "warning"


def _worst(scenario: Scenario, needs: Needs) -> Worst:
    limits: Limits | None = scenario.limits
    answers = _full_answers(scenario, needs)
    if limits is None:
        return Worst(needs.calls, answers_usd=answers)
    calls = limits.turns if needs.calls is None else min(needs.calls, limits.turns or needs.calls)
    return Worst(calls, limits.cost_usd, limits.tokens, limits.wall, limits.on_exceed or "stop", answers)


def _full_answers(scenario: Scenario, needs: Needs) -> float | None:
    """Every call answered at full length by the dearest model; None where a number or a price is not known."""
    from providers.catalogue import lookup

    dearest = 0.0
    for model in needs.models:
        choice = scenario.models.get(model.name)
        facts = lookup(model.use, choice.base_url if choice else None)
        prices = choice.price if choice and choice.price else facts.prices if facts else None
        if prices is None:
            return None
        most = (
            (choice.max_output if choice else None) or min(MOST_OUTPUT, facts.max_output if facts else 0) or MOST_OUTPUT
        )
        dearest = max(dearest, prices.output * most / 1_000_000)
    return dearest * needs.calls if needs.calls is not None and needs.models else None


def _cannot_play(checked: Checked) -> str:
    from app.tui.beginning import insist_on_models

    try:
        insist_on_models(checked)
    except FootlightsError as error:
        return error.message
    return ""


def _needs_servers(checked: Checked) -> bool:
    from app.engine.servers import servers_needed

    return bool(servers_needed(checked))


def _time(seconds: float) -> str:
    whole = round(seconds)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if whole >= size and whole % size == 0:
            return f"{whole // size} {unit}"
    return f"{seconds:g} s"


# What it was made of


def _files(checked: Checked, path: Path) -> list[Path]:
    """Every file that had a say in a check: the scenario, what it names, its cards, and those it uses."""
    found, waiting = [path], [checked]
    while waiting:
        part = waiting.pop()
        found += [source.path for source in part.sources.values()]
        found += [entry.path for entry in part.cast.values()]
        waiting += part.used.values()
    return list(dict.fromkeys(found))


def _stamp(path: Path) -> Stamp:
    try:
        facts = path.stat()
    except OSError:
        return path, 0, 0
    return path, facts.st_mtime_ns, facts.st_size


def _shown(problem: Problem) -> Problem:
    return problem._replace(message=one_line(problem.message), hint=one_line(problem.hint), file=one_line(problem.file))


def _clean_box(box: Box) -> Box:
    """A box whose texts are fit to be shown, before anything is measured."""
    from dataclasses import replace

    return replace(
        box,
        title=one_line(box.title),
        lines=tuple(tuple(span._replace(text=_inside(span.text)) for span in line) for line in box.lines),
        marks=tuple(one_line(mark) for mark in box.marks),
        inside=tuple(_clean_box(inner) for inner in box.inside),
    )


def _inside(text: str) -> str:
    """A piece of a line: the blanks around it are part of the line."""
    return clean(text, newlines=False)
