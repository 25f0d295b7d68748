"""A run as a report in Markdown, which GitHub and editors show: for a colleague who was not there.

What models, tools and people wrote stays text: it can make no link, no image, no heading and no HTML, mention nobody,
and break no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.export.account import Account, Said, account_of, clock
from app.export.account_tables import Cell, Table
from app.export.mermaid import gantt, left_out, sequence
from app.journal.recording import Recording
from app.tui.text import wrap

_WIDTH = 88  # cells of a line in a block: as many as GitHub shows
_SHORT = 120  # characters: what is longer, or has lines, gets a block of its own
_ACTIVE = re.compile(r"[\\`*_\[\]|~$#]")
_LINKS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?<=@)|(?<=\\#)(?=\d)|(?<=:)(?=[\w+-]+:)", re.IGNORECASE)
_NOTHING = "&#8203;"  # takes no room, and what it stands in is no address, no name and no number any more


def markdown(recording: Recording) -> str:
    """The report."""
    return "\n".join(_lines(account_of(recording))) + "\n"


def _lines(account: Account) -> Iterator[str]:
    yield from (f"# {inline(account.title)}", "")
    yield from (inline(account.lead), "", "| | |", "| --- | --- |")
    yield f"| Outcome | **{inline(account.verdict.told)}** |"
    for name, text in account.facts:
        yield f"| {name} | {inline(text)} |"
    yield from _section("The question", _texts(account.asked))
    yield from _section("The answer", _texts(account.answer))
    yield from _tables(account, "cast")
    yield from _section("Who handed what to whom", _diagram(sequence(account), left_out(account)))
    yield from _section("What took how long", _diagram(gantt(account)))
    yield from _tables(account, "steps", "agents", "models", "routing", "people", "expectations", "errors")
    yield from _section("Word for word", _transcript(account))
    yield from _section("To see it again", _again(account))
    yield from ("", "Made by Footlights from the log of the run. What looked like a key is covered.")


def inline(text: str) -> str:
    """Text that is nothing but text, on one line, also in a table."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _LINKS.sub(_NOTHING, _ACTIVE.sub(r"\\\g<0>", escaped))
    return " ".join(escaped.split("\n")) if "\n" in escaped else escaped


def block(text: str, language: str = "text") -> Iterator[str]:
    """Text in a block that it cannot leave."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    yield from (f"{fence}{language}", text, fence)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    written = list(lines)
    if written:
        yield from ("", f"## {title}", "", *written)


def _texts(said: Iterable[Said]) -> Iterator[str]:
    for number, (name, text) in enumerate(said):
        yield from [""] * bool(number)
        if "\n" not in text and len(text) <= _SHORT:
            yield f"**{inline(name)}:** {inline(text)}" if name else inline(text)
            continue
        yield from (f"**{inline(name)}**", "") if name else ()
        yield from block("\n".join(wrap(text, _WIDTH)))


def _tables(account: Account, *names: str) -> Iterator[str]:
    for name in names:
        if name in account.tables:
            yield from _section(account.tables[name].title, _table(account.tables[name]))


def _table(table: Table) -> Iterator[str]:
    yield _row(head.text for head in table.heads)
    yield _row("---:" if head.is_figure else "---" for head in table.heads)
    yield from (_row(map(_cell, row)) for row in table.rows)
    if table.total:
        yield _row(f"**{_cell(cell)}**" if cell.text else "" for cell in table.total)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    return "<br>".join(map(inline, cell.text.split("\n")))


def _diagram(lines: Iterator[str], more: int = 0) -> Iterator[str]:
    written = "\n".join(lines)
    if written:
        yield from block(written, "mermaid")
    if more:
        yield from ("", f"{more:,} more are in the transcript.")


def _transcript(account: Account) -> Iterator[str]:
    if not account.transcript:
        return
    yield from ("<details>", f"<summary>All that was said, {len(account.transcript):,} lines</summary>", "")
    for line in account.transcript:
        who = f" **{inline(f'{line.glyph} {line.who}')}**" if line.who else ""
        if "\n" not in line.text and len(line.text) <= 2 * _SHORT:
            yield from (f"`{clock(line.at * 1000)}`{who} {inline(line.text)}", "")
            continue
        yield from (f"`{clock(line.at * 1000)}`{who}", "", *block("\n".join(wrap(line.text, _WIDTH))), "")
    yield "</details>"


def _again(account: Account) -> Iterator[str]:
    widest = max(len(words) for words, _ in account.again)
    yield from block("\n".join(f"{words:<{widest}}  # {says}" for words, says in account.again), "sh")
