"""What doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Verdict = Literal["ok", "note", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, how it stands, and what to do when it should stand better."""

    area: str
    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def mode_of(path: Path) -> int:
    """Who may do what with a file or a folder."""
    return path.stat().st_mode & 0o777
