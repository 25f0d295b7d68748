"""What the cells of a batch are called, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise, takewhile
from typing import Any

import msgspec

from app.document.suggest import shortened
from app.safety import mask_secrets, one_line

LONGEST = 32  # letters of a value in the name of a cell
NARROW = 16  # letters for which there is room in any column


def cell_name(cell: Mapping[str, Any]) -> str:
    """A cell as people read it: market=DE tone=plain."""
    return " ".join(f"{name}={value_name(value)}" for name, value in cell.items())


def value_name(value: Any) -> str:
    """A value of an axis as people read it; a key in it is covered before it is cut, or half of it would be shown."""
    return shortened(value_text(value), LONGEST)


def value_text(value: Any) -> str:
    """A value whole, for what has the room: two prompts may differ in their last word."""
    return mask_secrets(value if isinstance(value, str) else msgspec.json.encode(value).decode())


class Names:
    """What the values of each axis of a batch are called: without the words with which two long ones begin alike.

    So what tells two prompts apart stands first, where no narrow column cuts it off. Those that still read alike are
    told apart by a number.
    """

    def __init__(self, cells: Iterable[Mapping[str, Any]]) -> None:
        values: dict[str, dict[bytes, str]] = {}
        for cell in cells:
            for axis, value in cell.items():
                known = values.setdefault(axis, {})
                if (key := value_key(value)) not in known:
                    known[key] = _shown(value)
        self._names = {axis: _apart(_parted(known)) for axis, known in values.items()}

    def of(self, axis: str, value: Any) -> str:
        """One value of an axis."""
        return self._names[axis][value_key(value)]

    def of_cell(self, cell: Mapping[str, Any]) -> str:
        """A cell: market=DE tone=plain."""
        return " ".join(f"{axis}={self.of(axis, value)}" for axis, value in cell.items())


def _shown(value: Any) -> str:
    """A value as it is shown, so that two are compared as they are read: by one who cannot see a second space."""
    text = value_text(value)
    return one_line(text, most=len(text))


def _parted(texts: Mapping[bytes, str]) -> dict[bytes, str]:
    """Leave out what long ones begin with alike, if it would fill half of a narrow column."""
    alike: dict[str, int] = {}
    for first, other in pairwise(sorted(set(texts.values()))):  # neighbours share more than any others
        shared = _alike(first, other)
        for text in (first, other):
            if shared >= NARROW // 2 and len(text) > NARROW:
                alike[text] = max(shared, alike.get(text, 0))
    return {
        key: shortened(f"…{text[alike[text] :]}" if text in alike else text, LONGEST) for key, text in texts.items()
    }


def _alike(first: str, other: str) -> int:
    """How many letters they share, in whole words; never all of them."""
    words = zip(first.rstrip().split(" ")[:-1], other.rstrip().split(" ")[:-1], strict=False)
    return sum(len(word) + 1 for word, same in takewhile(lambda both: both[0] == both[1], words))


def _apart(names: Mapping[bytes, str]) -> dict[bytes, str]:
    again = {name for name, count in Counter(names.values()).items() if count > 1}
    return {key: f"({at}) {name}" if name in again else name for at, (key, name) in enumerate(names.items(), 1)}


def value_key(value: Any) -> bytes:
    """The same for values that are the same, whatever they are: as something to look up by."""
    return msgspec.json.encode(value, order="sorted")
