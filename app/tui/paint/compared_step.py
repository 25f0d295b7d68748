"""One step of two runs: what differs in it, and its texts side by side, or one below the other where it is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.compare import Block, Comparison, Difference, Pair, Piece, Shared
from app.compare.filling import filled
from app.compare.words import told_of
from app.safety import one_line
from app.state.words import in_a_cell
from app.tui.look.glyphs import Glyphs
from app.tui.paint.compare import WIDE, A, B
from app.tui.paint.leaf import heading
from app.tui.paint.rows import Row, Span, fitted
from app.tui.text import cells, cut

AROUND = 2  # rows that are the same and stand before and after what is not
MOST = 4_000  # rows of one stretch of text
LONGEST = 60_000  # characters of it that are laid out: nobody reads more here


def told(found: Comparison, pair: Pair, width: int, glyphs: Glyphs) -> list[Row]:
    """All of it, from top to end."""
    prompts = found.prompts(pair)
    asked = _titled("what was asked", prompts, width, glyphs) if prompts is not None else []
    came = _titled("what came", found.difference(pair), width, glyphs)
    texts = [*came, *asked] if "output" in pair.differs or pair.only else [*asked, *came]
    return [*_facts(pair, width, glyphs), *texts, *heading("what it took"), *_measures(found, pair, width)]


def shared(group: Shared, width: int) -> list[Row]:
    """Steps that happened once."""
    rows: list[Row] = [
        (Span(f"They happened once, for {in_a_cell(group.spent)}; both runs go on from them.", "text"),),
        (),
    ]
    for pair in group.pairs:
        cost = in_a_cell(pair.step.tally) if pair.step.tally.calls else ""
        rows.append(fitted((Span(f"{'  ' * pair.depth}{one_line(pair.path)}"), Span(f"  {cost}", "muted")), width))
    return rows


def _facts(pair: Pair, width: int, glyphs: Glyphs) -> list[Row]:
    """What differs and can be told in a few words."""
    known = [side.facts if side is not None else {} for side in (pair.left, pair.right)]
    rows: list[Row] = [(Span(one_line(told_of(pair)), "warning" if pair.differs else "muted"),)]
    for name in {**known[0], **known[1]}:
        left, right = (one_line(facts.get(name, "")) for facts in known)
        if pair.only or left != right:
            sides = [(Span(left or "none", A if left else "muted"),), (Span(right or "none", B if right else "muted"),)]
            between: Row = (Span(f"  {glyphs.right}  ", "muted"),)
            values = (
                sides[0] if pair.only == "A" else sides[1] if pair.only == "B" else (*sides[0], *between, *sides[1])
            )
            rows.append(fitted((Span(f"{name:<12}", "muted"), *values), width))
    return rows


def _measures(found: Comparison, pair: Pair, width: int) -> list[Row]:
    rows: list[Row] = []
    for each in found.measured(pair):
        if each.is_told and (each.left_told or each.right_told):
            more = "" if each.is_same else f"{each.difference_told}  {each.beside}".rstrip()
            spans = (
                Span(f"{each.name:<12}", "muted"),
                Span(f"{each.left_told:<14}", A),
                Span(f"{each.right_told:<14}", B),
            )
            rows.append(fitted((*spans, Span(more)), width))
    return rows


def _titled(title: str, difference: Difference, width: int, glyphs: Glyphs) -> list[Row]:
    wide = width >= WIDE and not difference.is_same  # what is the same is read once
    rows = list(_beside(difference, width, glyphs) if wide else _below(difference, width, glyphs))
    if not rows:
        return []
    note: list[Row] = [(Span(difference.note, "warning"),)] if difference.note else []
    return [*heading(title, "the same" if difference.is_same else ""), *note, *rows]


def _beside(difference: Difference, width: int, glyphs: Glyphs) -> Iterator[Row]:
    """Two columns: A at the left, B at the right, on one height where they say the same."""
    room = (width - 3) // 2
    for where, block in _placed(difference):
        if where:
            yield (Span(cut(where, width), "accent"),)
        left, right = (list(_rows(side, room - 2, mark, look, glyphs, is_same=block.is_same))
                       for side, mark, look in ((block.left, "-", A), (block.right, "+", B)))  # fmt: skip
        for at in range(max(len(left), len(right))):
            one = left[at] if at < len(left) else ()
            other = right[at] if at < len(right) else ()
            yield (*fitted(one, room), Span(f" {glyphs.upright} ", "edge"), *fitted(other, room))


def _below(difference: Difference, width: int, glyphs: Glyphs) -> Iterator[Row]:
    """One below the other: what A has first, then what B has."""
    for where, block in _placed(difference):
        if where:
            yield (Span(cut(where, width), "accent"),)
        yield from _rows(block.left, width - 2, "-", A, glyphs, is_same=block.is_same)
        if not block.is_same:
            yield from _rows(block.right, width - 2, "+", B, glyphs, is_same=False)


def _placed(difference: Difference) -> Iterator[tuple[str, Block]]:
    """The blocks, each key named once, before its first; keys that are the same are left out beside others."""
    where = ""
    for block in difference.blocks:
        if block.is_same and block.where and not difference.is_same:
            continue
        yield (block.where if block.where != where else ""), block
        where = block.where


def _rows(pieces: Sequence[Piece], room: int, mark: str, look: str, glyphs: Glyphs, *, is_same: bool) -> Iterator[Row]:
    """One side of a block; a long stretch that is the same is folded."""
    rows = [_row(row, "" if is_same else mark, look) for row in _laid_out(pieces, room)]
    hidden = len(rows) - 2 * AROUND
    if is_same and hidden > 1:
        fold: Row = (Span(f"  {glyphs.ellipsis} {hidden} lines the same", "faint"),)
        rows = [*rows[:AROUND], fold, *rows[-AROUND:]]
    yield from rows


def _laid_out(pieces: Sequence[Piece], room: int) -> Iterator[tuple[Piece, ...]]:
    left = LONGEST
    kept: list[Piece] = []
    for piece in pieces:
        kept.append(Piece(piece.text[:left], piece.is_own))
        left -= len(piece.text)
        if left <= 0:
            break
    yield from filled(kept, max(1, room), cells)
    if left < 0:
        yield (Piece(f"{-left:,} characters more"),)


def _row(row: Sequence[Piece], mark: str, look: str) -> Row:
    """What is a side's own is in its colour, and underlined among words that are not."""
    if not mark:
        return (Span("  "), *(Span(piece.text, "muted") for piece in row))
    is_mixed = any(piece.is_own for piece in row) and any(not piece.is_own and piece.text.strip() for piece in row)
    own = f"{look} bold underline" if is_mixed else look
    return (Span(f"{mark} ", look), *(Span(piece.text, own if piece.is_own else "text") for piece in row))
