"""The scenarios there are: the project's, the user's and ours, found by name."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from app.document import parse, read_source
from app.document.suggest import did_you_mean, shortened
from app.errors import NotFound, ScenarioRefused
from app.settings import Folder, content_root, search_folders

WORTH_A_WORD = ("debate", "team", "escalate", "loop", "for_each", "parallel", "approve", "ask", "tool", "uses")
DEEPEST = 8  # blocks inside blocks that are looked into
_ENDING = re.compile(r"\.ya?ml\Z")


class Listed(NamedTuple):
    """A scenario in a list: what its first lines say, without the cost of a check."""

    name: str  # company/name
    origin: str
    path: Path
    title: str
    synopsis: str
    tags: tuple[str, ...]
    steps: int
    agents: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # of step: what happens in it
    mistake: str = ""

    @property
    def company(self) -> str:
        """The folder it lies in."""
        return self.name.rpartition("/")[0]

    def told(self) -> str:
        """Everything that a search looks at."""
        return " ".join((self.name, self.title, self.synopsis, *self.tags, *self.agents, *self.kinds)).casefold()

    def has(self, words: Iterable[str]) -> bool:
        """Do all of these words stand somewhere in what it says of itself?"""
        told = self.told()
        return all(word.casefold() in told for word in words)


def find_scenario(name: str, project: Path) -> tuple[Path, str]:
    """The file that a word on the command line means, with the name to show: a path, else a scenario of the library."""
    path = Path(name)
    there = os.path.exists(name)  # noqa: PTH110 (Path.exists raises for names that no file can have)
    if there or name.startswith((".", "/")):
        return path, name
    places = list(_places(project))
    found = [place for place in places if name in (place[0], place[0].rpartition("/")[2], place[2].stem)]
    if not found and _ENDING.search(name):
        built_in = content_root() / path
        return (built_in if path.parts[:1] == ("scenarios",) and built_in.is_file() else path), name
    names = sorted({known for known, _, _ in found})
    if not names:
        known = [one for place in places for one in (place[0], place[0].rpartition("/")[2])]
        hint = did_you_mean(name, known, otherwise='"footlights scenarios list" shows all')
        raise NotFound(f'there is no scenario "{shortened(name)}"', hint)
    if len(names) > 1:
        raise NotFound(f'"{name}" is more than one scenario', f"say which: {', '.join(names)}")
    _, folder, file = found[0]
    return file, _shown(folder, file)


def scenarios_below(folder: Path) -> list[Path]:
    """The files of a folder, and of the folders in it, that may be scenarios; what is hidden is left out.

    A folder that cannot be looked into stands for what is in it, so that whoever reads it says why.
    """
    found: list[Path] = []
    closed: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in files if _ENDING.search(name) and not name.startswith(".")]
    return sorted([*found, *(Path(error.filename) for error in closed)])


def list_scenarios(project: Path) -> list[Listed]:
    """Every scenario, sorted by name; one that an earlier folder replaces is left out."""
    return [read_listed(*place)[0] for place in scenario_files(project)]


def scenario_files(project: Path) -> list[tuple[str, Folder, Path]]:
    """Where they stand, sorted by name, without opening any."""
    found: dict[str, tuple[str, Folder, Path]] = {}
    for place in _places(project):
        found.setdefault(place[0], place)
    return [found[name] for name in sorted(found)]


def steps_in(block: dict[str, Any], deep: int = DEEPEST) -> Iterator[dict[str, Any]]:
    """Every step of a file that nobody has checked, blocks before what is in them."""
    for inner in ("steps", "parallel"):
        steps = block.get(inner)
        for step in steps.values() if isinstance(steps, dict) else ():
            if isinstance(step, dict):
                yield step
                if deep:
                    yield from steps_in(step, deep - 1)


def _places(project: Path) -> Iterator[tuple[str, Folder, Path]]:
    """Every file with its name: without its ending, unless another one beside it differs in that alone."""
    for folder in search_folders("scenarios", project):
        written = {file: str(file.relative_to(folder.path)) for file in scenarios_below(folder.path)}
        alike = Counter(_ENDING.sub("", name) for name in written.values())
        for file, name in written.items():
            bare = _ENDING.sub("", name)
            yield (bare if alike[bare] == 1 else name), folder, file


def _shown(folder: Folder, file: Path) -> str:
    if folder.origin == "built in":
        return f"scenarios/{file.relative_to(folder.path)}"
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def read_listed(name: str, folder: Folder, file: Path) -> tuple[Listed, dict[str, Any]]:
    """What one says of itself, and what stands in its file."""
    try:
        data: Any = parse(read_source(file, _shown(folder, file))).data
    except ScenarioRefused as refused:
        return Listed(name, folder.origin, file, name, "", (), 0, mistake=refused.problems[0].message), {}
    told = data if isinstance(data, dict) else {}
    steps, tags, agents = told.get("steps"), told.get("tags"), told.get("agents")
    used = set().union(*steps_in(told))
    listed = Listed(
        name,
        folder.origin,
        file,
        str(told.get("title") or told.get("name") or name),
        str(told.get("synopsis") or ""),
        tuple(str(tag) for tag in tags) if isinstance(tags, list) else (),
        len(steps) if isinstance(steps, dict) else 0,
        tuple(str(agent) for agent in agents) if isinstance(agents, dict) else (),
        tuple(kind for kind in WORTH_A_WORD if kind in used),
    )
    return listed, told
