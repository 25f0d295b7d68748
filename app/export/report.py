"""A run as a report on one page of HTML that loads nothing: for who was not there, on screen or on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from app.export.account import Account, Said, account_of, clock
from app.export.charts import handed, shares, timeline
from app.export.sheet import Front, Section, again, sheet, table_of
from app.journal.recording import Recording
from app.tui.look.glyphs import UNICODE

_MADE = "Made by Footlights from the log of the run. What looked like a key is covered."
_SHORT = 120  # characters: what is longer, or has lines, gets a block of its own


def report(recording: Recording) -> str:
    """The page."""
    account = account_of(recording)
    verdict = f"{account.verdict.glyph(UNICODE)} {account.verdict.told}"
    front = Front("the account of a run", account.title, account.verdict.tone, verdict, account.lead, account.facts)
    return sheet(front, _sections(account), made=_MADE)


def _sections(account: Account) -> Iterator[Section]:
    """What it holds, in the order in which somebody who was not there asks for it."""
    yield Section("question", "The question", "\n".join(map(_said, account.asked)))
    yield Section("answer", "The answer", "\n".join(map(_said, account.answer)))
    yield Section("handed", "Who handed what to whom", _figure(handed(account)))
    yield Section("time", "What took how long", _figure(timeline(account), _LEGEND))
    yield Section("costs", "What it cost", _figure(shares(account)) + _tables(account, "agents", "models"))
    for name in ("steps", "cast", "routing", "people", "expectations", "errors"):
        if name in account.tables:
            yield Section(name, account.tables[name].title, table_of(account.tables[name]))
    yield Section("transcript", "Word for word", "".join(_transcript(account)))
    yield Section("again", "To see it again", again(account.again))


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
    return "".join(f"<h3>{table.title}</h3>{table_of(table)}" for table in tables)


def _transcript(account: Account) -> Iterator[str]:
    if not account.transcript:
        return
    yield f"<details><summary>All that was said, {len(account.transcript):,} lines</summary><ol>"
    for line in account.transcript:
        who = f'<b class="{line.style.replace(":", "-")}">{escape(f"{line.glyph} {line.who}")}</b>' if line.who else ""
        said = escape(line.text.strip("\n"))
        yield f"<li><time>{clock(line.at * 1000)}</time><div>{who}<p>{said}</p></div></li>\n"
    yield "</ol></details>"
