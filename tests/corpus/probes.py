"""What a stranger may write to drive a terminal: thirteen probes, and how to see that none got through."""

from __future__ import annotations

import re

PROBES = {
    "set the clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "set the title": "\x1b]0;owned\x07",
    "clear and move": "\x1b[2J\x1b[1;1H",
    "ask for an answer": "\x1bP$qm\x1b\\",
    "one-byte sequence": "\x9b2J",
    "one-byte command": "\x9d0;owned\x9c",
    "nothing": "a\x00b",
    "delete": "a\x7fb",
    "bell": "\x07",
    "return": "good\rbad",
    "backspace": "good\x08\x08bad",
    "link": "\x1b]8;;https://evil.example\x07here\x1b]8;;\x07",
    "reset": "\x1bc",
}
ALL = "".join(PROBES.values())

_OUR_STYLES = re.compile(r"\x1b\[[0-9;]*m")
_DRIVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def is_obeyed(text: str) -> bool:
    """Is there anything in a text that a terminal would obey?"""
    return _DRIVES.search(text) is not None


def unstyled(shown: str) -> str:
    """What was shown, without our own colours."""
    return _OUR_STYLES.sub("", shown)


def drives_a_terminal(shown: str) -> bool:
    """Is there anything in what was shown that a terminal would obey, but for our own colours?"""
    return is_obeyed(unstyled(shown))
