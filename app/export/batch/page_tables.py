"""Tables of a batch's page with a drawing in each row, and long lists that are folded away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.export.batch.page_words import words

_SPARE = 3  # rows for which it is not worth folding


def row(head: str, drawn: str, *figures: str) -> str:
    """A row; all of it is HTML."""
    cells = "".join(f'<td class="figures">{figure}</td>' for figure in figures)
    return f'<tr><th scope="row">{head}</th><td class="plot">{drawn}</td>{cells}</tr>\n'


def drawn(rows: Sequence[str], heads: Sequence[str], below: str, *, most: int, what: str) -> str:
    """Rows under heads and above an axis; those beyond the first are folded away."""
    named = "".join(f'<th scope="col" class="figures">{words(head)}</th>' for head in heads)
    top = f"<thead><tr><td></td><td></td>{named}</tr></thead>"
    foot = f'<td></td><td class="plot">{below}</td><td colspan="{len(heads)}"></td>'
    bottom = f'<tfoot aria-hidden="true"><tr>{foot}</tr></tfoot>'

    look = " alone" if len(heads) == 1 else ""

    def whole(block: str) -> str:
        return table(f'<table class="drawn{look}">{top}<tbody>{block}</tbody>{bottom}</table>')

    return folded(rows, whole, most=most, what=what)


def table(inner: str) -> str:
    """A table that may be wider than the page: then it is moved, and the page is not."""
    return f'<div class="table" tabindex="0">{inner}</div>'


def folded(rows: Sequence[str], whole: Callable[[str], str], *, most: int, what: str) -> str:
    """The first rows, and the rest under a title that opens them; `whole` makes a list of rows."""
    return "".join(_folded(rows, whole, most, what))


def _folded(rows: Sequence[str], whole: Callable[[str], str], most: int, what: str) -> Iterator[str]:
    shown = most if len(rows) > most + _SPARE else len(rows)
    if shown:
        yield whole("".join(rows[:shown]))
    if len(rows) > shown:
        yield f"<details><summary>{len(rows) - shown:,} more {what}</summary>{whole(''.join(rows[shown:]))}</details>"


def left_out(more: int) -> str:
    """A line about what is not in a list."""
    return f'<p class="key">And {more:,} more; the table of all runs has every one.</p>' if more > 0 else ""
