"""How batches are drawn in their list: the cells of the table, and one of them whole in the pane beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from app.batch.standing import count_words, how_performed
from app.batch.verdicts import Verdict
from app.journal.batches import BatchRow
from app.safety import one_line
from app.state import Spent
from app.state.words import in_a_cell, in_short, percent
from app.tui.look.glyphs import Glyphs
from app.tui.paint.batch import LOOKS, bar, mark
from app.tui.paint.leaf import ago, facts, heading, prose
from app.tui.paint.rows import Row, Span
from app.tui.table import Column
from app.tui.text import tokens

SHORT = 8  # letters of a batch's id that name it
BAR = 12  # cells of the small bar
OVER: tuple[Verdict, ...] = ("passed", "unmet", "failed", "exhausted")

Counts = Callable[[BatchRow], Counter[Verdict]]


def title_of(row: BatchRow) -> str:
    """What people call it."""
    return one_line(row.title or row.batch)


def state(row: BatchRow, glyphs: Glyphs) -> Row:
    """How it stands: glyph, word and colour."""
    word = row.state
    glyph, look = {
        "running": (glyphs.running, "accent"),
        "done": (glyphs.done, "good"),
        "stopped": (glyphs.paused, "warning"),
    }[word]
    return (Span(f"{glyph} ", look), Span(word, "muted" if word == "done" else look))


def spent_of(row: BatchRow) -> Spent:
    """What it cost, as far as a list knows."""
    return (
        Spent(row.cost_usd, rehearsed_usd=row.cost_usd, rehearsed=1) if row.mode == "rehearsal" else Spent(row.cost_usd)
    )


def columns_of(counts: Counts, now: Callable[[], int], glyphs: Glyphs) -> tuple[Column[BatchRow], ...]:
    """What the table of batches shows."""

    def done(row: BatchRow) -> Row:
        said = f"{row.items:,}" if row.ended == row.items else f"{row.ended:,} of {row.items:,}"
        return (Span(said, "text"),)

    def passed(row: BatchRow) -> Row:
        rate = _rate(counts(row))
        return () if rate is None else (Span(percent(rate, 0), "good" if rate == 1 else "error"),)

    def cost(row: BatchRow) -> Row:
        return (Span(in_a_cell(spent_of(row)), "muted" if row.mode == "rehearsal" else "text"),)

    return (
        Column("state", lambda row: state(row, glyphs), 10, by=lambda row: row.state),
        Column("batch", lambda row: (Span(title_of(row)),), 16, grows=3, by=lambda row: row.title.lower()),
        Column("", lambda row: bar(counts(row), BAR, glyphs), BAR, leaves=2),
        Column("runs", done, 16, right=True, by=lambda row: row.items, falls=True, leaves=1),
        Column("passed", passed, 6, right=True, by=lambda row: _rate(counts(row)) or 0.0),
        Column("when", lambda row: (Span(ago(row.created, now()), "muted"),), 11, leaves=5, right=True,
               by=lambda row: row.created, falls=True),
        Column("cost", cost, 12, leaves=4, right=True, by=lambda row: row.cost_usd, falls=True),
        Column("id", lambda row: (Span(row.batch[-SHORT:], "muted"),), SHORT, leaves=6),
    )  # fmt: skip


def words_of(row: BatchRow) -> str:
    """The words by which a batch is found in the list."""
    return " ".join((row.title, row.batch, row.mode, row.state, row.stopped))


def told(row: BatchRow, counts: Counter[Verdict], here: bool, width: int, now: int, glyphs: Glyphs) -> list[Row]:
    """One batch for a glance."""
    rows: list[Row] = [(*state(row, glyphs), Span(f"  {ago(row.created, now)}", "muted"))]
    rows += [(), bar(counts, width, glyphs)]
    rows += [(Span(f"{mark(verdict, glyphs)} ", LOOKS[verdict]), Span(said)) for verdict, said in count_words(counts)]
    if row.stopped:
        how = "ended early" if row.ended_early else "stopped"
        rows += [*heading(f"{how} because"), *prose(one_line(row.stopped), width, "warning")]
    if row.state == "stopped":
        rows += [(), (Span("r ", "accent bold"), Span("goes on with what is missing", "muted"))]
    performer = "this window" if here else one_line(row.performer)
    rows += [
        *heading("more"),
        *facts(
            (
                ("cost", in_short(spent_of(row))),
                ("tokens", tokens(row.tokens)),
                ("how", how_performed(row.mode) + (": no model is asked or paid" if row.mode != "live" else "")),
                ("performed by", performer),
                ("batch", row.batch),
            ),
            width,
        ),
    ]
    return rows


def _rate(counts: Counter[Verdict]) -> float | None:
    over = sum(counts[verdict] for verdict in OVER)
    return counts["passed"] / over if over else None
