"""Everything a run was made of, in one value: so that it can be resumed or forked whatever has changed on disk.

A bundle holds the scenario, the files and scenarios it names, and the cards of its cast, by their paths in a project.
To perform it again it is written into a folder of its own and checked there like any other project.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from app.document.source import read_source
from app.errors import FootlightsError, ScenarioRefused
from app.scenario import Checked, load
from app.settings import project_root

Bundle = dict[str, Any]


class BundleLost(FootlightsError):
    """The files a run was made of cannot be read any more."""


def bundle_of(checked: Checked) -> Bundle:
    """The bundle of a checked scenario."""
    own = checked.sources[checked.name].path.resolve()
    root = project_root(own)
    files: dict[str, str] = {}
    waiting, seen = [checked], set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        for source in part.sources.values():
            files[_inside(source.path, root)] = source.text
        for entry in part.cast.values():
            files[f"agents/{entry.name}.yaml"] = entry.text
        waiting += part.used.values()
    return {"path": _inside(own, root), "name": checked.name, "files": dict(sorted(files.items()))}


@contextmanager
def unpacked(bundle: Bundle) -> Iterator[Checked]:
    """The scenario of a bundle, checked as it was then; its files are gone from disk afterwards."""
    try:
        path, files = PurePath(bundle["path"]), dict(bundle["files"])
    except (TypeError, KeyError) as error:
        raise BundleLost("the files that this run was made of are not in the archive any more") from error
    with tempfile.TemporaryDirectory(prefix="footlights-") as folder:
        root = Path(folder)
        (root / "scenarios").mkdir()  # the sign of a project, so that nothing outside is looked for
        for name, text in files.items():
            target = root / _harmless(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        yield load(root / _harmless(str(path)), bundle["name"])


def checked_again(bundle: Bundle) -> Checked:
    """The scenario of a bundle, for whoever has no need of its files."""
    with unpacked(bundle) as checked:
        return checked


def changed_since(bundle: Bundle, root: Path) -> list[str]:
    """Which of its files read otherwise in their project now; one that is not there came from elsewhere, or went."""
    there = {name: path for name in bundle["files"] if (path := root / _harmless(name)).is_file()}
    return [name for name, path in there.items() if not _reads(path, bundle["files"][name])]


def _reads(path: Path, text: str) -> bool:
    try:
        return read_source(path).text == text
    except ScenarioRefused:
        return False


def _inside(path: Path, root: Path) -> str:
    """A file's path in its project; one from outside is kept beside the others."""
    resolved = path.resolve()
    if resolved.is_relative_to(root):
        return resolved.relative_to(root).as_posix()
    return f"scenarios/{resolved.name}"


def _harmless(name: str) -> str:
    """A path of a bundle never leads out of the folder it is unpacked in."""
    path = os.path.normpath(name)
    if path.startswith((os.sep, "..")) or PurePath(path).is_absolute():
        raise BundleLost(f'the archive names a file outside its project: "{name}"')
    return path
