"""The bundled scenarios: all of them, and the few that use every key, for tests that take more than a moment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.scenario import load
from app.scenario.checking import Checked
from corpus.commands import ROOT

FOLDER = ROOT / "scenarios"
ALL = tuple(sorted(FOLDER.rglob("*.yaml")))
FEW = tuple(
    FOLDER / name
    for name in (
        "business/fact-check.yaml",
        "business/market-scan.yaml",
        "engineering/feature-sprint.yaml",
        "engineering/hello.yaml",
        "engineering/incident-triage.yaml",
        "tour/tour.yaml",
    )
)
KINDS = ROOT / "tests" / "faults" / "plays" / "kinds.yaml"  # every kind of step in one file


@cache
def loaded(play: Path) -> Checked:
    """A bundled scenario, checked once for all tests that look at it."""
    return load(play)
