"""Copies a text where other programs find it: through the terminal, and by the platform's own helper if there is one.

Not every terminal heeds OSC 52 (Terminal.app and some set-ups of tmux do not), and over SSH no helper reaches the
person's own machine: so both are used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

LONGEST = 10.0  # seconds that a helper may take
_HELPERS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("WSL_DISTRO_NAME", ("clip.exe",)),
)


def helper(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The command that takes what is copied; none, where there is none."""
    for needs, command in _HELPERS:
        if (not needs or environment.get(needs)) and shutil.which(command[0]):
            return command
    return ()


def hand_to(command: tuple[str, ...], text: str) -> bool:
    """Give a text to a helper; false when it would not take it."""
    try:
        done = subprocess.run(
            command, input=text.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LONGEST
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
