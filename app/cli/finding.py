"""What doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
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
