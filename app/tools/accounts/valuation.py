"""What a small firm that lives by subscriptions is worth, with a range, and what in its books is a red flag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from app.document.suggest import shortened
from app.tools.base import ToolError
from app.tools.rows import Row

_MONEY = ("mrr_start", "new", "expansion", "contraction", "churned", "mrr_end", "sales_cost")
_HEADS = ("customers_start", "customers_new", "customers_lost")
_LEAST_MULTIPLE = 0.5
_RANGE = 0.2
_CENT = 1.0  # what a walk of MRR may be off by, from rounding; a start below it is none to grow from


class Month(NamedTuple):
    """One month of recurring revenue: where it began, what came and went, where it ended."""

    name: str
    mrr_start: float
    new: float
    expansion: float
    contraction: float
    churned: float
    mrr_end: float
    sales_cost: float
    customers_start: float
    customers_new: float
    customers_lost: float

    @property
    def gap(self) -> float:
        """Return what the month's end has more than its parts explain."""
        return self.mrr_end - (self.mrr_start + self.new + self.expansion - self.contraction - self.churned)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the months come to."""

    mrr: float
    growth: float  # over the months given, as a year
    churn: float  # customers lost a month, mean
    retention: float  # net, over the months given, as a year
    arpa: float
    ltv: float | None
    cac: float | None
    margin: float
    largest: float | None  # customer's share of MRR
    claimed: float | None  # MRR as the seller says

    @property
    def ratio(self) -> float | None:
        """Return LTV to CAC."""
        return self.ltv / self.cac if self.ltv is not None and self.cac else None


class Rule(NamedTuple):
    """Something that moves the multiple, and whether it is a red flag."""

    when: Callable[[Figures], bool]
    moves: float
    says: Callable[[Figures], str]
    red: bool = False


_RULES = (
    Rule(lambda f: f.growth >= 0.4, 1.0, lambda f: f"grows {f.growth:.0%} a year"),
    Rule(lambda f: f.growth < 0.1, -0.7, lambda f: f"grows {f.growth:.0%} a year"),
    Rule(lambda f: f.retention >= 1.1, 0.7, lambda f: f"net retention {f.retention:.0%}"),
    Rule(lambda f: f.retention < 0.9, -0.5, lambda f: f"net retention {f.retention:.0%}"),
    Rule(lambda f: f.churn > 0.03, -0.8, lambda f: f"loses {f.churn:.1%} of customers a month", red=True),
    Rule(lambda f: f.ratio is not None and f.ratio < 3, -0.5, lambda f: f"LTV is {f.ratio:.1f} times CAC"),
    Rule(lambda f: f.margin < 0.7, -0.5, lambda f: f"gross margin {f.margin:.0%}"),
    Rule(
        lambda f: f.largest is not None and f.largest > 0.2,
        -0.8,
        lambda f: f"one customer is {f.largest:.0%} of MRR",
        red=True,
    ),
    Rule(
        lambda f: f.claimed is not None and f.claimed > f.mrr * 1.03,
        -0.4,
        lambda f: f"claimed MRR is {(f.claimed or 0) / f.mrr - 1:.0%} above the books",
        red=True,
    ),
)


def months_of(rows: Iterable[Row]) -> list[Month]:
    """Read the months in order, each beginning where the one before ended."""
    months = [_month(row, number) for number, row in enumerate(rows, 1)]
    if len(months) < 3:
        raise ToolError("bad_arguments", f"{len(months)} months say little", "three are the least, twelve are better")
    for number, (before, after) in enumerate(pairwise(months), 2):
        if abs(after.mrr_start - before.mrr_end) > _CENT:
            shown = f"row {number}: mrr_start is {after.mrr_start:g}, the month before ended with {before.mrr_end:g}"
            raise ToolError("bad_arguments", shown, "months follow one another")
    if months[-1].mrr_end <= 0:
        raise ToolError("bad_arguments", "there is no recurring revenue at the end", "nothing to value by it")
    return months


def figures(months: list[Month], margin: float, largest: float | None, claimed: float | None) -> Figures:
    """Reckon what a buyer asks for first."""
    first, last = months[0], months[-1]
    mrr = booked(months)
    year = 12 / len(months)
    lost = sum(month.customers_lost for month in months)
    held = sum(month.customers_start for month in months)
    customers = last.customers_start + last.customers_new - last.customers_lost
    churn = lost / held if held else 0.0
    arpa = mrr / customers if customers else 0.0
    won = sum(month.customers_new for month in months)
    kept = first.mrr_start + sum(month.expansion - month.contraction - month.churned for month in months)
    return Figures(
        mrr=mrr,
        growth=(mrr / first.mrr_start) ** year - 1 if first.mrr_start >= _CENT and mrr > 0 else 0.0,
        churn=churn,
        retention=max(0.0, kept / first.mrr_start) ** year if first.mrr_start >= _CENT else 1.0,
        arpa=arpa,
        ltv=arpa * margin / churn if churn else None,
        cac=sum(month.sales_cost for month in months) / won if won else None,
        margin=margin,
        largest=largest,
        claimed=claimed,
    )


def valued(found: Figures, base: float, months: list[Month]) -> dict[str, Any]:
    """Turn figures into a price: a multiple of a year's recurring revenue, moved by stated rules."""
    if found.mrr <= 0:
        raise ToolError(
            "bad_arguments", "the months do not explain any revenue at the end", "see mrr_end and its parts"
        )
    holding = [rule for rule in _RULES if rule.when(found)]
    multiple = max(_LEAST_MULTIPLE, base + sum(rule.moves for rule in holding))
    arr = 12 * found.mrr
    gaps = [f"{month.name}: MRR ends {month.gap:+,.0f} off its parts" for month in months if abs(month.gap) > _CENT]
    return {
        "multiple": round(multiple, 2),
        "moved_by": [f"{rule.moves:+.1f} {rule.says(found)}" for rule in holding],
        "value": {
            "low": _thousands(arr * multiple * (1 - _RANGE)),
            "likely": _thousands(arr * multiple),
            "high": _thousands(arr * multiple * (1 + _RANGE)),
        },
        "red_flags": [rule.says(found) for rule in holding if rule.red] + gaps[:10],
    }


def booked(months: list[Month]) -> float:
    """Return the MRR at the end that the parts of the months explain, whatever the last line says."""
    return months[-1].mrr_end - sum(month.gap for month in months)


def largest_of(rows: Iterable[Row], mrr: float) -> tuple[str, float] | None:
    """Return the largest customer and its share of the MRR; the small ones may be left out."""
    money: dict[str, float] = {}
    for number, row in enumerate(rows, 1):
        name = str(row.get("customer"))
        money[name] = money.get(name, 0.0) + _number(row, "mrr", number)
    whole = max(mrr, sum(money.values()))
    if not money or whole <= 0:
        return None
    name = max(money, key=lambda one: money[one])
    return name, money[name] / whole


def told(found: Figures) -> Mapping[str, Any]:
    """Return the figures as people read them."""
    return {
        "mrr": round(found.mrr),
        "arr": round(12 * found.mrr),
        "growth_percent": round(100 * found.growth, 1),
        "net_retention_percent": round(100 * found.retention, 1),
        "churn_percent_a_month": round(100 * found.churn, 2),
        "arpa": round(found.arpa),
        "ltv": None if found.ltv is None else round(found.ltv),
        "cac": None if found.cac is None else round(found.cac),
        "ltv_to_cac": None if found.ratio is None else round(found.ratio, 1),
    }


def _thousands(money: float) -> int:
    return 1_000 * round(money / 1_000)


def _month(row: Row, number: int) -> Month:
    if row.get("month") is None:
        raise ToolError("bad_arguments", f"row {number}: month is missing", "each row is one month")
    return Month(str(row["month"]), *(_number(row, name, number) for name in (*_MONEY, *_HEADS)))


def _number(row: Row, name: str, number: int) -> float:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e12:
        shown = "missing" if value is None else f"{shortened(str(value))} is no number from 0 up"
        raise ToolError("bad_arguments", f"row {number}, {name}: {shown}", "money and heads are never negative here")
    return float(value)
