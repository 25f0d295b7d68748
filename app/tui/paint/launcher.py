"""The launcher: the modes at the left, the show and the pre-flight at the right, what can be set below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.playback.pace import PACES
from app.tui.billing import Billing
from app.tui.launcher import MODES, Mode, Setting, Settings
from app.tui.look.glyphs import UNICODE, Glyphs
from app.tui.paint.billing import announced, dry_run, headline, play_told
from app.tui.paint.frame import BORDERS, INSETS, framed
from app.tui.paint.light import bright_edge, lit_from_below
from app.tui.paint.programme import verdict_of
from app.tui.paint.rows import Row, Span, fitted, on, spread, width_of
from app.tui.playbill import Playbill
from app.tui.preflight import Check
from app.tui.text import cells, clock, cut, fit, wrap

OPTIONS = 5  # rows of the box below
_NARROW, _LOW = 70, 20
_THREE = 150  # cells from which show and pre-flight stand side by side
_AIRY = 25  # rows inside the list from which the modes have air between them
_TALL = 40  # and from which each says what it is
_ROOMY = 5  # rows to spare below a show from which its times stand there too
_FLAGS: tuple[tuple[Setting, str, str], ...] = (
    ("captions", "captions", "words for the audience"),
    ("motion", "motion", "moving arrows, running light"),
    ("loop", "loop", "again from its end"),
    ("speaker", "speaker view", "notes in a second terminal"),
    ("mirror", "audience mirror", "read-only, in browsers"),
)
_READING = "0O 1lI  ◆●▲■  ▁▄█  ╭─╮"
_GLOW = 0.7


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that the launcher is drawn from."""

    cursor: int = 0  # of the modes
    setting: Setting | None = None  # the one that has the focus
    settings: Settings = field(default_factory=Settings)
    fit: float | None = None  # how long it shall take
    billing: Billing | None = None  # what is known of the show
    bill: Playbill | None = None  # and of the scenario
    takes: tuple[str, ...] = ("",) * len(MODES)
    checks: tuple[Check, ...] = ()
    command: str = ""  # that does the same
    why_not: str = ""  # it cannot be started now
    times: bool = False  # the dry run is shown
    glyphs: Glyphs = UNICODE

    @property
    def mode(self) -> Mode:
        """The chosen one."""
        return MODES[self.cursor]


def launcher(look: Look, width: int, height: int) -> list[Row]:
    """All of it, in exactly this room."""
    if width < _NARROW or height < _LOW:
        return _small(look, width, height)
    left = _left(width)
    if width >= _THREE:
        third = (width - left) * 2 // 5
        options = _options_below_each_other(look, third)
        last = [*_preflight(look, third, height - len(options)), *options]
        return _beside(_modes(look, left, height), _show(look, width - left - third, height), last)
    top = height - OPTIONS
    below = min(top - 7, max(9, len(look.checks) + 2 + BORDERS + (1 if top > 20 else 0)))
    right = [*_show(look, width - left, top - below), *_preflight(look, width - left, below)]
    return [*_beside(_modes(look, left, top), right), *_options(look, width)]


def mode_at(look: Look, width: int, height: int, x: int, y: int) -> int | None:
    """The mode that is drawn at a cell, for whoever points at it."""
    if width < _NARROW or height < _LOW:
        first, high = _first_of_few(look, height)
        at = first + y - 1
        return at if 0 < y < high - 1 else None
    left, high = _left(width), height if width >= _THREE else height - OPTIONS
    listed = _listed(look, left - INSETS, high - BORDERS)
    return listed[y - 1][0] if x < left and 0 < y <= len(listed) else None


def _left(width: int) -> int:
    """How wide the list is."""
    return max(46, min(66, width * 5 // 9 if width < _THREE else width // 3))


def _beside(*columns: Sequence[Row]) -> list[Row]:
    return [tuple(span for row in rows for span in row) for rows in zip(*columns, strict=True)]


# The modes


def _modes(look: Look, width: int, height: int) -> list[Row]:
    room, high = width - INSETS, height - BORDERS
    listed = _listed(look, room, high)
    rows = [row for _, row in listed]
    if len(rows) + 3 < high and not _is_tall(high):
        rows += [(Span(look.glyphs.rule * room, "faint"),), *_said(look.mode, room)]
    if look.why_not:
        rows += [(Span(line, "warning"),) for line in wrap(look.why_not, room)]
    command: Row = (Span("$ ", "faint"), Span(cut(look.command, room - 2), "muted"))
    rows = [*rows, *[()] * high][: high - 1]
    focus = look.setting is None
    return framed(
        [*rows, command], width, height, title=(Span("MODE", _title(focus)),),
        style="focus" if focus else "edge", glyphs=look.glyphs,
    )  # fmt: skip


def _listed(look: Look, room: int, high: int) -> list[tuple[int | None, Row]]:
    """The rows of the list, with air where there is room, and more words where there is more."""
    airy, tall = high >= _AIRY, _is_tall(high)
    rows: list[tuple[int | None, Row]] = [(None, ())] if airy else []
    for at, mode in enumerate(MODES):
        rows.append((at, _mode(look, mode, at, room)))
        rows += [(at, (Span(" " * 4), *row)) for row in _said(mode, room - 4, "muted")] if tall else []
        rows += [(None, ())] if airy else []
    return rows


def _is_tall(high: int) -> bool:
    """Is there room to say of each mode what it is?"""
    return high >= _TALL


def _said(mode: Mode, room: int, style: str = "text") -> list[Row]:
    return [(Span(line, style),) for line in wrap(mode.more, room)]


def _mode(look: Look, mode: Mode, at: int, room: int) -> Row:
    chosen = at == look.cursor
    takes = look.takes[at]
    left: Row = (
        Span(f"{look.glyphs.cursor if chosen else ' '} ", "accent bold"),
        Span(f"{at + 1} ", "accent bold"),
        Span(fit(mode.title, 10), "text bold" if chosen else "text"),
        Span(f" {cut(mode.says, max(0, room - 16 - cells(takes)))}", "muted"),
    )
    row = fitted(spread(left, (Span(takes, "accent" if chosen else "muted"),), room), room)
    return on(row, "selection") if chosen else row


def _title(focus: bool) -> str:
    return "accent bold" if focus else "muted"


# The show, and what was looked at


def _show(look: Look, width: int, height: int) -> list[Row]:
    room, high = width - INSETS, height - BORDERS
    billing = look.billing
    rows: list[Row]
    if billing is None and look.bill is not None:
        rows = play_told(look.bill, room, look.glyphs)
    elif billing is None:
        rows = [] if look.why_not else [(Span("reading it …", "muted"),)]
    elif look.times:
        rows = dry_run(billing, look.settings.pace, room, high, look.glyphs)
    else:
        rows = announced(billing, room, high, look.glyphs)
        spare = high - len(rows) - 1
        if spare >= _ROOMY:
            rows += [(), *dry_run(billing, look.settings.pace, room, spare, look.glyphs)]
    title = "DRY RUN" if look.times else "THE SHOW"
    right = (Span(billing.source, "muted"),) if billing is not None and billing.source else ()
    box = framed(rows, width, height, title=(Span(title, "muted"),), right=right, glyphs=look.glyphs)
    if billing is None or look.why_not:
        return box
    return lit_from_below([*box[:-1], bright_edge(box[-1], "edge", _GLOW)], _GLOW)


def _preflight(look: Look, width: int, height: int) -> list[Row]:
    room, high = width - INSETS, height - BORDERS
    rows: list[Row] = []
    spare = high - len(look.checks) - 2
    for check in look.checks:
        sign, style = verdict_of(check.verdict, look.glyphs)
        rows.append((Span(f"{sign} ", style), Span(cut(check.says, room - 2), "text")))
        if check.remedy and spare > 0:
            rows.append((Span(f"  {cut(check.remedy, room - 2)}", "muted"),))
            spare -= 1
    test: list[Row] = [(Span("Can the back row read this?", "muted"),), (Span(f"  {_READING}", "text bold"),)]
    rows = [*rows[: max(0, high - 2)], *([()] if spare > 0 else []), *test]
    return framed(rows, width, height, title=(Span("PRE-FLIGHT", "muted"),), glyphs=look.glyphs)


# What can be set


def _options(look: Look, width: int) -> list[Row]:
    focus = look.setting is not None
    return framed(
        [_pace(look), _fit(look, width - INSETS), _flags(look, width - INSETS)], width, OPTIONS,
        title=(Span("OPTIONS", _title(focus)),), style="focus" if focus else "edge", glyphs=look.glyphs,
    )  # fmt: skip


def _label(look: Look, setting: Setting, said: str) -> Span:
    if setting not in look.mode.settings:
        return Span(said, "faint")
    return Span(said, "accent bold on:selection" if look.setting == setting else "muted")


def _pace(look: Look) -> Row:
    return (_label(look, "pace", "pace"), Span("  "), *(span for name in PACES for span in _one_pace(look, name)))


def _one_pace(look: Look, name: str) -> Row:
    counts, chosen = "pace" in look.mode.settings, name == look.settings.pace
    style = "faint" if not counts else "accent bold" if chosen else "muted"
    sign = look.glyphs.on if chosen else look.glyphs.off
    return Span(f"{sign} ", style), Span(f"{name}   ", "text bold" if chosen and counts else style)


def _fit(look: Look, room: int) -> Row:
    counts = "fit" in look.mode.settings
    billing = look.billing
    if look.fit is not None and counts:
        said = Span(f"in {clock(look.fit)}", "accent bold")
    else:
        said = Span("as long as it takes", "text" if counts else "faint")
    row: Row = (_label(look, "fit", "fit "), Span("  "), said)
    if counts and billing is not None and billing.possible is not None:
        least, most = billing.possible
        row = (*row, Span(f"   {clock(least)} to {clock(most)} is possible", "muted"))
    return fitted(row, room)


def _flags(look: Look, room: int) -> Row:
    row: Row = ()
    for setting, label, _ in _FLAGS:
        one: Row = (*_flag(look, setting, label), Span("   "))
        if width_of((*row, *one)) - 3 > room:
            break
        row = (*row, *one)
    return row


def _flag(look: Look, setting: Setting, label: str) -> Row:
    is_on = bool(getattr(look.settings, setting))
    counts = setting in look.mode.settings
    style = "faint" if not counts else "good" if is_on else "muted"
    return Span(f"{look.glyphs.done if is_on else look.glyphs.dot} ", style), _label(look, setting, label)


def _options_below_each_other(look: Look, width: int) -> list[Row]:
    """Each on a row of its own, with a word about it."""
    room = width - INSETS
    focus = look.setting is not None
    rows: list[Row] = [(_label(look, "pace", "pace"),)]
    rows += [(Span("  "), *_one_pace(look, name)) for name in PACES]
    rows += [(), _fit(look, room), ()]
    for setting, label, says in _FLAGS:
        flag = _flag(look, setting, label)
        counts = setting in look.mode.settings
        rows.append((*fitted(flag, 20), Span(cut(says, room - 20), "muted" if counts else "faint")))
    return framed(
        rows, width, len(rows) + BORDERS, title=(Span("OPTIONS", _title(focus)),),
        style="focus" if focus else "edge", glyphs=look.glyphs,
    )  # fmt: skip


# Where there is little room


def _small(look: Look, width: int, height: int) -> list[Row]:
    """The list, and as much of the rest as fits below it."""
    room = width - INSETS
    first, high = _first_of_few(look, height)
    rows = [_mode(look, mode, at, room) for at, mode in enumerate(MODES)][first : first + max(1, high - BORDERS)]
    title = (Span("MODE", "accent bold"),)
    found = framed(rows, width, high, title=title, style="focus", glyphs=look.glyphs)
    below: Sequence[Row] = [
        headline(look.billing, width),
        *((Span(line, "muted"),) for line in wrap(look.why_not or look.mode.more, width)),
    ]
    found += below[: height - len(found)]
    return [*found, *[()] * (height - len(found))][:height]


def _first_of_few(look: Look, height: int) -> tuple[int, int]:
    """The first mode of those that have room, and how high their box is."""
    high = min(height, len(MODES) + BORDERS)
    return max(0, min(look.cursor - (high - BORDERS) // 2, len(MODES) - (high - BORDERS))), high
