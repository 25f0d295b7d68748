"""How questions to people are drawn: the cells of the inbox, and one question whole, as text and as nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.journal.questions import Waiting
from app.safety import clean, one_line
from app.state.words import spaced
from app.tui.batches.belonging import Belonging
from app.tui.look.glyphs import Glyphs
from app.tui.paint.history import SHORT, title_of
from app.tui.paint.leaf import SECOND, ago, facts, lasting
from app.tui.paint.rows import Row, Span
from app.tui.table import Column
from app.tui.text import cells, wrap

ITEM = "item"  # of a batch: the column that is there only when a run of one asks
SOON = 60  # seconds: what expires within them is urgent
ASKS = {
    "approve": "to approve",
    "ask": "to answer",
    "budget": "a limit is reached",
    "tool": "a tool asks",
    "cue": "the stage waits",
}

Belongs = Callable[[Waiting], Belonging | None]


def columns_of(now: Callable[[], int], belonging: Belongs, glyphs: Glyphs) -> tuple[Column[Waiting], ...]:
    """What the inbox shows of each question."""

    def item(each: Waiting) -> str:
        place = belonging(each)
        return place.item if place is not None else ""

    return (
        Column("question", lambda each: question(each, glyphs), 24, grows=5),
        Column("play", lambda each: (Span(title_of(each.row), "muted"),), 14, grows=1, leaves=4,
               by=lambda each: title_of(each.row).lower()),
        Column(ITEM, lambda each: (Span(item(each), "info"),), 16, grows=2, leaves=2, by=item),
        Column("since", lambda each: (Span(ago(each.question.opened, now()), "muted"),), 10, right=True, leaves=3,
               by=lambda each: each.question.opened),
        Column("left", lambda each: left(each, now()), 8, right=True, leaves=1,
               by=lambda each: each.question.expires or 1 << 62),
        Column("for", lambda each: (Span(spaced(one_line(each.question.role)), "info"),), 10, leaves=5,
               by=lambda each: each.question.role),
    )  # fmt: skip


def question(each: Waiting, glyphs: Glyphs) -> Row:
    """Its first words, behind a sign that is ours."""
    text = one_line(each.question.text) or one_line(each.question.title or each.question.step)
    sign = Span(f"{glyphs.done} ", "good") if each.letter is not None else Span(f"{glyphs.gate} ", "gate bold")
    return (sign, Span(text, "muted" if each.letter is not None else "text"))


def left(each: Waiting, now: int) -> Row:
    """How long it still waits."""
    if each.is_answered:
        return (Span("answered", "good"),)
    if not each.question.expires:
        return ()
    seconds = (each.question.expires - now) / SECOND
    return (Span(lasting(seconds), "error bold" if seconds < SOON else "warning"),)


def words_of(each: Waiting, place: Belonging | None) -> str:
    """The words by which a question is found."""
    asked, row = each.question, each.row
    of = (place.batch, place.item, row.batch) if place is not None else ()
    about = (asked.title, asked.step, spaced(asked.role), row.title, row.scenario, row.run)
    return " ".join((asked.text, *about, *of, *asked.options))


def whole(each: Waiting, place: Belonging | None, width: int, now: int, glyphs: Glyphs) -> list[Row]:
    """The question with everything that is known of it."""
    asked = each.question
    rows: list[Row] = [
        (
            Span(ASKS.get(asked.asks, "to answer"), "gate bold"),
            Span(f"  {one_line(asked.title or asked.step)}", "muted"),
        ),
        (),
    ]
    # A line of our own before each line of theirs: nothing that a model wrote can pass for what we say.
    for line in wrap(clean(asked.text).strip("\n") or "(no words)", width - 2):
        rows.append((Span(f"{glyphs.upright} ", "gate"), Span(line)))
    rows += [(), *_answers(each, width, glyphs), ()]
    rest = not each.is_answered and asked.expires and (asked.expires - now) / SECOND
    then = f"then {one_line(asked.default)}" if asked.default is not None else "then it closes"
    rows += facts(
        (
            ("play", title_of(each.row)),
            ("batch", place.batch if place is not None else ""),
            ("item", f"{place.number:,}  {place.item}" if place is not None else ""),
            ("run", f"{each.row.run[-SHORT:]}, {each.row.status}"),
            ("since", ago(asked.opened, now)),
            ("left", (Span(f"{lasting(rest)}, {then}", "error" if rest < SOON else "warning"),) if rest else ""),
            ("for", spaced(one_line(asked.role))),
            ("performed by", one_line(each.row.holder)),
        ),
        width,
    )
    return rows


def _answers(each: Waiting, width: int, glyphs: Glyphs) -> Sequence[Row]:
    asked = each.question
    if each.letter is not None:
        said = f"{one_line(each.answer)}, said {one_line(each.letter.by) or 'somebody'}"
        waits = "answered; resume takes it" if not each.row.holder else "it is on its way"
        return [(Span(f"{glyphs.done} ", "good"), Span(said, "good")), (Span(f"  {waits}", "muted"),)]
    if not asked.options:
        return [(Span("an answer in your own words", "muted"),)]
    widest = max(cells(one_line(option)) for option in asked.options)
    rows: list[Row] = []
    for number, option in enumerate(asked.options, 1):
        is_default = option == asked.default
        text = one_line(option)
        pad = " " * (min(widest, width - 29) - cells(text) + 2)
        rows.append(
            (
                Span(f"{number}  ", "accent"),
                Span(text),
                Span(f"{pad}taken when nobody answers" if is_default else "", "muted"),
            )
        )
    return rows
