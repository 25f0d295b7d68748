"""A run as a report on one page of HTML that loads nothing: for who was not there, on screen or on paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from app.export.account import Account, Said, account_of, clock
from app.export.account_tables import Cell, Table
from app.export.charts import handed, shares, timeline
from app.journal.recording import Recording
from app.settings import content_root
from app.tui.glyphs import UNICODE
from app.tui.themes import ROLES, Theme, load

_PARTS = Path(__file__).parent / "page"
_BY_DAY, _BY_NIGHT = "matinee", "footlights"
_SHORT = 120  # characters: what is longer, or has lines, gets a block of its own


def report(recording: Recording) -> str:
    """The page."""
    account = account_of(recording)
    style = _part("report.css") + _colours()
    script = _part("report.js")
    sections = [section for section in _sections(account) if section[2]]
    return Template(_part("report.html")).substitute(
        policy=f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'",
        title=escape(account.title),
        lead=escape(account.lead),
        tone=account.verdict.tone,
        verdict=escape(f"{account.verdict.glyph(UNICODE)} {account.verdict.told}"),
        style=style,
        script=script,
        facts="".join(f"<div><dt>{name}</dt><dd>{_text(text)}</dd></div>" for name, text in account.facts),
        contents="".join(f'<li><a href="#{name}">{title}</a></li>' for name, title, _ in sections),
        sections="\n".join(
            f'<section id="{name}"><h2>{title}</h2>\n{body}\n</section>' for name, title, body in sections
        ),
    )


def _sections(account: Account) -> Iterator[tuple[str, str, str]]:
    """The name, the title and the body of each; those without a body are left out."""
    yield "question", "The question", "\n".join(map(_said, account.asked))
    yield "answer", "The answer", "\n".join(map(_said, account.answer))
    yield "handed", "Who handed what to whom", _figure(handed(account))
    yield "time", "What took how long", _figure(timeline(account), _LEGEND)
    yield "costs", "What it cost", _figure(shares(account)) + _tables(account, "agents", "models")
    for name in ("steps", "cast", "routing", "people", "expectations", "errors"):
        if name in account.tables:
            yield name, account.tables[name].title, _table(account.tables[name])
    yield "transcript", "Word for word", "".join(_transcript(account))
    yield "again", "To see it again", "".join(_again(account))


_LEGEND = "".join(
    f'<li><svg viewBox="0 0 22 12" aria-hidden="true"><rect class="role-white bar {kind}" width="22" height="12"'
    f' rx="2"/></svg>{says}</li>'
    for kind, says in (
        ("speaking", "speaks"), ("thinking", "waits for the first word"), ("tool", "uses a tool"),
        ("gate", "a person is asked"), ("waiting", "waits"), ("retrying", "waits to ask again"),
    )
)  # fmt: skip


def _figure(drawn: str, legend: str = "") -> str:
    key = f'<ul class="legend">{legend}</ul>' if legend else ""
    return f'<figure tabindex="0">{drawn}</figure>{key}' if drawn else ""


def _said(said: Said) -> str:
    name = f"<h3>{escape(said.name)}</h3>" if said.name else ""
    if "\n" not in said.text and len(said.text) <= _SHORT:
        return f'<div class="said short">{name}<p>{escape(said.text)}</p></div>'
    return f'<div class="said">{name}<pre>{escape(said.text)}</pre></div>'


def _tables(account: Account, *names: str) -> str:
    tables = [account.tables[name] for name in names if name in account.tables]
    return "".join(f"<h3>{table.title}</h3>{_table(table)}" for table in tables)


def _table(table: Table) -> str:
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
    return f"<td{look}{known}>{_text(cell.text)}</td>"


def _figures(is_figure: bool) -> str:
    return ' class="figures"' if is_figure else ""


def _transcript(account: Account) -> Iterator[str]:
    if not account.transcript:
        return
    yield f"<details><summary>All that was said, {len(account.transcript):,} lines</summary><ol>"
    for line in account.transcript:
        who = f'<b class="{line.style.replace(":", "-")}">{escape(f"{line.glyph} {line.who}")}</b>' if line.who else ""
        said = escape(line.text.strip("\n"))
        yield f"<li><time>{clock(line.at * 1000)}</time><div>{who}<p>{said}</p></div></li>\n"
    yield "</ol></details>"


def _again(account: Account) -> Iterator[str]:
    yield '<dl class="again">'
    for words, says in account.again:
        yield f"<div><dt><code>{escape(words)}</code></dt><dd>{escape(says)}</dd></div>"
    yield "</dl>"


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")


# What it looks like


def _colours() -> str:
    """The house by day; by night, on a screen, the house by night."""
    return (
        f":root{{{_names(load(_BY_DAY, content_root()))}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root{{{_names(load(_BY_NIGHT, content_root()))}}} }}\n"
        + "".join(f".role-{name}{{--role:var(--role-{name})}}" for name in ROLES)
    )


def _names(theme: Theme) -> str:
    return ";".join(f"--{name.replace(':', '-')}:{colour}" for name, colour in theme.colours.items())


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")
