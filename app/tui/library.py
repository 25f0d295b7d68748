"""The plays there are, as the list on Home shows them: by company, found again by a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from app.safety import one_line
from app.settings import Folder
from providers.catalogue import service_of

Mark = Literal["people", "network", "key"]

_NETWORKED = ("web.", "http")  # tools that leave this machine
_GATES = ("approve", "ask")
MOST_TAGS = 16  # that a choice is offered of


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
    kinds: tuple[str, ...] = ()  # of step: what happens in it
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
        return " ".join((self.name, self.title, self.synopsis, *self.tags, *self.agents, *self.kinds)).casefold()


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

    def counts(self) -> Iterator[tuple[str, str, int]]:
        """What the plays can be narrowed to: the words that do it, what they are, and how many it leaves."""
        companies = Counter(play.company for play in self.plays if play.company)
        for company, count in companies.items():
            yield f"{company}/", "company", count
        tags = Counter(tag for play in self.plays for tag in play.tags if tag not in companies)
        for tag, count in tags.most_common(MOST_TAGS):
            if count > 1:
                yield tag, "tag", count


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
    from app.scenario.library import scenario_files
    from app.settings import content_root

    ours = content_root()
    plays = []
    for name, folder, file in scenario_files(project):
        try:
            state = file.stat()
        except OSError:  # it went while we looked
            continue
        root = ours if folder.origin == "built in" else project
        plays.append(_read_play(name, folder, file, root, state.st_mtime_ns, state.st_size))
    return Catalogue(plays)


@lru_cache(maxsize=1024)
def _read_play(name: str, folder: Folder, file: Path, root: Path, _changed: int, _size: int) -> Play:
    """One of them; a file that did not change is not read again, in whichever project one is."""
    from app.scenario.library import read_listed

    listed, told = read_listed(name, folder, file)
    return Play(
        one_line(listed.name),
        listed.path,
        one_line(str(listed.path.relative_to(root) if listed.path.is_relative_to(root) else listed.path)),
        one_line(listed.title if listed.title != listed.name else listed.name.rpartition("/")[2]),
        one_line(listed.synopsis),
        tuple(map(one_line, listed.tags)),
        tuple(map(one_line, listed.agents)),
        tuple(marks_of(told)),
        listed.steps,
        listed.kinds,
        listed.origin,
        one_line(listed.mistake),
    )


def marks_of(told: dict[str, Any]) -> Iterator[Mark]:
    """What a live run of it needs, as far as the file alone says it."""
    from app.scenario.library import steps_in

    steps = list(steps_in(told))
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


def _map(told: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = told.get(key)
    return found if isinstance(found, dict) else {}


def _listed(told: object, key: str) -> list[Any]:
    found = told.get(key) if isinstance(told, dict) else None
    return found if isinstance(found, list) else []
