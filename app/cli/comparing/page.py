"""Two runs on one page: who they are, what was changed, what each took, and every step of both; and one step whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from app.cli.ink import Ink, cell_width
from app.cli.narrating.text import compact, shortened
from app.cli.spoken import sentence
from app.cli.statuses import marked
from app.cli.tables import Cell, Giving, table
from app.compare import ABSENT, Change, Comparison, Difference, Measure, Pair, Piece, Shared, gathered
from app.compare.filling import filled
from app.compare.texts import readable
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
from app.safety import one_line
from app.state.words import in_a_cell, plural

if TYPE_CHECKING:
    from app.compare import Block, Half

_WIDEST = 120
_BESIDE = 34  # cells of a table of facts that are not values: its margin, the names, what is said of them, the gaps
_AROUND = 2  # rows that are the same and are shown before and after what is not
_MOST = 40  # rows of a difference on the page of two runs
_MOST_CHANGES = 12
_KINDS = {"input": "input", "setting": "setting", "scenario": "scenario", "file": "file", "answer": "answer to"}
_STYLES = {"-": "red", "+": "green", "~": "warning", "=": "dim", ".": "dim", " ": "dim"}


def lines(found: Comparison, ink: Ink) -> list[str]:
    """The page."""
    width = min(ink.width, _WIDEST)
    ink = Ink(colour=ink.colour, ascii=ink.ascii, width=width)
    said = [*_head(found, ink), *_changes(found.changes, ink), *_totals(found, ink), *_steps(found, ink)]
    return [*said, *_outputs(found, ink), *_hint(found, ink)]


def step_lines(found: Comparison, pair: Pair, ink: Ink) -> list[str]:
    """One step whole."""
    ink = Ink(colour=ink.colour, ascii=ink.ascii, width=min(ink.width, _WIDEST))
    sign = sign_of(pair)
    name = ink.paint(shortened(one_line(pair.path), ink.width - 24), "bold")
    said = [f"{ink.paint(sign.mark, _STYLES[sign.mark])} {name}  {ink.paint(sign.word, 'dim')}"]
    said += _halves(found, ink)
    said += ["", *_facts(pair, ink), "", *_measures(found.measured(pair), ink)]
    prompts = found.prompts(pair)
    said += _titled("what was asked", prompts, ink) if prompts is not None else []
    return [*said, *_titled("what came", found.difference(pair), ink)]


def _head(found: Comparison, ink: Ink) -> list[str]:
    said = _halves(found, ink)
    told = (kinship_told(found), shared_told(found), parting_told(found))
    return said + [f"  {shortened(one_line(line), ink.width - 2)}" for line in told if line]


def _halves(found: Comparison, ink: Ink) -> list[str]:
    said = []
    for name, half in (("A", found.left), ("B", found.right)):
        status, style = marked(half.standing)
        about = f"{status}  {one_line(how_of(half))}"
        title = shortened(one_line(title_of(half)), max(8, ink.width - cell_width(about) - 17))
        said.append(
            f"{ink.paint(name, 'accent')}  {short(half):<8}  {ink.paint(title, 'bold')}  "
            f"{ink.paint(status, style)}  {ink.paint(one_line(how_of(half)), 'dim')}"
        )
    return said


def _changes(changes: Iterable[Change], ink: Ink) -> list[str]:
    listed = list(changes)
    if not listed:
        return []
    said = ["", ink.paint("what was changed", "bold")]
    for change in listed[:_MOST_CHANGES]:
        said += _change(change, ink)
    more = len(listed) - _MOST_CHANGES
    return [*said, ink.paint(f"  and {plural(more, 'other change')}; --json has them all", "dim")] if more > 0 else said


def _change(change: Change, ink: Ink) -> list[str]:
    where = f"  {_KINDS[change.kind]} {one_line(change.where)}"
    left, right = (value if value == ABSENT else compact(value) for value in (change.left, change.right))
    if cell_width(where) + cell_width(left) + cell_width(right) + 6 <= ink.width:
        return [f"{where}  {ink.paint(left, 'red')} → {ink.paint(right, 'green')}"]
    room = ink.width - 6
    return [
        shortened(where, ink.width),
        f"    {ink.paint('- ' + shortened(left, room), 'red')}",
        f"    {ink.paint('+ ' + shortened(right, room), 'green')}",
    ]


# What each took


def _totals(found: Comparison, ink: Ink) -> list[str]:
    rows = [_row("outcome", marked(found.left.status)[0], marked(found.right.status)[0])]
    if any(found.expectations):
        rows.append(_row("expected", *found.expectations))
    rows.append(_row("outputs", "", "", "=" if found.has_same_outputs else "different"))
    rows += [_measure(measure) for measure in found.measures if measure.is_told]
    return ["", *_table(("in all", "A", "B", "B against A", ""), rows, ink)]


def _measures(measures: Iterable[Measure], ink: Ink) -> list[str]:
    return _table(("", "A", "B", "B against A", ""), [_measure(each) for each in measures if each.is_told], ink)


def _row(name: str, left: str, right: str, differs: str = "") -> list[Cell]:
    differs = differs or ("=" if left == right else "different")
    style = "dim" if differs == "=" else "warning"
    return [Cell(name), Cell(left, right=True), Cell(right, right=True), Cell(differs, style, True), Cell("")]


def _measure(measure: Measure) -> list[Cell]:
    told = measure.difference_told
    style = "dim" if measure.is_same else "" if measure.difference is not None else "warning"
    return [
        Cell(measure.name), Cell(measure.left_told, right=True), Cell(measure.right_told, right=True),
        Cell(told, style, True), Cell(measure.beside, "dim"),
    ]  # fmt: skip


def _table(head: tuple[str, ...], rows: list[list[Cell]], ink: Ink) -> list[str]:
    if not rows:
        return []
    narrower = Ink(colour=ink.colour, ascii=ink.ascii, width=ink.width - 2)
    return [f"  {line}" for line in table(head, rows, narrower, yielding=Giving(column=0, leaving=(4, 3)))]


# Step by step


def _steps(found: Comparison, ink: Ink) -> list[str]:
    if not found.pairs:
        return []
    rows = [_step(found, row) if isinstance(row, Pair) else _taken(row) for row in gathered(found.pairs)]
    head = ("", "step", "differs in", "A", "B", "cost", "time")
    signs = "= the same  ~ different  - only in A  + only in B  . taken over"
    differing = f"{found.differing} {'differs' if found.differing == 1 else 'differ'}"
    title = f"{ink.paint('steps', 'bold')}  {plural(len(found.pairs), 'step')}, {differing}"
    narrower = Ink(colour=ink.colour, ascii=ink.ascii, width=ink.width - 2)
    shown = table(head, rows, narrower, yielding=Giving(column=2, leaving=(6, 4, 3), least=12))
    return ["", title, *(f"  {line}" for line in shown), ink.paint(shortened(f"  {signs}", ink.width), "dim")]


def _step(found: Comparison, pair: Pair) -> list[Cell]:
    sign = sign_of(pair)
    style = _STYLES[sign.mark]
    cost, *_ = measures = found.measured(pair)
    time = next(measure for measure in measures if measure.name == "time")
    told = "" if sign.mark in "= " else told_of(pair)
    return [
        Cell(sign.mark, style),
        Cell(pair.path, "dim" if sign.mark == "=" else ""),
        Cell(told, style),
        _amount(cost.left_told), _amount(cost.right_told), _more(cost), _more(time),
    ]  # fmt: skip


def _taken(shared: Shared) -> list[Cell]:
    told = f"taken over, {plural(len(shared.pairs), 'step')}"
    once = _amount(in_a_cell(shared.spent))
    return [Cell(".", "dim"), Cell(name_of(shared), "dim"), Cell(told, "dim"), once, Cell("once", "dim", True),
            Cell(""), Cell("")]  # fmt: skip


def _amount(told: str) -> Cell:
    return Cell(told.removesuffix(" reh."), "dim", True)


def _more(measure: Measure) -> Cell:
    return Cell("" if measure.is_same else measure.difference_told, right=True)


def _facts(pair: Pair, ink: Ink) -> list[str]:
    """The short ones in a table, and below it those that need rows of their own."""
    known = [side.facts if side is not None else {} for side in (pair.left, pair.right)]
    facts = [(name, known[0].get(name, ""), known[1].get(name, "")) for name in {**known[0], **known[1]}]
    room = (ink.width - _BESIDE) // 2
    tabled = [fact for fact in facts if max(map(cell_width, fact[1:])) <= room]
    rows = [[cell._replace(right=False) for cell in _row(*map(one_line, fact))] for fact in tabled]
    said = _table(("", "A", "B", "", ""), rows, ink)
    for fact in facts:
        said += _long(*fact, ink) if fact not in tabled else []
    return said


def _long(name: str, left: str, right: str, ink: Ink) -> Iterator[str]:
    """A fact that is too long for a table: all of it, as wide as there is room; once where both have the same."""
    yield f"  {name}"
    for sign, told in (("=", left),) if left == right else (("-", left), ("+", right)):
        yield from _side((Piece(readable(told), True),), sign, ink)


def _outputs(found: Comparison, ink: Ink) -> list[str]:
    if found.has_same_outputs:
        return []
    outputs = found.outputs()
    return _titled("what came of it", outputs, ink, most=_MOST) if outputs is not None else []


def _hint(found: Comparison, ink: Ink) -> list[str]:
    if found.first is None:
        return []
    command = f"footlights compare {short(found.left)} {short(found.right)} --step {one_line(found.first.path)}"
    return ["", ink.paint(shortened(f"{command}  shows where they part", ink.width), "dim")]


# Two texts


def _titled(title: str, difference: Difference, ink: Ink, most: int = 0) -> list[str]:
    rows = list(_difference(difference, ink))
    if not rows:
        return []
    more = len(rows) - most if most and len(rows) > most + 1 else 0
    shown = [*rows[:most], ink.paint(f"  {more} more lines", "dim")] if more else rows
    notes = [ink.paint(f"  {difference.note}", "warning")] if difference.note else []
    return ["", ink.paint(title, "bold"), *notes, *shown]


def _difference(difference: Difference, ink: Ink) -> Iterator[str]:
    """As two columns cannot be had on a page: what only A has, then what only B has, among what both have."""
    where = ""
    for block in difference.blocks:
        if block.where != where and not block.is_same:
            where = block.where
            yield f"  {ink.paint(shortened(where, ink.width - 2), 'accent')}"
        if block.is_same and not block.where:
            yield from _alike(block, ink)
        elif not block.is_same:
            yield from _side(block.left, "-", ink)
            yield from _side(block.right, "+", ink)


def _alike(block: Block, ink: Ink) -> Iterator[str]:
    rows = ["".join(piece.text for piece in row) for row in filled(block.left, ink.width - 4, cell_width)]
    hidden = len(rows) - 2 * _AROUND
    if hidden <= 1:
        yield from (f"    {row}".rstrip() for row in rows)
        return
    yield from (f"    {row}".rstrip() for row in rows[:_AROUND])
    yield ink.paint(f"    … {plural(hidden, 'line')} the same", "dim")
    yield from (f"    {row}".rstrip() for row in rows[-_AROUND:])


def _side(pieces: tuple[Piece, ...], sign: str, ink: Ink) -> Iterator[str]:
    """Its rows; in colour the words that are its own stand out, where others on the row are not."""
    style = _STYLES[sign]
    for row in filled(pieces, ink.width - 4, cell_width):
        said = "".join(ink.paint(piece.text, style if piece.is_own else "dim") for piece in row)
        yield f"  {ink.paint(sign, style)} {said}".rstrip()


# For ears


def sentences(found: Comparison) -> Iterator[str]:
    """The page, a sentence a thing."""
    for name, half in (("A", found.left), ("B", found.right)):
        yield sentence(_named(name, half), half.standing, one_line(how_of(half)))
    for told in (kinship_told(found), shared_told(found), parting_told(found)):
        if told:
            yield sentence(one_line(told))
    for change in found.changes:
        before, after = (compact(value) for value in (change.left, change.right))
        yield sentence(f"Changed {_KINDS[change.kind]} {one_line(change.where)}: in A {before}; in B {after}")
    yield sentence("The outputs are the same" if found.has_same_outputs else "The outputs differ")
    for measure in found.measures:
        if measure.is_told:
            more = "the same" if measure.is_same else f"B against A {measure.difference_told}"
            yield sentence(f"{measure.name} A {measure.left_told}", f"B {measure.right_told}", more, measure.beside)
    for pair in found.pairs:
        yield sentence(f"Step {one_line(pair.path)}", told_of(pair))


def _named(name: str, half: Half) -> str:
    return f"{name} is {short(half)}, {one_line(title_of(half))}"
