"""Evidence held against a rule pack: which controls are met, which partly or not at all, and what would do.

A pack is a file beside this one. Each of its controls lists the proofs that it wants, by kind; evidence proves what it
is asked for when its kind is right and it is young enough. Nothing here reads what a document says: a person wrote it
down in `says`, and with `holds: false` that it speaks against the control.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from app.document import parse, read_source
from app.document.suggest import did_you_mean, listed, shortened
from app.tools.base import ToolError
from app.tools.rows import Row, check_columns, columns_of

PACKS = ("hipaa", "gdpr", "soc2", "coppa")
WEIGHTS = {"critical": 8, "high": 4, "medium": 2, "low": 1}
Status = Literal["met", "partly", "missing"]
_WORST_FIRST = {"missing": 0, "partly": 1, "met": 2}


class Proof(NamedTuple):
    """One thing that a control wants to see."""

    kind: str
    shows: str
    fresh: int | None  # days

    @property
    def wanted(self) -> str:
        return f"{self.kind}: {self.shows}" + (f", at most {self.fresh} days old" if self.fresh else "")


class Control(NamedTuple):
    """One demand of a pack."""

    name: str
    title: str
    cites: str
    severity: str
    proof: tuple[Proof, ...]


class Pack(NamedTuple):
    """The demands of one framework."""

    name: str
    title: str
    source: str
    controls: tuple[Control, ...]


class Evidence(NamedTuple):
    """One row of evidence, with its number as people count it."""

    row: int
    control: str
    kind: str
    says: str
    at: date | None
    holds: bool


class Judged(NamedTuple):
    """How a control stands."""

    control: Control
    status: Status
    share: float  # of its proofs
    reason: str
    wanted: tuple[str, ...]

    @property
    def shown(self) -> dict[str, Any]:
        control = self.control
        return {
            "control": control.name,
            "title": control.title,
            "cites": control.cites,
            "severity": control.severity,
            "status": self.status,
            "reason": self.reason,
        }


@cache
def pack_of(name: str) -> Pack:
    """Return a pack as it is shipped."""
    said = parse(read_source(Path(__file__).parents[1] / "packs" / f"{name}.yaml")).data
    controls = tuple(
        Control(
            entry["id"],
            entry["title"],
            entry["cites"],
            entry["severity"],
            tuple(Proof(proof["kind"], proof["shows"], proof.get("fresh")) for proof in entry["proof"]),
        )
        for entry in said["controls"]
    )
    return Pack(name, said["title"], said["source"], controls)


def narrowed(pack: Pack, only: Sequence[str]) -> tuple[Control, ...]:
    """Return the controls of a pack, or only those named."""
    for name in only:
        _known(name, pack, "only")
    return tuple(control for control in pack.controls if not only or control.name in only)


def read_evidence(rows: list[Row], pack: Pack) -> list[Evidence]:
    """Return the evidence in a table; rows that name another pack in a column `pack` are left out."""
    if rows:
        check_columns(("control", "kind", "says"), columns_of(rows))
    found = []
    for number, row in enumerate(rows, 1):
        if (row.get("pack") or pack.name) != pack.name:
            continue
        control, kind = (str(row.get(name) or "").strip() for name in ("control", "kind"))
        _known(control, pack, f"evidence, row {number}, control")
        found.append(
            Evidence(
                number,
                control,
                kind,
                str(row.get("says") or "").strip(),
                _date(row.get("at"), f"evidence, row {number}, at"),
                _holds(row.get("holds"), number),
            )
        )
    return found


def judged(control: Control, evidence: list[Evidence], today: date) -> Judged:
    """Say how a control stands by the evidence about it."""
    faults = {proof: fault for proof in control.proof if (fault := _fault(proof, evidence, today))}
    share = sum(_worth(proof, evidence, today) for proof in control.proof) / len(control.proof)
    against = [item for item in evidence if not item.holds]
    reasons = [
        *(f"row {item.row} speaks against it: {shortened(item.says, 160)}" for item in against),
        *faults.values(),
    ]
    wanted = [*(f"that what row {item.row} found is mended" for item in against), *(proof.wanted for proof in faults)]
    if not reasons:
        kinds = {proof.kind for proof in control.proof}
        rows = [str(item.row) for item in evidence if item.kind in kinds and item.says]
        reasons = [f"shown by row {listed(rows)}"]
    if against:  # it outweighs any paper: half is the most that is left
        share = min(0.5, share)
    status: Status = "met" if share == 1 else "partly" if share else "missing"
    return Judged(control, status, share, "; ".join(reasons), tuple(wanted))


def scored(results: Sequence[Judged]) -> float:
    """Return the score from 0 to 100: controls weigh by their severity, and what is half proven counts half."""
    whole = sum(WEIGHTS[result.control.severity] for result in results)
    return round(100 * sum(WEIGHTS[result.control.severity] * result.share for result in results) / whole, 1)


def by_severity(results: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """Count how controls stand, the most severe first."""
    return {
        severity: {
            status: sum(result.control.severity == severity and result.status == status for result in results)
            for status in ("met", "partly", "missing")
        }
        for severity in WEIGHTS
        if any(result.control.severity == severity for result in results)
    }


def gaps(results: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return what is not met, worst first, each with what would do."""
    open_ones = [result for result in results if result.status != "met"]
    open_ones.sort(key=lambda result: (-WEIGHTS[result.control.severity], _WORST_FIRST[result.status]))
    return [result.shown | {"would_do": list(result.wanted)} for result in open_ones]


def unused(evidence: Sequence[Evidence], controls: Sequence[Control], today: date) -> list[dict[str, Any]]:
    """Return the rows that prove nothing, and why."""
    asked = {control.name: {proof.kind for proof in control.proof} for control in controls}
    found = []
    for item in evidence:
        if item.control not in asked or not item.holds:
            continue
        why = ""
        if item.kind not in asked[item.control]:
            why = f"{item.control} asks for {' and '.join(sorted(asked[item.control]))}, not {item.kind or 'nothing'}"
        elif not item.says:
            why = "it does not say anything"
        elif item.at and item.at > today:
            why = f"it is dated {item.at}, after {today}"
        if why:
            found.append({"row": item.row, "control": item.control, "why": shortened(why, 200)})
    return found


def day_of(value: str, name: str) -> date:
    """Return the date that an argument writes."""
    found = _date(value, name)
    if found is None:
        raise ToolError("bad_arguments", f"{name}: a date is needed", "write it as 2026-03-31")
    return found


def _worth(proof: Proof, evidence: list[Evidence], today: date) -> float:
    """A proof that is there but too old is worth half."""
    if not _fault(proof, evidence, today):
        return 1.0
    return 0.5 if _usable(proof, evidence, today) else 0.0


def _fault(proof: Proof, evidence: list[Evidence], today: date) -> str:
    """Say why a proof is not given; nothing when it is."""
    usable = _usable(proof, evidence, today)
    if not usable:
        return f"no {proof.kind} shows {proof.shows}"
    if not proof.fresh:
        return ""
    ages = [(today - item.at).days for item in usable if item.at]
    if not ages:
        return f"the {proof.kind} in row {usable[0].row} has no date; at most {proof.fresh} days are wanted"
    if min(ages) > proof.fresh:
        return f"the newest {proof.kind} is {min(ages)} days old; at most {proof.fresh} are wanted"
    return ""


def _usable(proof: Proof, evidence: list[Evidence], today: date) -> list[Evidence]:
    return [
        item
        for item in evidence
        if item.kind == proof.kind and item.says and item.holds and not (item.at and item.at > today)
    ]


def _known(name: str, pack: Pack, place: str) -> None:
    names = [control.name for control in pack.controls]
    if name not in names:
        hint = did_you_mean(name, names, f'rules.list shows what "{pack.name}" asks for')
        raise ToolError("bad_arguments", f'{place}: there is no "{shortened(name)}" in {pack.name}', hint)


def _date(value: Any, place: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise ToolError(
            "bad_arguments", f'{place}: "{shortened(str(value))}" is no date', "write it as 2026-03-31"
        ) from None


def _holds(value: Any, number: int) -> bool:
    if value is None or value in (0, 1):  # true and false, and what SQL makes of them
        return value is None or bool(value)
    raise ToolError(
        "bad_arguments", f'evidence, row {number}, holds: "{shortened(str(value))}" is not true or false', ""
    )
