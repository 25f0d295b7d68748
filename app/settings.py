"""Where things live: the data folder, the configuration folder, a person's project, and the content that ships inside.

And who is at the keyboard.

Nothing is read or made when this module is imported, and nothing here creates a folder: asking where is not using it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Origin = Literal["project", "user", "built in"]
Kind = Literal["agents", "scenarios", "themes"]

_SIGNS_OF_A_PROJECT = ("footlights.toml", "agents", "scenarios", ".git")


class Folder(NamedTuple):
    """A folder that holds cards, scenarios or themes, and whose they are."""

    origin: Origin
    path: Path


def search_folders(kind: Kind, project: Path) -> tuple[Folder, ...]:
    """List the folders to look in for `kind`, the first to be asked first: those that exist, and none of them twice."""
    ours = content_root() / kind
    places = (
        Folder("built in" if project / kind == ours else "project", project / kind),  # in a clone of Footlights itself
        Folder("user", config_folder() / kind),
        Folder("built in", ours),
    )
    found: dict[Path, Folder] = {}
    for place in places:
        if place.path.is_dir():
            found.setdefault(place.path.resolve(), place)
    return tuple(found.values())


def data_home() -> Path:
    """Return the folder for runs and their history: `FOOTLIGHTS_HOME`, else where this platform keeps such data."""
    if chosen := os.environ.get("FOOTLIGHTS_HOME"):
        return _as_written(chosen)
    from platformdirs import user_data_path

    return user_data_path("footlights", appauthor=False)


def config_folder() -> Path:
    """Return the folder for a person's own cards and settings: `FOOTLIGHTS_CONFIG`, else the platform's place."""
    if chosen := os.environ.get("FOOTLIGHTS_CONFIG"):
        return _as_written(chosen)
    return _usual_config_folder(os.environ.get("XDG_CONFIG_HOME"), os.environ.get("HOME"))


@cache
def _usual_config_folder(*variables: str | None) -> Path:
    """It depends on these variables alone, and is asked for many times a run."""
    from platformdirs import user_config_path

    return user_config_path("footlights", appauthor=False)


def content_root() -> Path:
    """Return the folder that holds the built-in agents, scenarios and themes: inside the wheel, or the clone itself."""
    root = Path(__file__).resolve().parent.parent
    packed = root / "footlights" / "content"
    return packed if packed.is_dir() else root


def project_root(start: Path) -> Path:
    """Return the project that `start` belongs to: the nearest folder above with a sign of one, else its own folder.

    The user's home and the root of the filesystem are no projects, whatever they hold: what a scenario may read ends at
    its project, and a `.git` in a home folder must not open all of it.
    """
    own = _folder_of(start)
    return project_above(own) or own


def project_above(start: Path) -> Path | None:
    """Return the same, or nothing where no folder has a sign of a project."""
    own = _folder_of(start)
    for folder in (own, *own.parents):
        if folder in (_user_home(), Path(folder.anchor)):
            break
        if any((folder / sign).exists() for sign in _SIGNS_OF_A_PROJECT):
            return folder
    return None


def _folder_of(start: Path) -> Path:
    own = start.resolve()
    return own if own.is_dir() else own.parent


def _user_home() -> Path | None:
    try:
        return Path.home().resolve()
    except RuntimeError:  # a container may run as a user without a name or a home
        return None


def _as_written(folder: str) -> Path:
    path = Path(folder)
    with suppress(RuntimeError):  # as above: "~" means nothing here, so the name is taken as it stands
        path = path.expanduser()
    return path.absolute()


def who() -> str:
    """Return the name of the person at the keyboard, as the machine knows it."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return f"user {os.getuid()}"
