"""Finds cards by name in the project's agents/, the user's and ours, in that order.

A card is read when it is asked for, by its file's name; only a name that is no file (an alias, a
misspelling) makes the registry read the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from app.cast.card import Card
from app.document import Report, parse, read_source, validate
from app.document.suggest import did_you_mean
from app.document.types import TypeMistake, mismatches, parse_type
from app.errors import Problem, ScenarioRefused
from app.settings import Folder
from app.tools.registry import families, knows, names

MAX_NAME = 200  # bytes, two names of 64 characters and more; file systems refuse longer ones each in its own way


class Entry(NamedTuple):
    """A card that was found: where, in which version, and what is wrong with it."""

    name: str  # company/id
    origin: str
    path: Path
    card: Card | None
    problems: tuple[Problem, ...] = ()
    text: str = ""

    @property
    def version(self) -> str:
        """A digest of the card's text: what a run says it was performed with."""
        import hashlib  # costs more to load than the cards to read, and a check needs no version

        return hashlib.blake2b(self.text.encode(), digest_size=4).hexdigest()


class Registry:
    """All cards that a project can cast."""

    def __init__(self, folders: tuple[Folder, ...]) -> None:
        self._folders = folders
        self._read: dict[Path, Entry] = {}

    def find(self, name: str) -> Entry | None:
        """The card called `company/id`, `id` (when only one company has it), or by an alias."""
        return self._by_file(name) or self._by_alias(name)

    def names(self) -> list[str]:
        """Every `company/id`, sorted."""
        return sorted({_name(path) for _, path in self._files()})

    def entries(self) -> list[Entry]:
        """Every card, sorted by name; one that an earlier folder replaces is left out."""
        found: dict[str, Entry] = {}
        for folder, path in self._files():
            found.setdefault(_name(path), self._entry(folder, path))
        return [found[name] for name in sorted(found)]

    def hint(self, name: str) -> str:
        """What to do about a name that no card has."""
        names = self.names()
        last = {known.rpartition("/")[2]: known for known in names}
        return did_you_mean(name, [*names, *last], otherwise='"footlights cast list" shows all cards')

    def _by_file(self, name: str) -> Entry | None:
        company, _, last = name.rpartition("/")
        if (
            not last
            or len(name.encode("utf-8", "replace")) > MAX_NAME
            or last.startswith(".")
            or ".." in name
            or name[:1] == "/"
            or "\\" in name
        ):
            return None
        for folder in self._folders:
            if company:
                path = folder.path / company / f"{last}.yaml"
                if path.is_file():
                    return self._entry(folder, path)
            elif len(found := sorted(folder.path.glob(f"*/{_literal(last)}.yaml"))) == 1:
                return self._entry(folder, found[0])
        return None

    def _by_alias(self, name: str) -> Entry | None:
        company, _, wanted = name.rpartition("/")
        for entry in self.entries():
            if entry.card is not None and wanted in entry.card.aka and company in ("", entry.card.company):
                return entry
        return None

    def _files(self) -> Iterator[tuple[Folder, Path]]:
        for folder in self._folders:
            for path in sorted(folder.path.glob("*/*.yaml")):
                yield folder, path

    def _entry(self, folder: Folder, path: Path) -> Entry:
        if path not in self._read:
            ours = folder.origin == "built in" and path.is_file()
            read = read_once if ours else read_card
            self._read[path] = read(path, folder.origin, _shown(folder, path))
        return self._read[path]


def read_once(path: Path, origin: str, shown: str) -> Entry:
    """One of our cards, which many scenarios name: it is read again only when its file has changed."""
    found = path.stat()
    return _read_as_it_was(path, origin, shown, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=512)
def _read_as_it_was(path: Path, origin: str, shown: str, changed: int, size: int) -> Entry:
    return read_card(path, origin, shown)


def read_card(path: Path, origin: str = "project", shown: str | None = None) -> Entry:
    """A card's file, checked."""
    text = ""
    try:
        source = read_source(path, shown)
        text = source.text
        report = Report(source, parse(source))
        card = validate(Card, report)
        if card is not None:
            _check_file(card, path, report)
    except ScenarioRefused as refused:
        return Entry(_name(path), origin, path, None, refused.problems, text)
    return Entry(_name(path), origin, path, None if report.has_errors else card, tuple(report.problems), text)


def _check_file(card: Card, path: Path, report: Report) -> None:
    """The name in the file and the place of the file say the same; shapes are shapes."""
    if card.id != path.stem:
        report.error("card-id", f'the file is called "{path.stem}"', f"write  id: {path.stem}", at=("id",))
    if card.company != path.parent.name:
        report.error(
            "card-company",
            f'the folder is called "{path.parent.name}"',
            f"write  company: {path.parent.name}",
            at=("company",),
        )
    if card.limits is not None and card.limits.wall is not None:
        report.error(
            "wall",
            "wall is the time of a run or a step, and an agent has none",
            "cost_usd, tokens and turns can bound an agent",
            at=("limits", "wall"),
        )
    for index, word in enumerate(card.tools):
        if not knows(word):
            hint = did_you_mean(word, [*names(), *families()], otherwise='"footlights tools" lists them')
            report.warning("unknown-tool", f'there is no tool "{word}"', hint, at=("tools", index))
    for name, mode in card.modes.items():
        if mode.output is None:
            continue
        at = ("modes", name, "output")
        try:
            shape = parse_type(mode.output)
        except TypeMistake as error:
            report.error("type", error.message, error.hint, at=(*at, *error.path))
            continue
        for index, line in enumerate(card.rehearsal.get(name, [])):
            for wrong in mismatches(shape, line):
                report.error("rehearsal", wrong.message, at=("rehearsal", name, index, *wrong.path))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _shown(folder: Folder, path: Path) -> str:
    return str(path) if folder.origin != "built in" else f"agents/{path.relative_to(folder.path)}"


def _literal(name: str) -> str:
    """A name in which glob sees no pattern."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
