"""What our pages are made of: files that lie here, and the digests by which a browser lets nothing else act."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path


@cache
def part(name: str) -> str:
    """A file of which pages are made: page/report.css."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """A style or a script, as a policy of a page names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
