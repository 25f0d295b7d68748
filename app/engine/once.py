"""What is the same for every run of one checked scenario is made once: batches perform it by the thousand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from app.scenario import Checked

T = TypeVar("T")


def once(checked: Checked, make: Callable[[Checked], T]) -> T:
    """What `make` gives for a scenario; it is called for the first run only."""
    made = _MADE.setdefault(checked, {})
    if make not in made:
        made[make] = make(checked)
    found: T = made[make]
    return found


_MADE: WeakKeyDictionary[Checked, dict[Callable[[Checked], Any], Any]] = WeakKeyDictionary()
