"""The plays there are, as the list on Home shows them: by company, found again by a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.tui.paint.leaf import plain
from providers.catalogue import service_of

Mark = Literal["people", "network", "key"]

_NETWORKED = ("web.", "http")  # tools that leave this machine
_GATES = ("approve", "ask")
_DEEPEST = 8  # blocks inside blocks that are looked into for marks


@dataclass(frozen=True, slots=True)
class Play:
    """One scenario of the list: what its file says of itself, before anybody has checked it."""

    name: str  # company/name
    path: Path
    shown: str  # the file, as messages call it
    title: str
    synopsis: str = ""
    tags: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    steps: int = 0
    origin: str = "built in"
    mistake: str = ""

    @property
    def company(self) -> str:
        """The folder it lies in."""
        return self.name.rpartition("/")[0]

    @property
    def short(self) -> str:
        """Its name without the company."""
        return self.name.rpartition("/")[2]

    def told(self) -> str:
        """Everything that a search looks at."""
        return " ".join((self.name, self.title, *self.tags, *self.agents)).casefold()


@dataclass(frozen=True, slots=True)
class Heading:
    """A company, above its plays."""

    company: str
    origin: str
    count: int


Line = Heading | Play


class Catalogue:
    """All plays, ready to be searched at every key."""

    def __init__(self, plays: Sequence[Play] = ()) -> None:
        self.plays = tuple(plays)
        self._told = tuple(play.told() for play in self.plays)

    def found(self, words: str) -> tuple[Play, ...]:
        """Those that have all of the words somewhere in name, title, tags or agents."""
        wanted = words.casefold().split()
        return tuple(
            play for play, told in zip(self.plays, self._told, strict=True) if all(word in told for word in wanted)
        )


def shelved(plays: Sequence[Play]) -> tuple[Line, ...]:
    """The plays under the names of their companies."""
    counts: dict[tuple[str, str], int] = {}
    for play in plays:
        counts[play.company, play.origin] = counts.get((play.company, play.origin), 0) + 1
    lines: list[Line] = []
    for (company, origin), count in counts.items():
        lines.append(Heading(company, origin, count))
        lines += [play for play in plays if (play.company, play.origin) == (company, origin)]
    return tuple(lines)


def read_library(project: Path) -> Catalogue:
    """Read the first facts of every scenario. It takes a while and loads the checker: not for the event loop."""
    from app.scenario.library import list_scenarios
    from app.settings import content_root

    plays = []
    for listed in list_scenarios(project):
        told = {} if listed.mistake else _told_by(listed.path)
        root = content_root() if listed.origin == "built in" else project
        plays.append(
            Play(
                plain(listed.name),
                listed.path,
                plain(str(listed.path.relative_to(root) if listed.path.is_relative_to(root) else listed.path)),
                plain(listed.title if listed.title != listed.name else listed.name.rpartition("/")[2]),
                plain(listed.synopsis),
                tuple(map(plain, listed.tags)),
                tuple(plain(str(name)) for name in _map(told, "agents")),
                tuple(marks_of(told)),
                listed.steps,
                listed.origin,
                plain(listed.mistake),
            )
        )
    return Catalogue(plays)


def marks_of(told: Mapping[str, Any]) -> Iterator[Mark]:
    """What a live run of it needs, as far as the file alone says it."""
    steps = list(_steps(told, _DEEPEST))
    if any(gate in step for step in steps for gate in _GATES):
        yield "people"
    choices = [choice for choice in _map(told, "models").values() if isinstance(choice, dict)]
    models = [str(choice.get("use", "")) for choice in choices if "base_url" not in choice]
    models += [str(agent.get("model", "")) for agent in _map(told, "agents").values() if isinstance(agent, dict)]
    hosted = any((service := service_of(model)) is not None and service.keys for model in models)
    tools = [str(step.get("tool", "")) for step in steps]
    tools += [str(tool) for one in (*steps, *_map(told, "agents").values()) for tool in _listed(one, "tools")]
    if hosted or any(tool.startswith(_NETWORKED) for tool in tools):
        yield "network"
    if hosted or any("key" in choice for choice in choices):
        yield "key"


def _told_by(path: Path) -> dict[str, Any]:
    from app.document import parse, read_source
    from app.errors import ScenarioRefused

    try:
        told = parse(read_source(path, path.name)).data
    except ScenarioRefused:  # it was changed while we read
        return {}
    return told if isinstance(told, dict) else {}


def _steps(block: Mapping[str, Any], deep: int) -> Iterator[dict[str, Any]]:
    for inner in ("steps", "parallel"):
        for step in _map(block, inner).values():
            if isinstance(step, dict):
                yield step
                if deep:
                    yield from _steps(step, deep - 1)


def _map(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = told.get(key)
    return found if isinstance(found, dict) else {}


def _listed(told: object, key: str) -> list[Any]:
    found = told.get(key) if isinstance(told, dict) else None
    return found if isinstance(found, list) else []
