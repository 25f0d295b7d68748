"""A claim gone over as a payer would: every finding, and whether it would be paid, by a sample of codes."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, NamedTuple

from app.tools.medical.coding import HCPCS, ICD, Code, excluded, explained, sample, standing

Severity = Literal["denies", "person", "notes"]
APART = {"XE", "XP", "XS", "XU"}  # modifiers that say: another encounter, person, structure, or unusual
MODIFIERS = APART | {
    "E1", "E2", "E3", "E4", "F1", "F2", "F3", "F4", "F5", "FA", "GA", "GT", "GX", "GY", "GZ", "KX", "LC", "LD", "LT",
    "NU", "QW", "RC", "RR", "RT", "T1", "T2", "T3", "T4", "T5", "TA", "TC", "UE",
}  # fmt: skip
LETTERS = "ABCDEFGHIJKL"  # by which a line points at diagnoses
_ONE_OF = ({"NU", "RR", "UE"},)  # bought new, rented, bought used


class Line(NamedTuple):
    """One line of a claim."""

    number: int
    day: date
    code: str
    modifiers: frozenset[str]
    units: float
    pointers: str
    charge: float


class Claim(NamedTuple):
    """What is claimed for whom."""

    sex: str
    born: date
    diagnoses: tuple[str, ...]
    lines: tuple[Line, ...]
    today: date
    filing_days: int


class Finding(NamedTuple):
    """Something about a line, or about diagnoses by their letters."""

    line: int | None
    rule: str
    severity: Severity
    says: str
    letters: str = ""

    def touches(self, line: Line) -> bool:
        return self.line == line.number or bool(set(self.letters) & set(line.pointers))


def validated(claim: Claim) -> dict[str, Any]:
    """Return every finding, what happens to each line, and the sum that would be paid."""
    findings = [*_diagnoses(claim), *(finding for line in claim.lines for finding in _line(line, claim)), *_days(claim)]
    lines: list[dict[str, Any]] = []
    for line in claim.lines:
        known = sample().get(line.code)
        verdict = _verdict([finding for finding in findings if finding.touches(line)])
        title = known.title if known and known.system == HCPCS else None
        lines.append(
            {"line": line.number, "code": line.code, "title": title, "charge": line.charge, "verdict": verdict}
        )
    return {
        "verdict": _verdict(findings),
        "charged": round(sum(line.charge for line in claim.lines), 2),
        "would_pay": round(sum(line["charge"] for line in lines if line["verdict"] == "pays"), 2),
        "findings": [
            {"line": finding.line, "rule": finding.rule, "severity": finding.severity, "says": finding.says}
            for finding in findings
        ],
        "lines": lines,
    }


def _verdict(findings: list[Finding]) -> str:
    severities = {finding.severity for finding in findings}
    return "denied" if "denies" in severities else "person" if "person" in severities else "pays"


def _diagnoses(claim: Claim) -> list[Finding]:
    found: list[Finding] = []
    for letter, code in zip(LETTERS, claim.diagnoses, strict=False):
        stands = standing(code)
        known = sample().get(code)
        if stands != "known":
            unsure = stands in ("unknown", "cpt")
            said = f"{letter}, {code}: {explained(code)['says']}"
            found.append(Finding(None, "diagnosis code", "person" if unsure else "denies", said, letter))
        elif known and known.system != ICD:
            found.append(Finding(None, "diagnosis code", "denies", f"{letter}, {code} is no diagnosis", letter))
        elif known:
            found += [
                Finding(None, rule, "denies", f"{letter}, {code}: {says}", letter)
                for rule, says in _person(known, claim, max((line.day for line in claim.lines), default=claim.today))
            ]
        if code in claim.diagnoses[: LETTERS.index(letter)]:
            found.append(Finding(None, "duplicate", "notes", f"{letter}, {code} stands there already"))
    for one, other, pair in excluded(claim.diagnoses):
        if pair.scope == "diagnoses":
            letters = "".join(LETTERS[claim.diagnoses.index(code)] for code in (one, other))
            found.append(Finding(None, "exclusive", "denies", f"{one} with {other}: {pair.why}", letters))
    return found


def _line(line: Line, claim: Claim) -> list[Finding]:
    """Go over a line by itself."""
    known = sample().get(line.code)
    told = [*_when(line, claim), *_pointed(line, claim), *_modified(line, known)]
    if line.units < 1 or line.units != int(line.units):
        told.append(("units", f"{line.units:g} units; whole ones are counted, from 1"))
    if known and known.system == HCPCS:
        told += _person(known, claim, line.day)
        if known.units and line.units > known.units:
            told.append(
                ("units", f"{line.units:g} units of {line.code}; {known.units} a day is the most in this sample")
            )
        pointed = [claim.diagnoses[LETTERS.index(letter)] for letter in line.pointers if _there(letter, claim)]
        if known.needs and pointed and not any(code.startswith(known.needs) for code in pointed):
            told.append(
                (
                    "necessity",
                    f"{line.code} wants a diagnosis from {', '.join(known.needs)}; it has {', '.join(pointed)}",
                )
            )
    elif known:
        told.append(("procedure code", f"{line.code} is a diagnosis, not a service"))
    found = [Finding(line.number, rule, "denies", says) for rule, says in told]
    if not known:
        stands = standing(line.code)
        severity: Severity = "person" if stands in ("unknown", "cpt") else "denies"
        found.append(Finding(line.number, "procedure code", severity, f"{line.code}: {explained(line.code)['says']}"))
    if strange := sorted(line.modifiers - MODIFIERS):
        found.append(Finding(line.number, "modifier", "person", f"{', '.join(strange)} is not in this sample"))
    return found


def _days(claim: Claim) -> list[Finding]:
    """Look for lines that repeat one another, or exclude one another on one day."""
    found: list[Finding] = []
    for position, line in enumerate(claim.lines):
        for before in claim.lines[:position]:
            if before.day != line.day or (line.modifiers | before.modifiers) & APART:
                continue
            if before.code == line.code and before.modifiers == line.modifiers:
                says = f"{line.code} on {line.day} stands in line {before.number} already"
                found.append(Finding(line.number, "duplicate", "denies", says))
            for _, _, pair in excluded([before.code, line.code]):
                if pair.scope == "day":
                    says = f"{line.code} with {before.code} of line {before.number}: {pair.why}"
                    found.append(Finding(line.number, "exclusive", "denies", says))
    return found


def _person(code: Code, claim: Claim, day: date) -> list[tuple[str, str]]:
    """Does the code fit the person on that day?"""
    age = day.year - claim.born.year - ((day.month, day.day) < (claim.born.month, claim.born.day))
    told = []
    if code.sex and claim.sex not in (code.sex, "X"):
        told.append(("sex", f"{code.code} is for {'women' if code.sex == 'F' else 'men'}; the claim says {claim.sex}"))
    if code.least is not None and age < code.least:
        told.append(("age", f"{code.code} is from {code.least} years on; this person was {age}"))
    if code.most is not None and age > code.most:
        told.append(("age", f"{code.code} is up to {code.most} years; this person was {age}"))
    return told


def _when(line: Line, claim: Claim) -> list[tuple[str, str]]:
    if line.day < claim.born:
        return [("date", f"{line.day} is before the birth of the person, {claim.born}")]
    if line.day > claim.today:
        return [("date", f"{line.day} is after today, {claim.today}")]
    if (late := (claim.today - line.day).days) > claim.filing_days:
        return [("date", f"filed {late} days after the service; {claim.filing_days} is the most")]
    return []


def _pointed(line: Line, claim: Claim) -> list[tuple[str, str]]:
    if not line.pointers:
        return [("pointer", "it points at no diagnosis")]
    missing = [letter for letter in line.pointers if not _there(letter, claim)]
    return (
        [("pointer", f"it points at {', '.join(missing)}; there are {len(claim.diagnoses)} diagnoses")]
        if missing
        else []
    )


def _modified(line: Line, known: Code | None) -> list[tuple[str, str]]:
    told = []
    if known and known.modifiers and not line.modifiers & set(known.modifiers):
        told.append(("modifier", f"{line.code} wants one of {', '.join(known.modifiers)}"))
    for group in _ONE_OF:
        if len(both := sorted(line.modifiers & group)) > 1:
            told.append(("modifier", f"{' and '.join(both)} exclude each other"))
    return told


def _there(letter: str, claim: Claim) -> bool:
    return letter in LETTERS[: len(claim.diagnoses)]
