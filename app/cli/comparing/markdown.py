"""Two runs as Markdown for a pull request; what strangers wrote stands in code, where it marks up nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.cli.narrating.text import compact, shortened
from app.compare import Change, Comparison, Difference, Measure, Pair, Shared, gathered
from app.compare.words import (
    how_of,
    kinship_told,
    name_of,
    parting_told,
    shared_told,
    short,
    sign_of,
    title_of,
    told_of,
)
from app.export.markdown import inline
from app.safety import clean, one_line
from app.state.words import in_a_cell, plural

_LONGEST = 160  # characters of a value in a table
_AROUND = 2


def of_runs(found: Comparison) -> str:
    """The whole."""
    parts = [
        f"### {inline(one_line(title_of(found.left)))}: A against B",
        _table(("", "run", "outcome", "how"), [
            [name, code(short(half)), half.standing, inline(one_line(how_of(half)))]
            for name, half in (("A", found.left), ("B", found.right))
        ]),
        *map(_sentence, filter(None, (kinship_told(found), shared_told(found), parting_told(found, code)))),
    ]  # fmt: skip
    if found.changes:
        rows = [[each.kind, code(each.where), code(_value(each, 0)), code(_value(each, 1))] for each in found.changes]
        parts += ["#### What was changed", _table(("", "where", "A", "B"), rows)]
    parts += ["#### What it took", _measures(found.measures)]
    if any(found.expectations):
        parts.append(f"Expected: A {found.expectations[0] or 'nothing'}, B {found.expectations[1] or 'nothing'}.")
    parts += ["#### Step by step", _steps(found)]
    outputs = found.outputs()
    if outputs is not None:
        same = "The outputs are the same."
        parts += ["#### What came of it", same if found.has_same_outputs else _difference(outputs)]
    return "\n\n".join(parts) + "\n"


def of_step(found: Comparison, pair: Pair) -> str:
    """One step whole."""
    known = [side.facts if side is not None else {} for side in (pair.left, pair.right)]
    facts = [[name, code(known[0].get(name, "")), code(known[1].get(name, ""))] for name in {**known[0], **known[1]}]
    prompts = found.prompts(pair)
    asked = ["#### What was asked", _difference(prompts)] if prompts is not None else []
    parts = [
        f"### {code(pair.path)}: {sign_of(pair).word}", _table(("", "A", "B"), facts),
        _measures(found.measured(pair)), *asked, "#### What came", _difference(found.difference(pair)),
    ]  # fmt: skip
    return "\n\n".join(filter(None, parts)) + "\n"


def code(text: str) -> str:
    """Text of anybody as code in a table: nothing in it is markup, a mention or the end of a cell."""
    said = shortened(one_line(text), _LONGEST).replace("`", "'").replace("|", "¦")
    return f"`{said}`" if said else ""


def fenced(text: str, language: str = "") -> str:
    """Text of anybody as a block of code, whatever fences are in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _sentence(told: str) -> str:
    return f"{told[0].upper()}{told[1:].removesuffix('.')}."


def _value(change: Change, side: int) -> str:
    return compact((change.left, change.right)[side])


def _measures(measures: Iterable[Measure]) -> str:
    rows = [
        [each.name, each.left_told, each.right_told, each.difference_told, each.beside]
        for each in measures
        if each.is_told
    ]
    return _table(("", "A", "B", "B against A", ""), rows, numbers=True)


def _steps(found: Comparison) -> str:
    rows = []
    for row in gathered(found.pairs):
        if isinstance(row, Shared):
            told = f"taken over, {plural(len(row.pairs), 'step')}"
            rows.append(["`.`", code(name_of(row)), told, in_a_cell(row.spent), "once", ""])
            continue
        cost = found.measured(row)[0]
        more = "" if cost.is_same else cost.difference_told
        sign = sign_of(row).mark
        rows.append([f"`{sign}`", code(row.path), told_of(row), cost.left_told, cost.right_told, more])
    return _table(("", "step", "differs in", "cost A", "cost B", "more"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> str:
    rule = ["---", *(["---:"] * (len(head) - 1) if numbers else ["---"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _difference(difference: Difference) -> str:
    lines: list[str] = []
    where = ""
    for block in difference.blocks:
        if block.where != where and not block.is_same:
            where = block.where
            lines.append(f"@@ {where} @@")
        left, right = ("".join(piece.text for piece in side).splitlines() for side in (block.left, block.right))
        if not block.is_same:
            lines += [*(f"- {line}" for line in left), *(f"+ {line}" for line in right)]
        elif not block.where:
            lines += _alike(left)
    note = f"\n\n{difference.note}." if difference.note else ""
    return fenced(clean("\n".join(lines)), "diff") + note if lines else f"Both gave the same.{note}"


def _alike(lines: Sequence[str]) -> list[str]:
    hidden = len(lines) - 2 * _AROUND
    shown = [f"  {line}" for line in lines]
    return shown if hidden <= 1 else [*shown[:_AROUND], f"  … {hidden} lines the same", *shown[-_AROUND:]]
