"""What tests that run commands share: where the clone is, and how a command ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


def data(outcome: Outcome) -> Any:
    """What a command that went well wrote as JSON."""
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)
