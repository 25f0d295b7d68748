"""The agents there are, where each of them appears, and how their calls went in the last runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.cast import Entry, Registry
from app.scenario.library import read_listed, scenario_files
from app.settings import Folder, search_folders
from app.state import NOTHING, Spent
from app.tui.history import Called, Ledger


@dataclass(frozen=True, slots=True)
class Member:
    """An agent, and the scenarios that cast it."""

    entry: Entry
    plays: tuple[str, ...] = ()

    @property
    def company(self) -> str:
        """The folder it stands in."""
        return self.entry.name.partition("/")[0]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.entry.card.title if self.entry.card is not None else self.entry.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Record:
    """What some calls came to."""

    calls: int = 0
    answered: int = 0
    spent: Spent = NOTHING
    tokens: int = 0
    p50_ms: int = 0
    p95_ms: int = 0
    last: int = 0  # wall clock of the last one, microseconds
    speed: float = 0.0  # tokens of answers a second, first tokens waited for

    @property
    def success(self) -> float:
        """The share of them that were answered."""
        return self.answered / self.calls if self.calls else 0.0


def company(project: Path) -> list[Member]:
    """Every card a project can cast, sorted by company and name."""
    registry = Registry(search_folders("agents", project))
    plays = _appearances(registry, project)
    return [Member(entry, tuple(plays.get(entry.name, ()))) for entry in registry.entries()]


def record_of(calls: Iterable[Called]) -> Record:
    """What these calls came to."""
    found = list(calls)
    times = sorted(call.took_ms for call in found if call.ok)
    return Record(
        len(found),
        len(times),
        sum((call.spent for call in found), NOTHING),
        sum(call.tokens for call in found),
        at_share(times, 0.5),
        at_share(times, 0.95),
        max((call.at for call in found), default=0),
        _speed([call for call in found if call.ok]),
    )


def records(ledger: Ledger, *, rehearsed: bool) -> dict[str, Record]:
    """What the calls of each card came to, those of rehearsals or the others."""
    by_card: dict[str, list[Called]] = {}
    for call in ledger.calls:
        if call.card and call.rehearsed is rehearsed:
            by_card.setdefault(call.card, []).append(call)
    return {card: record_of(calls) for card, calls in by_card.items()}


def _speed(answered: Sequence[Called]) -> float:
    took = sum(call.took_ms for call in answered)
    return sum(call.output for call in answered) / took * 1000 if took else 0.0


def at_share(ordered: Sequence[int], share: float) -> int:
    """The value below which so large a share of them lies; 0 of none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def _appearances(registry: Registry, project: Path) -> dict[str, list[str]]:
    """The titles of the scenarios that cast each card; a file that cannot be read casts nobody."""
    found: dict[str, list[str]] = {}
    for name, folder, file in scenario_files(project):
        try:
            state = file.stat()
        except OSError:  # it went while we looked
            continue
        title, cards = _casting(name, folder, file, state.st_mtime_ns, state.st_size)
        for card in cards:
            entry = registry.find(card)
            titles = found.setdefault(entry.name, []) if entry is not None else []
            if title not in titles:
                titles.append(title)
    return found


@lru_cache(maxsize=1024)
def _casting(name: str, folder: Folder, file: Path, _changed: int, _size: int) -> tuple[str, tuple[str, ...]]:
    """The title of a scenario and the cards it casts; a file that did not change is not read again."""
    listed, told = read_listed(name, folder, file)
    agents = told.get("agents")
    cast = agents.values() if isinstance(agents, dict) else ()
    cards = [agent.get("card") for agent in cast if isinstance(agent, dict)]
    return listed.title, tuple(card for card in cards if isinstance(card, str))
