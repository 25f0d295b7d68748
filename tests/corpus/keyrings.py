"""Keyrings as machines have them: one that answers, one that asks on the terminal, one that keeps everybody waiting."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class Filled(KeyringBackend):
    """It has one key."""

    priority: ClassVar[Any] = 5
    kept: ClassVar[dict[tuple[str, str], str]] = {("footlights", "OPENAI_API_KEY"): "key-of-the-keyring"}

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


class Locked(Filled):
    """It refuses."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("somebody has to unlock it first")


class Silent(Filled):
    """It waits for somebody who is not there."""

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        raise AssertionError


class Empty(Filled):
    """It is none, as on a server."""

    priority: ClassVar[Any] = 0
