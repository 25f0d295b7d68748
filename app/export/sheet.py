"""A page of HTML that loads nothing and sends nothing, in the colours of the house by day and by night.

What stands in it is given as HTML; only our own style and script may act, whatever else a page was made to hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from string import Template
from typing import NamedTuple

from app.export.account_tables import Cell, Table
from app.export.parts import digest, part
from app.settings import content_root
from app.tui.look.themes import ROLES, Theme, load

_BY_DAY, _BY_NIGHT = "matinee", "footlights"


class Section(NamedTuple):
    """A part of a page; one without a body is left out."""

    name: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Front:
    """What stands first, as plain text: what this is, how it ended, and the facts."""

    about: str
    title: str
    tone: str  # good, warning, error
    verdict: str
    lead: str
    facts: Sequence[tuple[str, str]]


def sheet(front: Front, sections: Iterable[Section], *, made: str, opening: str = "", also: str = "") -> str:
    """The page; `opening` stands between the verdict and the facts, `also` names a style and a script of its own."""
    style = "".join((part("page/report.css"), part(f"page/{also}.css") if also else "", _colours()))
    script = "".join((part("page/report.js"), part(f"page/{also}.js") if also else ""))
    shown = [section for section in sections if section.body]
    return Template(part("page/report.html")).substitute(
        policy=f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'",
        about=escape(front.about),
        title=escape(front.title),
        lead=escape(front.lead),
        tone=front.tone,
        verdict=escape(front.verdict),
        opening=opening,
        style=style,
        script=script,
        facts="".join(f"<div><dt>{escape(name)}</dt><dd>{lines(said)}</dd></div>" for name, said in front.facts),
        contents="".join(f'<li><a href="#{section.name}">{section.title}</a></li>' for section in shown),
        sections="\n".join(
            f'<section id="{section.name}"><h2>{section.title}</h2>\n{section.body}\n</section>' for section in shown
        ),
        made=escape(made),
    )


def table_of(table: Table) -> str:
    """A table that can be sorted by its heads."""
    heads = "".join(
        f'<th scope="col"{_figures(head.is_figure)}><button type="button">{head.text}</button></th>'
        for head in table.heads
    )
    rows = "".join(f"<tr>{_row(row, table)}</tr>\n" for row in table.rows)
    total = f"<tfoot><tr>{_row(table.total, table)}</tr></tfoot>" if table.total else ""
    inner = f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>{total}"
    return f'<div class="table" tabindex="0"><table>{inner}</table></div>'


def _row(row: Iterable[Cell], table: Table) -> str:
    return "".join(map(_cell, row, (head.is_figure for head in table.heads)))


def _cell(cell: Cell, is_figure: bool) -> str:
    known = f' data-is="{cell.number:g}"' if cell.number is not None else ""
    look = f' class="{cell.style.replace(":", "-")}"' if cell.style else _figures(is_figure)
    return f"<td{look}{known}>{lines(cell.text)}</td>"


def _figures(is_figure: bool) -> str:
    return ' class="figures"' if is_figure else ""


def again(commands: Iterable[tuple[str, str]]) -> str:
    """What to type, and what it does."""
    typed = (f"<div><dt><code>{escape(words)}</code></dt><dd>{escape(says)}</dd></div>" for words, says in commands)
    return f'<dl class="again">{"".join(typed)}</dl>'


def lines(text: str) -> str:
    """Text of several lines."""
    return escape(text).replace("\n", "<br>")


def _colours() -> str:
    """The house by day; by night, on a screen, the house by night."""
    return (
        f":root{{{_names(load(_BY_DAY, content_root()))}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root{{{_names(load(_BY_NIGHT, content_root()))}}} }}\n"
        + "".join(f".role-{name}{{--role:var(--role-{name})}}" for name in ROLES)
    )


def _names(theme: Theme) -> str:
    return ";".join(f"--{name.replace(':', '-')}:{colour}" for name, colour in theme.colours.items())
