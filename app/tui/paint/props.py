"""The last use of a tool: what for, by whom, and the first rows of what it gave, drawn as what it is.

Rows of data become a table, other data keys and values. Text that was laid out keeps every space; other is wrapped.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from app.events import Performer
from app.safety import clean, one_line
from app.state.words import plural
from app.tui.entries import ToolUse
from app.tui.look.glyphs import Glyphs
from app.tui.naming import role_of, sign
from app.tui.paint.frame import framed, inside
from app.tui.paint.laid_out import laid_out
from app.tui.paint.rows import Row, Span, fitted, spread, width_of
from app.tui.paint.said import STRUCTURED, start_of
from app.tui.text import cells, cut, fit, size, took, wrap

_AIRY = 9  # rows inside from which one stays empty below the head
_GAP = 2  # cells between two columns
_COLUMN = 24  # cells of a column at most, where there are others
_LEAST_OF_IT = 8  # cells of a column that is cut and still says something
_BARS = frozenset(("bar", "area", "gauge", "share"))  # charts that say the same when they are drawn smaller
_READ = 200_000  # characters up to which it is looked at whether there is a table in it
_LINES = 200  # rows of it that decide how wide the columns are


@dataclass(frozen=True, slots=True)
class Props:
    """Everything that the panel shows."""

    use: ToolUse | None = None
    title: str = ""  # of its step; before the first use, of the step that will be first
    who: Performer | None = None  # the agent that used it
    gave: str = ""  # fit for a terminal: a text, or data as JSON
    uses: int = 0
    failed: int = 0
    is_fresh: bool = False  # nobody has begun anything since
    has_focus: bool = False


class _Given(NamedTuple):
    rows: tuple[Row, ...]
    more: str = ""  # what of it is not to be seen
    columns: str = ""  # the same of a table's columns


def props(look: Props, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """The panel in exactly this size."""
    room, rows = inside(width, height)
    head = _head(look, room, glyphs)[: max(0, rows - 1)]
    given = _given(look, max(2, room), rows - len(head) - (bool(head) and rows >= _AIRY), glyphs)
    if head and given.columns:
        head[-1] = spread(head[-1], (Span(given.columns, "muted"),), room)
    if head and rows >= _AIRY:
        head.append(())
    return framed(
        [*head, *given.rows],
        width,
        height,
        title=(Span(f"{glyphs.tool} TOOLS", "info bold" if look.is_fresh else "info"),),
        right=_standing(look.use, glyphs),
        foot=_foot(look, room - cells(given.more) - _GAP * bool(given.more), glyphs),
        foot_right=(Span(given.more, "muted"),) if given.more else "",
        style="focus" if look.has_focus else "info" if look.is_fresh else "edge",
        glyphs=glyphs,
    )


# Around it


def _head(look: Props, room: int, glyphs: Glyphs) -> list[Row]:
    """What it is for, then by whom and the tool."""
    if look.use is None:
        return []
    title: Row = (Span(cut(look.title, room), "text bold"),)
    if look.who is None:
        return [title, (Span(cut(look.use.tool, room), "muted"),)]
    name = cut(one_line(look.who.title or look.who.id), max(2, room - cells(look.use.tool) - 4))
    by = Span(f"{sign(look.who, glyphs)} {name}", role_of(look.who))
    return [title, fitted((by, Span(f"  {look.use.tool}", "muted")), room)]


def _standing(use: ToolUse | None, glyphs: Glyphs) -> Row:
    if use is None:
        return ()
    match use.status:
        case "done":
            return (Span(f"{glyphs.done} {took(use.took_ms) if use.took_ms else 'done'}", "good"),)
        case "failed" | "lost":
            return (Span(f"{glyphs.failed} {use.status}", "error"),)
        case "waiting":
            return (Span(f"{glyphs.waiting} waiting", "warning"),)
    return (Span(f"{glyphs.running} running", "info bold"),)


def _foot(look: Props, room: int, glyphs: Glyphs) -> Row:
    if not look.uses:
        return ()
    uses = Span(plural(look.uses, "use"), "muted")
    failed = Span(f"{look.failed} failed", "error" if look.failed else "muted")
    told = ((uses, Span(f" {glyphs.dot} ", failed.style), failed), (failed if look.failed else uses,))
    return next((row for row in told if width_of(row) <= room - 4), ())


# What it gave


def _given(look: Props, room: int, rows: int, glyphs: Glyphs) -> _Given:
    use = look.use
    if rows <= 0:
        return _Given(())
    if use is None:
        task = [(Span(line, "muted dim"),) for line in wrap(look.title, room)]
        return _Given(((Span(cut("none was used yet", room), "muted"),), (), *task)[:rows])
    if use.status in ("failed", "lost"):
        return _Given(tuple((Span(line, "error"),) for line in wrap(use.about, room))[:rows])
    if use.status != "done":
        return _Given(((Span(cut(use.about, room), "muted"),),) if use.about else ())
    if not look.gave:
        return _Given(((Span(cut("it answered with nothing", room), "muted"),),))
    return _drawn(look.gave, room, rows, glyphs)


@lru_cache(maxsize=16)
def _drawn(gave: str, room: int, rows: int, glyphs: Glyphs) -> _Given:
    """The first rows of it."""
    found = _data(gave)
    if isinstance(found, dict) and isinstance(text := found.get("text"), str) and "\n" in text:
        if "width" not in found:
            return _said(text, room, rows, glyphs)
        lines = [_safe(line) for line in text.split("\n")]
        shown = laid_out(lines, room, may_shrink=found.get("kind") in _BARS)
        return _Given(shown[:rows], _over(len(lines) - rows))
    facts, listed = _parted(found)
    told = start_of(json.dumps(facts), room, rows, glyphs).rows if facts else ()
    if len(told) <= rows // 2 and (table := _table(listed, room, rows - len(told) - bool(told))) is not None:
        return _Given((*told, *((),) * bool(told), *table.rows), table.more, table.columns)
    return _said(gave, room, rows, glyphs)


def _data(gave: str) -> Any:
    if len(gave) > _READ or gave[:1] not in ("{", "["):
        return None
    try:
        return json.loads(gave)
    except (ValueError, RecursionError):
        return None


def _parted(found: Any) -> tuple[dict[str, Any], Any]:
    """A map that has one list of rows, and next to it plain values only, in these two; else all of it is the second."""
    if not isinstance(found, dict):
        return {}, found
    inner = {name: value for name, value in found.items() if isinstance(value, dict | list) and value}
    if len(inner) != 1:
        return {}, found
    return {name: value for name, value in found.items() if name not in inner}, next(iter(inner.values()))


def _said(text: str, room: int, rows: int, glyphs: Glyphs) -> _Given:
    """Data that is long is taken apart as far as it can be seen."""
    found = start_of(text[:STRUCTURED] if text[:1] in ("{", "[") else text, room, rows, glyphs)
    hidden = found.hidden + max(0, len(text) - STRUCTURED) * (text[:1] in ("{", "["))
    return _Given(found.rows, f"+{size(hidden)}" if hidden else "")


def _table(found: Any, room: int, rows: int) -> _Given | None:
    """Rows of data in columns; None where that says less than keys and values do."""
    if not isinstance(found, list) or not found or not all(isinstance(row, dict) for row in found):
        return None
    names = list(dict.fromkeys(name for row in found[:_LINES] for name in row))
    lines = [[row.get(name) for name in names] for row in found[:_LINES]]
    if any(isinstance(value, dict | list) for line in lines for value in line):
        return None
    texts = [[_cell(value) for value in line] for line in lines]
    heads = [_safe(name) for name in names]
    is_right = [all(_is_number(line[at]) for line in lines) for at in range(len(names))]
    widths = _widths([max(cells(line[at]) for line in (heads, *texts)) for at in range(len(names))], is_right, room)
    if len(widths) < min(2, len(names)):
        return None
    drawn = [
        _line([line[at] for at in widths], list(widths.values()), [is_right[at] for at in widths], style)
        for line, style in zip((heads, *texts), ("muted bold", *["text"] * len(texts)), strict=True)
    ]
    left_out = len(names) - len(widths)
    columns = f"+{plural(left_out, 'column')}" if left_out else ""
    return _Given(tuple(drawn[:rows]), _over(len(found) + 1 - rows), columns)


def _widths(wanted: list[int], is_right: list[bool], room: int) -> dict[int, int]:
    """How wide each column is. Where there is no room for all, those in the middle are left out; no number is cut."""
    least = [max(1, want if right else min(want, _LEAST_OF_IT)) for want, right in zip(wanted, is_right, strict=True)]
    kept = list(range(len(wanted)))
    while kept and sum(least[at] for at in kept) + _GAP * (len(kept) - 1) > room:
        del kept[len(kept) // 2]
    over = room - sum(least[at] for at in kept) - _GAP * (len(kept) - 1)
    widths: dict[int, int] = {}
    for at in kept:
        most = max(least[at], min(wanted[at], _COLUMN if at < kept[-1] else room))
        widths[at] = min(most, least[at] + over)
        over -= widths[at] - least[at]
    return widths


def _line(texts: list[str], widths: list[int], is_right: list[bool], style: str) -> Row:
    shown = (cut(text, width) for text, width in zip(texts, widths, strict=False))
    filled = [
        " " * (width - cells(text)) + text if right else fit(text, width)
        for text, width, right in zip(shown, widths, is_right, strict=True)
    ]
    return (Span((" " * _GAP).join(filled), style),)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else _safe(str(value))


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _over(rows: int) -> str:
    return f"+{plural(rows, 'row')}" if rows > 0 else ""


def _safe(text: str) -> str:
    """An escape in JSON may hide what is none in the text."""
    return clean(text.expandtabs(4), newlines=False)
