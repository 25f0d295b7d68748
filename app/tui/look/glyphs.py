"""Every glyph that the app draws, by its meaning, and its stand-in where a terminal has only ASCII.

Each is one cell wide in every font: box drawing, blocks, geometric shapes, a few arrows. No emoji, no braille.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Border:
    """What a frame is drawn of."""

    top_left: str
    top: str
    top_right: str
    left: str
    right: str
    bottom_left: str
    bottom: str
    bottom_right: str


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One glyph for each meaning."""

    # how something stands
    done: str
    failed: str
    running: str
    waiting: str
    idle: str
    skipped: str
    paused: str
    stopped: str
    warned: str
    retried: str

    # what an agent does
    speaking: str
    thinking: str
    tool: str
    muted: str
    handoff: str
    gate: str
    person: str

    # where to go, and what is open
    right: str
    left: str
    up: str
    down: str
    cursor: str
    closed: str
    opened: str
    rising: str
    falling: str

    # lines and lanes
    rail: str
    rail_lit: str
    rail_late: str
    stop: str
    upright: str
    upright_lit: str
    continued: str
    rule: str
    rule_faint: str

    # amounts
    full: str
    parts: tuple[str, ...]
    empty: str
    line_full: str
    line_half: str
    line_empty: str
    sparks: tuple[str, ...]
    playhead: str
    cue: str
    lamp: str
    lamp_out: str

    # text
    ellipsis: str
    dot: str
    bullet: str
    on: str
    off: str

    # frames: at rest, with the focus or in the light, soft, and of a gate alone
    light: Border
    heavy: Border
    rounded: Border
    double: Border


UNICODE = Glyphs(
    done="✓",
    failed="✗",
    running="▸",
    waiting="○",
    idle="·",
    skipped="╌",
    paused="║",
    stopped="■",
    warned="▲",
    retried="↑",
    speaking="▸",
    thinking="┊",
    tool="├",
    muted="□",
    handoff="▸",
    gate="◇",
    person="◙",
    right="→",
    left="←",
    up="↑",
    down="↓",
    cursor="▸",
    closed="▸",
    opened="▾",
    rising="▴",
    falling="▾",
    rail="─",
    rail_lit="━",
    rail_late="╌",
    stop="┼",
    upright="│",
    upright_lit="┃",
    continued="┊",
    rule="─",
    rule_faint="╌",
    full="█",
    parts=("▏", "▎", "▍", "▌", "▋", "▊", "▉"),
    empty="░",
    line_full="━",
    line_half="╸",
    line_empty="─",
    sparks=("▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"),
    playhead="│",
    cue="┊",
    lamp="▄",
    lamp_out="▁",
    ellipsis="…",
    dot="·",
    bullet="·",
    on="●",
    off="○",
    light=Border("┌", "─", "┐", "│", "│", "└", "─", "┘"),
    heavy=Border("┏", "━", "┓", "┃", "┃", "┗", "━", "┛"),
    rounded=Border("╭", "─", "╮", "│", "│", "╰", "─", "╯"),
    double=Border("╔", "═", "╗", "║", "║", "╚", "═", "╝"),
)

ASCII = Glyphs(
    done="+",
    failed="x",
    running=">",
    waiting="o",
    idle=".",
    skipped="-",
    paused="=",
    stopped="#",
    warned="!",
    retried="^",
    speaking=">",
    thinking=":",
    tool="|",
    muted="o",
    handoff=">",
    gate="?",
    person="@",
    right=">",
    left="<",
    up="^",
    down="v",
    cursor=">",
    closed=">",
    opened="v",
    rising="^",
    falling="v",
    rail="-",
    rail_lit="=",
    rail_late=".",
    stop="+",
    upright="|",
    upright_lit="#",
    continued=":",
    rule="-",
    rule_faint="-",
    full="#",
    parts=("-",),
    empty=".",
    line_full="=",
    line_half="-",
    line_empty="-",
    sparks=(".", "-", "=", "#"),
    playhead="|",
    cue=":",
    lamp="#",
    lamp_out="_",
    ellipsis="~",
    dot=".",
    bullet="-",
    on="*",
    off="o",
    light=Border("+", "-", "+", "|", "|", "+", "-", "+"),
    heavy=Border("#", "=", "#", "#", "#", "#", "=", "#"),
    rounded=Border(".", "-", ".", "|", "|", "`", "-", "'"),
    double=Border("*", "*", "*", "*", "*", "*", "*", "*"),
)


def of(environment: Mapping[str, str], encoding: str | None = None) -> Glyphs:
    """The glyphs that were asked for with FOOTLIGHTS_ASCII, else those that the locale's encoding can write."""
    if environment.get("FOOTLIGHTS_ASCII", "") not in ("", "0"):
        return ASCII
    encoding = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    return UNICODE if encoding.lower().startswith("utf") else ASCII
