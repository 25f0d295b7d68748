"""What an audit is made of: named checks, each with its group and weight, and the score they come to.

The checks themselves stand in `head` (head, headings, content), `body` (links, images, accessibility) and
`cost` (structured data, social, performance).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from app.tools.page.tree import Element, Page

Severity = Literal["error", "warning", "hint"]
Group = Literal[
    "head", "headings", "content", "links", "images", "structured data", "social", "accessibility", "performance"
]
GROUPS: tuple[Group, ...] = (
    "head", "headings", "content", "links", "images", "structured data", "social", "accessibility", "performance",
)  # fmt: skip
PENALTY: dict[Severity, int] = {"error": 8, "warning": 3, "hint": 1}
_MOST_FINDINGS = 30
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Subject:
    """What is audited: the page, and the words it wants to be found by."""

    page: Page
    keyword: str = ""


class Found(NamedTuple):
    """One thing that is wrong, and the line it stands on; none for what is missing."""

    what: str
    line: int | None = None


Finder = Callable[[Subject], Iterable[Found]]


class Check(NamedTuple):
    """One check: how it is called, how much it weighs, and what to do when it finds something."""

    id: str
    group: Group
    severity: Severity
    do: str
    find: Finder


CHECKS: list[Check] = []


def check(id: str, group: Group, severity: Severity, do: str) -> Callable[[Finder], Finder]:
    """Add a check to the list, in the order in which they are written."""

    def add(find: Finder) -> Finder:
        CHECKS.append(Check(id, group, severity, do, find))
        return find

    return add


def audit_page(html: str, url: str, keyword: str, groups: list[str]) -> dict[str, Any]:
    """Audit a page: 100, less 8 for each check with an error, 3 for a warning and 1 for a hint."""
    from app.tools.page import body, cost, head  # noqa: F401  # they add their checks

    subject = Subject(Page(html, url), " ".join(keyword.lower().split()))
    wanted = [entry for entry in CHECKS if not groups or entry.group in groups]
    results = [(entry, list(entry.find(subject))) for entry in wanted]
    failed = sorted(
        ((entry, found) for entry, found in results if found), key=lambda result: -PENALTY[result[0].severity]
    )
    counts = {severity: sum(entry.severity == severity for entry, _ in failed) for severity in PENALTY}
    score = max(0, 100 - sum(PENALTY[entry.severity] for entry, _ in failed))
    return {
        "score": score,
        "checks": len(wanted),
        "passed": len(wanted) - len(failed),
        "errors": counts["error"],
        "warnings": counts["warning"],
        "hints": counts["hint"],
        "words": len(subject.page.words),
        "findings": [_told(entry, found) for entry, found in failed[:_MOST_FINDINGS]],
    }


def here(element: Element, what: str) -> Found:
    """Return what is wrong with an element, on its line."""
    return Found(what, element.line)


def short(text: str, most: int = 60) -> str:
    """Return a text as it fits into a finding."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _told(entry: Check, found: list[Found]) -> dict[str, Any]:
    lines = [one.line for one in found if one.line is not None]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    where = "line " + ", ".join(map(str, list(dict.fromkeys(lines))[:5])) if lines else "the page"
    return {
        "id": entry.id,
        "group": entry.group,
        "severity": entry.severity,
        "found": short(found[0].what, _LONGEST) + more,
        "where": where,
        "do": entry.do,
    }
