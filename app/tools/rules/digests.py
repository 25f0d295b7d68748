"""Two states of a table compared by digests, to show what was taken out without showing it again."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import Any

from app.tools.rows import Row


def compared(before: list[Row], after: list[Row]) -> dict[str, Any]:
    """Count the rows taken out, put in and left as they were, and give a digest of the table before and after."""
    old, new = ([_written(row) for row in rows] for rows in (before, after))
    lost, gained = Counter(old), Counter(new)
    return {
        "removed": (lost - gained).total(),
        "added": (gained - lost).total(),
        "kept": (lost & gained).total(),
        "before": {"rows": len(old), "sha256": _digest(old)},
        "after": {"rows": len(new), "sha256": _digest(new)},
    }


def _written(row: Row) -> str:
    """Return a row as anybody can write it again: JSON, keys sorted, no spaces."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _digest(lines: list[str]) -> str:
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
