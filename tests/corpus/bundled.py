"""The bundled scenarios: all of them, and the few that use every key, for tests that take more than a moment."""

from __future__ import annotations

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
