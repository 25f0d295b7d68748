"""asciinema, as a program for a terminal of ours."""

from __future__ import annotations

import sys


def asciinema(*words: str) -> int:
    """Perform its command."""
    from asciinema.__main__ import main

    sys.argv = ["asciinema", *words]
    return int(main() or 0)
