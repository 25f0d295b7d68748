"""Where keys come from: the environment, a file given with --env-file, the keyring; each may name a file instead.

The first that has one counts. Values are handed on and never shown; and none is put into the environment, where every
program that a run starts would inherit it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "footlights"  # under which the keyring keeps them, with the name of the key as the user
PATIENCE = 3.0  # seconds for the keyring: one that is locked may wait for somebody who is not there

_GIVEN: dict[str, dict[str, str]] = {}  # what stands in the files given with --env-file, by file
_STUCK = threading.Event()  # the keyring has kept somebody waiting: it is not asked again


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and where it was found."""

    name: str
    value: str = field(repr=False)
    source: str


class UnreadableKey(Exception):
    """A key is said to be in a place where it cannot be read."""


def find_key(name: str) -> Key | None:
    """The key of a name, or None when there is none; raises UnreadableKey when the only one is in a file without it."""
    empty = ""
    for place, values in _places():
        if value := values.get(name, "").strip():
            return Key(name, value, f"{name} in {place}")
        if file := values.get(f"{name}_FILE"):
            if value := _read(name, file):
                return Key(name, value, f"the file that {name}_FILE names")
            empty = f"the file that {name}_FILE names is empty"
    found = _in_keyring(name)
    if found is None and empty:
        raise UnreadableKey(empty)
    return None if found is None else Key(name, found, f"{name} in the keyring")


def how_to_set(name: str) -> str:
    """What to do for a key that is missing."""
    return f"export {name}=..., or {name}_FILE=FILE; or --env-file FILE, with lines of KEY=VALUE"


def has_key(name: str) -> bool:
    """Is there a key of that name that can be read?"""
    try:
        return find_key(name) is not None
    except UnreadableKey:
        return False


def find_setting(name: str) -> str:
    """What is no secret and stands where keys may stand: the address of a server; "" when it is not set."""
    return next((value for _, values in _places() if (value := values.get(name, "").strip())), "")


def give(values: Mapping[str, str], file: str) -> None:
    """Look for keys also among what stands in a file, for as long as the process lives."""
    _GIVEN[file] = dict(values)


def keyring_standing() -> tuple[bool, str]:
    """Can the keyring be asked? And what it is, or why not, for people."""
    if find_spec("keyring") is None:
        return False, "the package keyring is not installed"
    backend = _backend()
    if _STUCK.is_set():
        return False, f"it did not answer within {PATIENCE:g} seconds; is it locked?"
    if backend is None:
        return False, "the package keyring finds no keyring that answers without a question"
    return True, backend.name


def _places() -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "the environment", os.environ
    yield from _GIVEN.items()


def _read(name: str, file: str) -> str:
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError) as error:
        # The file's name stays unsaid: a key put here by mistake would be shown.
        raise UnreadableKey(f"{name}_FILE names {_fault(error)}") from error


def _fault(error: Exception) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "a file that is not there"
        case IsADirectoryError():
            return "a folder, not a file"
        case PermissionError():
            return "a file that you may not read"
        case UnicodeDecodeError():
            return "a file that is not text"
    return "no file that can be read"


def _in_keyring(name: str) -> str | None:
    backend = _backend()
    if backend is None:
        return None
    found: list[str | None] = []
    _within_patience(lambda: found.append(backend.get_password(SERVICE, name)))
    return next(iter(found), None) or None


def _backend() -> KeyringBackend | None:
    """The keyring of this machine, if there is one that would not ask for a password on the terminal."""
    return None if _STUCK.is_set() or find_spec("keyring") is None else _found_backend()


@cache
def _found_backend() -> KeyringBackend | None:
    found: list[KeyringBackend] = []

    def look() -> None:
        import keyring

        found.append(keyring.get_keyring())

    _within_patience(look)
    return next((backend for backend in found if all(map(_is_quiet, _with_parts(backend)))), None)


def _with_parts(backend: KeyringBackend) -> list[KeyringBackend]:
    return list(getattr(backend, "backends", ())) or [backend]


def _is_quiet(backend: KeyringBackend) -> bool:
    """Is it a real one, and none of those that keep passwords in a file and ask for its password?"""
    return backend.priority > 0 and not type(backend).__module__.startswith("keyrings.")


def _within_patience(ask: Callable[[], object]) -> None:
    """Ask the keyring in a thread that can be left behind; whatever it raises, there is no key."""

    def asked() -> None:
        with suppress(Exception):
            ask()

    thread = threading.Thread(target=asked, name="keyring", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if thread.is_alive():
        _STUCK.set()
