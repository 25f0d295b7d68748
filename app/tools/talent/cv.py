"""Reads CVs against a rubric, line by line, after taking out what must not count; every point has its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.document.suggest import shortened
from app.tools.base import ToolError
from app.tools.rows import Row

MAX_CVS = 500
MAX_CV = 20_000
MAX_ALL = 500_000
_HEADING = re.compile(r"^# *(\S+)[ \t]*$", re.MULTILINE)  # one word, so that "# Work experience" is none
_PERSONAL = (
    "name", "first name", "last name", "age", "born", "birthday", "date of birth", "sex", "gender", "pronouns", "photo",
    "picture", "address", "postcode", "nationality", "religion", "marital status", "family", "children", "email",
    "mail", "phone",
)  # fmt: skip
_LABELLED = re.compile(rf"^\W*({'|'.join(_PERSONAL)})\s*:", re.IGNORECASE)
_FAMILY = re.compile(
    r"\b(parental|maternity|paternity|family) (leave|time|break)\b|\bcar(ing|er|ed) for\b|\bmilitary service\b",
    re.IGNORECASE,
)
_SPAN = re.compile(r"\b((?:19|20)\d\d)(?:-(\d\d))?\s*(?:-|–|to)\s*((?:19|20)\d\d(?:-(\d\d))?|now|today|present)\b")
_STATED = re.compile(r"\b(\d{1,2})\+? years?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric: what is looked for, by which words, and what it counts."""

    name: str
    weight: float
    kind: str  # skill, years or certificate
    words: re.Pattern[str]
    need: float  # skills: lines that say so; years: years; certificates: 1
    must: bool

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Criterion:
        """Read a line of the rubric; without words of its own it looks for its name."""
        words = [line["criterion"], *line.get("words", [])]
        pattern = "|".join(re.escape(word.strip()) for word in sorted(words, key=len, reverse=True))
        return cls(
            name=line["criterion"],
            weight=line["weight"],
            kind=line.get("kind", "skill"),
            words=re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE),
            need=line.get("need", 1),
            must=line.get("must", False),
        )


class Found(NamedTuple):
    """What a CV shows for a criterion."""

    share: float  # of what is needed, 0 to 1
    evidence: str  # the line itself, quoted
    missing: str


@dataclass(frozen=True, slots=True)
class Cv:
    """A CV as a scorer may see it."""

    id: str
    lines: tuple[str, ...]
    covered: tuple[str, ...] = field(default=())  # the kinds of lines that were taken out


def cvs_of_text(text: str) -> dict[str, list[str]]:
    """Cut a text at its headings, `# A-01`, into the lines of each CV."""
    headings = list(_HEADING.finditer(text))
    if not headings or text[: headings[0].start()].strip():
        raise ToolError("bad_arguments", "this text does not begin with a CV", "each begins with a line such as # A-01")
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return _bounded(
        (heading[1], text[heading.end() : end].strip().splitlines())
        for heading, end in zip(headings, ends, strict=True)
    )


def cvs_of_rows(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Return each row as the lines of a CV: its texts as they are, the rest as `column: value`."""

    def lines() -> Iterator[tuple[str, list[str]]]:
        for number, row in enumerate(rows, 1):
            if row.get("id") is None:
                raise ToolError("bad_arguments", f"row {number} has no id", "a CV is known by its column id alone")
            cells = ((name, value) for name, value in row.items() if name != "id" and value is not None)
            yield str(row["id"]), [line for name, value in cells for line in _as_lines(name, str(value))]

    return _bounded(lines())


def blind(identifier: str, lines: Iterable[str]) -> Cv:
    """Take out what must not count: who somebody is, where from, how old, and time given to a family."""
    kept: list[str] = []
    covered: list[str] = []
    for line in lines:
        if label := _LABELLED.match(line):
            covered.append(label[1].lower())
        elif _FAMILY.search(line):
            covered.append("family")
        elif line.strip():
            kept.append(line.strip(" -*•\t"))
    return Cv(identifier, tuple(kept), tuple(dict.fromkeys(covered)))


def marked(cv: Cv, rubric: Iterable[Criterion], year: int) -> dict[str, Any]:
    """Score one CV from 0 to 100 and say, for each criterion, which line earned it or what is missing."""
    rubric = list(rubric)
    found = [(criterion, _found(cv, criterion, year)) for criterion in rubric]
    whole = sum(criterion.weight for criterion in rubric)
    return {
        "id": cv.id,
        "score": round(100 * sum(criterion.weight * one.share for criterion, one in found) / whole, 1),
        "complete": all(one.share >= 1 for criterion, one in found if criterion.must),
        "criteria": [
            {
                "criterion": criterion.name,
                "points": round(100 * criterion.weight * one.share / whole, 1),
                "of": round(100 * criterion.weight / whole, 1),
                "evidence": one.evidence,
                "missing": one.missing,
            }
            for criterion, one in found
        ],
    }


def months_covered(spans: Iterable[tuple[int, int]]) -> int:
    """Count months in which at least one of the spans [start, end) holds: two jobs at once are one year, not two."""
    total, reached = 0, -1
    for start, end in sorted(spans):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _found(cv: Cv, criterion: Criterion, year: int) -> Found:
    lines = [line for line in cv.lines if criterion.words.search(line)]
    evidence = shortened(lines[0], 120) if lines else ""
    if criterion.kind != "years":
        share = min(1.0, len(lines) / criterion.need)
        return Found(share, evidence, "" if share >= 1 else _lacking(len(lines), criterion))
    longest = max(lines, key=lambda line: _years([line], year), default="")
    years = _years(lines, year)
    share = min(1.0, years / criterion.need)
    missing = "" if share >= 1 else f"{years:g} of {criterion.need:g} years"
    return Found(share, shortened(longest, 120), missing)


def _years(lines: list[str], year: int) -> float:
    """Years that lines state outright or by their dates, whichever is more."""
    stated = max((int(match[1]) for line in lines for match in _STATED.finditer(line)), default=0)
    spans = [_months(match, year) for line in lines for match in _SPAN.finditer(line)]
    return float(max(stated, round(months_covered(spans) / 12, 1)))


def _months(span: re.Match[str], year: int) -> tuple[int, int]:
    """Read 2016-2019 as three years, 2016-03 to 2016-09 as six months."""
    start = int(span[1]) * 12 + (int(span[2]) - 1 if span[2] else 0)
    if not span[3][0].isdigit():
        return start, max(start, year * 12)
    return start, max(start, int(span[3][:4]) * 12 + (int(span[4]) - 1 if span[4] else 0))


def _lacking(lines: int, criterion: Criterion) -> str:
    if not lines:
        return f"nothing about {criterion.name}"
    return f"{lines} of {criterion.need:g} lines"


def _as_lines(name: str, value: str) -> list[str]:
    return value.splitlines() if name == "text" else [f"{name.replace('_', ' ')}: {value}"]


def _bounded(found: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    cvs: dict[str, list[str]] = {}
    whole = 0
    for identifier, lines in found:
        if identifier in cvs:
            raise ToolError(
                "bad_arguments", f'two CVs are called "{shortened(identifier)}"', "each has an id of its own"
            )
        whole += (length := sum(map(len, lines)))
        if length > MAX_CV:
            raise ToolError(
                "refused", f'CV "{shortened(identifier)}" is too long', f"{MAX_CV:,} characters are the most"
            )
        cvs[identifier] = lines
        if len(cvs) > MAX_CVS or whole > MAX_ALL:
            raise ToolError(
                "refused", f"these are more than {MAX_CVS} CVs, or {MAX_ALL:,} characters", "score them in parts"
            )
    if not cvs:
        raise ToolError("bad_arguments", "there are no CVs in this", "give at least one")
    return cvs
