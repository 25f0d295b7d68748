"""A batch as JUnit XML, which CI systems read: a suite for each scenario, a test case for each run.

What was expected and did not come is a failure; a run that broke off is an error; one that has no result yet, or that
nobody needed any more, is skipped. It holds to the schema of Jenkins, which is the one that others go by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from app.batch.verdicts import OPEN
from app.safety import mask_secrets, safe_text
from app.state.words import kind_of, money, paid

if TYPE_CHECKING:
    from app.batch.comparing.against import Against
    from app.batch.comparing.arms import Comparisons
    from app.batch.results import ItemResult, Results


def junit(results: Results, comparisons: Sequence[Comparisons] = (), against: Against | None = None) -> str:
    """The document."""
    names = list(dict.fromkeys(item.scenario for item in results.items))
    root = Element("testsuites", {"name": _text(results.row.title), **_counts_of_all(results, against)})
    began = datetime.fromtimestamp(results.row.created / 1e6, UTC).isoformat(timespec="seconds")
    for name in names:
        items = [item for item in results.items if item.scenario == name]
        suite = SubElement(
            root, "testsuite", {"name": _text(name), "timestamp": began, **_counts(items), **_skipped(items)}
        )
        properties = SubElement(suite, "properties")
        for key, value in _properties(results, items):
            SubElement(properties, "property", name=key, value=_text(value))
        for item in items:
            _add_case(suite, item)
    if against is not None:
        _add_baseline(root, against)
    for compared in comparisons:
        SubElement(SubElement(root, "testsuite", name="comparison", tests="0"), "system-out").text = _text(
            "\n".join(arm.headline for arm in compared.arms)
        )
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add_baseline(root: Element, against: Against) -> None:
    """Each place and measure is a case, so that a regression stands where CI shows what is broken."""
    worse = against.of_kind("regression")
    counts = {"tests": str(len(against.shifts)), "failures": str(len(worse)), "errors": "0", "skipped": "0"}
    suite = SubElement(root, "testsuite", {"name": _text(f"against {against.name}"), **counts})
    for shift in against.shifts:
        name = _text(f"{shift.place} {shift.measure}")
        case = SubElement(suite, "testcase", classname="baseline", name=name, time="0.000")
        if shift.kind == "regression":
            told = SubElement(case, "failure", type="regression", message=_text(shift.line))
            told.text = _text("\n".join((shift.line, *shift.runs)))


def _add_case(suite: Element, item: ItemResult) -> None:
    name = item.name.removeprefix(item.scenario).strip()
    seconds = f"{item.seconds or 0:.3f}"
    case = SubElement(suite, "testcase", classname=_text(item.scenario), name=_text(name), time=seconds)
    if item.verdict in OPEN:
        SubElement(case, "skipped", message=_text(item.why or item.verdict))
    elif not item.passed:
        kind = "failure" if item.verdict == "unmet" else "error"
        told = SubElement(case, kind, type=item.verdict, message=_text(item.why.partition("\n")[0]))
        told.text = _text("\n".join(_details(item)))
    SubElement(case, "system-out").text = _text(
        f"run {item.item.run}, seed {item.item.seed}: {item.tokens:,} tokens, {_cost(item)}"
    )


def _cost(item: ItemResult) -> str:
    """With what it is; never nothing where a price is not known."""
    if item.unpriced:
        return paid(item.spent)
    return f"{money(item.cost_usd)} {kind_of(item.spent).word}".rstrip()


def _details(item: ItemResult) -> Iterable[str]:
    if item.failure is not None:
        yield f"{item.failure.message} ({item.failure.where})" if item.failure.where else item.failure.message
        yield from [f"hint: {item.failure.hint}"] if item.failure.hint else ()
    for check in item.checks:
        yield f"{'met   ' if check.met else 'missed'}  {check.about}{f', found: {check.found}' if check.found else ''}"
    yield f"footlights show {item.item.run}"


def _counts(items: Sequence[ItemResult]) -> dict[str, str]:
    return {
        "tests": str(len(items)),
        "failures": str(sum(item.verdict == "unmet" for item in items)),
        "errors": str(sum(item.verdict in ("failed", "exhausted") for item in items)),
        "time": f"{sum(item.seconds or 0 for item in items):.3f}",
    }


def _counts_of_all(results: Results, against: Against | None) -> dict[str, str]:
    """With the cases of the baseline: a total that leaves some out is taken for a mistake."""
    counts = _counts(results.items)
    if against is None:
        return counts
    added = {"tests": len(against.shifts), "failures": len(against.of_kind("regression"))}
    return counts | {name: str(int(counts[name]) + more) for name, more in added.items()}


def _skipped(items: Sequence[ItemResult]) -> dict[str, str]:
    return {"skipped": str(sum(item.verdict in OPEN for item in items))}


def _properties(results: Results, items: Sequence[ItemResult]) -> Iterable[tuple[str, str]]:
    yield "batch", results.row.batch
    yield "mode", results.row.mode
    yield "cost_usd", f"{sum(item.cost_usd for item in items):.6f}"
    if unpriced := sum(item.unpriced for item in items):
        yield "unpriced_calls", str(unpriced)
    yield "tokens", str(sum(item.tokens for item in items))


def _text(text: str) -> str:
    """Text without keys, and without what no XML may hold."""
    return "".join(letter for letter in safe_text(mask_secrets(text)) if letter in "\t\n" or _may_stand(ord(letter)))


def _may_stand(code: int) -> bool:
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
